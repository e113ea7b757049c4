// Compiles the decision core for the GPU: one warp replays one plan, state in global memory.
// Nothing runs this kernel yet: it fails the build when a change to sim/core no longer compiles for
// a device.

#include "sim/core/replay.h"

namespace tidepool::core {

constexpr std::uint32_t kAll = 0xFFFF'FFFFu;

// 32 lanes of one warp; contract in sim/core/exec.h.
struct Warp {
    static constexpr std::uint32_t kWidth = 32;
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

struct ClosedForm : QuietDriver {
    static constexpr bool kInterruptible = true;
    __device__ ClosedForm(const Plan& of, const State& in) : plan(of), state(in) {}
    const Plan& plan;
    const State& state;
    std::uint64_t wait = 0;
    __device__ void started(std::uint32_t slot, std::uint32_t tick) {
        wait += tick - plan.submit[state.slots[slot].rank];
    }
};

__global__ void replay_one(Plan plan, unsigned char* memory, std::uint64_t* wait) {
    const Warp warp;
    State state = StateLayout(plan).make(warp, memory);
    ClosedForm driver(plan, state);
    replay(warp, plan, state, driver);
    if (warp.lane() == 0) {
        *wait = driver.wait;
    }
}

}  // namespace tidepool::core
