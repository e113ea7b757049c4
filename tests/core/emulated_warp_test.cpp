// The decision code runs on a GPU as 32 lanes. Here it does on the CPU, with lanes in shuffled
// order, and must leave the same bytes as one thread: then no lane reads what another has yet to
// write.

#include "tests/core/emulated_warp.h"

#include <gtest/gtest.h>

#include "tests/properties/plan_builder.h"
#include "tests/properties/random_problem.h"

namespace tidepool::core {
namespace {

using properties::Notes;
using properties::PlanBuilder;
using properties::Problem;
using properties::random_problem;
using properties::Sizes;

TEST(EmulatedWarp, CollectivesReturnWhatTheContractSays) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        Warp warp(seed);
        std::uint32_t lanes = 0;
        warp.run([&](EmulatedWarp exec) {
            const std::uint32_t l = exec.lane();
            EXPECT_EQ(exec.min(100 - l), 69U);
            EXPECT_EQ(exec.max(100 - l), 100U);
            EXPECT_EQ(exec.add(l), 31U * 32 / 2);
            EXPECT_EQ(exec.ballot(l % 4 == 0), 0x1111'1111U);
            EXPECT_EQ(exec.shuffle(l * l, 5), 25U);
            EXPECT_EQ(exec.scan(l), l * (l - 1) / 2);
            exec.sync();
            ++lanes;
        });
        EXPECT_EQ(lanes, 32U);
        EXPECT_EQ(warp.steps(), 7U);
    }
}

TEST(EmulatedWarp, WritesBeforeASyncAreSeenAfterIt) {
    Warp warp(3);
    std::vector<std::uint32_t> shared(32, 0);
    warp.run([&](EmulatedWarp exec) {
        for (std::uint32_t round = 1; round < 50; ++round) {
            shared[exec.lane()] = round;
            exec.sync();
            EXPECT_EQ(shared[(exec.lane() + round) % 32], round);
            exec.sync();
        }
    });
}

// Lane 0 writes, nobody syncs: some lanes read the old value and some the new one.
TEST(EmulatedWarp, AMissingSyncShows) {
    Warp warp(3);
    std::uint32_t shared = 0;
    std::uint32_t saw_it = 0;
    warp.run([&](EmulatedWarp exec) {
        if (exec.lane() == 0) {
            shared = 1;
        }
        saw_it += shared;
        exec.sync();
    });
    EXPECT_GT(saw_it, 1U);
    EXPECT_LT(saw_it, 32U);
}

TEST(EmulatedWarpDeathTest, DivergingLanesAbort) {
    const auto other_kind = [](EmulatedWarp exec) {
        if (exec.lane() == 7) {
            exec.sync();
        } else {
            exec.min(1);
        }
    };
    const auto early_end = [](EmulatedWarp exec) {
        if (exec.lane() != 31) {
            exec.sync();
        }
    };
    const auto other_place = [](EmulatedWarp exec) {
        if (exec.lane() == 7) {
            exec.add(1);
        } else {
            exec.add(1);
        }
    };
    EXPECT_DEATH(Warp(1).run(other_kind), "lane 7: sync number 1 at .*\nlanes diverge");
    EXPECT_DEATH(Warp(1).run(early_end), "lane 31 has ended\nlanes diverge");
    EXPECT_DEATH(Warp(1).run(other_place), "lane 7: add number 1 at .*\nlanes diverge");
}

// What a run leaves behind, and a fingerprint of all shared memory at every event.
struct Trail {
    properties::Schedule schedule;
    std::vector<std::uint64_t> memory;
    std::vector<std::uint64_t> fingerprints;
    std::vector<std::array<std::uint64_t, 13>> counters;  // of each lane
};

class Watch : public Notes {
public:
    Watch(const Problem& problem, const PlanBuilder& builder, const State& state, Trail& trail,
          bool writes)
        : Notes(problem, builder, state, trail.schedule, writes), trail_(trail), writes_(writes) {}
    bool advance(std::uint32_t tick) {
        if (writes_) {
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
    const bool writes_;
};

template <class Exec>
void run_lane(Exec exec, const Problem& problem, const PlanBuilder& builder, Trail& trail) {
    const Plan plan = builder.plan();
    State state = StateLayout(plan).make(exec, trail.memory.data());
    Watch watch(problem, builder, state, trail, exec.lane() == 0);
    const std::uint32_t over = replay(exec, plan, state, watch);
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
                                   state.fresh};
    trail.schedule.over = over;
}

Trail empty_trail(const Problem& problem, const PlanBuilder& builder, std::uint32_t lanes) {
    Trail trail;
    trail.schedule.jobs.resize(problem.jobs.size());
    trail.memory.resize(StateLayout(builder.plan()).bytes() / 8);
    trail.counters.resize(lanes);
    return trail;
}

void expect_equal_in_all_orders(const Problem& problem, std::uint64_t orders) {
    const PlanBuilder builder(problem);
    Trail one = empty_trail(problem, builder, 1);
    run_lane(Serial{}, problem, builder, one);
    for (std::uint64_t seed = 0; seed < orders; ++seed) {
        Trail warp = empty_trail(problem, builder, 32);
        Warp(seed).run([&](EmulatedWarp exec) { run_lane(exec, problem, builder, warp); });
        ASSERT_EQ(warp.schedule, one.schedule) << "order " << seed << "\n" << problem;
        ASSERT_EQ(warp.memory, one.memory) << "order " << seed << "\n" << problem;
        ASSERT_EQ(warp.fingerprints, one.fingerprints) << "order " << seed << "\n" << problem;
        for (const auto& counters : warp.counters) {
            ASSERT_EQ(counters, one.counters[0]) << "order " << seed << "\n" << problem;
        }
    }
}

TEST(EmulatedWarp, SchedulesSmallProblemsAsOneThreadDoes) {
    for (std::uint32_t number = 0; number < 120; ++number) {
        expect_equal_in_all_orders(random_problem(number), 3);
        expect_equal_in_all_orders(properties::on_a_fabric(random_problem(number), number), 1);
        expect_equal_in_all_orders(properties::with_locality(random_problem(number), number), 2);
    }
}

// More than 32 pods, running jobs and free nodes: every search takes several rounds of 32 lanes.
TEST(EmulatedWarp, SchedulesLargeProblemsAsOneThreadDoes) {
    constexpr Sizes sizes{60, 6, 8, 3, 150, 60, 60};
    for (std::uint32_t number = 0; number < 15; ++number) {
        expect_equal_in_all_orders(random_problem(number, sizes), 2);
        expect_equal_in_all_orders(properties::on_a_fabric(random_problem(number, sizes), number),
                                   1);
    }
}

// The queue is a bitmap of up to seven words, one per lane.
TEST(EmulatedWarp, SchedulesLongQueuesAsOneThreadDoes) {
    constexpr Sizes sizes{2, 3, 8, 2, 450, 150, 12};
    for (std::uint32_t number = 0; number < 6; ++number) {
        expect_equal_in_all_orders(random_problem(number, sizes), 2);
    }
}

}  // namespace
}  // namespace tidepool::core
