#pragma once
// Follows a Zstandard stream by its frame and block headers (RFC 8878, section 3.1), without
// unpacking it, and knows whether it ended where a frame ends. The Boost filter takes a stream that
// is cut off for a complete one; this tells them apart.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tidepool::workloads {

class ZstdFrames {
public:
    void feed(std::string_view bytes);
    // True when every frame begun is complete.
    bool complete() const { return part_ == Part::kMagic && have_ == 0; }

private:
    // What the next bytes are. Each part but kBody has a fixed number of bytes to collect.
    enum class Part : std::uint8_t { kMagic, kDescriptor, kBlock, kSkippable, kBody, kBad };
    void advance();
    void skip(std::uint64_t bytes, Part next);

    Part part_ = Part::kMagic;
    Part after_body_ = Part::kMagic;
    std::uint32_t collected_ = 0;  // little-endian
    std::uint32_t have_ = 0;       // bytes in collected_
    std::uint64_t to_skip_ = 0;
    bool checksum_ = false;
};

}  // namespace tidepool::workloads
