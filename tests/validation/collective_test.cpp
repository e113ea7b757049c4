// VC-32: times of collectives against the closed form, 1 GB.
#include "sim/model/collective.h"

#include <gtest/gtest.h>

namespace tidepool::validation {
namespace {

using model::Collective;
using model::CollectiveAlgorithm;
using model::CollectiveLevel;

constexpr double kSize = 1e9;

CollectiveLevel level(double rate, double latency = 0) {
    return {{latency}, {rate}, {}};
}

double ring(Collective kind, std::int64_t ranks, const CollectiveLevel& way) {
    return collective_time(kind, CollectiveAlgorithm::kRing, {kSize}, ranks, way).value;
}

void expect(double seconds, double closed_form, double published_ms, double half_digit) {
    EXPECT_NEAR(seconds, closed_form, 1e-9 * closed_form);
    EXPECT_NEAR(seconds * 1e3, published_ms, half_digit);
}

TEST(VC32, RingAllReduce) {
    const struct {
        int ranks;
        double rate, latency, published_ms, half_digit;
    } rows[] = {{8, 450e9, 0, 3.888889, 5e-7},
                {8, 450e9, 5e-6, 3.958889, 5e-7},
                {128, 50e9, 0, 39.6875, 5e-7},
                {1024, 50e9, 10e-6, 60.420938, 5e-7}};
    for (const auto& row : rows) {
        const double n = row.ranks;
        const double form = 2 * (n - 1) * row.latency + 2 * (n - 1) / n * kSize / row.rate;
        const CollectiveLevel way = level(row.rate, row.latency);
        expect(ring(Collective::kAllReduce, row.ranks, way), form, row.published_ms,
               row.half_digit);
        // Half of it each.
        expect(ring(Collective::kAllGather, row.ranks, way), form / 2, row.published_ms / 2,
               row.half_digit);
        expect(ring(Collective::kReduceScatter, row.ranks, way), form / 2, row.published_ms / 2,
               row.half_digit);
    }
}

TEST(VC32, Hierarchical) {
    const struct {
        int nodes;
        double across, published_ms;
    } rows[] = {{4, 50e9, 7.638889}, {128, 50e9, 8.849826}, {128, 50e9 / 7, 38.615451}};
    for (const auto& row : rows) {
        const double k = row.nodes;
        const double form =
            2 * 7 / 8.0 * kSize / 450e9 + 2 * (k - 1) / k * (kSize / 8) / row.across;
        expect(hierarchical_time(Collective::kAllReduce, {kSize}, 8 * row.nodes, row.nodes,
                                 level(450e9), level(row.across))
                   .value,
               form, row.published_ms, 5e-7);
    }
}

// A ring through 1,024 GPUs passes every node's one network card once.
TEST(VC32, FlatRingThroughOneCard) {
    expect(ring(Collective::kAllReduce, 1024, level(50e9)), 2 * 1023.0 / 1024 * kSize / 50e9,
           39.960938, 5e-7);
}

}  // namespace
}  // namespace tidepool::validation
