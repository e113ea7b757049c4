#pragma once
// The bytes of a file, unpacked on the way: plain, gzip (.gz) or Zstandard (.zst), told by the
// first bytes and not by the name. Nothing is unpacked to disk; memory use does not depend on the
// file.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

namespace tidepool::workloads {

enum class Packing : std::uint8_t { kPlain, kGzip, kZstd };

// Why there are no more bytes although the file should hold some: says what, without naming the
// file.
class BrokenStream : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

inline constexpr std::uint64_t kMostBytes = std::uint64_t{8} << 30U;

class ByteSource {
public:
    virtual ~ByteSource() = default;
    // Up to `size` bytes; 0 at the end. Throws BrokenStream when the file is damaged, cut off,
    // unreadable or unpacks to more than allowed.
    virtual std::size_t read(char* to, std::size_t size) = 0;
};

// Throws BrokenStream when the file is missing, unreadable or no regular file: never waits for one
// who writes into a pipe.
// `most` bounds the bytes handed out: no decompression bombs.
std::unique_ptr<ByteSource> open_bytes(const std::string& path, std::uint64_t most = kMostBytes);

// What the name of a file to be written asks for: `.gz`, `.zst`, else plain.
Packing packing_by_name(const std::string& path);

}  // namespace tidepool::workloads
