#include "topology/max_flow.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "sim/base/random.h"

namespace tidepool::topology {
namespace {

// Ford and Fulkerson: the maximum flow equals the smallest cut; of a small network all cuts can be
// tried.
std::int64_t smallest_cut(std::uint32_t vertices, const std::vector<FlowEdge>& edges) {
    std::int64_t least = INT64_MAX;
    for (std::uint32_t side = 0; side < (1u << vertices); ++side) {
        const auto here = [&](std::uint32_t v) { return (side >> v & 1u) != 0; };
        if (!here(0) || here(vertices - 1)) {
            continue;
        }
        std::int64_t cut = 0;
        for (const FlowEdge& edge : edges) {
            cut += here(edge.from) && !here(edge.to) ? edge.forward : 0;
            cut += here(edge.to) && !here(edge.from) ? edge.backward : 0;
        }
        least = std::min(least, cut);
    }
    return least;
}

TEST(MaxFlow, EqualsTheSmallestCutOfSmallRandomNetworks) {
    for (std::uint32_t run = 0; run < 300; ++run) {
        const Block shape = draw(5, Purpose::kSynthetic, run, 0);
        const std::uint32_t vertices = 2 + bounded(shape[0], 8);
        const std::uint32_t count = bounded(shape[1], 3 * vertices);
        std::vector<FlowEdge> edges;
        for (std::uint32_t e = 0; e < count; ++e) {
            const Block at = draw(5, Purpose::kSynthetic, run, 2 * e + 1);
            const Block much = draw(5, Purpose::kSynthetic, run, 2 * e + 2);
            if (const auto from = bounded(at[0], vertices), to = bounded(at[1], vertices);
                from != to) {
                edges.push_back({from, to, bounded(much[0], 20), bounded(much[1], 20)});
            }
        }
        EXPECT_EQ(max_flow(vertices, edges, 0, vertices - 1), smallest_cut(vertices, edges))
            << "run " << run;
    }
}

TEST(MaxFlow, HoldsCapacitiesOfAWholeDatacenter) {
    const std::int64_t large = 5'000'000'000'000'000;  // 100,000 cards of 50 GB/s in B/s
    EXPECT_EQ(max_flow(3, {{0, 1, large, 0}, {1, 2, large + 1, 0}}, 0, 2), large);
}

TEST(MaxFlow, IsZeroWithoutAWay) {
    EXPECT_EQ(max_flow(2, {}, 0, 1), 0);
    EXPECT_EQ(max_flow(3, {{2, 0, 5, 0}, {1, 2, 5, 0}}, 0, 1), 0);
}

}  // namespace
}  // namespace tidepool::topology
