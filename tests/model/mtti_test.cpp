// Published failure rates in the units they were published in.
#include "sim/model/mtti.h"

#include <cmath>

#include <gtest/gtest.h>

namespace tidepool::model {
namespace {

Seconds days(double n) {
    return {n * kSecondsPerDay};
}

TEST(Mtti, GivesThePublishedFigures) {
    // RSC-1: 6.50, RSC-2: 2.34 failures per 1,000 node-days, nodes of 8 GPUs.
    const struct {
        double rate, gpus, hours, tolerance;
    } rows[] = {{6.5, 1024, 28.85, 5e-3},     {6.5, 4096, 7.21, 5e-3},
                {6.5, 12'000, 2.46, 5e-3},    {6.5, 16'384, 1.803, 5e-4},
                {6.5, 131'072, 0.2254, 5e-5}, {2.34, 16'384, 5.008, 5e-4}};
    for (const auto& row : rows) {
        const Seconds mtti = series_mtti(from_thousand_node_days(row.rate), row.gpus / 8);
        EXPECT_NEAR(mtti.value / kSecondsPerHour, row.hours, row.tolerance);
    }
    EXPECT_TRUE(std::isinf(series_mtti({0}, 10).value));
}

TEST(Mtti, OfTheLlamaRunInItsUsualUnits) {
    // 16,384 GPUs in 2,048 nodes, 54 d: 419 unexpected interruptions, 466 with the planned ones.
    const EventsPerSecond node = observed_rate(419, 2048, days(54));
    EXPECT_NEAR(to_thousand_node_days(node), 3.789, 5e-4);
    EXPECT_NEAR(series_mtti(node, 2048).value / kSecondsPerHour, 3.093, 5e-4);
    EXPECT_NEAR(kSecondsPerDay / series_mtti(node, 2048).value, 7.76, 5e-3);
    const EventsPerSecond gpu = observed_rate(419, 16'384, days(54));
    EXPECT_NEAR(gpu.value * kSecondsPerYear, 0.1729, 5e-5);
    const Seconds planned = series_mtti(observed_rate(466, 2048, days(54)), 2048);
    EXPECT_NEAR(planned.value / kSecondsPerHour, 2.781, 5e-4);
    // 16384 * 54 * 24 / 419 = 50,677.002 (from the rounded 3.093 h: 50,676)
    EXPECT_NEAR(gpu_hours_per_interruption(series_mtti(gpu, 16'384), 16'384), 50'677.002, 1e-3);
}

TEST(Mtti, ShowsThatTwoClaimsContradictEachOther) {
    // One interruption in 20 d at 1,000 GPUs, one in 3 h at 10,000: 16 times apart per GPU-hour.
    const Seconds twenty_days = days(20);
    const Seconds three_hours{3 * kSecondsPerHour};
    EXPECT_DOUBLE_EQ(gpu_hours_per_interruption(twenty_days, 1000), 480'000);
    EXPECT_DOUBLE_EQ(gpu_hours_per_interruption(three_hours, 10'000), 30'000);
    const Seconds scaled = series_mtti(rate_of_one(twenty_days, 1000), 10'000);
    EXPECT_NEAR(scaled.value / kSecondsPerHour, 48, 1e-9);
    // From 8 GPUs (47.7 d) to 1,024: 8.94 h.
    EXPECT_NEAR(series_mtti(rate_of_one(days(47.7), 1), 128).value / kSecondsPerHour, 8.94, 5e-3);
}

}  // namespace
}  // namespace tidepool::model
