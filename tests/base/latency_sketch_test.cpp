// Sketches hold the buckets between their first and last value only: no order of adding shows.
#include "sim/base/latency_sketch.h"

#include <vector>

#include <gtest/gtest.h>

namespace tidepool {
namespace {

TEST(LatencySketch, IsTheSameInAnyOrderAndPutTogether) {
    const std::vector<std::uint64_t> values{1'000'000, 5, 70'000'000'000, 63, 64, 900, 5};
    LatencySketch upwards, downwards, low, high;
    for (std::size_t i = 0; i < values.size(); ++i) {
        upwards.add(values[i]);
        downwards.add(values[values.size() - 1 - i]);
        (values[i] < 100 ? low : high).add(values[i]);
    }
    LatencySketch low_first = low, high_first = high;
    low_first.merge(high);
    high_first.merge(low);
    EXPECT_EQ(upwards, downwards);
    EXPECT_EQ(upwards, low_first);
    EXPECT_EQ(upwards, high_first);
    EXPECT_EQ(upwards.count(), 7U);
    EXPECT_EQ(upwards.in_bucket(5), 2U);
    EXPECT_EQ(upwards.in_bucket(6), 0U);
    EXPECT_EQ(upwards.in_bucket(LatencySketch::kBuckets - 1), 0U);
    EXPECT_EQ(upwards.quantile(500), 64U);  // the fourth of 5 5 63 64 900 1e6 7e10
    EXPECT_EQ(upwards.quantile(1), 5U);
}

TEST(LatencySketch, OfNothingStaysEmpty) {
    LatencySketch none;
    none.add(1000, 0);
    none.merge({});
    EXPECT_EQ(none, LatencySketch{});
    EXPECT_EQ(none.quantile(500), 0U);
    LatencySketch some;
    some.add(1000);
    LatencySketch same = some;
    same.merge(none);
    EXPECT_EQ(same, some);
}

}  // namespace
}  // namespace tidepool
