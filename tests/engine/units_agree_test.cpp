// Our units and SimGrid's mean the same wherever both know a spelling.
#include <string>
#include <xbt/parse_units.hpp>

#include <gtest/gtest.h>

#include "sim/config/units.h"

namespace tidepool::config {
namespace {

double ours(const std::string& text, Dimension dimension) {
    const Parsed<double> parsed = parse_quantity(text, dimension);
    EXPECT_TRUE(parsed.ok()) << parsed.problem;
    return parsed.value;
}

TEST(Units, AgreeWithSimGridOnSizes) {
    for (const char* text : {"80GiB", "80GB", "3TiB", "512KiB", "1.5PB", "7B"}) {
        EXPECT_DOUBLE_EQ(ours(text, Dimension::kBytes), xbt_parse_get_size("t", 1, text, "size"));
    }
}

TEST(Units, AgreeWithSimGridOnBandwidths) {
    for (const char* text : {"400Gbps", "50GBps", "1Tbps", "25Mbps", "8bps"}) {
        EXPECT_DOUBLE_EQ(ours(text, Dimension::kRate),
                         xbt_parse_get_bandwidth("t", 1, text, "bandwidth"));
    }
}

TEST(Units, AgreeWithSimGridOnTimes) {
    for (const char* text : {"2h", "1w", "3d", "10s", "15ms", "7us", "9ns"}) {
        EXPECT_DOUBLE_EQ(ours(text, Dimension::kTime), xbt_parse_get_time("t", 1, text, "time"));
    }
}

}  // namespace
}  // namespace tidepool::config
