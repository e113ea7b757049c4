#include "sim/model/datacenter.h"

#include <gtest/gtest.h>

#include "tests/topology/reading.h"

namespace tidepool::model {
namespace {

using topology::good_topology;

TEST(Datacenter, WithoutAFabricHasOnlyNodes) {
    const DatacenterRecord record = datacenter_of(good_topology(
        "name: plain\nclusters:\n"
        "  - {name: a, server: hgx-h100, nodes: 14, nodes_per_rack: 4, nodes_per_pod: 8}\n"
        "  - {name: b, server: dgx-a100, nodes: 3}\n"));
    EXPECT_EQ(record.name, "plain");
    EXPECT_EQ(record.fabric, "none");
    EXPECT_EQ(record.wiring, "");
    EXPECT_EQ(record.leaves + record.spines + record.cores + record.planes, 0U);
    ASSERT_EQ(record.clusters.size(), 2U);
    ClusterRecord a{.name = "a", .server = "hgx-h100", .gpu_model = 0};
    a.nodes = 14;
    a.gpus_per_node = 8;
    a.island_nodes = 1;
    a.islands = 14;
    a.racks = 4;  // 4 + 4, 4 + 2
    a.nodes_per_rack = 4;
    a.pods = 2;
    a.nodes_per_pod = 8;
    EXPECT_EQ(record.clusters[0], a);
    ClusterRecord b{.name = "b", .server = "dgx-a100", .gpu_model = 1};
    b.nodes = b.islands = b.racks = b.nodes_per_pod = 3;
    b.gpus_per_node = 8;
    b.island_nodes = b.nodes_per_rack = b.pods = 1;
    EXPECT_EQ(record.clusters[1], b);
}

// Published: 4 units of 32 nodes, 32 leaves, 16 spines; at 2 : 1 8 spines.
TEST(Datacenter, OfThePublishedNeocloud) {
    const DatacenterRecord record =
        datacenter_of(good_topology("preset: neocloud-1024\nfabric: {oversubscription: 2}\n"));
    EXPECT_EQ(record.fabric, "leaf-spine");
    EXPECT_EQ(record.wiring, "rail");
    EXPECT_EQ(record.leaves_per_group, 8U);
    EXPECT_EQ(record.planes, 1U);
    EXPECT_EQ(record.leaves, 32U);
    EXPECT_EQ(record.spines, 8U);
    ASSERT_EQ(record.clusters.size(), 1U);
    const ClusterRecord& only = record.clusters[0];
    EXPECT_EQ(only.leaf_groups, 4U);
    EXPECT_EQ(only.nodes_per_leaf_group, 32U);
    EXPECT_EQ(only.leaves, 32U);
    EXPECT_EQ(only.spines, 8U);
    EXPECT_EQ(only.cores, 0U);
    EXPECT_EQ(only.oversubscription, 2);
    EXPECT_EQ(only.pod_oversubscription, 0);
}

// Two clusters of two pods and one on the same cores: what is above a pod is its cluster's own.
TEST(Datacenter, WithCoresEveryClusterHasTheSpinesOfItsPods) {
    const topology::Topology built = good_topology(
        "clusters:\n"
        "  - {name: a, server: hgx-h100, nodes: 16, nodes_per_pod: 8}\n"
        "  - {name: b, server: hgx-h100, nodes: 8}\n"
        "fabric: {kind: fat-tree, nodes_per_leaf: 4, leaf: qm9700, spine: qm9700, core: qm9700, "
        "oversubscription: 2, pod_oversubscription: 4}\n");
    const DatacenterRecord record = datacenter_of(built);
    EXPECT_EQ(record.fabric, "fat-tree");
    ASSERT_EQ(record.clusters.size(), 2U);
    const ClusterRecord &a = record.clusters[0], &b = record.clusters[1];
    EXPECT_EQ(a.pods, 2U);
    EXPECT_EQ(b.pods, 1U);
    EXPECT_EQ(a.leaf_groups, 4U);
    EXPECT_EQ(b.leaf_groups, 2U);
    EXPECT_EQ(a.leaves, 4U * 8);
    EXPECT_EQ(b.leaves, 2U * 8);
    EXPECT_EQ(record.leaves, a.leaves + b.leaves);
    EXPECT_GT(b.spines, 0U);
    EXPECT_EQ(a.spines, 2 * b.spines);
    EXPECT_EQ(record.spines, a.spines + b.spines);
    EXPECT_GT(a.cores, 0U);
    EXPECT_EQ(a.cores, record.cores);
    EXPECT_EQ(b.cores, record.cores);
    for (const ClusterRecord& cluster : record.clusters) {
        EXPECT_DOUBLE_EQ(cluster.oversubscription, 2);
        EXPECT_DOUBLE_EQ(cluster.pod_oversubscription, 4);
    }
}

TEST(Datacenter, IslandsOfSeveralNodes) {
    const DatacenterRecord record = datacenter_of(
        good_topology("clusters: [{name: a, server: gb200-tray, nodes: 36, island_nodes: 18, "
                      "nodes_per_rack: 18}]\n"));
    EXPECT_EQ(record.clusters.at(0).islands, 2U);
    EXPECT_EQ(record.clusters.at(0).island_nodes, 18U);
    EXPECT_EQ(record.clusters.at(0).racks, 2U);
    EXPECT_EQ(record.clusters.at(0).gpus_per_node, 4U);
}

}  // namespace
}  // namespace tidepool::model
