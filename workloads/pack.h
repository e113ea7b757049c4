#pragma once
// Writes a file that is there completely or not at all: into `<path>.partial`, then renamed. Packed
// as the name says (`.gz`, `.zst`); the same text always gives the same bytes.

#include <memory>
#include <string>
#include <string_view>

namespace tidepool::workloads {

class PackedWriter {
public:
    // Creates the partial file. Throws InputError when `path` exists and `replace` is false,
    // RunError when the file system refuses or another partial file stands there (`replace` removes
    // that too).
    PackedWriter(const std::string& path, bool replace);
    ~PackedWriter();  // removes the partial file unless committed
    PackedWriter(const PackedWriter&) = delete;
    PackedWriter& operator=(const PackedWriter&) = delete;

    // Both throw RunError when the disk refuses; the file is not there then.
    void write(std::string_view text);
    void commit();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tidepool::workloads
