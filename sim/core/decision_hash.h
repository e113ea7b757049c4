#pragma once
// A fingerprint of all decisions of a run: equal hashes mean that the same jobs did the same at the
// same ticks on the same nodes. Every driver that writes results keeps one; docs/sweeps.md states
// the words that go into it. Starts at 0.

#include <cstdint>

#include "sim/core/state.h"

namespace tidepool::core {

// Values are part of the hash: never renumber, only add.
enum class Decision : std::uint8_t {
    kStarted = 1,  // from the queue
    kFinished = 2,
    kInterrupted = 3,
    kRecovers = 4,
    kRequeued = 5,
    kPreempted = 6,
    kStopped = 7,
};

// The finaliser of splitmix64 (Steele, Lea, Flood 2014).
TP_HD constexpr std::uint64_t mix_in(std::uint64_t hash, std::uint64_t word) {
    hash ^= word;
    hash = (hash ^ (hash >> 30)) * 0xBF58'476D'1CE4'E5B9u;
    hash = (hash ^ (hash >> 27)) * 0x94D0'49BB'1331'11EBu;
    return hash ^ (hash >> 31);
}

namespace detail {

TP_HD constexpr std::uint64_t two_words(std::uint32_t high, std::uint32_t low) {
    return (std::uint64_t{high} << 32) | low;
}

}  // namespace detail

// One more decision about the job in the slot. `outage`: of kInterrupted.
TP_HD inline std::uint64_t mix_in(std::uint64_t hash, Decision kind, std::uint32_t tick,
                                  const Slot& slot, std::uint32_t outage = 0) {
    hash = mix_in(hash, (static_cast<std::uint64_t>(kind) << 56) | tick);
    return mix_in(hash, detail::two_words(slot.rank, outage));
}

// kStarted or kRecovers: also the nodes, on all of which the job holds GPUs that are up.
TP_HD inline std::uint64_t mix_in_start(std::uint64_t hash, Decision kind, std::uint32_t tick,
                                        const Plan& plan, const State& state, const Slot& slot) {
    const std::uint32_t size = plan.classes_by_size[slot.node_class].gpus;
    const bool part = slot.part_node != kNone;
    const std::uint32_t whole =
        slot.whole == kNone ? 0 : (plan.job_gpus[slot.rank] - (part ? slot.part_gpus : 0)) / size;
    const std::uint32_t nodes = whole + (part ? 1 : 0);
    hash = mix_in(hash, kind, tick, slot, kind == Decision::kStarted ? nodes : 0);
    for (std::uint32_t node = slot.whole; node != kNone; node = state.next_node[node]) {
        hash = mix_in(hash, detail::two_words(node, size));
    }
    return part ? mix_in(hash, detail::two_words(slot.part_node, slot.part_gpus)) : hash;
}

}  // namespace tidepool::core
