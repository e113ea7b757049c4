#include "sim/network/crossing.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/engine/sharing.h"

namespace tidepool::network {
namespace {

using engine::two_levels;

constexpr auto kUp = Direction::kUp;
constexpr auto kDown = Direction::kDown;

// 8 nodes; nodes 0-1, 2-3, ... under leaves 8, 9, 10, 11; leaves 8-9 and 10-11 under pods 12
// and 13.
topology::Topology three_levels() {
    topology::Topology topology = two_levels(4, 2, 1e9, 1e9);
    topology.trunks.push_back({"pod0", {1e9}});
    topology.trunks.push_back({"pod1", {1e9}});
    topology.trunks[8].parent = topology.trunks[9].parent = 12;
    topology.trunks[10].parent = topology.trunks[11].parent = 13;
    return topology;
}

TEST(Crossings, ANodeTalksToItselfWithoutTheFabric) {
    EXPECT_TRUE(crossings(three_levels(), 3, 3).empty());
}

TEST(Crossings, NodesOfALeafCrossTheirOwnTrunksOnly) {
    const std::vector<Crossing> path{{0, kUp}, {1, kDown}};
    EXPECT_EQ(crossings(three_levels(), 0, 1), path);
}

TEST(Crossings, NodesOfAPodTurnBelowThePod) {
    const std::vector<Crossing> path{{1, kUp}, {8, kUp}, {9, kDown}, {2, kDown}};
    EXPECT_EQ(crossings(three_levels(), 1, 2), path);
}

TEST(Crossings, AcrossPodsTheTopCostsNothing) {
    const std::vector<Crossing> path{{0, kUp},    {8, kUp},    {12, kUp},
                                     {13, kDown}, {11, kDown}, {7, kDown}};
    EXPECT_EQ(crossings(three_levels(), 0, 7), path);
}

TEST(Crossings, TheWayBackIsTheSameTurnedRound) {
    const topology::Topology topology = three_levels();
    for (std::uint32_t a = 0; a < 8; ++a) {
        for (std::uint32_t b = 0; b < 8; ++b) {
            std::vector<Crossing> back = crossings(topology, b, a);
            std::reverse(back.begin(), back.end());
            for (Crossing& crossing : back) {
                crossing.direction = crossing.direction == kUp ? kDown : kUp;
            }
            EXPECT_EQ(crossings(topology, a, b), back) << a << " to " << b;
        }
    }
}

TEST(Crossings, WithoutAFabricThereIsNothingToCross) {
    topology::Topology topology;
    topology.nodes.resize(2);
    EXPECT_TRUE(crossings(topology, 0, 1).empty());
}

TEST(Crossings, NodesThatShareTheirLowestTrunkDoNotCrossIt) {
    topology::Topology topology;
    topology.nodes.resize(2);
    topology.nodes[0].trunk = topology.nodes[1].trunk = 0;
    topology.trunks.push_back({"rack0", {1e9}});
    EXPECT_TRUE(crossings(topology, 0, 1).empty());
}

TEST(CrossingsDeathTest, TrunksThatFormARingAreABrokenInvariant) {
    topology::Topology topology = three_levels();
    topology.trunks[12].parent = 0;
    EXPECT_DEATH(crossings(topology, 0, 7), "trunks form a forest");
}

}  // namespace
}  // namespace tidepool::network
