#pragma once
// Memory of a device, handed out in blocks from one region, so that nothing is allocated while
// launches are under way (which would wait for them). The region never exceeds a limit. For one
// thread; the device must outlive it.

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "sim/batch/accelerator.h"

namespace tidepool::batch {

class GpuMemory {
public:
    // A block that is given back at the end of its life, which is before that of its GpuMemory.
    class Block {
    public:
        Block() = default;
        Block(Block&& other) noexcept
            : home_(std::exchange(other.home_, nullptr)), at_(other.at_), bytes_(other.bytes_) {}
        Block& operator=(Block&& other) noexcept {
            std::swap(home_, other.home_);
            std::swap(at_, other.at_);
            std::swap(bytes_, other.bytes_);
            return *this;
        }
        ~Block();
        explicit operator bool() const { return home_ != nullptr; }
        unsigned char* data() const { return home_->region_ + at_; }
        std::size_t bytes() const { return bytes_; }

    private:
        friend class GpuMemory;
        Block(GpuMemory* home, std::size_t at, std::size_t bytes)
            : home_(home), at_(at), bytes_(bytes) {}
        GpuMemory* home_ = nullptr;
        std::size_t at_ = 0, bytes_ = 0;  // in the region
    };

    static constexpr std::size_t kAlignment = 256;  // of blocks, and of their sizes

    GpuMemory(Accelerator& device, std::uint64_t limit) : device_(device), limit_(limit) {}
    GpuMemory(const GpuMemory&) = delete;
    GpuMemory& operator=(const GpuMemory&) = delete;
    ~GpuMemory();

    // An empty block if there is no room for it; the lowest place that is large enough.
    Block allocate(std::size_t bytes);

    // Makes the region larger: by at least `bytes` over four times what it was, or up to the limit,
    // or what the device still has. No block may be in use. Whether it has become larger.
    bool grow(std::size_t bytes);

    bool in_use() const { return !taken_.empty(); }
    std::uint64_t limit() const { return limit_; }
    std::uint64_t bytes() const { return bytes_; }  // of the region

private:
    Accelerator& device_;
    const std::uint64_t limit_;
    unsigned char* region_ = nullptr;
    std::uint64_t bytes_ = 0;
    std::map<std::size_t, std::size_t> taken_;  // begin of a block -> its end
};

// `bytes` in whole steps of the alignment.
constexpr std::size_t aligned(std::size_t bytes, std::size_t alignment = GpuMemory::kAlignment) {
    return (bytes + alignment - 1) / alignment * alignment;
}

}  // namespace tidepool::batch
