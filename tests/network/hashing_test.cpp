#include <array>

#include <gtest/gtest.h>

#include "sim/network/traffic.h"

namespace tidepool::network {
namespace {

// Two nodes of eight cards, each below a leaf group of its own with so many cables.
NetworkPlan two_nodes(std::uint32_t rails, std::uint32_t cables) {
    NetworkPlan plan;
    plan.nodes = 2;
    plan.rails = rails;
    plan.balance = Balance::kHash;
    for (std::uint32_t node = 0; node < 2; ++node) {
        Link link;
        link.capacity = {8};
        link.parent = 2 + node;
        link.cables = link.own_parts = 8;
        plan.links.push_back(link);
    }
    for (std::uint32_t group = 0; group < 2; ++group) {
        Link link;
        link.capacity = {static_cast<double>(cables)};
        link.cables = cables;
        plan.links.push_back(link);
    }
    return plan;
}

double load_of(const NetworkPlan& plan) {
    TrafficMap map(plan);
    const std::array<std::uint32_t, 2> nodes{0, 1};
    const FlowShape shape = map.training(Traffic{}, nodes, 1, 0);
    return shape.crossings.front().weight * shape.scale;
}

TEST(Hashing, EveryCardOfANodeHashesItsOwnConnection) {
    // 8 connections that do not meet on 800 cables: each has a cable, as fast as its card.
    EXPECT_EQ(load_of(two_nodes(1, 800)), 800.0 / 8);
    EXPECT_EQ(load_of(two_nodes(8, 800)), 800.0 / 8);
    EXPECT_EQ(load_of(two_nodes(4, 800)), 800.0 / 8);
}

}  // namespace
}  // namespace tidepool::network
