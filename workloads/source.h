#pragma once
// The lines of a trace file, whatever it is packed in. Bounded memory: one buffer of a little over
// kMostLine bytes. A byte-order mark at the start is dropped, LF and CR LF both end a line, the
// last line needs neither.
//
// Why not libfccp's io::LineReader: it takes 48 MB a reader, ends lines with NUL (so that text
// after a NUL byte in the file disappears without a word), takes a damaged gzip stream for the end
// of the file, and its own line limit is 16 MB. This one is as fast and a screen long.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/problems.h"
#include "workloads/unpack.h"

namespace tidepool::workloads {

class LineSource {
public:
    static constexpr std::size_t kMostLine = std::size_t{1} << 20U;  // bytes
    static constexpr std::uint64_t kMostLines = 100'000'000;

    // Opens the file. What goes wrong, now or later, is reported to `problems` (which must outlive
    // this) and ends the lines.
    LineSource(const std::string& path, Problems& problems);

    // The same for bytes from elsewhere.
    LineSource(std::unique_ptr<ByteSource> bytes, Problems& problems);

    // The next line, without its end; valid until the next call. False at the end.
    bool next(std::string_view& line);

    // The number of the line that next() gave last, from 1.
    std::uint64_t line() const { return line_; }

    // The beginning of the text, not consumed; valid until next().
    std::string_view head() const { return {buffer_.data() + begin_, end_ - begin_}; }

private:
    void begin();
    bool fill();
    void stop(std::uint64_t line, std::string problem, std::string hint = {});

    Problems& problems_;
    std::unique_ptr<ByteSource> bytes_;  // null once ended
    std::vector<char> buffer_;
    std::size_t begin_ = 0;  // of the text not yet given out
    std::size_t end_ = 0;    // of the text read
    std::string broken_;     // why the bytes ended early
    bool ended_ = false;
    std::uint64_t line_ = 0;
};

}  // namespace tidepool::workloads
