#include "topology/graph.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/topology/reading.h"
#include "topology/bisection.h"
#include "topology/stats.h"

namespace tidepool::topology {
namespace {

using testing::ElementsAre;

struct Row {
    std::uint32_t k;
    std::uint64_t hosts, switches, bisection;
};

// Published counts of k-ary fat-trees: hosts k^3/4, switches 5k^2/4, bisection k^3/8 links.
constexpr Row kRows[] = {{4, 16, 20, 8},
                         {8, 128, 80, 64},
                         {16, 1'024, 320, 512},
                         {24, 3'456, 720, 1'728},
                         {32, 8'192, 1'280, 4'096},
#if !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)  // sanitizers make the rest slow
                         {36, 11'664, 1'620, 5'832},
                         {40, 16'000, 2'000, 8'000},
                         {48, 27'648, 2'880, 13'824},
                         {64, 65'536, 5'120, 32'768}
#endif
};

class KAry : public testing::TestWithParam<Row> {};

std::uint64_t count(const Graph& graph, Tier tier) {
    return static_cast<std::uint64_t>(
        std::count_if(graph.vertices.begin(), graph.vertices.end(),
                      [&](const Vertex& vertex) { return vertex.tier == tier; }));
}

std::uint64_t cables_into(const Graph& graph, Tier tier) {
    std::uint64_t cables = 0;
    for (const Link& link : graph.links) {
        cables += graph.vertices[link.above].tier == tier ? link.cables : 0;
    }
    return cables;
}

void expect_counts(const Graph& graph, const Row& row, double link) {
    const std::uint64_t k = row.k;
    EXPECT_EQ(graph.hosts, row.hosts);
    EXPECT_EQ(graph.vertices.size() - graph.hosts, row.switches);
    EXPECT_EQ(count(graph, Tier::kHost), k * k * k / 4);
    EXPECT_EQ(count(graph, Tier::kLeaf), k * k / 2);
    EXPECT_EQ(count(graph, Tier::kSpine), k * k / 2);
    EXPECT_EQ(count(graph, Tier::kCore), k * k / 4);
    for (const Tier tier : {Tier::kLeaf, Tier::kSpine, Tier::kCore}) {
        EXPECT_EQ(cables_into(graph, tier), k * k * k / 4) << tier_name(tier);
    }
    const auto cut = bisection(graph);
    ASSERT_TRUE(cut.has_value());
    EXPECT_EQ(cut->split, "pods");
    EXPECT_EQ(cut->nodes[0], cut->nodes[1]);
    EXPECT_EQ(cut->bandwidth.value, static_cast<double>(row.bisection) * link);
}

TEST_P(KAry, HasThePublishedCounts) {
    expect_counts(k_ary_fat_tree(GetParam().k), GetParam(), 1);
}

// The same from YAML, by the general cabling rules: links of 400 Gb/s.
TEST_P(KAry, ComesOutOfTheCablingRulesToo) {
    const Topology topology = good_topology(
        "clusters: [{name: a, server: one, nodes: " + std::to_string(GetParam().hosts) +
        "}]\nfabric: {kind: k-ary, k: " + std::to_string(GetParam().k) +
        "}\ncatalog: {servers: [{name: one, gpu: l40s, gpus: 1, nic: cx7-400, nics: 1}]}\n");
    expect_counts(fabric_graph(topology), GetParam(), 50e9);
}

TEST_P(KAry, NeedsNoMorePortsThanK) {
    const Graph graph = k_ary_fat_tree(GetParam().k);
    const Adjacency near = adjacency(graph);
    for (std::uint32_t v = graph.hosts; v < graph.vertices.size(); ++v) {
        ASSERT_EQ(near.first[v + 1] - near.first[v], GetParam().k) << v;
    }
}

INSTANTIATE_TEST_SUITE_P(Table, KAry, testing::ValuesIn(kRows),
                         [](const auto& row) { return "k" + std::to_string(row.param.k); });

// Two nodes with two cards, two units of one node, a leaf per rail, one spine of 4 ports.
TEST(Graph, LinksEveryRailToItsLeaf) {
    const Topology topology = good_topology(
        "clusters: [{name: a, server: two, nodes: 2}]\n"
        "fabric: {kind: leaf-spine, nodes_per_leaf: 1, leaf: qm9700, spine: qm9700}\n"
        "catalog: {servers: [{name: two, gpu: l40s, gpus: 2, nic: cx7-400, nics: 2}]}\n");
    const Graph graph = fabric_graph(topology);
    std::vector<std::string> links;
    for (const Link& link : graph.links) {
        EXPECT_DOUBLE_EQ(link.capacity.value, 50e9);
        EXPECT_EQ(link.cables, 1u);
        links.push_back(vertex_name(topology, graph.vertices[link.below]) + " " +
                        vertex_name(topology, graph.vertices[link.above]));
    }
    EXPECT_THAT(links,
                ElementsAre("a-n00000 leaf0", "a-n00000 leaf1", "a-n00001 leaf2", "a-n00001 leaf3",
                            "leaf0 spine0", "leaf1 spine0", "leaf2 spine0", "leaf3 spine0"));
}

// Every switch of every preset stays within its ports; every tier carries what the trunks say.
TEST(Graph, KeepsWithinThePortsOfEverySwitch) {
    for (const PresetSummary& row : presets()) {
        const Topology topology = build_preset(row.name);
        const Graph graph = fabric_graph(topology);
        std::vector<std::int64_t> ports(graph.vertices.size(), 0);
        double from_leaves = 0;
        for (const Link& link : graph.links) {
            ports[link.below] += link.cables;
            ports[link.above] += link.cables;
            from_leaves += graph.vertices[link.below].tier == Tier::kLeaf ? link.capacity.value : 0;
        }
        for (std::size_t v = 0; v < ports.size(); ++v) {
            const Fabric& fabric = topology.fabric;
            const Tier tier = graph.vertices[v].tier;
            const std::int64_t most =
                tier == Tier::kHost
                    ? topology.servers[topology.nodes[v].server].nics
                    : (tier == Tier::kLeaf
                           ? fabric.leaf.ports
                           : (tier == Tier::kSpine ? fabric.spine.ports : fabric.core.ports));
            EXPECT_LE(ports[v], most)
                << row.name << " " << vertex_name(topology, graph.vertices[v]);
        }
        double trunks = 0;
        for (const Trunk& trunk : topology.trunks) {
            trunks += trunk.name.starts_with("leaf") ? trunk.capacity.value : 0;
        }
        EXPECT_NEAR(from_leaves, trunks, 1e-9 * trunks) << row.name;
    }
}

// Non-blocking: half the cards, 64 x 8 x 50 GB/s; at 4 : 1 a quarter of it. One tier: the cards of
// 8 nodes.
TEST(Bisection, IsHalfTheCardsOverTheOversubscription) {
    const auto of = [](const std::string& yaml) {
        return bisection(fabric_graph(good_topology(yaml)))->bandwidth.value;
    };
    EXPECT_EQ(of("preset: neocloud-1024\n"), 64 * 8 * 50e9);
    EXPECT_EQ(of("preset: neocloud-1024\nfabric: {oversubscription: 4}\n"), 64 * 8 * 50e9 / 4);
    EXPECT_EQ(of("preset: dgx-pod\n"), 8 * 8 * 50e9);
}

// The nearest pod boundary, 1,152, is far from 1,024, a boundary between racks is on it. It parts
// pod 2 into 256 and 128 nodes. With a node's cards of c = 400 GB/s and pods that get 1/7 of that
// outwards, the switches of pod 2 and the cores stand on the first side in the smallest cut:
// 128 c into the rest of pod 2 + (384 + 384 + 128) c / 7 into pods 3 to 5 = 256 c = 102.4 TB/s.
// (Cores on the other side: 128 c + 3 x 384 c / 7 = 292.6 c; pod 2's switches there: above 256 c by
// their nodes alone.)
TEST(Bisection, PartsAPodWhereNoPodBoundaryIsNearHalf) {
    const auto cut = bisection(fabric_graph(build_preset("llama3-16k")));
    EXPECT_EQ(cut->split, "leaf groups");
    EXPECT_EQ(cut->nodes[0], 1'024u);
    EXPECT_EQ(cut->nodes[1], 1'024u);
    EXPECT_NEAR(cut->bandwidth.value, 102.4e12,
                1e4);  // capacities are rounded to whole B/s per bundle
}

std::string two_clusters(const std::string& small, const std::string& big) {
    return "clusters:\n"
           "  - {name: small, server: hgx-h100, nodes: " +
           small + "}\n  - {name: big, server: hgx-h100, nodes: " + big +
           "}\nfabric: {kind: leaf-spine, wiring: rail, rail_planes: true, nodes_per_leaf: 32, "
           "leaf: qm9700, spine: arista-7816, oversubscription: 4}\n";
}

// Leaf groups end at nodes 4, 36, ..., 516; half of 1,024 is 512. The other 508 nodes have 400 / 4
// GB/s each above their leaves, less than the 516: 50.8 TB/s.
TEST(Bisection, OfVeryUnequalPodsIsBetweenHalvesAllTheSame) {
    const auto cut = bisection(fabric_graph(good_topology(two_clusters("4", "1020"))));
    EXPECT_EQ(cut->split, "leaf groups");
    EXPECT_EQ(cut->nodes[0], 516u);
    EXPECT_EQ(cut->nodes[1], 508u);
    EXPECT_NEAR(cut->bandwidth.value, 50.8e12, 1e4);
}

// 500 of 1,024 nodes: 12 off half, within a leaf group of 32. 500 x 100 GB/s.
TEST(Bisection, IsBetweenPodsThatAreNearlyHalves) {
    const auto cut = bisection(fabric_graph(good_topology(two_clusters("500", "524"))));
    EXPECT_EQ(cut->split, "pods");
    EXPECT_EQ(cut->nodes[0], 500u);
    EXPECT_NEAR(cut->bandwidth.value, 50e12, 1e4);
}

// The only boundary of pods and leaf groups parts 1 node from 32: no halves, so 16 nodes stand
// against 17. Both halves have nodes under leaf group 1 (15 and 17), which join there by their
// cards; the first node comes in over its leaf's 100 GB/s: 15 x 400 + 100 GB/s.
TEST(Bisection, PartsALeafGroupWhereNothingElseIsNearHalf) {
    const auto cut = bisection(fabric_graph(good_topology(two_clusters("1", "32"))));
    EXPECT_EQ(cut->split, "nodes");
    EXPECT_EQ(cut->nodes[0], 16u);
    EXPECT_EQ(cut->nodes[1], 17u);
    EXPECT_NEAR(cut->bandwidth.value, 15 * 400e9 + 100e9, 1e4);
}

TEST(Bisection, DoesNotExistWithoutAFabric) {
    EXPECT_FALSE(bisection(fabric_graph(build_preset("philly-552"))).has_value());
}

// 24 pods of 512 nodes and one of 212: the nearest pod boundary, 6,144, is 106 nodes off half, the
// nearest leaf group ends at 195 x 32 = 6,240. Non-blocking: 6,240 x 8 x 50 GB/s.
TEST(Bisection, OfAHundredThousandGpusIsFull) {
    const auto cut = bisection(fabric_graph(build_preset("fat-tree-100k")));
    EXPECT_EQ(cut->split, "leaf groups");
    EXPECT_EQ(cut->nodes[0], 6'240u);
    EXPECT_EQ(cut->bandwidth.value, 6'240.0 * 8 * 50e9);
}

}  // namespace
}  // namespace tidepool::topology
