#include "sim/model/downtime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/interrupted_ledger.h"

namespace tidepool::model {
namespace {

using ::testing::IsEmpty;

Outage outage(std::uint32_t begin, std::uint32_t end, std::uint32_t first, std::uint32_t last,
              std::uint64_t gpus = kWholeNode, OutageKind kind = OutageKind::kRepair) {
    return {Ticks{begin}, Ticks{end}, 0, 0, first, last, gpus, kind};
}

Downtimes of(std::vector<std::uint32_t> node_gpus, std::vector<Outage> outages,
             std::uint32_t end = 1000) {
    Ledger ledger;
    ledger.node_gpus = std::move(node_gpus);
    ledger.outages.list = std::move(outages);
    ledger.end = Ticks{end};
    return downtimes(ledger);
}

TEST(Downtimes, OfARunByHand) {
    // Node 1 is down in [276, 1076) and [1400, 1500); the other kinds of outage take nothing down.
    const Downtimes all = downtimes(interrupted_ledger());
    EXPECT_EQ(all.installed, 14'400u);
    EXPECT_EQ(all.down, 1800u);
    ASSERT_EQ(all.nodes.size(), 5u);
    EXPECT_EQ(all.nodes[1].down, 1800u);
    EXPECT_EQ(all.nodes[1].length, 900u);
    EXPECT_EQ(all.nodes[1].downtimes, 2u);
    EXPECT_EQ(all.nodes[1].repaired, 1u);  // the second one was only planned
    EXPECT_EQ(all.nodes[1].repaired_length, 800u);
    EXPECT_EQ(all.nodes[2].downtimes, 0u);
    EXPECT_EQ(all.nodes[3].installed, 3200u);
    EXPECT_EQ(all.nodes[4].installed, 1600u);
    EXPECT_EQ(all.month_count, 0u);  // 100 s are less than a day
}

TEST(Downtimes, OverlappingNestedAndTouchingOutagesAreOne) {
    // [100, 400) of [100, 300), [150, 200) and [250, 400), then [400, 450) and, apart, [460, 470).
    const Downtimes all =
        of({4}, {outage(100, 300, 0, 1), outage(150, 200, 0, 1), outage(250, 400, 0, 1),
                 outage(400, 450, 0, 1), outage(460, 470, 0, 1)});
    EXPECT_EQ(all.nodes[0].downtimes, 2u);
    EXPECT_EQ(all.nodes[0].length, 360u);
    EXPECT_EQ(all.nodes[0].down, 4 * 360u);
}

TEST(Downtimes, GpusAreDownEachForItself) {
    // GPU 0 [100, 300), GPU 1 [200, 400), the node [250, 260), GPUs 0 and 1 [390, 410).
    // GPU 0: 200 + 20, GPU 1: 200 + 10, GPUs 2 and 3: 10 each. Some GPU is down in [100, 410).
    const Downtimes all = of({4}, {outage(100, 300, 0, 1, 0b01), outage(200, 400, 0, 1, 0b10),
                                   outage(250, 260, 0, 1), outage(390, 410, 0, 1, 0b11)});
    EXPECT_EQ(all.nodes[0].down, 220u + 210u + 10u + 10u);
    EXPECT_EQ(all.nodes[0].downtimes, 1u);
    EXPECT_EQ(all.nodes[0].length, 310u);
}

TEST(Downtimes, AreCutAtTheEndsOfTheRun) {
    const Downtimes all = of({1, 1, 1}, {outage(900, 1000, 0, 1), outage(900, 1001, 1, 2),
                                         outage(990, kNever.value, 2, 3)});
    EXPECT_EQ(all.nodes[0].repaired, 1u);
    EXPECT_EQ(all.nodes[0].repaired_length, 100u);
    EXPECT_EQ(all.nodes[1].repaired, 0u);
    EXPECT_EQ(all.nodes[1].repaired_length, 0u);
    EXPECT_EQ(all.nodes[1].downtimes, 1u);
    EXPECT_EQ(all.nodes[1].down, 100u);
    EXPECT_EQ(all.nodes[2].down, 10u);
    EXPECT_EQ(all.down, 210u);
}

TEST(Downtimes, ARepairMakesAPlannedDowntimeOneToBeRepaired) {
    // Planned [100, 200) and a repair [150, 260); planned only [300, 400); a repair [500, 510).
    const OutageKind planned = OutageKind::kMaintenance;
    const Downtimes all =
        of({1}, {outage(100, 200, 0, 1, kWholeNode, planned), outage(150, 260, 0, 1),
                 outage(300, 400, 0, 1, kWholeNode, planned), outage(500, 510, 0, 1)});
    EXPECT_EQ(all.nodes[0].downtimes, 3u);
    EXPECT_EQ(all.nodes[0].length, 270u);
    EXPECT_EQ(all.nodes[0].repaired, 2u);
    EXPECT_EQ(all.nodes[0].repaired_length, 170u);
}

TEST(Downtimes, BeginWhenTheNodeArrives) {
    // Node 0 arrives at 500, in the middle of one outage and after another; node 1 never does.
    const OutageKind away = OutageKind::kNotInstalled;
    const Downtimes all =
        of({2, 2}, {outage(0, 500, 0, 1, kWholeNode, away), outage(0, 2000, 1, 2, kWholeNode, away),
                    outage(100, 200, 0, 2), outage(400, 600, 0, 2)});
    EXPECT_EQ(all.nodes[0].installed, 1000u);
    EXPECT_EQ(all.nodes[0].down, 200u);
    EXPECT_EQ(all.nodes[0].downtimes, 1u);
    EXPECT_EQ(all.nodes[1].installed, 0u);
    EXPECT_EQ(all.nodes[1].down, 0u);
    EXPECT_EQ(all.nodes[1].downtimes, 0u);
}

TEST(Downtimes, ReachMakesNoDifference) {
    Outage cut = outage(100, 200, 0, 1);
    cut.reach = Reach::kMultiNode;
    EXPECT_EQ(of({8}, {cut}).down, 800u);
}

TEST(Downtimes, AWholeNodeMayHaveMoreGpusThanTheMask) {
    EXPECT_EQ(of({72}, {outage(0, 10, 0, 1)}).down, 720u);
    EXPECT_EQ(of({72}, {outage(0, 10, 0, 1, std::uint64_t{1} << 63)}).down, 10u);
}

TEST(NodeMonths, AreThirtyDaysEachAndAtLeastOne) {
    // 61 days: months 0 and 1, and one day of month 2, just enough. Node 0 is down for the two days
    // around the end of month 0. Node 1 arrives on day 59.5: half a day of month 1 does not count.
    const std::uint32_t day = kTicksPerDay;
    const Downtimes all =
        of({8, 4, 0},
           {outage(0, 59 * day + day / 2, 1, 2, kWholeNode, OutageKind::kNotInstalled),
            outage(29 * day, 31 * day, 0, 3), outage(60 * day, 60 * day + day / 4, 1, 2, 0b1)},
           61 * day);
    EXPECT_EQ(all.month_count, 4u);
    ASSERT_EQ(all.months.size(), 3u);
    EXPECT_EQ(all.months[0].node, 0u);
    EXPECT_EQ(all.months[0].month, 0u);
    EXPECT_EQ(all.months[0].installed, 8ull * 30 * day);
    EXPECT_EQ(all.months[0].down, 8ull * day);
    EXPECT_EQ(all.months[1].month, 1u);
    EXPECT_EQ(all.months[1].down, 8ull * day);
    EXPECT_EQ(all.months[2].node, 1u);
    EXPECT_EQ(all.months[2].month, 2u);
    EXPECT_EQ(all.months[2].installed, 4ull * day);
    EXPECT_EQ(all.months[2].down, day / 4);
    EXPECT_EQ(of({1}, {}, 61 * day - 1).month_count, 2u);
    EXPECT_EQ(of({1}, {}, day).month_count, 1u);
    EXPECT_EQ(of({1}, {}, day - 1).month_count, 0u);
}

TEST(Downtimes, WithoutNodesThereAreNone) {
    const Downtimes all = of({}, {});
    EXPECT_THAT(all.nodes, IsEmpty());
    EXPECT_EQ(all.installed, 0u);
}

}  // namespace
}  // namespace tidepool::model
