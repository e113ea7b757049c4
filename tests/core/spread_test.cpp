#include "sim/core/spread.h"

#include <vector>

#include <gtest/gtest.h>

namespace tidepool::core {
namespace {

TEST(SpreadBucket, DoublesItsWidth) {
    const std::vector<std::uint32_t> largest{1, 2, 4, 8, 16, 32};
    std::uint32_t domains = 1;
    for (std::uint32_t bucket = 0; bucket < largest.size(); ++bucket) {
        for (; domains <= largest[bucket]; ++domains) {
            EXPECT_EQ(spread_bucket(domains), bucket) << domains;
        }
    }
    EXPECT_EQ(spread_bucket(131'072), 17U);
    EXPECT_EQ(spread_bucket(131'073), 18U);
}

}  // namespace
}  // namespace tidepool::core
