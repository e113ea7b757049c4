#include "topology/paths.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "tests/topology/reading.h"

namespace tidepool::topology {
namespace {

// Hops between all pairs of hosts, one search per host, without classes.
std::uint32_t widest_of_all_pairs(const Graph& graph) {
    const Adjacency near = adjacency(graph);
    std::uint32_t widest = 0;
    for (std::uint32_t start = 0; start < graph.hosts; ++start) {
        std::vector<std::uint32_t> order{start};
        std::map<std::uint32_t, std::uint32_t> hops{{start, 0}};
        for (std::size_t i = 0; i < order.size(); ++i) {
            if (order[i] < graph.hosts && order[i] != start) {
                widest = std::max(widest, hops[order[i]]);
                continue;
            }
            for (auto e = near.first[order[i]]; e < near.first[order[i] + 1]; ++e) {
                if (hops.emplace(near.ends[e].vertex, hops[order[i]] + 1).second) {
                    order.push_back(near.ends[e].vertex);
                }
            }
        }
    }
    return widest;
}

TEST(Diameter, IsTwoHopsPerTier) {
    const auto of = [](const std::string& yaml) {
        const Graph graph = fabric_graph(good_topology(yaml));
        EXPECT_EQ(widest_of_all_pairs(graph), *diameter(graph, adjacency(graph))) << yaml;
        return *diameter(graph, adjacency(graph));
    };
    EXPECT_EQ(of("preset: dgx-pod\n"), 2u);
    EXPECT_EQ(of("preset: neocloud-1024\n"), 4u);
    EXPECT_EQ(of("preset: nvl72-pod\n"), 4u);
    const Graph tree = k_ary_fat_tree(4);
    EXPECT_EQ(*diameter(tree, adjacency(tree)), 6u);
    EXPECT_EQ(widest_of_all_pairs(tree), 6u);
}

TEST(Diameter, OfOneNodeIsZeroAndOfTwoIslandsNone) {
    Graph graph;
    graph.hosts = 1;
    graph.vertices = {{Tier::kHost, 0, 0, 0}, {Tier::kLeaf, 0, 0, 0}};
    graph.links = {{0, 1, 1, {1}}};
    EXPECT_EQ(*diameter(graph, adjacency(graph)), 0u);
    graph.hosts = 2;
    graph.vertices = {{Tier::kHost, 0, 0, 0},
                      {Tier::kHost, 1, 0, 1},
                      {Tier::kLeaf, 0, 0, 0},
                      {Tier::kLeaf, 1, 0, 1}};
    graph.links = {{0, 2, 1, {1}}, {1, 3, 1, {1}}};
    EXPECT_FALSE(diameter(graph, adjacency(graph)).has_value());
    EXPECT_EQ(path_diversity(graph, adjacency(graph))->disjoint, 0);
}

TEST(Classes, JoinHostsOfTheSameLeaves) {
    const Graph graph = k_ary_fat_tree(4);
    const HostClasses classes = host_classes(graph, adjacency(graph));
    ASSERT_EQ(classes.list.size(), 8u);
    EXPECT_EQ(classes.list[3].first, 6u);
    EXPECT_EQ(classes.list[3].hosts, 2u);
    EXPECT_EQ(classes.of_host[7], 3u);
}

// Between pods of a k-ary tree: (k/2)^2 shortest routes, one per core; k/2 up-links of the edge
// switch.
TEST(PathDiversity, OfAKAryTreeIsOnePerCore) {
    for (const std::uint32_t k : {4u, 8u, 16u}) {
        const Graph graph = k_ary_fat_tree(k);
        const auto paths = path_diversity(graph, adjacency(graph));
        EXPECT_EQ(paths->hops, 6u);
        EXPECT_EQ(paths->routes, k * k / 4.0);
        EXPECT_EQ(paths->disjoint, k / 2);
    }
}

// 8 leaves x 16 spines x 8 leaves; 8 leaves with 32 up-links each.
TEST(PathDiversity, OfANeocloudCountsLeavesAndSpines) {
    const Graph graph = fabric_graph(good_topology("preset: neocloud-1024\n"));
    const auto paths = path_diversity(graph, adjacency(graph));
    EXPECT_EQ(paths->hops, 4u);
    EXPECT_EQ(paths->routes, 8 * 16 * 8);
    EXPECT_EQ(paths->disjoint, 8 * 32);
}

// Rail planes do not meet: a route stays on its rail. 32 up-links over 16 x 2 cables as before.
TEST(PathDiversity, WithRailPlanesStaysOnTheRail) {
    const Graph graph =
        fabric_graph(good_topology("preset: neocloud-1024\nfabric: {rail_planes: true}\n"));
    const auto paths = path_diversity(graph, adjacency(graph));
    // 4 leaves x 32 up-links per plane fit 2 spines of 64 ports.
    EXPECT_EQ(paths->routes, 8 * 2);
    EXPECT_EQ(paths->disjoint, 8 * 32);
}

TEST(PathDiversity, DoesNotExistBelowOneLeafGroup) {
    const Graph graph = fabric_graph(good_topology("preset: dgx-pod\n"));
    EXPECT_FALSE(path_diversity(graph, adjacency(graph)).has_value());
}

}  // namespace
}  // namespace tidepool::topology
