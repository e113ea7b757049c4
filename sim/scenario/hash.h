#pragma once
// SHA-256 of files and texts, so that a result names what it was made of.

#include <cstdint>
#include <string>
#include <string_view>

namespace tidepool::scenario {

struct FileHash {
    std::string sha256;  // 64 hex digits
    std::uint64_t bytes = 0;
};

// Throws RunError if the file cannot be read.
FileHash hash_file(const std::string& path);

// 64 hex digits.
std::string hash_text(std::string_view text);

}  // namespace tidepool::scenario
