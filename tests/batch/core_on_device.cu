// Compiles the decision core for the GPU: one warp replays one plan, in the four forms that a sweep
// may want. Nothing runs these kernels: they fail the build when a change to sim/core no longer
// compiles for a device. With -Xptxas -v and --keep they show what the compiler makes of it: there
// should be no stack frame, no spill and no generic load (ld without a state space).

#include "sim/batch/warp.cuh"

namespace tidepool::batch {

template <bool kCan>
struct SumOfWaits : core::QuietDriver {
    static constexpr bool kInterruptible = kCan;
    const core::Plan& plan;
    const core::State& state;
    std::uint64_t wait = 0;
    __device__ SumOfWaits(const core::Plan& of, const core::State& in) : plan(of), state(in) {}
    __device__ void started(std::uint32_t slot, std::uint32_t tick) {
        wait += tick - plan.submit[state.slots[slot].rank];
    }
};

// A replica per block of one warp; all ones if there were too few slots.
template <bool kCan>
__device__ __forceinline__ void replay_one(const core::Plan& plan, std::uint32_t most_slots,
                                           unsigned char* hot, unsigned char* cold,
                                           std::uint64_t* wait) {
    replay_on_warp(
        plan, most_slots, hot, cold,
        [&](const core::State& state) { return SumOfWaits<kCan>(plan, state); },
        [&](const SumOfWaits<kCan>& driver, const core::State& state, std::uint32_t) {
            if (Warp().lane() == 0) {
                wait[blockIdx.x] = state.too_many_slots ? ~std::uint64_t{0} : driver.wait;
            }
        });
}

extern __shared__ std::uint64_t shared_memory[];

__global__ void plain_in_shared(const __grid_constant__ core::Plan plan, std::uint32_t most_slots,
                                unsigned char* cold, std::size_t bytes, std::uint64_t* wait) {
    replay_one<false>(plan, most_slots, reinterpret_cast<unsigned char*>(shared_memory),
                      cold + blockIdx.x * bytes, wait);
}

__global__ void plain_in_global(const __grid_constant__ core::Plan plan, std::uint32_t most_slots,
                                unsigned char* memory, std::size_t bytes, std::size_t hot_bytes,
                                std::uint64_t* wait) {
    unsigned char* mine = memory + blockIdx.x * bytes;
    replay_one<false>(plan, most_slots, mine, mine + hot_bytes, wait);
}

__global__ void interruptible_in_shared(const __grid_constant__ core::Plan plan,
                                        std::uint32_t most_slots, unsigned char* cold,
                                        std::size_t bytes, std::uint64_t* wait) {
    replay_one<true>(plan, most_slots, reinterpret_cast<unsigned char*>(shared_memory),
                     cold + blockIdx.x * bytes, wait);
}

__global__ void interruptible_in_global(const __grid_constant__ core::Plan plan,
                                        std::uint32_t most_slots, unsigned char* memory,
                                        std::size_t bytes, std::size_t hot_bytes,
                                        std::uint64_t* wait) {
    unsigned char* mine = memory + blockIdx.x * bytes;
    replay_one<true>(plan, most_slots, mine, mine + hot_bytes, wait);
}

}  // namespace tidepool::batch
