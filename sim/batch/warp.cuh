#pragma once
// What a kernel needs to replay a plan with one warp: the execution group of its 32 lanes, and the
// state put together in shared and global memory. Kernels of one warp per replica call
// replay_on_warp() with their plan and their driver.

#include <cstddef>
#include <cstdint>

#include "sim/core/replay.h"

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

// Replays the plan with this warp. `hot` and `cold` have the sizes that StateLayout(plan,
// most_slots) says. make_driver(state) makes the driver; done(driver, state, end) is called with it
// after the run, also after one that had too few slots. All of it must be inlined into the kernel,
// with `hot` a pointer into shared memory that the compiler can see: otherwise every access to the
// state becomes a generic one.
template <class MakeDriver, class Done>
__device__ __forceinline__ void replay_on_warp(const core::Plan& plan, std::uint32_t most_slots,
                                               unsigned char* hot, unsigned char* cold,
                                               MakeDriver&& make_driver, Done&& done) {
    const Warp warp;
    core::State state = core::StateLayout(plan, most_slots).make(warp, hot, cold);
    auto driver = make_driver(state);
    const std::uint32_t end = core::replay(warp, plan, state, driver);
    done(driver, state, end);
}

}  // namespace tidepool::batch
