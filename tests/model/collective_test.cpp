// Times of collectives: by hand, and what must hold for all of them.
#include "sim/model/collective.h"

#include <map>
#include <utility>

#include <gtest/gtest.h>

namespace tidepool::model {
namespace {

using enum Collective;
constexpr auto kRing = CollectiveAlgorithm::kRing;
constexpr auto kTree = CollectiveAlgorithm::kTree;
constexpr auto kHierarchical = CollectiveAlgorithm::kHierarchical;

CollectiveLevel level(double latency, double rate) {
    return {{latency}, {rate}, {}};
}

double ring(Collective kind, double size, std::int64_t ranks, const CollectiveLevel& way) {
    return collective_time(kind, kRing, {size}, ranks, way).value;
}

TEST(Collective, OfFourRanksByHand) {
    // Parts of 2 B: an all-reduce makes 6 steps of 1 s + 2 B / (2 B/s).
    const CollectiveLevel way = level(1, 2);
    EXPECT_DOUBLE_EQ(ring(kAllReduce, 8, 4, way), 12);
    EXPECT_DOUBLE_EQ(ring(kReduceScatter, 8, 4, way), 6);
    EXPECT_DOUBLE_EQ(ring(kAllGather, 8, 4, way), 6);
    EXPECT_DOUBLE_EQ(ring(kAllToAll, 8, 4, way), 6);
    EXPECT_DOUBLE_EQ(ring(kPointToPoint, 8, 2, way), 5);
    // By halving and doubling: 4 B, 2 B, 2 B, 4 B in 4 steps.
    EXPECT_DOUBLE_EQ(collective_time(kAllReduce, kTree, {8}, 4, way).value, 10);
    EXPECT_DOUBLE_EQ(collective_time(kAllGather, kTree, {8}, 4, way).value, 5);
    EXPECT_EQ(ring(kAllReduce, 8, 1, way), 0);
}

TEST(Collective, TreeNeedsTheLogarithmOfTheRanks) {
    const CollectiveLevel only_latency = level(1, 1e300);
    const std::pair<int, double> rows[] = {{2, 1}, {3, 2}, {4, 2}, {5, 3}, {1024, 10}};
    for (const auto& [ranks, steps] : rows) {
        EXPECT_DOUBLE_EQ(collective_time(kAllGather, kTree, {1}, ranks, only_latency).value, steps);
    }
}

TEST(Collective, HierarchicalIsRingsOnTwoLevels) {
    // 2 islands of 4: inside 6 steps of 1 s and 12 B at 2 B/s; across 2 B in 2 steps of 5 s, 2 B
    // at 1 B/s.
    const CollectiveLevel inside = level(1, 2);
    const CollectiveLevel across = level(5, 1);
    EXPECT_DOUBLE_EQ(hierarchical_time(kAllReduce, {8}, 8, 2, inside, across).value,
                     6 + 6 + 10 + 2);
    EXPECT_DOUBLE_EQ(hierarchical_time(kAllGather, {8}, 8, 2, inside, across).value, 12);
    EXPECT_DOUBLE_EQ(hierarchical_time(kReduceScatter, {8}, 8, 2, inside, across).value, 12);
}

TEST(Collective, BytesAreThoseOfTheEdges) {
    // Rank r passes part (r - step) on: every edge of the ring, every step of both halves.
    for (const std::int64_t ranks : {2, 3, 8}) {
        const double size = 24;
        const double part = size / static_cast<double>(ranks);
        std::map<std::int64_t, double> reduce, gather, pairs;
        for (std::int64_t rank = 0; rank < ranks; ++rank) {
            for (std::int64_t other = 0; other < ranks; ++other) {
                pairs[rank] += other == rank ? 0 : part;
            }
            for (std::int64_t step = 1; step < ranks; ++step) {
                reduce[rank] += part;
                gather[rank] += part;
            }
            EXPECT_DOUBLE_EQ(sent_per_rank(kReduceScatter, {size}, ranks).value, reduce[rank]);
            EXPECT_DOUBLE_EQ(sent_per_rank(kAllReduce, {size}, ranks).value,
                             reduce[rank] + gather[rank]);
            EXPECT_DOUBLE_EQ(sent_per_rank(kAllToAll, {size}, ranks).value, pairs[rank]);
        }
    }
}

TEST(Collective, BusBandwidthIsTheLinkRateOfARing) {
    for (const Collective kind : {kAllReduce, kReduceScatter, kAllGather, kAllToAll}) {
        const double time = ring(kind, 1e9, 16, level(0, 50e9));
        EXPECT_NEAR(bus_bandwidth(kind, {1e9}, 16, {time}).value, 50e9, 1);
        const double late = ring(kind, 1e9, 16, level(1e-3, 50e9));
        EXPECT_LT(bus_bandwidth(kind, {1e9}, 16, {late}).value, 40e9);
    }
    // 1 GB over 8 GPUs in 4 ms: 250 GB/s by algorithm, 437.5 GB/s on the bus.
    EXPECT_DOUBLE_EQ(bus_bandwidth(kAllReduce, {1e9}, 8, {4e-3}).value, 437.5e9);
    EXPECT_EQ(bus_bandwidth(kAllReduce, {1e9}, 1, {0}).value, 0);
}

TEST(MeasuredRate, IsLinearInTheLogarithmAndEndsFlat) {
    const std::vector<BusBandwidth> table{{{1e6}, {10}}, {{1e8}, {30}}, {{1e9}, {100}}};
    EXPECT_EQ(measured_rate(table, {1}).value, 10);
    EXPECT_EQ(measured_rate(table, {1e6}).value, 10);
    EXPECT_NEAR(measured_rate(table, {1e7}).value, 20, 1e-12);
    EXPECT_EQ(measured_rate(table, {1e8}).value, 30);
    EXPECT_EQ(measured_rate(table, {1e12}).value, 100);
    CollectiveLevel way = level(0, 1);
    way.measured = table;
    EXPECT_NEAR(ring(kAllReduce, 1e7, 2, way), 1e7 / 20, 1e-6);
}

TEST(Collective, SaysWhatCannotBeAsked) {
    EXPECT_EQ(collective_problem(kAllReduce, kTree, 8, 1), "");
    EXPECT_EQ(collective_problem(kAllReduce, kHierarchical, 8, 2), "");
    EXPECT_NE(collective_problem(kAllReduce, kHierarchical, 8, 1), "");
    EXPECT_NE(collective_problem(kAllReduce, kHierarchical, 9, 2), "");
    EXPECT_NE(collective_problem(kAllReduce, kRing, 8, 2), "");
    EXPECT_NE(collective_problem(kAllToAll, kTree, 8, 1), "");
    EXPECT_NE(collective_problem(kAllToAll, kHierarchical, 8, 2), "");
    EXPECT_NE(collective_problem(kPointToPoint, kRing, 3, 1), "");
    EXPECT_NE(collective_problem(kAllReduce, kRing, 0, 1), "");
    EXPECT_DEATH(collective_time(kAllToAll, kTree, {1}, 4, level(0, 1)), "exists");
}

TEST(Collective, MoreBandwidthIsNeverSlower) {
    for (const Collective kind : {kAllReduce, kReduceScatter, kAllGather, kAllToAll}) {
        for (double rate = 1e9; rate < 1e12; rate *= 2) {
            EXPECT_LT(ring(kind, 1e8, 64, level(1e-6, 2 * rate)),
                      ring(kind, 1e8, 64, level(1e-6, rate)));
        }
    }
}

}  // namespace
}  // namespace tidepool::model
