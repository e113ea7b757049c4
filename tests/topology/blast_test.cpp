#include "topology/blast.h"

#include <gtest/gtest.h>

#include "tests/topology/reading.h"

namespace tidepool::topology {
namespace {

std::vector<Blast> of(const Graph& graph, std::uint32_t gpus_per_host) {
    return blasts(graph, adjacency(graph), std::vector<std::uint32_t>(graph.hosts, gpus_per_host));
}

void expect(const Blast& blast, std::uint64_t cut, std::uint64_t slowed, double share) {
    EXPECT_EQ(blast.nodes_cut, cut);
    EXPECT_EQ(blast.gpus_cut, cut * 8);
    EXPECT_EQ(blast.nodes_slowed, slowed);
    EXPECT_EQ(blast.gpus_slowed, slowed * 8);
    EXPECT_DOUBLE_EQ(blast.share, share);
}

// A rail leaf takes an eighth of the bandwidth of 32 nodes; one of 16 spines a sixteenth of all.
TEST(Blast, OfARailLeafIsOneRailOfItsUnit) {
    const std::vector<Blast> all = of(fabric_graph(build_preset("neocloud-1024")), 8);
    ASSERT_EQ(all.size(), 48u);
    expect(all[0], 0, 32, 1.0 / 8);
    expect(all[31], 0, 32, 1.0 / 8);
    expect(all[32], 0, 128, 1.0 / 16);
}

// A top-of-rack switch takes its two nodes; a spine an eighth of a pod of 384 nodes; the sixth pod
// has 128.
TEST(Blast, OfATopOfRackSwitchIsTheRack) {
    const std::vector<Blast> all = of(fabric_graph(build_preset("llama3-16k")), 8);
    expect(all[0], 2, 2, 1);
    expect(all[1024], 0, 384, 1.0 / 8);
    expect(all[1024 + 47], 0, 128, 1.0 / 8);
    expect(all[1024 + 48], 0, 2'048, 1.0 / 8);
}

// Every host of a k-ary tree hangs on one edge switch; an aggregation switch is one of k/2 of its
// pod, a core one of (k/2)^2.
TEST(Blast, OfAKAryTreeFollowsFromK) {
    const std::vector<Blast> all = of(k_ary_fat_tree(8), 8);
    expect(all[0], 4, 4, 1);
    expect(all[32], 0, 16, 1.0 / 4);
    expect(all[64], 0, 128, 1.0 / 16);
}

// Leaves a (3 nodes) and b (2 nodes) below one spine: without it the two nodes of b are apart from
// the rest.
TEST(Blast, OfTheOnlySpineCutsOffTheSmallerSide) {
    Graph graph;
    graph.hosts = 5;
    for (std::uint32_t h = 0; h < 5; ++h) {
        graph.vertices.push_back({Tier::kHost, h, 0, h < 3 ? 0u : 1u});
        graph.links.push_back({h, h < 3 ? 5u : 6u, 1, {1}});
    }
    graph.vertices.push_back({Tier::kLeaf, 0, 0, 0});
    graph.vertices.push_back({Tier::kLeaf, 1, 0, 1});
    graph.vertices.push_back({Tier::kSpine, 0, kNone, kNone});
    graph.links.push_back({5, 7, 1, {1}});
    graph.links.push_back({6, 7, 1, {1}});
    const std::vector<Blast> all = of(graph, 8);
    expect(all[0], 3, 3, 1);
    expect(all[1], 2, 2, 1);
    expect(all[2], 2, 5, 1);
}

// One tier of rails: nodes reach each other over the other rails.
TEST(Blast, OfOneRailOfASingleTierCutsNobodyOff) {
    const std::vector<Blast> all = of(fabric_graph(build_preset("dgx-pod")), 8);
    ASSERT_EQ(all.size(), 8u);
    expect(all[7], 0, 16, 1.0 / 8);
}

TEST(Blast, OfTheOnlySwitchCutsEverybodyOff) {
    const Topology topology = good_topology(
        "clusters: [{name: a, server: hgx-h100, nodes: 4}]\n"
        "fabric: {kind: leaf, wiring: tor, nodes_per_leaf: 4, leaf: qm9700}\n");
    expect(of(fabric_graph(topology), 8)[0], 4, 4, 1);
}

}  // namespace
}  // namespace tidepool::topology
