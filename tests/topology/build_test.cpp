#include "topology/build.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/topology/reading.h"

namespace tidepool::topology {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double kCard = 50e9;  // 400 Gb/s

std::vector<std::uint32_t> domains(const Topology& topology, std::uint32_t Node::*member) {
    std::vector<std::uint32_t> list;
    for (const Node& node : topology.nodes) {
        list.push_back(node.*member);
    }
    return list;
}

// Pods of 4 in racks of 2; the second pod is cut short at 2 nodes, the next cluster begins anew.
TEST(Build, NumbersDomainsFromBelowAndNeverLetsThemCross) {
    const Topology topology = good_topology(
        "clusters:\n"
        "  - {name: a, server: hgx-h100, nodes: 6, nodes_per_rack: 2, nodes_per_pod: 4}\n"
        "  - {name: b, server: philly-2gpu, nodes: 3, nodes_per_rack: 2}\n");
    EXPECT_THAT(domains(topology, &Node::pod), ElementsAre(0, 0, 0, 0, 1, 1, 2, 2, 2));
    EXPECT_THAT(domains(topology, &Node::rack), ElementsAre(0, 0, 1, 1, 2, 2, 3, 3, 4));
    EXPECT_THAT(domains(topology, &Node::island), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8));
    EXPECT_THAT(domains(topology, &Node::cluster), ElementsAre(0, 0, 0, 0, 0, 0, 1, 1, 1));
    EXPECT_EQ(topology.pods, 3u);
    EXPECT_EQ(topology.racks, 5u);
    EXPECT_EQ(topology.islands, 9u);
    EXPECT_EQ(topology.gpus(), 6 * 8 + 3 * 2u);
    EXPECT_EQ(topology.node_name(6), "b-n00006");
    EXPECT_THAT(topology.trunks, IsEmpty());
}

TEST(Build, MakesARackOneIsland) {
    const Topology topology = good_topology(
        "clusters: [{name: n, server: gb200-tray, nodes: 36, island_nodes: 18, nodes_per_rack: "
        "18}]\n");
    EXPECT_EQ(topology.islands, 2u);
    EXPECT_EQ(topology.nodes[17].island, 0u);
    EXPECT_EQ(topology.nodes[18].island, 1u);
}

// Units of 2 nodes with 8 cards of 50 GB/s at 2 : 1: 2 x 8 x 50 / 2 = 400 GB/s; the last unit has
// one node.
TEST(Build, GivesATwoTierFabricOneTrunkPerNodeAndUnit) {
    const Topology topology = good_topology(
        "clusters: [{name: a, server: hgx-h100, nodes: 5}]\n"
        "fabric: {kind: leaf-spine, nodes_per_leaf: 2, leaf: qm9700, spine: qm9700, "
        "oversubscription: 2}\n");
    ASSERT_EQ(topology.trunks.size(), 5u + 3u);
    for (std::uint32_t n = 0; n < 5; ++n) {
        EXPECT_EQ(topology.nodes[n].trunk, n);
        EXPECT_DOUBLE_EQ(topology.trunks[n].capacity.value, 8 * kCard);
        EXPECT_EQ(topology.trunks[n].members, 8u);
        EXPECT_EQ(topology.trunks[n].parent, 5 + n / 2);
    }
    EXPECT_EQ(topology.trunks[4].name, "node4");
    EXPECT_EQ(topology.trunks[5].name, "leaf0");
    EXPECT_DOUBLE_EQ(topology.trunks[5].capacity.value, 2 * 8 * kCard / 2);
    EXPECT_DOUBLE_EQ(topology.trunks[7].capacity.value, 1 * 8 * kCard / 2);
    EXPECT_EQ(topology.trunks[7].parent, kNone);
}

// Racks of 2 nodes below one switch, pods of 2 racks, 3 : 1 above the racks and 2 : 1 above the
// pods: rack 2 x 400 / 3 GB/s, pod 2 racks x 266.7 / 2 GB/s.
TEST(Build, AddsATrunkPerPodWithThreeTiers) {
    const Topology topology = good_topology(
        "clusters: [{name: a, server: hgx-h100, nodes: 8, nodes_per_rack: 2, nodes_per_pod: 4}]\n"
        "fabric: {kind: fat-tree, wiring: tor, leaf: qm9700, spine: qm9700, core: qm9700,\n"
        "         oversubscription: 3, pod_oversubscription: 2}\n");
    ASSERT_EQ(topology.trunks.size(), 8u + 4u + 2u);
    EXPECT_DOUBLE_EQ(topology.trunks[8].capacity.value, 2 * 8 * kCard / 3);
    EXPECT_EQ(topology.trunks[8 + 2].parent, 8u + 4u + 1u);
    EXPECT_EQ(topology.trunks[13].name, "pod1");
    EXPECT_DOUBLE_EQ(topology.trunks[13].capacity.value, 2 * (2 * 8 * kCard / 3) / 2);
    EXPECT_EQ(topology.trunks[13].parent, kNone);
}

TEST(Build, EndsTheTreeAtTheNodesWithOneTier) {
    const Topology topology = build_preset("dgx-pod");
    EXPECT_EQ(topology.trunks.size(), 16u);
    EXPECT_EQ(topology.trunks[15].parent, kNone);
}

TEST(Build, TakesAtMostTheStatedNumberOfNodes) {
    const Reading nodes = read_topology(
        "clusters: [{name: a, server: l40s-8, nodes: 150000}, {name: b, server: l40s-8, nodes: "
        "50001}]\n");
    EXPECT_THAT(
        nodes.problems(),
        ElementsAre("t.yaml:1:11: topology.clusters: more than 200000 nodes (got '200001')"));
    const Reading gpus = read_topology(
        "clusters: [{name: a, server: big, nodes: 31251}]\n"
        "catalog: {servers: [{name: big, gpu: l40s, gpus: 64}]}\n");
    EXPECT_THAT(
        gpus.problems(),
        ElementsAre("t.yaml:1:11: topology.clusters: more than 2000000 GPUs (got '2000064')"));
}

TEST(Build, TakesAtMostThirtyTwoGpuModels) {
    std::string clusters = "clusters:\n";
    std::string gpus = "catalog:\n  gpus:\n";
    std::string servers = "  servers:\n";
    for (int i = 0; i < 33; ++i) {
        const std::string n = std::to_string(i);
        clusters.append("  - {name: c" + n).append(", server: s" + n).append(", nodes: 1}\n");
        gpus.append("    - {name: g" + n).append(", memory: 8 GB}\n");
        servers.append("    - {name: s" + n).append(", gpu: g" + n).append("}\n");
    }
    EXPECT_THAT(read_topology(clusters + gpus + servers).problems(),
                ElementsAre("t.yaml:2:3: topology.clusters: more than 32 GPU models (got '33')"));
}

TEST(Build, ReportsEveryProblemOfTheClustersAtItsPlace) {
    const Reading reading = read_topology(
        "clusters:\n"
        "  - {name: a b, server: hgx-h10, nodes: 4}\n"
        "  - {name: c, server: gb200-tray, nodes: 20, island_nodes: 18, nodes_per_rack: 20}\n"
        "  - name: d\n"
        "    server: hgx-h100\n"
        "    nodes: 4\n"
        "    island_nodes: 2\n"
        "    nodes_per_rack: 2\n"
        "    nodes_per_pod: 3\n");
    EXPECT_THAT(reading.problems(), ElementsAre("t.yaml:2:12: topology.clusters[0].name: a "
                                                "cluster's name has letters, digits, `-` and `_` "
                                                "only (got 'a b')",
                                                "t.yaml:2:25: topology.clusters[0].server: no such "
                                                "server (got 'hgx-h10'), did you mean "
                                                "'hgx-h100'?",
                                                "t.yaml:3:42: topology.clusters[1].nodes: not a "
                                                "whole number of islands of 18 nodes (got "
                                                "'20')",
                                                "t.yaml:3:80: topology.clusters[1].nodes_per_rack: "
                                                "an island of 18 nodes would cross a rack "
                                                "(got '20'), make it a multiple of `island_nodes`",
                                                "t.yaml:9:20: topology.clusters[2].nodes_per_pod: "
                                                "a rack of 2 nodes would cross a pod (got "
                                                "'3'), make it a multiple of `nodes_per_rack`",
                                                "t.yaml:7:19: topology.clusters[2].island_nodes: "
                                                "an island of 16 GPUs is larger than the "
                                                "NVLink domain of h100-sxm, 8 (got '2')"));
}

TEST(Build, WantsAtLeastOneClusterWithNodes) {
    EXPECT_THAT(read_topology("name: x\n").problems()[0],
                HasSubstr("t.yaml:1:1: topology.clusters: a topology needs at least one cluster"));
    EXPECT_THAT(read_topology("clusters: [{name: a, server: hgx-h100, nodes: 0}]\n").problems()[0],
                HasSubstr("t.yaml:1:47: topology.clusters[0].nodes: "));
    EXPECT_THAT(
        read_topology("clusters: [{name: a, server: l40s-8, nodes: 1}, "
                      "{name: a, server: l40s-8, nodes: 1}]\n")
            .problems(),
        ElementsAre("t.yaml:1:56: topology.clusters[1].name: another cluster has the same name "
                    "(got 'a')"));
}

TEST(Build, ChecksASpecMadeByAProgramToo) {
    TopologySpec spec;
    spec.clusters.push_back({"a", "hgx-h100", -1, 0, 0, 1'000'000});
    spec.clusters.push_back({"b", "wide", 1, 1, 1, 0});
    spec.catalog.servers.push_back({});
    spec.catalog.servers[0].name = "wide";
    spec.catalog.servers[0].gpu = "l40s";
    spec.catalog.servers[0].gpus = 65;
    Issues issues;
    build(spec, {}, "topology", issues);
    ASSERT_EQ(issues.list().size(), 5u);
    EXPECT_EQ(to_string(issues.list()[0]),
              "topology.clusters[0].nodes: must be from 1 to 200000 (got '-1')");
    EXPECT_EQ(to_string(issues.list()[4]),
              "topology.clusters[1].server: a node has 1 to 64 GPUs (got '65')");
}

TEST(Build, ChecksStorage) {
    const Reading reading = read_topology(
        "clusters: [{name: a, server: l40s-8, nodes: 1}]\n"
        "storage:\n"
        "  - {name: s, kind: object, bandwidth: 1 GB/s, per_client: 2 GB/s}\n"
        "  - {name: s, kind: local, bandwidth: 1 GB/s}\n");
    EXPECT_THAT(
        reading.problems(),
        ElementsAre(
            "t.yaml:4:12: topology.storage[1].name: another entry of this list has the same "
            "name (got 's')",
            "t.yaml:3:60: topology.storage[0].per_client: one client is faster than all of "
            "them together"));
}

// Nodes 6 .. 7 come after a day, 8 .. 9 after two; cluster b's node 12 after three.
TEST(Build, KeepsTheArrivalOfNodes) {
    const Topology topology = good_topology(
        "clusters:\n"
        "  - {name: a, server: l40s-8, nodes: 10, tranches: [{nodes: 2, at: 1 d}, {nodes: 2, at: 2 "
        "d}]}\n"
        "  - {name: b, server: l40s-8, nodes: 3, tranches: [{nodes: 1, at: 3 d}]}\n");
    const std::uint32_t day = 86'400 * kTicksPerSecond;
    std::vector<std::uint32_t> days;
    for (std::uint32_t n = 0; n < topology.nodes.size(); ++n) {
        EXPECT_EQ(topology.arrival(n).value % day, 0u);
        days.push_back(topology.arrival(n).value / day);
    }
    EXPECT_THAT(days, ElementsAre(0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 0, 0, 3));
}

TEST(Build, RefusesTranchesThatAreTooManyOrOutOfOrder) {
    const Reading reading = read_topology(
        "clusters:\n"
        "  - {name: a, server: l40s-8, nodes: 3, tranches: [{nodes: 2, at: 1 d}, {nodes: 2, at: 2 "
        "d}]}\n"
        "  - {name: b, server: l40s-8, nodes: 3, tranches: [{nodes: 1, at: 2 d}, {nodes: 1, at: 2 "
        "d}]}\n");
    EXPECT_THAT(
        reading.problems(),
        ElementsAre("t.yaml:2:81: topology.clusters[0].tranches[1].nodes: the tranches hold more "
                    "nodes than the cluster, 3 (got '2')",
                    "t.yaml:3:88: topology.clusters[1].tranches[1].at: must be later than the "
                    "tranche before"));
}

}  // namespace
}  // namespace tidepool::topology
