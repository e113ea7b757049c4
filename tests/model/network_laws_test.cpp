#include <cmath>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/model/conservation.h"
#include "sim/model/kpis.h"
#include "tests/model/networked_ledger.h"

namespace tidepool::model {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> after(const std::function<void(NetworkLedger&)>& damage) {
    Ledger ledger = networked_ledger();
    damage(ledger.network);
    return check_conservation(ledger);
}

TEST(NetworkLaws, HoldForASmallRun) {
    EXPECT_THAT(check_conservation(networked_ledger()), IsEmpty());
}

TEST(NetworkLaws, WhatJobsLoseIsSomeLinksFault) {
    // 1024 * 200 = 204,800
    EXPECT_THAT(after([](NetworkLedger& n) { ++n.links[1].stalled; }),
                ElementsAre("network.stalled = sum over links of stalled: 204800 != 204801"));
    EXPECT_THAT(after([](NetworkLedger& n) { --n.stalled; }),
                ElementsAre("network.stalled = sum over jobs of network_stalled: 204799 != 204800",
                            "network.stalled = sum over links of stalled: 204799 != 204800"));
    Ledger ledger = networked_ledger();
    --ledger.jobs[1].network_stalled;
    EXPECT_THAT(
        check_conservation(ledger),
        ElementsAre("network.stalled = sum over jobs of network_stalled: 204800 != 204799"));
}

TEST(NetworkLaws, TheNetworkTakesNoMoreThanWorkStalled) {
    Ledger ledger = networked_ledger();
    ++ledger.jobs[1].network_stalled;
    ++ledger.network.stalled;
    ++ledger.network.links[1].stalled;
    EXPECT_THAT(check_conservation(ledger),
                ElementsAre("job 1 (and 0 more): the network took more than its work was stalled"));
    ledger.network = {};  // also with rates that nobody solved for
    ledger.network.on = true;
    EXPECT_THAT(check_conservation(ledger),
                ElementsAre("job 1 (and 0 more): the network took more than its work was stalled"));
}

TEST(NetworkLaws, BytesAreThoseOfTheBins) {
    EXPECT_THAT(after([](NetworkLedger& n) { n.links[2].binned[1] = 1; }),
                ElementsAre("link 2 (and 0 more): its bins do not add up to its bytes"));
    EXPECT_THAT(after([](NetworkLedger& n) { n.links[2].binned[1] = 1e-9; }), IsEmpty());
    EXPECT_THAT(after([](NetworkLedger& n) { n.tiers[0].bytes += 1; }),
                ElementsAre("tier 0 (and 0 more): its bins do not add up to its bytes"));
    EXPECT_THAT(after([](NetworkLedger& n) { n.tiers[1].bytes += 1; }),
                ElementsAre("tier 1 (and 0 more): its links do not add up to it"));
    EXPECT_THAT(after([](NetworkLedger& n) { n.tiers[1].links = 3; }),
                ElementsAre("tier 1 (and 0 more): its links do not add up to it"));
    EXPECT_THAT(after([](NetworkLedger& n) { n.links[2].binned.push_back(0); }),
                ElementsAre("link 2 (and 0 more): it has bins beyond the end of the run"));
}

TEST(NetworkLaws, NoLinkCarriesMoreThanItCan) {
    // 100 B/s * 40 s in bin 1, all of it used: one part in 1e7 more is too much.
    EXPECT_THAT(after([](NetworkLedger& n) {
                    n.links[1].binned[1] *= 1 + 1e-7;
                    n.links[1].binned[0] -= 4000 * 1e-7;
                }),
                ElementsAre("link 1 (and 0 more): it carries more than it can in a bin"));
    EXPECT_THAT(after([](NetworkLedger& n) {
                    for (LinkRecord& link : n.links) {
                        link.binned.clear();  // too many: nobody kept them
                    }
                    n.links[1].bytes = 10001;
                    n.tiers[1].bytes = 11501;
                    n.tiers[1].binned = {3000, 4000, 4501};
                }),
                ElementsAre("link 1 (and 0 more): it carries more than it can in the run",
                            "tier 1 (and 0 more): it carries more than it can in a bin"));
}

TEST(NetworkTotals, AreMeansOverTheRun) {
    const Totals t = totals(networked_ledger());
    EXPECT_TRUE(t.network.on);
    EXPECT_DOUBLE_EQ(network_stalled(t), 200 / 57600.0);
    EXPECT_DOUBLE_EQ(t.network.largest, 0.7);          // leaf0: 7000 / (100 * 100)
    EXPECT_DOUBLE_EQ(t.network.leaf, 8500 / 15000.0);  // 8500 / (150 * 100)
    EXPECT_DOUBLE_EQ(t.network.storage, 0.1);
    // Time at work is 7120 useful + 1720 lost + 200 stalled GPU-ticks.
    EXPECT_DOUBLE_EQ(network_slowdown(t), 9040 / 8840.0);
}

TEST(NetworkTotals, AreUndefinedWithoutANetwork) {
    for (const Totals& t : {totals(interrupted_ledger()), totals(Ledger{})}) {
        EXPECT_FALSE(t.network.on);
        EXPECT_TRUE(std::isnan(network_stalled(t)));
        EXPECT_TRUE(std::isnan(network_slowdown(t)));
        EXPECT_TRUE(std::isnan(t.network.largest));
        EXPECT_TRUE(std::isnan(t.network.leaf));
        EXPECT_TRUE(std::isnan(t.network.storage));
    }
}

TEST(NetworkTotals, WithRatesFromATableOnlyKnowWhatJobsLost) {
    Ledger ledger = networked_ledger();
    ledger.network = {};
    ledger.network.on = true;
    const Totals t = totals(ledger);
    EXPECT_DOUBLE_EQ(network_stalled(t), 200 / 57600.0);
    EXPECT_TRUE(std::isnan(t.network.largest));
}

}  // namespace
}  // namespace tidepool::model
