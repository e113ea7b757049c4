#include "sim/core/state.h"

#include <gtest/gtest.h>

#include "tests/core/small_machine.h"

namespace tidepool::core {
namespace {

// 32 pods of 32 nodes, 8 GPUs each, 5,000 jobs, 128 slots, EASY: what a GPU keeps in shared memory,
// added up by hand. The present and the shadow have 8 level bitmaps of 128 bytes, 1,024 bytes for
// the nodes, 8 counts and 32 pods of 4 bytes; the reservation has the nodes and the counts; the
// queue is 5,000 bits in 79 words; both orders of jobs take 12 bytes a slot.
TEST(StateLayout, KeepsTheHotPartSmall) {
    Problem problem;
    problem.queue = QueuePolicy::kEasy;
    for (std::uint32_t pod = 0; pod < 32; ++pod) {
        add_pod(problem, 32, 8);
    }
    problem.jobs.resize(5000);
    const PlanBuilder builder(problem);
    Plan plan = builder.plan();
    plan.interruptible = true;
    const StateLayout layout(plan, 128);
    EXPECT_EQ(layout.slots(), 128U);
    const std::size_t map = 8 * 128 + 1024 + 8 * 4 + 32 * 4;
    EXPECT_EQ(layout.hot_bytes(), 2 * map + 1024 + 8 * 4 + 79 * 8 + 2 * 128 * 12);
    EXPECT_LE(layout.hot_bytes(), 10'300U);
    EXPECT_EQ(layout.bytes(), layout.hot_bytes() + layout.cold_bytes());
}

TEST(StateLayout, HasNoMoreSlotsThanCanBeInUse) {
    Problem problem;
    add_pod(problem, 2, 8);
    problem.jobs.resize(20);
    const PlanBuilder builder(problem);
    Plan plan = builder.plan();
    EXPECT_EQ(StateLayout(plan).slots(), 16U);  // a job holds a GPU
    EXPECT_EQ(StateLayout(plan, 100).slots(), 16U);
    EXPECT_EQ(StateLayout(plan, 3).slots(), 3U);
    plan.interruptible = true;
    EXPECT_EQ(StateLayout(plan).slots(), 20U);  // or waits for one
}

// make() leaves nothing of the run before, and puts the parts where it is told to.
TEST(StateLayout, MayUseMemoryAgain) {
    Problem problem;
    problem.queue = QueuePolicy::kEasy;
    add_pod(problem, 70, 8);
    add_pod(problem, 3, 4, 1, 3);
    problem.jobs.resize(20);
    const PlanBuilder builder(problem);
    const Plan plan = builder.plan();
    const StateLayout layout(plan);
    std::vector<std::uint64_t> one(layout.bytes() / 8), hot(layout.hot_bytes() / 8, 0x0123456789),
        cold(layout.cold_bytes() / 8, 0xABCDEF);
    layout.make(Serial{}, one.data());
    const State state = layout.make(Serial{}, hot.data(), cold.data());
    EXPECT_EQ(free_gpus(plan, state.now, 72), 4U);
    hot.insert(hot.end(), cold.begin(), cold.end());  // moves what the state points to
    EXPECT_EQ(hot, one);
}

}  // namespace
}  // namespace tidepool::core
