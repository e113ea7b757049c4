#pragma once
// SHA-256 of files, so that a result names its inputs.

#include <cstdint>
#include <string>

namespace tidepool::scenario {

struct FileHash {
    std::string sha256;  // 64 hex digits
    std::uint64_t bytes = 0;
};

// Throws RunError if the file cannot be read.
FileHash hash_file(const std::string& path);

}  // namespace tidepool::scenario
