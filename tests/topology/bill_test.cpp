#include "topology/bill.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/topology/reading.h"

namespace tidepool::topology {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// 128 servers of 256,400 to 310,000 USD and 10.2 kW, 48 switches of 36,000 to 50,000 USD and 1.7
// kW.
TEST(Bill, AddsServersAndSwitchesOnly) {
    const Bill total = bill(build_preset("neocloud-1024"));
    ASSERT_EQ(total.price.size(), 1u);
    EXPECT_EQ(total.price[0], (Price{128 * 256'400.0 + 48 * 36'000.0,
                                     128 * 310'000.0 + 48 * 50'000.0, Currency::kUsd}));
    EXPECT_DOUBLE_EQ(total.power.value, 128 * 10'200.0 + 48 * 1'700.0);
    EXPECT_THAT(total.without_price, IsEmpty());
    EXPECT_THAT(total.without_power, IsEmpty());
    std::vector<std::string> lines;
    for (const BillLine& line : total.lines) {
        lines.push_back(line.kind + " " + line.part + " " + std::to_string(line.count) +
                        (line.inside ? " inside" : ""));
    }
    EXPECT_THAT(lines, ElementsAre("server hgx-h100 128", "gpu h100-sxm 1024 inside",
                                   "nic cx7-400 1024 inside", "leaf qm9700 32", "spine qm9700 16"));
}

TEST(Bill, KeepsCurrenciesApartAndNamesWhatIsNotKnown) {
    const Bill total =
        bill(good_topology("clusters:\n"
                           "  - {name: a, server: hgx-h20, nodes: 2}\n"
                           "  - {name: b, server: hgx-h100, nodes: 1}\n"
                           "  - {name: c, server: hgx-h200, nodes: 1}\n"));
    EXPECT_THAT(total.price, ElementsAre(Price{256'400, 310'000, Currency::kUsd},
                                         Price{2'200'000, 2'200'000, Currency::kCny}));
    EXPECT_THAT(total.without_price, ElementsAre("server hgx-h200"));
    EXPECT_THAT(total.without_power, ElementsAre("server hgx-h20", "server hgx-h200"));
    EXPECT_DOUBLE_EQ(total.power.value, 10'200);
}

TEST(Bill, OfPhillyKnowsNothing) {
    const Bill total = bill(build_preset("philly-552"));
    EXPECT_THAT(total.price, IsEmpty());
    EXPECT_DOUBLE_EQ(total.power.value, 0);
    EXPECT_THAT(total.without_price, ElementsAre("server philly-8gpu", "server philly-2gpu"));
}

}  // namespace
}  // namespace tidepool::topology
