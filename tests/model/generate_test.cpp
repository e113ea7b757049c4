#include "sim/model/generate.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/outage_tools.h"

namespace tidepool::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Outages make(const topology::Topology& topology, const std::string& yaml, std::uint32_t days = 30,
             std::uint64_t seed = 1) {
    return generate_outages(topology, failures(yaml), nullptr, seed, Ticks{days * kDay});
}

// Two clusters with every tier, in a fabric of rails.
topology::Topology rails(const std::string& clusters) {
    return topology::good_topology("preset: neocloud-1024\nclusters:\n" + clusters +
                                   "fabric: {nodes_per_leaf: 2}\n");
}
const std::string kClusterA = "  - {name: a, server: hgx-h100, nodes: 8, nodes_per_rack: 2}\n";
const std::string kClusterB = "  - {name: b, server: hgx-h100, nodes: 4, nodes_per_rack: 2}\n";
const std::string kEverything =
    "lemons: {share: 30 %, multiplier: 5}\n"
    "components:\n"
    "  - {name: gpu, per: gpu, mtbf: 20 d, takes: gpu}\n"
    "  - {name: host, per: node, mtbf: 5 d, law: {law: weibull, shape: 0.7}}\n"
    "  - {name: cable, per: link, mtbf: 30 d}\n"
    "  - {name: leaf, per: leaf, mtbf: 20 d, law: {law: bathtub}}\n"
    "  - {name: power, per: rack, mtbf: 10 d}\n";

TEST(Generate, IsInOrderAndTheSameEveryTime) {
    const topology::Topology topology = rails(kClusterA + kClusterB);
    const Outages outages = make(topology, kEverything, 300);
    EXPECT_GT(outages.list.size(), 5'000u);
    EXPECT_TRUE(std::is_sorted(outages.list.begin(), outages.list.end(),
                               [](const Outage& a, const Outage& b) {
                                   return std::tuple(a.begin, a.cause, a.entity, a.end) <
                                          std::tuple(b.begin, b.cause, b.entity, b.end);
                               }));
    for (const Outage& outage : outages.list) {
        EXPECT_LT(outage.begin, Ticks{300 * kDay});
        EXPECT_LE(outage.begin, outage.end);
        EXPECT_LT(outage.first_node, outage.last_node);
        EXPECT_LE(outage.last_node, 12u);
    }
    EXPECT_EQ(outages.list, make(topology, kEverything, 300).list);
    EXPECT_NE(outages.list, make(topology, kEverything, 300, 2).list);
}

// A longer run begins like a shorter one.
TEST(Generate, OnlyAddsOutagesWhenTheRunIsLonger) {
    const topology::Topology topology = rails(kClusterA);
    std::vector<Outage> longer = make(topology, kEverything, 60).list;
    std::erase_if(longer, [](const Outage& outage) { return outage.begin >= Ticks{30 * kDay}; });
    EXPECT_EQ(longer, make(topology, kEverything, 30).list);
}

// What a cluster's nodes suffer, by cause name and counted from the cluster's first node.
std::vector<std::tuple<std::string, Ticks, Ticks, std::uint32_t, std::uint32_t, std::uint64_t>>
luck_of(const Outages& outages, std::uint32_t first, std::uint32_t nodes) {
    std::vector<std::tuple<std::string, Ticks, Ticks, std::uint32_t, std::uint32_t, std::uint64_t>>
        luck;
    for (const Outage& o : outages.list) {
        if (o.first_node >= first && o.last_node <= first + nodes) {
            luck.emplace_back(outages.causes[o.cause], o.begin, o.end, o.first_node - first,
                              o.last_node - first, o.gpus);
        }
    }
    std::sort(luck.begin(), luck.end());
    return luck;
}

TEST(Generate, LeavesEverybodysLuckAloneWhenOthersJoin) {
    const Outages alone = make(rails(kClusterA), kEverything);
    const auto luck = luck_of(alone, 0, 8);
    EXPECT_EQ(luck.size(), alone.list.size());
    std::string larger = kClusterA;
    larger.replace(larger.find("nodes: 8"), 8, "nodes: 12");
    EXPECT_EQ(luck_of(make(rails(larger), kEverything), 0, 8), luck);
    EXPECT_EQ(luck_of(make(rails(kClusterA + kClusterB), kEverything), 0, 8), luck);
    EXPECT_EQ(luck_of(make(rails(kClusterB + kClusterA), kEverything), 4, 8), luck);
    Outages more = make(rails(kClusterA),
                        "preset: rsc-1\n" + kEverything + "  - {name: z, per: node, mtbf: 1 h}\n");
    std::erase_if(more.list, [&](const Outage& outage) {
        const std::string& cause = more.causes[outage.cause];
        return cause == "any" || cause == "z";
    });
    EXPECT_EQ(luck_of(more, 0, 8), luck);
}

// Things of each kind take what they are about, with the reach of their basis.
TEST(Generate, KnowsWhatEachThingTakes) {
    const topology::Topology topology = rails(kClusterA + kClusterB);
    const auto every = [&](const std::string& per, const auto& check) {
        const Outages outages =
            make(topology, "components: [{name: x, per: " + per + ", mtbf: 1 d}]");
        EXPECT_THAT(outages.list, testing::Not(IsEmpty())) << per;
        for (const Outage& outage : outages.list) {
            EXPECT_TRUE(check(outage)) << per;
        }
    };
    const auto is = [](const Outage& o, std::uint32_t first, std::uint32_t last, Reach reach) {
        return o.first_node == first && o.last_node == last && o.reach == reach &&
               o.gpus == kWholeNode && o.kind == OutageKind::kRepair;
    };
    every("node", [&](const Outage& o) { return is(o, o.entity, o.entity + 1, Reach::kAll); });
    every("gpu",
          [&](const Outage& o) { return is(o, o.entity / 8, o.entity / 8 + 1, Reach::kAll); });
    every("link", [&](const Outage& o) {
        return is(o, o.entity / 8, o.entity / 8 + 1, Reach::kMultiNode);
    });
    every("leaf", [&](const Outage& o) {  // 8 rails over two nodes
        return is(o, o.entity / 8 * 2, o.entity / 8 * 2 + 2, Reach::kMultiNode);
    });
    every("rack",
          [&](const Outage& o) { return is(o, o.entity * 2, o.entity * 2 + 2, Reach::kAll); });
    every("pod, reach: multi-leaf", [&](const Outage& o) {
        return is(o, o.entity * 8, 8 + o.entity * 4, Reach::kMultiLeaf);
    });
    every("cluster",
          [&](const Outage& o) { return is(o, o.entity * 8, 8 + o.entity * 4, Reach::kAll); });
    every("site", [&](const Outage& o) { return is(o, 0, 12, Reach::kAll); });
    every("spine", [&](const Outage& o) { return is(o, 0, 12, Reach::kMultiLeaf); });
    every("gpu, takes: gpu", [&](const Outage& o) {
        return o.gpus == std::uint64_t{1} << (o.entity % 8) && o.first_node == o.entity / 8;
    });
    every("node, kind: interruption",
          [](const Outage& o) { return o.kind == OutageKind::kInterruption && o.begin == o.end; });
    every("node, repair: {law: fixed, mean: 0 s}",
          [](const Outage& o) { return o.kind == OutageKind::kInterruption && o.begin == o.end; });
    every("node, kind: degraded, speed: 70 %", [](const Outage& o) {
        return o.kind == OutageKind::kDegraded && o.speed == 717 && o.begin < o.end;  // 716.8
    });
}

TEST(Generate, MakesNothingOfNothing) {
    const topology::Topology topology = servers(4);
    EXPECT_THAT(make(topology, "{}").list, IsEmpty());
    EXPECT_THAT(make(topology, "{preset: rsc-1-1024-job, per_1000_node_days: 1e5, scale: 0}").list,
                IsEmpty());
    EXPECT_THAT(make(topology, "{components: [{name: x, per: job, mtbf: 1 h}]}").list, IsEmpty());
    EXPECT_THAT(make(topology, "{per_1000_node_days: 1e-300}").list, IsEmpty());
}

// FNV-1a of "a/hot-port-link" and "a/ecc-board-psu" is the same in its folded 24 bits, found by
// trial.
TEST(Generate, RefusesCausesThatWouldFailTogether) {
    const std::string yaml =
        "components: [{name: hot-port-link, per: node, mtbf: 1 d}, {name: ecc-board-psu, per: "
        "node, mtbf: 1 d}]";
    try {
        make(servers(1), yaml);
        FAIL();
    } catch (const InputError& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("a/hot-port-link and a/ecc-board-psu"));
    }
    // In another cluster the names are others.
    EXPECT_NO_THROW(
        make(topology::good_topology("clusters: [{name: b, server: l40s-8, nodes: 1}]\n"), yaml));
}

// 10,000 nodes, 10 % of them lemons at 20 times one failure per 100 d: after 10 d 0.1 failures of
// a good node and 2 of a lemon are expected.
TEST(Generate, MakesLemonsOfTheirShare) {
    const std::string part =
        "components: [{name: x, per: node, mtbf: 100 d, kind: interruption}]\n";
    const Outages outages =
        make(servers(10'000), "lemons: {share: 10 %, multiplier: 20}\n" + part, 10);
    std::vector<int> failures_of(10'000);
    for (const Outage& outage : outages.list) {
        ++failures_of[outage.first_node];
    }
    // P(3 or more) = 1 - exp(-m) (1 + m + m^2/2) = 0.000155 at m = 0.1 and 0.323324 at m = 2.
    const double p = 0.9 * 0.000155 + 0.1 * 0.323324;
    const auto many =
        std::count_if(failures_of.begin(), failures_of.end(), [](int count) { return count >= 3; });
    EXPECT_NEAR(static_cast<double>(many), 10'000 * p, 4 * std::sqrt(10'000 * p));
    // Mean per node 0.1 * 2.9; variance of a mixed Poisson: 0.29 + 0.09 * 1.9^2 = 0.6149.
    EXPECT_NEAR(static_cast<double>(outages.list.size()), 2900, 4 * std::sqrt(10'000 * 0.6149));
    // The good ones are as they were without lemons.
    const Outages without = make(servers(10'000), part, 10);
    std::vector<int> plain(10'000);
    for (const Outage& outage : without.list) {
        ++plain[outage.first_node];
    }
    const auto changed = std::inner_product(plain.begin(), plain.end(), failures_of.begin(), 0,
                                            std::plus<>(), std::not_equal_to<>());
    EXPECT_NEAR(changed, 1000 * (1 - std::exp(-2.0)), 4 * std::sqrt(1000) + 30);
}

TEST(Generate, LetsNodesArriveWithTheirLuckAhead) {
    const topology::Topology later = topology::good_topology(
        "clusters: [{name: a, server: l40s-8, nodes: 6, tranches: [{nodes: 2, at: 10 d}, {nodes: "
        "1, at: 40 d}]}]\n");
    const std::string yaml = "components: [{name: x, per: node, mtbf: 2 d, law: {law: bathtub}}]";
    const Outages outages = make(later, yaml, 30);
    const auto absent = of_cause(outages, "not installed");
    ASSERT_EQ(absent.size(), 2u);
    EXPECT_EQ(absent[0].kind, OutageKind::kNotInstalled);
    EXPECT_EQ(std::tuple(absent[0].begin, absent[0].end, absent[0].first_node, absent[0].last_node),
              std::tuple(Ticks{}, Ticks{10 * kDay}, 3u, 5u));
    EXPECT_EQ(std::tuple(absent[1].begin, absent[1].end, absent[1].first_node, absent[1].last_node),
              std::tuple(Ticks{}, Ticks{40 * kDay}, 5u, 6u));
    const auto of_node = [](const std::vector<Outage>& list, std::uint32_t node,
                            std::uint32_t shift, std::uint32_t before) {
        std::vector<std::pair<Ticks, Ticks>> times;
        for (const Outage& o : list) {
            if (o.first_node == node && o.begin.value + shift < before) {
                times.emplace_back(Ticks{o.begin.value + shift}, Ticks{o.end.value + shift});
            }
        }
        return times;
    };
    const auto shifted = of_cause(outages, "x");
    const auto plain = of_cause(make(servers(6), yaml, 30), "x");
    for (const std::uint32_t node : {0u, 1u, 2u}) {
        EXPECT_EQ(of_node(shifted, node, 0, 30 * kDay), of_node(plain, node, 0, 30 * kDay));
    }
    for (const std::uint32_t node : {3u, 4u}) {
        EXPECT_THAT(of_node(shifted, node, 0, 30 * kDay), testing::Not(IsEmpty()));
        EXPECT_EQ(of_node(shifted, node, 0, 30 * kDay), of_node(plain, node, 10 * kDay, 30 * kDay));
    }
    EXPECT_THAT(of_node(shifted, 5, 0, 30 * kDay), IsEmpty());
}

TEST(Generate, PlansMaintenanceInBatches) {
    const Outages outages =
        make(servers(6),
             "maintenance: [{name: once, from: 5 d, lasts: 2 d}, {name: firmware, from: 1 d, "
             "every: 10 d, lasts: 4 h, nodes: [1, 5], batch: 2}]",
             12);
    std::vector<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>> rows;
    for (const Outage& o : outages.list) {
        EXPECT_EQ(o.kind, OutageKind::kMaintenance);
        EXPECT_EQ(o.gpus, kWholeNode);
        rows.emplace_back(o.begin.value / kHour, o.end.value / kHour, o.first_node, o.last_node);
    }
    EXPECT_THAT(rows, ElementsAre(std::tuple(24, 28, 1, 3), std::tuple(28, 32, 3, 5),
                                  std::tuple(32, 36, 5, 6), std::tuple(120, 168, 0, 6),
                                  std::tuple(264, 268, 1, 3), std::tuple(268, 272, 3, 5),
                                  std::tuple(272, 276, 5, 6)));
}

}  // namespace
}  // namespace tidepool::model
