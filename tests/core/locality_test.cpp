// Gangs that wait for a place within one leaf group or pod, by hand.

#include "sim/core/locality.h"

#include <gtest/gtest.h>

#include "tests/core/small_machine.h"

namespace tidepool::core {
namespace {

using properties::core_schedule;
using properties::Gpu;
using properties::Near;

using Starts = std::vector<std::uint32_t>;

Starts starts(const Problem& problem) {
    Starts starts;
    for (const auto& job : core_schedule(problem).jobs) {
        starts.push_back(job.start);
    }
    return starts;
}

std::set<std::uint32_t> nodes_of(const Problem& problem, std::uint32_t rank) {
    std::set<std::uint32_t> nodes;
    const properties::Schedule schedule = core_schedule(problem);
    for (const Gpu& gpu : schedule.jobs[rank].held) {
        nodes.insert(gpu.first);
    }
    return nodes;
}

// With exact estimate.
SmallJob job(std::uint32_t submit, std::uint32_t duration, std::uint32_t gpus) {
    return {submit, duration, duration, gpus, 1};
}

// One pod of nodes with 8 GPUs, leaf groups of 2. Job 0 holds node 0, job 1 node 1 for one tick,
// job 2 node 2: from tick 1 on nodes 1, 3 (and 4, ...) are free, one in each leaf group. Job 3 is a
// gang of two nodes, which waits for 5 ticks.
Problem scattered(std::uint32_t nodes, QueuePolicy queue, std::vector<SmallJob> others,
                  std::uint32_t first_job = 20) {
    Problem problem;
    problem.queue = queue;
    add_pod(problem, nodes, 8);
    properties::add_leaf_groups(problem, 2);
    problem.within = Near::kLeaf;
    problem.wait = 5;
    problem.jobs = {job(0, first_job, 8), job(0, 1, 8), job(0, 20, 8), job(1, 10, 16)};
    problem.jobs.insert(problem.jobs.end(), others.begin(), others.end());
    return problem;
}

TEST(Locality, AGangGoesAnywhereWhenItsWaitIsOver) {
    for (const QueuePolicy queue :
         {QueuePolicy::kFifo, QueuePolicy::kFirstFit, QueuePolicy::kEasy}) {
        const Problem problem = scattered(4, queue, {});
        EXPECT_EQ(starts(problem), (Starts{0, 0, 0, 6}));  // nothing else happens at tick 6
        EXPECT_EQ(nodes_of(problem, 3), (std::set<std::uint32_t>{1, 3}));
    }
}

TEST(Locality, AGangStartsAsSoonAsALeafGroupHoldsIt) {
    const Problem problem = scattered(4, QueuePolicy::kFifo, {}, 4);
    EXPECT_EQ(starts(problem), (Starts{0, 0, 0, 4}));
    EXPECT_EQ(nodes_of(problem, 3), (std::set<std::uint32_t>{0, 1}));
}

TEST(Locality, WithoutAWaitOrAlreadyNearItStartsAtOnce) {
    Problem problem = scattered(4, QueuePolicy::kFifo, {});
    problem.wait = 0;
    EXPECT_EQ(starts(problem), (Starts{0, 0, 0, 1}));
    problem.wait = 5;
    problem.within = Near::kPod;
    EXPECT_EQ(starts(problem), (Starts{0, 0, 0, 1}));
}

// Three nodes are more than a leaf group has: one pod is near enough. Pods of 4 and of 3 nodes.
TEST(Locality, AGangTooLargeForALeafGroupWaitsForAPod) {
    Problem problem = scattered(4, QueuePolicy::kFifo, {});
    add_pod(problem, 3, 8);
    properties::add_leaf_groups(problem, 2);
    problem.jobs = {job(0, 3, 16), job(0, 9, 16), job(1, 10, 24)};
    EXPECT_EQ(starts(problem), (Starts{0, 0, 1}));  // 0 and 1 on the first pod
    // From tick 1 on nodes 2 3 | 5 6 are free, until 0 gives back node 0.
    problem.jobs = {job(0, 4, 8), job(0, 20, 8), job(0, 1, 8),
                    job(0, 1, 8), job(0, 20, 8), job(1, 10, 24)};
    EXPECT_EQ(starts(problem), (Starts{0, 0, 0, 0, 0, 4}));
    EXPECT_EQ(nodes_of(problem, 5), (std::set<std::uint32_t>{0, 2, 3}));
    problem.jobs[0].duration = problem.jobs[0].estimate = 9;
    EXPECT_EQ(starts(problem), (Starts{0, 0, 0, 0, 0, 6}));
}

// All of the machine and more than one pod: it has no level.
TEST(Locality, AGangThatNoPodHoldsDoesNotWait) {
    Problem problem = scattered(4, QueuePolicy::kFifo, {});
    add_pod(problem, 3, 8);
    properties::add_leaf_groups(problem, 2);
    problem.jobs = {job(0, 5, 40)};
    EXPECT_EQ(starts(problem), (Starts{0}));
}

// 12 GPUs are one node and half of another: two nodes of a leaf group must be wholly free, although
// half of node 0 is.
TEST(Locality, APartCountsAsANode) {
    Problem problem = scattered(4, QueuePolicy::kFifo, {});
    problem.jobs[0].gpus = 4;
    problem.jobs[3].gpus = 12;
    EXPECT_EQ(starts(problem), (Starts{0, 0, 0, 6}));
    EXPECT_EQ(nodes_of(problem, 3), (std::set<std::uint32_t>{0, 1}));  // now by `pack`
}

TEST(LocalityFifo, AChoosyHeadBlocksAllBehindIt) {
    EXPECT_EQ(starts(scattered(4, QueuePolicy::kFifo, {job(2, 3, 8)})), (Starts{0, 0, 0, 6, 16}));
}

// Job 4 takes node 1 at tick 2; when the wait is over only node 3 is free, until tick 9.
TEST(LocalityFirstFit, OthersPassAChoosyGang) {
    EXPECT_EQ(starts(scattered(4, QueuePolicy::kFirstFit, {job(2, 7, 8)})),
              (Starts{0, 0, 0, 9, 2}));
}

// The head could start now, on nodes 1 and 3: these are reserved. Node 4 is beside them.
TEST(LocalityEasy, AChoosyHeadIsNotDelayedBeyondItsWait) {
    EXPECT_EQ(starts(scattered(4, QueuePolicy::kEasy, {job(2, 3, 8)})), (Starts{0, 0, 0, 6, 16}));
    const Problem problem = scattered(5, QueuePolicy::kEasy, {job(2, 50, 8), job(2, 1, 8)});
    EXPECT_EQ(starts(problem), (Starts{0, 0, 0, 6, 2, 16}));
    EXPECT_EQ(nodes_of(problem, 4), (std::set<std::uint32_t>{4}));
}

// Leaf groups of 3, of each the first node is in use. The head, 3 nodes, could start on 1, 2 and 4:
// these are reserved. The gang of 2 is choosy as well, and may take 7 and 8 for long; 5 and 7 would
// not be near.
TEST(LocalityEasy, AChoosyGangMayStartBesideTheHead) {
    Problem problem = scattered(9, QueuePolicy::kEasy, {});
    properties::add_leaf_groups(problem, 3);
    problem.jobs.clear();
    for (std::uint32_t node = 0; node < 9; ++node) {
        problem.jobs.push_back(job(0, node % 3 == 0 ? 20 : 1, 8));
    }
    problem.jobs.push_back(job(1, 10, 24));
    problem.jobs.push_back(job(1, 50, 16));
    EXPECT_EQ(starts(problem), (Starts{0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 1}));
    EXPECT_EQ(nodes_of(problem, 9), (std::set<std::uint32_t>{1, 2, 4}));
    EXPECT_EQ(nodes_of(problem, 10), (std::set<std::uint32_t>{7, 8}));
}

const std::vector<std::uint32_t> kTwoThreeThreeOne{1, 8, 8, 8, 8, 8, 8, 8, 8, 5, 8, 2};

// As for `compact`: pods of 6 nodes, leaf groups of 3; wholly free 1 2 | 3 4 5, then 6 7 8 | 10.
Problem two_pods(Placement placement) {
    Problem problem;
    problem.placement = placement;
    add_pod(problem, 6, 8);
    add_pod(problem, 6, 8);
    properties::add_leaf_groups(problem, 3);
    problem.within = Near::kLeaf;
    problem.wait = 1;
    return problem;
}

TEST(PlaceNear, WhateverThePlacementAsCompactWithThePartAsANode) {
    constexpr std::uint32_t kLeaf = 0, kPod = 1;  // levels
    for (const auto& kind : kPlacementKinds) {
        const auto place = [&](std::uint32_t gpus, std::uint32_t near) {
            return SmallMachine(two_pods(kind.value), kTwoThreeThreeOne).place(gpus, 1, near);
        };
        EXPECT_EQ(place(16, kLeaf), whole(8, {1, 2}));
        EXPECT_EQ(place(17, kLeaf), (Takes{{3, 8}, {4, 8}, {5, 1}}));
        EXPECT_EQ(place(25, kLeaf), Takes{});
        EXPECT_EQ(place(32, kLeaf), Takes{});
        EXPECT_EQ(place(32, kPod), whole(8, {6, 7, 8, 10}));
        EXPECT_EQ(place(33, kPod), (Takes{{3, 8}, {4, 8}, {5, 8}, {1, 8}, {0, 1}}));
        EXPECT_EQ(place(34, kPod), (Takes{{3, 8}, {4, 8}, {5, 8}, {1, 8}, {2, 2}}));
        EXPECT_EQ(place(40, kPod), whole(8, {3, 4, 5, 1, 2}));
        EXPECT_EQ(place(41, kPod), Takes{});
    }
}

// Leaf groups do not exist for a rule that does not look at them, also where the plan has them.
TEST(PlaceNear, WhoIsNotChoosyGoesByItsOwnRule) {
    EXPECT_EQ(SmallMachine(two_pods(Placement::kPack), kTwoThreeThreeOne).place(16),
              whole(8, {6, 7}));
    EXPECT_EQ(SmallMachine(two_pods(Placement::kPack), kTwoThreeThreeOne).place(17),
              (Takes{{6, 8}, {7, 8}, {11, 1}}));
    EXPECT_EQ(SmallMachine(two_pods(Placement::kSpread), kTwoThreeThreeOne).place(16),
              whole(8, {1, 2}));
}

// Islands of 2 nodes, leaf groups of 3: the island of nodes 2 and 3 lies across two of them.
TEST(PlaceNear, AnIslandAcrossLeafGroupsIsNotNear) {
    Problem problem;
    add_pod(problem, 6, 4, 0, 2);
    properties::add_leaf_groups(problem, 3);
    problem.within = Near::kLeaf;
    problem.wait = 1;
    constexpr std::uint32_t kLeaf = 1;  // level
    const auto place = [&](std::vector<std::uint32_t> free, std::uint32_t gpus) {
        return SmallMachine(problem, free).place(gpus, 1, kLeaf);
    };
    EXPECT_EQ(place({4, 0, 4, 4, 4, 4}, 8), whole(4, {4, 5}));
    EXPECT_EQ(place({4, 0, 4, 4, 4, 4}, 5), (Takes{{4, 4}, {5, 1}}));
    EXPECT_EQ(place({4, 0, 4, 4, 0, 0}, 8), whole(4, {0, 2}));
    EXPECT_EQ(place({4, 4, 4, 2, 0, 0}, 9), (Takes{{0, 4}, {1, 4}, {2, 1}}));
    EXPECT_EQ(place({0, 0, 2, 4, 4, 0}, 5), (Takes{{3, 4}, {4, 1}}));  // not beside node 3, on 2
    EXPECT_EQ(place({0, 0, 4, 4, 0, 0}, 8), Takes{});
}

}  // namespace
}  // namespace tidepool::core
