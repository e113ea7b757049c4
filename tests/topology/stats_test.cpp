#include "topology/stats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/topology/reading.h"
#include "topology/columns.h"

namespace tidepool::topology {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Columns, PadToTheWidestCell) {
    EXPECT_EQ(columns({{"a", "count"}, {"long", "7"}}, "lr"), "a     count\nlong      7\n");
    EXPECT_EQ(columns({}, ""), "");
}

TEST(Columns, WriteNumbersForPeople) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(12'500), "12,500");
    EXPECT_EQ(grouped(1'000'000), "1,000,000");
    EXPECT_EQ(scaled(7.314e12, "B/s"), "7.31 TB/s");
    EXPECT_EQ(scaled(999.6, "W"), "1 kW");
    EXPECT_EQ(scaled(12.5, "%"), "12.5 %");
    EXPECT_EQ(amount(4.29e9), "4.29 bn");
    EXPECT_EQ(amount(0), "0");
}

TEST(Stats, CountHostsSwitchesAndCablesPerTier) {
    const Topology topology = build_preset("llama3-16k");
    const Stats figures = stats(topology);
    EXPECT_EQ(figures.hosts, 2'048u);
    EXPECT_EQ(figures.gpus, 16'384u);
    ASSERT_EQ(figures.tiers.size(), 3u);
    EXPECT_EQ(figures.tiers[0].switches, 1'024u);  // one per rack of two nodes
    EXPECT_EQ(figures.tiers[0].model, "minipack2");
    EXPECT_EQ(figures.links[0].cables, 16'384u);  // every card
    EXPECT_EQ(figures.links[1].cables, 16'384u);  // full bisection in the pod
    // 3,072 x 50 GB/s / 7 / 50 GB/s = 438.9 links over 8 spines: 55 each; the pod of 1,024 GPUs: 19
    // each.
    EXPECT_EQ(figures.links[2].cables, 5 * 8 * 55u + 8 * 19u);
    EXPECT_NEAR(figures.links[2].capacity.value, 16'384 * 50e9 / 7, 1e3);
    EXPECT_EQ(*figures.diameter, 6u);
    ASSERT_EQ(figures.worst.size(), 3u);
    EXPECT_EQ(figures.worst[0].worst.nodes_cut, 2u);
    EXPECT_EQ(figures.worst[1].worst.nodes_slowed, 384u);
}

TEST(Stats, PrintTheFiguresThatPlannersRead) {
    const Topology topology = build_preset("llama3-16k");
    const std::string table = stats_table(topology, stats(topology));
    // 102.4 TB/s (graph_test.cpp) for 8,192 GPUs.
    EXPECT_THAT(table, HasSubstr("102 TB/s each way between the first 1,024 nodes and the other "
                                 "1,024 (least capacity of this split, at leaf groups), 100 Gb/s "
                                 "per GPU of the smaller half"));
    EXPECT_THAT(table, HasSubstr("6 hops"));
    EXPECT_THAT(table,
                HasSubstr("not known for: leaf minipack2, spine arista-7816, core arista-7816"));
    EXPECT_THAT(show_table(topology), HasSubstr("failures: 3.79 per 1,000 node-days (llama3)"));
    EXPECT_THAT(show_table(topology), HasSubstr("16,384 GPUs, 2,048 islands, 1,024 racks, 6 pods"));
}

TEST(Stats, SayWhenThereIsNoFabric) {
    const Topology topology = build_preset("philly-552");
    const Stats figures = stats(topology);
    EXPECT_FALSE(figures.bisection.has_value());
    EXPECT_FALSE(figures.diameter.has_value());
    EXPECT_THAT(stats_table(topology, figures), HasSubstr("no fabric between nodes"));
    EXPECT_THAT(stats_table(topology, figures), HasSubstr("list price: none known"));
    EXPECT_THAT(stats_json(topology, figures), Not(HasSubstr("bisection")));
}

TEST(Stats, WriteSiUnitsAsJson) {
    const Topology topology = build_preset("neocloud-1024");
    const std::string json = stats_json(topology, stats(topology));
    EXPECT_THAT(json, HasSubstr("\"bandwidth_bytes_per_s\": 25600000000000"));
    EXPECT_THAT(json, HasSubstr("\"diameter_hops\": 4"));
    EXPECT_THAT(json, HasSubstr("\"currency\": \"USD\""));
    EXPECT_THAT(show_json(topology), HasSubstr("\"per_1000_node_days\": 2.23"));
}

}  // namespace
}  // namespace tidepool::topology
