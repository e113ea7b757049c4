#pragma once
// The files in a tar archive (POSIX ustar), one after the other, straight from its bytes: nothing
// is unpacked to disk, memory does not grow with the archive.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "workloads/unpack.h"

namespace tidepool::workloads {

// Is this the beginning of one?
bool looks_like_tar(std::string_view head);

class TarFiles {
public:
    static constexpr std::uint64_t kMostFiles = 1'000'000;

    explicit TarFiles(std::unique_ptr<ByteSource> bytes) : bytes_(std::move(bytes)) {}

    // Goes to the next plain file, over folders and over what was not read. False at the end.
    // Throws BrokenStream when the archive is damaged, cut off, or holds anything else than plain
    // files, folders and global notes.
    bool next();
    const std::string& name() const { return name_; }  // as the archive has it
    // The bytes of the file. Only one at a time; this must outlive it, unmoved; next() ends it.
    std::unique_ptr<ByteSource> open();

private:
    class Content;
    bool fill(char* to, std::size_t size);
    std::size_t read_content(char* to, std::size_t size);
    void skip_content();

    std::unique_ptr<ByteSource> bytes_;
    std::string name_;
    std::uint64_t left_ = 0;     // bytes of the file not yet read
    std::uint64_t padding_ = 0;  // behind them, up to a full block
    std::uint64_t count_ = 0;
};

}  // namespace tidepool::workloads
