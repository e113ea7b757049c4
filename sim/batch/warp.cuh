#pragma once
// The execution group of a warp's 32 lanes.

#include <cstdint>

#include "sim/core/exec.h"

namespace tidepool::batch {

// 32 lanes of one warp; contract in sim/core/exec.h.
struct Warp {
    static constexpr std::uint32_t kWidth = 32;
    static constexpr std::uint32_t kAll = 0xFFFF'FFFFu;
    __device__ std::uint32_t lane() const { return threadIdx.x % 32; }
    __device__ void sync() const { __syncwarp(); }
    __device__ std::uint32_t min(std::uint32_t v) const { return __reduce_min_sync(kAll, v); }
    __device__ std::uint32_t max(std::uint32_t v) const { return __reduce_max_sync(kAll, v); }
    __device__ std::uint32_t add(std::uint32_t v) const { return __reduce_add_sync(kAll, v); }
    __device__ std::uint32_t ballot(bool p) const { return __ballot_sync(kAll, p); }
    __device__ std::uint32_t shuffle(std::uint32_t v, std::uint32_t from) const {
        return __shfl_sync(kAll, v, static_cast<int>(from));
    }
    __device__ std::uint32_t scan(std::uint32_t v) const {
        std::uint32_t sum = v;
        for (std::uint32_t step = 1; step < 32; step *= 2) {
            const std::uint32_t below = __shfl_up_sync(kAll, sum, step);
            sum += lane() >= step ? below : 0;
        }
        return sum - v;
    }
};

}  // namespace tidepool::batch
