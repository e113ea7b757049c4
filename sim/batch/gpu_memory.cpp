#include "sim/batch/gpu_memory.h"

#include <algorithm>

#include "sim/base/assert.h"

namespace tidepool::batch {

GpuMemory::Block::~Block() {
    if (home_ != nullptr) {
        home_->taken_.erase(at_);
    }
}

GpuMemory::~GpuMemory() {
    TP_ASSERT(!in_use(), "blocks live shorter than their memory");
    if (region_ != nullptr) {
        device_.release(region_);
    }
}

GpuMemory::Block GpuMemory::allocate(std::size_t bytes) {
    const std::size_t size = std::max(aligned(bytes), kAlignment);
    std::size_t from = 0;  // end of the block before
    for (const auto& [begin, end] : taken_) {
        if (begin - from >= size) {
            break;
        }
        from = end;
    }
    if (size > bytes_ || from > bytes_ - size) {
        return {};
    }
    taken_.emplace(from, from + size);
    return {this, from, size};
}

bool GpuMemory::grow(std::size_t bytes) {
    TP_ASSERT(!in_use(), "a region with blocks cannot move");
    const std::uint64_t before = bytes_;
    if (before >= limit_ / kAlignment * kAlignment) {
        return false;
    }
    if (region_ != nullptr) {
        device_.release(region_);
        region_ = nullptr;
        bytes_ = 0;
    }
    const std::uint64_t wanted = aligned(4 * before + bytes);
    for (std::uint64_t size = std::min(wanted, limit_); size > 0; size -= (size + 7) / 8) {
        size = size / kAlignment * kAlignment;
        void* const memory = size > 0 ? device_.allocate(size) : nullptr;
        if (memory != nullptr) {
            region_ = static_cast<unsigned char*>(memory);
            bytes_ = size;
            break;
        }
    }
    return bytes_ > before;
}

}  // namespace tidepool::batch
