#pragma once
// A problem decided by 32 lanes in shuffled order must leave the same bytes and the same story as
// with one thread. `Builder` makes the plan of a problem, `Notes` writes down what the core does.

#include <array>

#include <gtest/gtest.h>

#include "sim/core/replay.h"
#include "tests/core/emulated_warp.h"
#include "tests/properties/small_interruptions.h"

namespace tidepool::properties {

// What a run leaves behind, and a fingerprint of all shared memory at every event.
struct Trail {
    Chronicle chronicle;
    std::vector<std::uint64_t> memory;
    std::vector<std::uint64_t> fingerprints;
    std::vector<std::array<std::uint64_t, 26>> counters;  // of each lane
};

template <class Notes>
class Watch : public Notes {
public:
    template <class Problem>
    Watch(const Problem& problem, const core::Plan& plan, const core::State& state, Trail& trail,
          bool writes)
        : Notes(problem, plan, state, trail.chronicle, writes), trail_(trail), watches_(writes) {}
    bool advance(std::uint32_t tick) {
        if (watches_) {
            std::uint64_t hash = 0xCBF2'9CE4'8422'2325u;  // FNV-1a, by word
            for (const std::uint64_t word : trail_.memory) {
                hash = (hash ^ word) * 0x100'0000'01B3u;
            }
            trail_.fingerprints.push_back(hash);
        }
        return Notes::advance(tick);
    }

private:
    Trail& trail_;
    const bool watches_;
};

template <class Notes, class Exec, class Problem>
void run_lane(Exec exec, const Problem& problem, const core::Plan& plan, Trail& trail) {
    core::State state = core::StateLayout(plan).make(exec, trail.memory.data());
    Watch<Notes> watch(problem, plan, state, trail, exec.lane() == 0);
    const std::uint32_t over = core::replay(exec, plan, state, watch);
    trail.counters[exec.lane()] = {over,
                                   state.ends.size,
                                   state.expected.size,
                                   state.slot_count,
                                   state.unused_count,
                                   state.next_arrival,
                                   state.queue_first,
                                   state.queue_last,
                                   state.queue_length,
                                   state.queued_gpus,
                                   state.allocated,
                                   state.blocked_head,
                                   state.fresh,
                                   state.next_step,
                                   state.slots_missing,
                                   state.down_gpus,
                                   state.spare_gpus,
                                   state.next_demand,
                                   state.next_ceiling,
                                   state.waiting_units,
                                   state.jobs_held,
                                   state.units_held,
                                   state.leaving,
                                   state.ceiling,
                                   state.promised,
                                   state.promise_again};
    if (exec.lane() == 0) {
        watch.close(over);
    }
}

inline Trail empty_trail(const core::Plan& plan, std::uint32_t lanes) {
    Trail trail;
    trail.memory.resize(core::StateLayout(plan).bytes() / 8);
    trail.counters.resize(lanes);
    return trail;
}

template <class Builder, class Notes, class Problem>
void expect_equal_in_all_orders(const Problem& problem, std::uint64_t orders) {
    const Builder builder(problem);
    const core::Plan plan = builder.plan();
    Trail one = empty_trail(plan, 1);
    run_lane<Notes>(core::Serial{}, problem, plan, one);
    for (std::uint64_t seed = 0; seed < orders; ++seed) {
        Trail warp = empty_trail(plan, 32);
        core::Warp(seed).run(
            [&](core::EmulatedWarp exec) { run_lane<Notes>(exec, problem, plan, warp); });
        ASSERT_EQ(warp.chronicle, one.chronicle) << "order " << seed << "\n" << problem;
        ASSERT_EQ(warp.fingerprints, one.fingerprints) << "order " << seed << "\n" << problem;
        ASSERT_EQ(warp.memory, one.memory) << "order " << seed << "\n" << problem;
        for (const auto& counters : warp.counters) {
            ASSERT_EQ(counters, one.counters[0]) << "order " << seed << "\n" << problem;
        }
    }
}

}  // namespace tidepool::properties
