#include "workloads/zstd_frames.h"

#include <algorithm>
#include <array>

namespace tidepool::workloads {
namespace {

constexpr std::uint32_t kFrameMagic = 0xFD2FB528u;
constexpr std::uint32_t kSkippableMagic = 0x184D2A50u;  // the lowest four bits are free

// Bytes between the frame header descriptor and the first block (RFC 8878, section 3.1.1.1).
std::uint64_t rest_of_header(std::uint32_t descriptor) {
    const std::uint32_t size_flag = descriptor >> 6U;
    const bool single_segment = (descriptor & 0x20U) != 0;
    constexpr std::array<std::uint64_t, 4> kContentSize{0, 2, 4, 8};
    constexpr std::array<std::uint64_t, 4> kDictionaryId{0, 1, 2, 4};
    const std::uint64_t content = size_flag == 0 && single_segment ? 1 : kContentSize[size_flag];
    return (single_segment ? 0 : 1) + kDictionaryId[descriptor & 3U] + content;
}

}  // namespace

void ZstdFrames::skip(std::uint64_t bytes, Part next) {
    to_skip_ = bytes;
    after_body_ = next;
    part_ = bytes > 0 ? Part::kBody : next;
}

// The bytes of part_ are all in collected_: decides what comes next.
void ZstdFrames::advance() {
    const std::uint32_t value = collected_;
    collected_ = have_ = 0;
    switch (part_) {
        case Part::kMagic:
            part_ = value == kFrameMagic                        ? Part::kDescriptor
                    : (value & 0xFFFF'FFF0u) == kSkippableMagic ? Part::kSkippable
                                                                : Part::kBad;
            break;
        case Part::kDescriptor:
            checksum_ = (value & 4U) != 0;
            skip(rest_of_header(value), Part::kBlock);
            break;
        case Part::kBlock: {
            const bool last = (value & 1U) != 0;
            const bool repeated =
                ((value >> 1U) & 3U) == 1;  // RLE: one byte, however long the block
            const std::uint64_t checksum = last && checksum_ ? 4 : 0;
            skip((repeated ? 1 : value >> 3U) + checksum, last ? Part::kMagic : Part::kBlock);
            break;
        }
        case Part::kSkippable:
            skip(value, Part::kMagic);
            break;
        case Part::kBody:
        case Part::kBad:
            break;
    }
}

void ZstdFrames::feed(std::string_view bytes) {
    while (!bytes.empty() && part_ != Part::kBad) {
        if (part_ == Part::kBody) {
            const auto skipped = std::min<std::uint64_t>(to_skip_, bytes.size());
            bytes.remove_prefix(skipped);
            to_skip_ -= skipped;
            if (to_skip_ == 0) {
                part_ = after_body_;
            }
            continue;
        }
        collected_ |= std::uint32_t{static_cast<unsigned char>(bytes.front())} << (8 * have_);
        bytes.remove_prefix(1);
        ++have_;
        const std::uint32_t wanted = part_ == Part::kDescriptor ? 1 : part_ == Part::kBlock ? 3 : 4;
        if (have_ == wanted) {
            advance();
        }
    }
}

}  // namespace tidepool::workloads
