#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "sim/network/contention.h"
#include "sim/network/max_min.h"

namespace tidepool::network {
namespace {

// Two leaf groups of six nodes, with cards of 100 and trunks of 50 B/s.
NetworkPlan two_groups() {
    NetworkPlan plan;
    plan.nodes = 12;
    for (std::uint32_t node = 0; node < 12; ++node) {
        Link link;
        link.capacity = {100};
        link.parent = 12 + node / 6;
        plan.links.push_back(link);
    }
    for (std::uint32_t group = 0; group < 2; ++group) {
        Link link;
        link.tier = model::LinkTier::kLeaf;
        link.capacity = {50};
        plan.links.push_back(link);
    }
    return plan;
}

// A ring of four nodes loads either trunk with 1, an all-to-all of eight with 4 * 4/7. The one is a
// whole weight, the other is not, and still their nodes send equally fast: 50 / (1 + 16/7).
TEST(Fairness, NodesGetTheSameWhateverTheScaleOfTheirWeights) {
    NetworkPlan plan = two_groups();
    Traffic ring, exchange;
    ring.profile.line_time = exchange.profile.line_time = 1;
    exchange.ring = 0;
    exchange.all_to_all = 1;
    exchange.expert_nodes = 8;
    plan.kinds = {ring, exchange};
    plan.kind_of_job = {0, 1};
    std::vector<BytesPerSecond> capacities;
    for (const Link& link : plan.links) {
        capacities.push_back(link.capacity);
    }
    Contention contention(plan, {}, 1, Ticks{0}, make_max_min_solver(capacities));
    contention.enter(0, 0, 0, 0, std::array<std::uint32_t, 4>{0, 1, 6, 7});
    contention.enter(1, 1, 0, 1, std::array<std::uint32_t, 8>{2, 3, 4, 5, 8, 9, 10, 11});
    contention.act(0, {.trains = true});
    contention.act(1, {.trains = true});
    const auto paces = contention.settle();
    ASSERT_EQ(paces.size(), 2U);
    for (const Pace& pace : paces) {  // f = 1, h = 0: the pace is the share of the line rate
        EXPECT_NEAR(pace.work, kFullPace * (50 / (1 + 16.0 / 7)) / 100, 2);
    }
}

}  // namespace
}  // namespace tidepool::network
