// Where jobs go, on machines that fit on a line: free GPUs are listed node by node, pods apart.

#include "sim/core/placement.h"

#include <gtest/gtest.h>

#include "tests/core/small_machine.h"

namespace tidepool::core {
namespace {

Problem rule(Placement placement) {
    Problem problem;
    problem.placement = placement;
    return problem;
}

// Pods of 3, 2 and 3 nodes with 8 GPUs each.
Problem eight_nodes(Placement placement) {
    Problem problem = rule(placement);
    add_pod(problem, 3, 8);
    add_pod(problem, 2, 8);
    add_pod(problem, 3, 8);
    return problem;
}

// free: 8 3 5 | 3 8 | 0 2 6, a job of 3 GPUs
const std::vector<std::uint32_t> kUsed{8, 3, 5, 3, 8, 0, 2, 6};

TEST(PlaceOneNode, PackTakesTheFullestThatFits) {
    SmallMachine machine(eight_nodes(Placement::kPack), kUsed);
    EXPECT_EQ(machine.place(3), (Takes{{1, 3}}));  // 1 and 3 are equal
    EXPECT_EQ(machine.place(3), (Takes{{3, 3}}));
    EXPECT_EQ(machine.place(3), (Takes{{2, 3}}));  // of 5
}

TEST(PlaceOneNode, FirstFitTakesTheLowest) {
    SmallMachine machine(eight_nodes(Placement::kFirstFit), kUsed);
    EXPECT_EQ(machine.place(3), (Takes{{0, 3}}));
    EXPECT_EQ(machine.place(6), (Takes{{4, 6}}));
}

TEST(PlaceOneNode, SpreadTakesTheEmptiest) {
    SmallMachine machine(eight_nodes(Placement::kSpread), kUsed);
    EXPECT_EQ(machine.place(3), (Takes{{0, 3}}));  // 0 and 4 are equal
    EXPECT_EQ(machine.place(3), (Takes{{4, 3}}));
    EXPECT_EQ(machine.place(3), (Takes{{7, 3}}));  // 6, before the 5 that are left on 0 and 4
}

// Nodes that fit, by free GPUs, then number: 1 3 (3 free), 2 (5), 7 (6), 0 4 (8).
TEST(PlaceOneNode, RandomTakesThePositionThatTheWordSays) {
    const std::uint32_t order[] = {1, 3, 2, 7, 0, 4};
    std::uint32_t seen = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        Problem problem = eight_nodes(Placement::kRandom);
        problem.seed = seed;
        SmallMachine machine(problem, kUsed);
        const std::uint64_t word = draw(seed, Purpose::kPlacement, 0, 0)[0];
        const std::uint32_t node = order[word * 6 >> 32];
        EXPECT_EQ(machine.place(3), (Takes{{node, 3}}));
        seen |= 1U << node;
    }
    EXPECT_EQ(seen, 0b1001'1111U);  // every node that fits has had its turn
}

// 4-GPU nodes 0-1, then 8-GPU nodes 2-3: the eights are the first class, but the fuller node wins.
TEST(PlaceOneNode, ASmallJobMayUseAnyClassItAccepts) {
    Problem problem = rule(Placement::kPack);
    add_pod(problem, 2, 4);
    add_pod(problem, 2, 8);
    SmallMachine machine(problem, {4, 3, 8, 5});
    EXPECT_EQ(machine.place(3), (Takes{{1, 3}}));
    EXPECT_EQ(machine.place(5), (Takes{{3, 5}}));
    EXPECT_EQ(machine.place(8), (Takes{{2, 8}}));
    EXPECT_EQ(machine.place(5), Takes{});
}

TEST(PlaceOneNode, ClassesOfOtherModelsDoNotExist) {
    Problem problem = rule(Placement::kPack);
    add_pod(problem, 2, 8, 0);
    add_pod(problem, 2, 4, 1);
    SmallMachine machine(problem, {1, 8, 4, 4});
    EXPECT_EQ(machine.place(1, 0b10), (Takes{{2, 1}}));
    EXPECT_EQ(machine.place(1, 0b11), (Takes{{0, 1}}));
    EXPECT_EQ(machine.place(1, 0b100), Takes{});
    EXPECT_EQ(machine.place(8, 0b10), Takes{});  // a gang of two fours, one of which is in use
    EXPECT_EQ(machine.place(4, 0b10), (Takes{{3, 4}}));
}

TEST(PlaceGang, FitsWithOneWholeNodeMoreOrAPartThatIsLargeEnough) {
    for (const Placement placement : {Placement::kPack, Placement::kFirstFit, Placement::kSpread}) {
        const auto machine = [&](std::vector<std::uint32_t> free) {
            Problem problem = rule(placement);
            add_pod(problem, 4, 8);
            return SmallMachine(problem, free);
        };
        EXPECT_EQ(machine({8, 8, 0, 0}).place(16), whole(8, {0, 1}));
        EXPECT_EQ(machine({8, 8, 2, 0}).place(19), Takes{});
        EXPECT_EQ(machine({8, 8, 3, 0}).place(19), (Takes{{0, 8}, {1, 8}, {2, 3}}));
        EXPECT_EQ(machine({8, 7, 7, 7}).place(16), Takes{});
    }
    Problem problem = rule(Placement::kPack);
    add_pod(problem, 4, 8);
    EXPECT_EQ(SmallMachine(problem, {8, 2, 8, 8}).place(19), (Takes{{0, 8}, {2, 8}, {3, 3}}));
}

// Nodes of 8 and of 4. 16 GPUs are two eights; when one of those is in use, four fours. 17 GPUs are
// more than the eights have (16): 5 fours would do, but there are only four (16).
TEST(PlaceGang, PrefersTheLargestNodesAndTakesSmallerOnes) {
    Problem problem = rule(Placement::kPack);
    add_pod(problem, 4, 4);
    add_pod(problem, 2, 8);
    EXPECT_EQ(SmallMachine(problem, {4, 4, 4, 4, 8, 8}).place(16), whole(8, {4, 5}));
    EXPECT_EQ(SmallMachine(problem, {4, 4, 4, 4, 8, 7}).place(16), whole(4, {0, 1, 2, 3}));
    problem.jobs.resize(2);
    problem.jobs[0].gpus = 16;
    problem.jobs[1].gpus = 17;
    const PlanBuilder builder(problem);
    EXPECT_TRUE(can_ever_fit(builder.plan(), 0));
    EXPECT_FALSE(can_ever_fit(builder.plan(), 1));
}

// Two models with nodes of 8: models 0 and 1 are classes of the same size.
TEST(PlaceGang, TakesTheFirstClassThatFits) {
    Problem problem = rule(Placement::kPack);
    add_pod(problem, 2, 8, 1);
    add_pod(problem, 3, 8, 0);
    EXPECT_EQ(SmallMachine(problem, {8, 8, 8, 8, 8}).place(16, 0b11), whole(8, {0, 1}));
    EXPECT_EQ(SmallMachine(problem, {8, 1, 8, 8, 8}).place(16, 0b11), whole(8, {2, 3}));
    EXPECT_EQ(SmallMachine(problem, {8, 8, 8, 8, 8}).place(24, 0b11), whole(8, {2, 3, 4}));
    EXPECT_EQ(SmallMachine(problem, {8, 8, 8, 8, 8}).place(24, 0b10), Takes{});
}

// Wholly free nodes per pod: 2 (of 0 1 2) | 1 (of 3 4) | 3 (5 6 7).
const std::vector<std::uint32_t> kTwoOneThree{1, 8, 8, 5, 8, 8, 8, 8};

TEST(PackGang, TakesThePodWithTheFewestThatSuffice) {
    EXPECT_EQ(SmallMachine(eight_nodes(Placement::kPack), kTwoOneThree).place(16),
              whole(8, {1, 2}));
    EXPECT_EQ(SmallMachine(eight_nodes(Placement::kPack), kTwoOneThree).place(24),
              whole(8, {5, 6, 7}));
}

TEST(PackGang, FillsTheLargestPodsWhenNoneSuffices) {
    EXPECT_EQ(SmallMachine(eight_nodes(Placement::kPack), kTwoOneThree).place(32),
              whole(8, {5, 6, 7, 4}));  // the last one: pod 1 has exactly one
    EXPECT_EQ(SmallMachine(eight_nodes(Placement::kPack), kTwoOneThree).place(40),
              whole(8, {5, 6, 7, 1, 2}));
    EXPECT_EQ(SmallMachine(eight_nodes(Placement::kPack), kTwoOneThree).place(48),
              whole(8, {5, 6, 7, 1, 2, 4}));
}

TEST(PackGang, PutsTheRestBesideTheLastWholeNode) {
    EXPECT_EQ(SmallMachine(eight_nodes(Placement::kPack), kTwoOneThree).place(17),
              (Takes{{1, 8}, {2, 8}, {0, 1}}));
    // 2 more GPUs: pod 0 has none left, and the fullest that fits elsewhere is node 3 with 5
    EXPECT_EQ(SmallMachine(eight_nodes(Placement::kPack), kTwoOneThree).place(18),
              (Takes{{1, 8}, {2, 8}, {3, 2}}));
    // the pod of the last node, 4, comes first: node 3 has 5 free GPUs, node 0 only 1
    EXPECT_EQ(SmallMachine(eight_nodes(Placement::kPack), kTwoOneThree).place(33),
              (Takes{{5, 8}, {6, 8}, {7, 8}, {4, 8}, {3, 1}}));
}

// A rack of NVL72: one island of 18 nodes with 4 GPUs. Pod 0: islands of nodes 0-17 and 18-35; pod
// 1: nodes 36-53. Free nodes: 12 | 18 and 15.
TEST(PackGang, TakesTheIslandWithTheFewestThatSuffice) {
    Problem problem = rule(Placement::kPack);
    add_pod(problem, 36, 4, 0, 18);
    add_pod(problem, 18, 4, 0, 18);
    std::vector<std::uint32_t> free(54, 4);
    std::fill(free.begin(), free.begin() + 6, 0);
    std::fill(free.begin() + 36, free.begin() + 39, 1);
    const auto first_and_last = [&](std::uint32_t gpus) {
        const Takes takes = SmallMachine(problem, free).place(gpus);
        return std::pair(takes.front().place, takes.back().place);
    };
    EXPECT_EQ(first_and_last(48), std::pair(6U, 17U));   // 12 nodes: the first island, all of it
    EXPECT_EQ(first_and_last(52), std::pair(39U, 51U));  // 13 of the 15
    EXPECT_EQ(first_and_last(64), std::pair(18U, 33U));  // 16 of the 18
    EXPECT_EQ(first_and_last(76), std::pair(6U, 24U));   // 19: no island, pod 0 has 30
    EXPECT_EQ(first_and_last(132), std::pair(6U, 41U));  // 33: pod 0, then 3 of pod 1
    EXPECT_EQ(first_and_last(65), std::pair(18U, 34U));  // 16 and one GPU: on the same island
    EXPECT_EQ(first_and_last(53), std::pair(39U, 36U));  // 13 and one GPU: beside, where 1 is free
}

// Pod 0: an island of two nodes and a node by itself, which is no domain; pod 1: one node by
// itself. Two islands of one node in a machine that has larger ones do not attract gangs of one
// node.
TEST(PackGang, ALonelyNodeIsNoIsland) {
    Problem problem = rule(Placement::kPack);
    add_pod(problem, 3, 4, 0, 2);
    add_pod(problem, 1, 4, 0, 2);
    EXPECT_EQ(SmallMachine(problem, {4, 4, 4, 4}).place(5), (Takes{{0, 4}, {1, 1}}));
    EXPECT_EQ(SmallMachine(problem, {4, 0, 4, 4}).place(5), (Takes{{0, 4}, {2, 1}}));
    EXPECT_EQ(SmallMachine(problem, {0, 0, 4, 4}).place(5), (Takes{{2, 4}, {3, 1}}));
}

// Pods of 6 nodes with 8 GPUs, leaf groups of 3. Wholly free: 1 2 | 3 4 5, then 6 7 8 | 10.
Problem two_pods_of_leaves() {
    Problem problem = rule(Placement::kCompact);
    add_pod(problem, 6, 8);
    add_pod(problem, 6, 8);
    properties::add_leaf_groups(problem, 3);
    return problem;
}
const std::vector<std::uint32_t> kTwoThreeThreeOne{1, 8, 8, 8, 8, 8, 8, 8, 8, 5, 8, 2};

Takes compact(std::uint32_t gpus) {
    return SmallMachine(two_pods_of_leaves(), kTwoThreeThreeOne).place(gpus);
}

TEST(CompactGang, TakesTheLeafGroupWithTheFewestThatSuffice) {
    EXPECT_EQ(compact(16), whole(8, {1, 2}));
    EXPECT_EQ(compact(24), whole(8, {3, 4, 5}));  // 6 7 8 are as many
}

TEST(CompactGang, FillsTheLargestLeafGroupsOfAPodThatHoldsIt) {
    EXPECT_EQ(compact(32), whole(8, {6, 7, 8, 10}));  // the pod with 4, not that with 5
    EXPECT_EQ(compact(40), whole(8, {3, 4, 5, 1, 2}));
}

// The first pod has 5, all of them; of the second, the leaf group with the fewest that suffice.
TEST(CompactGang, FillsTheLargestPodsWhenNoneSuffices) {
    EXPECT_EQ(compact(48), whole(8, {3, 4, 5, 1, 2, 10}));
    EXPECT_EQ(compact(56), whole(8, {3, 4, 5, 1, 2, 6, 7}));
    EXPECT_EQ(compact(72), whole(8, {3, 4, 5, 1, 2, 6, 7, 8, 10}));
    EXPECT_EQ(compact(80), Takes{});
}

TEST(CompactGang, PutsTheRestIntoTheSameLeafGroupOrPod) {
    EXPECT_EQ(compact(17), (Takes{{1, 8}, {2, 8}, {0, 1}}));
    EXPECT_EQ(compact(18), (Takes{{1, 8}, {2, 8}, {3, 2}}));  // not the 2 of node 11
    EXPECT_EQ(compact(33), (Takes{{6, 8}, {7, 8}, {8, 8}, {10, 8}, {11, 1}}));
}

TEST(CompactGang, OneNodeAndNoFabricAreAsUnderPack) {
    EXPECT_EQ(compact(3), (Takes{{9, 3}}));
    Problem problem = two_pods_of_leaves();
    problem.fabric = false;
    EXPECT_EQ(SmallMachine(problem, kTwoThreeThreeOne).place(16), whole(8, {6, 7}));
    EXPECT_EQ(SmallMachine(problem, kTwoThreeThreeOne).place(40), whole(8, {1, 2, 3, 4, 5}));
    problem.fabric = true;
    problem.placement = Placement::kPack;
    EXPECT_EQ(SmallMachine(problem, kTwoThreeThreeOne).place(16), whole(8, {6, 7}));
}

// Islands of 2 nodes, leaf groups of 4: nodes 0 2 3 | 4 5 6 7 are free.
TEST(CompactGang, LooksAtIslandsFirst) {
    Problem problem = rule(Placement::kCompact);
    add_pod(problem, 8, 4, 0, 2);
    properties::add_leaf_groups(problem, 4);
    const auto place = [&](std::uint32_t gpus) {
        return SmallMachine(problem, {4, 0, 4, 4, 4, 4, 4, 4}).place(gpus);
    };
    EXPECT_EQ(place(8), whole(4, {2, 3}));
    EXPECT_EQ(place(12), whole(4, {0, 2, 3}));
    EXPECT_EQ(place(16), whole(4, {4, 5, 6, 7}));
    EXPECT_EQ(place(20), whole(4, {4, 5, 6, 7, 0}));
    EXPECT_EQ(place(9), (Takes{{2, 4}, {3, 4}, {0, 1}}));
}

TEST(FirstFitGang, TakesTheLowestNodes) {
    EXPECT_EQ(SmallMachine(eight_nodes(Placement::kFirstFit), kTwoOneThree).place(32),
              whole(8, {1, 2, 4, 5}));
    EXPECT_EQ(SmallMachine(eight_nodes(Placement::kFirstFit), kTwoOneThree).place(17),
              (Takes{{1, 8}, {2, 8}, {0, 1}}));
    EXPECT_EQ(SmallMachine(eight_nodes(Placement::kFirstFit), kTwoOneThree).place(22),
              (Takes{{1, 8}, {2, 8}, {4, 6}}));
}

TEST(SpreadGang, TakesTheEmptiestPods) {
    EXPECT_EQ(SmallMachine(eight_nodes(Placement::kSpread), kTwoOneThree).place(16),
              whole(8, {5, 6}));
    EXPECT_EQ(SmallMachine(eight_nodes(Placement::kSpread), kTwoOneThree).place(32),
              whole(8, {5, 6, 7, 1}));
    EXPECT_EQ(SmallMachine(eight_nodes(Placement::kSpread), kTwoOneThree).place(20),
              (Takes{{5, 8}, {6, 8}, {1, 4}}));  // the rest on the emptiest node
}

// Selection sampling by hand: of the m-th, (m-1)-th, ... node left, take it if floor(w * m / 2^32)
// is below what is still needed.
TEST(RandomGang, SamplesTheWhollyFreeNodes) {
    const std::uint32_t free_nodes[] = {1, 2, 4, 5, 6, 7};
    std::uint32_t seen = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        Problem problem = eight_nodes(Placement::kRandom);
        problem.seed = seed;
        Takes expected;
        for (std::uint32_t i = 0; i < 6; ++i) {
            const std::uint64_t word = draw(seed, Purpose::kPlacement, 0, 1 + i / 4)[i % 4];
            if (word * (6 - i) >> 32 < 3 - expected.size()) {
                expected.push_back({free_nodes[i], 8});
                seen |= 1U << free_nodes[i];
            }
        }
        ASSERT_EQ(expected.size(), 3U);
        // Three nodes are left, and 3 with 5 GPUs; by free GPUs, then number: 3 and the three. 0 is
        // too full for the 2 GPUs that remain.
        Takes rest{{3, 2}};
        for (const std::uint32_t node : free_nodes) {
            if (std::find(expected.begin(), expected.end(), Take{node, 8}) == expected.end()) {
                rest.push_back({node, 2});
            }
        }
        const std::uint64_t word = draw(seed, Purpose::kPlacement, 0, 0)[1];
        expected.push_back(rest[word * 4 >> 32]);
        EXPECT_EQ(SmallMachine(problem, kTwoOneThree).place(26), expected);
    }
    EXPECT_EQ(seen, 0b1111'0110U);
}

// Pools of 12 (model 1) and 8 (model 0) GPUs: the larger is place 0.
TEST(Pools, AreTriedLargestFirst) {
    Problem problem;
    problem.fungible = true;
    add_pod(problem, 2, 4, 0);
    add_pod(problem, 3, 4, 1);
    SmallMachine machine(problem, {12, 8});
    EXPECT_EQ(machine.place(7, 0b11), (Takes{{0, 7}}));
    EXPECT_EQ(machine.place(6, 0b11), (Takes{{1, 6}}));
    EXPECT_EQ(machine.place(5, 0b01), Takes{});
    EXPECT_EQ(machine.place(5, 0b11), (Takes{{0, 5}}));
    EXPECT_EQ(machine.place(13, 0b11), Takes{});
}

}  // namespace
}  // namespace tidepool::core
