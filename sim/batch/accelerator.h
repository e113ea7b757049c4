#pragma once
// A device that runs chunks of rows, as the batch engine sees it: memory, copies, launches. There
// is one for CUDA; tests have one that is emulated. Every call may throw RunError, which names the
// call and what the device answered. For one host thread at a time.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "sim/batch/kernel.h"

namespace tidepool::batch {

// How a chunk is spread over the device.
struct LaunchShape {
    bool interruptible = false;  // core::Plan::interruptible of every row
    bool hot_is_shared = false;  // as the chunk says
    std::uint32_t hot_bytes = 0;
    std::uint32_t warps_per_block = 1;  // 1 .. kMostWarpsPerBlock
    std::uint32_t blocks = 1;

    std::uint32_t warps() const { return warps_per_block * blocks; }
    // Shared memory of a block.
    std::size_t shared_bytes() const {
        return hot_is_shared ? std::size_t{warps_per_block} * hot_bytes : 0;
    }
};

inline constexpr std::uint32_t kMostWarpsPerBlock = 4;

class Accelerator {
public:
    virtual ~Accelerator() = default;

    virtual std::string name() const = 0;
    virtual std::uint64_t free_bytes() = 0;
    // The most shared memory that a block can have.
    virtual std::size_t shared_bytes() = 0;
    // Blocks of this shape that all multiprocessors together can run at a time; `blocks` is not
    // looked at.
    virtual std::uint32_t resident_blocks(const LaunchShape& shape) = 0;

    // Aligned to 256 bytes; nullptr if there is not so much memory.
    virtual void* allocate(std::size_t bytes) = 0;
    // No launch may be under way that uses it.
    virtual void release(void* memory) noexcept = 0;
    // Copies that are done when the call returns; launches go on meanwhile.
    virtual void upload(void* to, const void* from, std::size_t bytes) = 0;
    virtual void download(void* to, const void* from, std::size_t bytes) = 0;
    virtual void clear(void* memory, std::size_t bytes) = 0;

    // Starts when the launches before it have ended; returns at once, with the launch's number.
    virtual std::uint64_t launch(const LaunchShape& shape, const Chunk& chunk) = 0;
    // Until this launch has ended; after that what it wrote can be downloaded.
    virtual void wait(std::uint64_t launch) = 0;
};

// The CUDA device of this number (sim/batch/devices.h).
std::unique_ptr<Accelerator> open_accelerator(int device);

}  // namespace tidepool::batch
