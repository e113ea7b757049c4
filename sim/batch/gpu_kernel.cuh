#pragma once
// The kernel that runs a chunk, a row per warp at a time. Each of its four forms stands in a file
// with the other one of its kind: the compiler takes long over those that can be interrupted.

#include <cstdint>

#include "sim/batch/accelerator.h"
#include "sim/batch/kernel.h"
#include "sim/batch/warp.cuh"

namespace tidepool::batch {

using Kernel = void (*)(Chunk);

// For plans that nothing interrupts, and for the others; `hot_is_shared`: in shared memory, of
// which a block needs LaunchShape::shared_bytes().
Kernel plain_kernel(bool hot_is_shared);
Kernel interruptible_kernel(bool hot_is_shared);

constexpr int kWarpLanes = 32;

struct DeviceAtomics {
    __device__ std::uint32_t take(std::uint32_t* counter) const { return atomicAdd(counter, 1U); }
    __device__ void add(std::uint64_t* counter) const {
        static_assert(sizeof(unsigned long long) == sizeof(std::uint64_t));
        atomicAdd(reinterpret_cast<unsigned long long*>(counter), 1ULL);
    }
};

extern __shared__ std::uint64_t shared_memory[];

// Each warp of the grid has a part of the chunk's memory, and of its block's shared memory.
template <bool kCanInterrupt, bool kShared>
__global__ void __launch_bounds__(kMostWarpsPerBlock* kWarpLanes)
    run_chunk(const __grid_constant__ Chunk chunk) {
    const std::uint32_t warp_of_block = threadIdx.x / kWarpLanes;
    const std::uint32_t warp = blockIdx.x * (blockDim.x / kWarpLanes) + warp_of_block;
    unsigned char* const memory = chunk.memory + warp * chunk.stride;
    if constexpr (kShared) {
        unsigned char* const hot =
            reinterpret_cast<unsigned char*>(shared_memory) + warp_of_block * chunk.hot_bytes;
        run_rows<kCanInterrupt>(Warp{}, chunk, hot, memory, DeviceAtomics{});
    } else {
        run_rows<kCanInterrupt>(Warp{}, chunk, memory, memory + chunk.hot_bytes, DeviceAtomics{});
    }
}

}  // namespace tidepool::batch
