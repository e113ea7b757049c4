// Jobs that are interrupted and recover, decided by 32 lanes in shuffled order: the same bytes and
// the same story as with one thread.

#include <gtest/gtest.h>

#include "tests/core/emulated_warp.h"
#include "tests/properties/interruption_plan.h"
#include "tests/properties/random_interruptions.h"

namespace tidepool::properties {
namespace {

// What a run leaves behind, and a fingerprint of all shared memory at every event.
struct Trail {
    Chronicle chronicle;
    std::vector<std::uint64_t> memory;
    std::vector<std::uint64_t> fingerprints;
    std::vector<std::array<std::uint64_t, 17>> counters;  // of each lane
};

class Watch : public InterruptionNotes {
public:
    Watch(const InterruptionProblem& problem, const core::Plan& plan, const core::State& state,
          Trail& trail, bool writes)
        : InterruptionNotes(problem, plan, state, trail.chronicle, writes),
          trail_(trail),
          writes_(writes) {}
    bool advance(std::uint32_t tick) {
        if (writes_) {
            std::uint64_t hash = 0xCBF2'9CE4'8422'2325u;  // FNV-1a, by word
            for (const std::uint64_t word : trail_.memory) {
                hash = (hash ^ word) * 0x100'0000'01B3u;
            }
            trail_.fingerprints.push_back(hash);
        }
        return InterruptionNotes::advance(tick);
    }

private:
    Trail& trail_;
    const bool writes_;
};

template <class Exec>
void run_lane(Exec exec, const InterruptionProblem& problem, const core::Plan& plan, Trail& trail) {
    core::State state = core::StateLayout(plan).make(exec, trail.memory.data());
    Watch watch(problem, plan, state, trail, exec.lane() == 0);
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
                                   state.spare_gpus};
    if (exec.lane() == 0) {
        watch.close(over);
    }
}

Trail empty_trail(const core::Plan& plan, std::uint32_t lanes) {
    Trail trail;
    trail.memory.resize(core::StateLayout(plan).bytes() / 8);
    trail.counters.resize(lanes);
    return trail;
}

void expect_equal_in_all_orders(const InterruptionProblem& problem, std::uint64_t orders) {
    const InterruptionPlan builder(problem);
    const core::Plan plan = builder.plan();
    Trail one = empty_trail(plan, 1);
    run_lane(core::Serial{}, problem, plan, one);
    for (std::uint64_t seed = 0; seed < orders; ++seed) {
        Trail warp = empty_trail(plan, 32);
        core::Warp(seed).run([&](core::EmulatedWarp exec) { run_lane(exec, problem, plan, warp); });
        ASSERT_EQ(warp.chronicle, one.chronicle) << "order " << seed << "\n" << problem;
        ASSERT_EQ(warp.fingerprints, one.fingerprints) << "order " << seed << "\n" << problem;
        ASSERT_EQ(warp.memory, one.memory) << "order " << seed << "\n" << problem;
        for (const auto& counters : warp.counters) {
            ASSERT_EQ(counters, one.counters[0]) << "order " << seed << "\n" << problem;
        }
    }
}

TEST(EmulatedWarp, InterruptsSmallProblemsAsOneThreadDoes) {
    for (std::uint32_t number = 0; number < 120; ++number) {
        expect_equal_in_all_orders(random_interruptions(number), 3);
        expect_equal_in_all_orders(with_locality(random_interruptions(number), number), 1);
    }
}

// More than 32 pods, jobs and waiting jobs: every search takes several rounds of 32 lanes.
TEST(EmulatedWarp, InterruptsLargeProblemsAsOneThreadDoes) {
    constexpr Sizes sizes{60, 6, 8, 2, 120, 60, 60};
    for (std::uint32_t number = 0; number < 6; ++number) {
        expect_equal_in_all_orders(random_interruptions(number, sizes), 2);
        expect_equal_in_all_orders(with_locality(random_interruptions(number, sizes), number), 1);
    }
}

}  // namespace
}  // namespace tidepool::properties
