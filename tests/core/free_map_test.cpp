#include "sim/core/free_map.h"

#include <gtest/gtest.h>

#include "tests/core/small_machine.h"

namespace tidepool::core {
namespace {

constexpr Serial kSerial;

class FreeMapTest : public testing::Test {
protected:
    // Nodes 0-1: pod 0, 8 GPUs; nodes 2-71: pod 1, 4 GPUs; nodes 72-73: pod 2, 8 GPUs.
    FreeMapTest() {
        memory_.resize(StateLayout(plan_).bytes() / sizeof(std::uint64_t));
        map_ = StateLayout(plan_).make(kSerial, memory_.data()).now;
    }
    const NodeClass& eights() const { return plan_.classes_by_size[0]; }
    const NodeClass& fours() const { return plan_.classes_by_size[1]; }

    Problem problem_ = [] {
        Problem problem;
        problem.jobs.resize(1);
        add_pod(problem, 2, 8);
        add_pod(problem, 70, 4);
        add_pod(problem, 2, 8);
        return problem;
    }();
    PlanBuilder builder_{problem_};
    Plan plan_ = builder_.plan();
    std::vector<std::uint64_t> memory_;
    FreeMap map_;
};

TEST_F(FreeMapTest, StartsWithEverythingFree) {
    EXPECT_EQ(whole_nodes(map_, eights()), 4U);
    EXPECT_EQ(whole_nodes(map_, fours()), 70U);
    EXPECT_EQ(level_count(map_, eights(), 7), 0U);
    EXPECT_EQ(map_.whole[0], 2U);  // pods
    EXPECT_EQ(map_.whole[1], 70U);
    EXPECT_EQ(map_.whole[2], 2U);
}

TEST_F(FreeMapTest, ANodeMovesFromLevelToLevel) {
    set_free(kSerial, plan_, map_, 72, 3);
    EXPECT_EQ(map_.free[72], 3U);
    EXPECT_EQ(whole_nodes(map_, eights()), 3U);
    EXPECT_EQ(level_count(map_, eights(), 3), 1U);
    EXPECT_EQ(first_at_level(kSerial, map_, eights(), 3, 0, 74), 72U);
    EXPECT_EQ(map_.whole[2], 1U);
    set_free(kSerial, plan_, map_, 72, 0);  // a level that is not kept
    EXPECT_EQ(level_count(map_, eights(), 3), 0U);
    EXPECT_EQ(map_.whole[2], 1U);
    set_free(kSerial, plan_, map_, 72, 8);
    EXPECT_EQ(whole_nodes(map_, eights()), 4U);
    EXPECT_EQ(map_.whole[2], 2U);
}

TEST_F(FreeMapTest, NothingMovesWhenNothingChanges) {
    const auto before = memory_;
    set_free(kSerial, plan_, map_, 5, 4);
    EXPECT_EQ(memory_, before);
}

// The bitmap of the fours begins at node 0 (word 0), although their first node is 2.
TEST_F(FreeMapTest, FindsTheLowestNodeOfAClassInARange) {
    EXPECT_EQ(first_at_level(kSerial, map_, fours(), 4, fours().first, fours().last), 2U);
    EXPECT_EQ(first_at_level(kSerial, map_, fours(), 4, 64, 72), 64U);
    EXPECT_EQ(first_at_level(kSerial, map_, fours(), 3, fours().first, fours().last), kNone);
    EXPECT_EQ(first_at_level(kSerial, map_, eights(), 8, 2, 74), 72U);
}

TEST_F(FreeMapTest, ACopyHasItsOwnLife) {
    std::vector<std::uint64_t> memory(memory_.size());
    FreeMap other = StateLayout(plan_).make(kSerial, memory.data()).now;
    set_free(kSerial, plan_, map_, 0, 5);
    copy(kSerial, plan_, other, map_);
    set_free(kSerial, plan_, map_, 0, 1);
    EXPECT_EQ(other.free[0], 5U);
    EXPECT_EQ(level_count(other, eights(), 5), 1U);
    EXPECT_EQ(level_count(other, eights(), 1), 0U);
    EXPECT_EQ(other.whole[0], 1U);
}

// One pool is one node; it has a number of free GPUs and neither levels nor wholly free nodes.
TEST(FreeMapOfPools, CountsGpusOnly) {
    Problem problem;
    problem.fungible = true;
    problem.jobs.resize(1);
    add_pod(problem, 100, 8);
    const PlanBuilder builder(problem);
    const Plan plan = builder.plan();
    std::vector<std::uint64_t> memory(StateLayout(plan).bytes() / sizeof(std::uint64_t));
    const FreeMap map = StateLayout(plan).make(kSerial, memory.data()).now;
    EXPECT_EQ(plan.nodes, 1U);
    EXPECT_EQ(free_gpus(plan, map, 0), 800U);
    EXPECT_EQ(whole_nodes(map, plan.classes_by_size[0]), 0U);
    set_free(kSerial, plan, map, 0, 799);
    EXPECT_EQ(free_gpus(plan, map, 0), 799U);
}

}  // namespace
}  // namespace tidepool::core
