#include "topology/fabric.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/topology/reading.h"

namespace tidepool::topology {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string problem_of(const std::string& fabric,
                       const std::string& clusters = "{name: a, server: hgx-h100, nodes: 64}") {
    const Reading reading = read_topology("clusters: [" + clusters + "]\n" + "fabric:\n" + fabric);
    return reading.issues.empty() ? "none" : reading.problems()[0];
}

// SemiAnalysis: 1,024 GPUs are 4 units of 32 nodes, 32 leaves and 16 spines, at 2 : 1 8 spines.
TEST(Fabric, TakesTheSwitchesOfThePublishedNeocloud) {
    const Topology full = build_preset("neocloud-1024");
    EXPECT_EQ(full.fabric.groups.size(), 4u);
    EXPECT_EQ(full.fabric.leaf_count(), 32u);
    EXPECT_EQ(full.fabric.spine_count(), 16u);
    EXPECT_EQ(full.fabric.core_count(), 0u);
    const Topology thin = good_topology("preset: neocloud-1024\nfabric: {oversubscription: 2}\n");
    EXPECT_EQ(thin.fabric.leaf_count(), 32u);
    EXPECT_EQ(thin.fabric.spine_count(), 8u);
}

// Published: rail planes allow 2,048 nodes (16,384 GPUs) on two tiers of 64 ports with 768
// switches.
TEST(Fabric, FitsTwoThousandNodesOnTwoTiersWithRailPlanes) {
    const std::string fabric =
        "fabric: {kind: leaf-spine, nodes_per_leaf: 32, leaf: qm9700, spine: qm9700, rail_planes: "
        "true}\n";
    const Topology most =
        good_topology("clusters: [{name: a, server: hgx-h100, nodes: 2048}]\n" + fabric);
    EXPECT_EQ(most.fabric.leaf_count() + most.fabric.spine_count(), 768u);
    const Reading more =
        read_topology("clusters: [{name: a, server: hgx-h100, nodes: 2049}]\n" + fabric);
    ASSERT_EQ(more.problems().size(), 1u);
    EXPECT_THAT(more.problems()[0], HasSubstr("each need 65 ports, a qm9700 has 64"));
}

// Two levels of radix k carry k^2/2 ports: 2,048 with 64, 800 with 40.
TEST(Fabric, FillsTwoTiersToHalfTheSquareOfThePorts) {
    for (const int ports : {64, 40}) {
        const int hosts = ports * ports / 2;
        const std::string half = std::to_string(ports / 2);
        const auto yaml = [&](int nodes) {
            return "clusters: [{name: a, server: one, nodes: " + std::to_string(nodes) +
                   "}]\nfabric: {kind: leaf-spine, nodes_per_leaf: " + half +
                   ", leaf: s, spine: s}\n"
                   "catalog: {servers: [{name: one, gpu: l40s, gpus: 1, nic: cx7-400, nics: 1}],\n"
                   "  switches: [{name: s, rate: 400 Gb/s, ports: " +
                   std::to_string(ports) + "}]}\n";
        };
        const Topology full = good_topology(yaml(hosts));
        EXPECT_EQ(full.fabric.leaf_count(), static_cast<unsigned>(ports));
        EXPECT_EQ(full.fabric.spine_count(), static_cast<unsigned>(ports / 2));
        EXPECT_FALSE(read_topology(yaml(hosts + 1)).issues.empty());
    }
}

// Llama 3: pods of 3,072 GPUs at full bisection, 1 : 7 above: 400 / 7 = 57.14 Gb/s per GPU between
// pods.
TEST(Fabric, GivesLlamaFiftySevenGigabitsPerGpuBetweenPods) {
    const Topology topology = build_preset("llama3-16k");
    EXPECT_EQ(topology.gpus(), 16'384u);
    EXPECT_EQ(topology.racks, 1'024u);
    ASSERT_EQ(topology.pods, 6u);
    for (std::uint32_t pod = 0; pod < 6; ++pod) {
        const double gpus = pod < 5 ? 3072 : 1024;
        const Trunk& up = topology.trunks[topology.trunks.size() - 6 + pod];
        EXPECT_NEAR(up.capacity.value * 8 / gpus, 400e9 / 7, 1) << up.name;
    }
    const Topology whole = good_topology(
        "preset: llama3-16k\nclusters: [{name: m, server: hgx-h100, "
        "nodes: 3072, nodes_per_rack: 2, nodes_per_pod: 384}]\n");
    EXPECT_EQ(whole.gpus(), 24'576u);
    EXPECT_EQ(whole.pods, 8u);
}

TEST(Fabric, BuildsTheOtherPresets) {
    const Topology dgx = build_preset("dgx-pod");
    EXPECT_EQ(dgx.nodes.size(), 16u);
    EXPECT_EQ(dgx.fabric.leaf_count(), 8u);
    const Topology nvl = build_preset("nvl72-pod");
    EXPECT_EQ(nvl.gpus(), 576u);
    EXPECT_EQ(nvl.islands, 8u);
    EXPECT_EQ(nvl.fabric.leaf_count(), 32u);
    EXPECT_EQ(nvl.fabric.spine_count(), 9u);  // 8 racks x 72 cards / 64 ports
    const Topology philly = build_preset("philly-552");
    EXPECT_EQ(philly.nodes.size(), 552u);
    EXPECT_EQ(philly.gpus(), 2'490u);  // 321 x 2 + 231 x 8
    EXPECT_THAT(philly.trunks, IsEmpty());
}

// 12,500 = 24 x 512 + 212 nodes; 212 = 6 x 32 + 20: 16 x 24 + 7 units of 8 leaves. Spines: 16
// leaves x 32 up-links per rail and pod over 32 ports; cores: 25 pods of 2 cables in 64 ports, 16
// above each of 8 x 16 spines.
TEST(Fabric, BuildsAHundredThousandGpus) {
    const Topology topology = build_preset("fat-tree-100k");
    EXPECT_EQ(topology.gpus(), 100'000u);
    EXPECT_EQ(topology.fabric.leaf_count(), (16u * 24 + 7) * 8);
    EXPECT_EQ(topology.fabric.spine_count(), 25u * 8 * 16);
    EXPECT_EQ(topology.fabric.core_count(), 8u * 16 * 16);
}

// Any ratio: 32 x 50 GB/s / 3 = 533 GB/s per leaf, cabled with 11 links of 50; 11 is prime, so one
// spine or 11.
TEST(Fabric, KeepsTheExactCapacityBetweenWholeCables) {
    const Topology topology =
        good_topology("preset: neocloud-1024\nfabric: {oversubscription: 3}\n");
    EXPECT_DOUBLE_EQ(topology.fabric.groups[0].up.value, 8 * 32 * 50e9 / 3);
    EXPECT_EQ(topology.fabric.spine_count(), 11u);
    EXPECT_EQ(topology.fabric.groups[0].cables_per_spine, 1u);
}

TEST(Fabric, UsesSlowerCablesWhenTold) {
    const Topology topology =
        good_topology("preset: neocloud-1024\nfabric: {link_rate: 200 Gb/s, nodes_per_leaf: 16}\n");
    EXPECT_EQ(topology.fabric.groups[0].cables_per_spine * topology.fabric.spine_count(), 32u);
}

// k = 16 with one card per node: 1,024 hosts, 128 edge, 128 aggregation, 64 core.
TEST(Fabric, SizesAKAryTreeFromK) {
    const std::string own =
        "catalog: {servers: [{name: one, gpu: l40s, gpus: 1, nic: cx7-400, nics: 1}]}\n";
    const Topology topology = good_topology(
        "clusters: [{name: a, server: one, nodes: 1024}]\nfabric: {kind: k-ary, k: 16}\n" + own);
    EXPECT_EQ(topology.pods, 16u);
    EXPECT_EQ(topology.fabric.leaf_count(), 128u);
    EXPECT_EQ(topology.fabric.spine_count(), 128u);
    EXPECT_EQ(topology.fabric.core_count(), 64u);
    const Reading more = read_topology(
        "clusters: [{name: a, server: one, nodes: 1025}]\nfabric: {kind: k-ary, k: 16}\n" + own);
    EXPECT_THAT(more.problems()[0], HasSubstr("17 pods are more than the 16 ports"));
}

// 8 rails: each its own 16-ary tree of 1,024 nodes; or all cards of a node on one switch: 1,024 / 8
// nodes.
TEST(Fabric, MakesKAryTreesOfServersWithEightCards) {
    const Topology planes = good_topology(
        "clusters: [{name: a, server: hgx-h100, nodes: 1024}]\n"
        "fabric: {kind: k-ary, k: 16, rail_planes: true}\n");
    EXPECT_EQ(planes.fabric.leaf_count(), 8u * 128);
    EXPECT_EQ(planes.fabric.core_count(), 8u * 64);
    const Topology racks = good_topology(
        "clusters: [{name: a, server: hgx-h100, nodes: 128}]\n"
        "fabric: {kind: k-ary, k: 16, wiring: tor, leaf: qm9700}\n");
    EXPECT_EQ(racks.fabric.leaf_count(), 128u);
    EXPECT_EQ(racks.fabric.core_count(), 64u);
    EXPECT_THAT(
        problem_of("  kind: k-ary\n  k: 12\n  wiring: tor\n"),
        "t.yaml:4:6: topology.fabric.k: k / 2 must be a multiple of the 8 cards of a node below "
        "one switch (got '12')");
}

TEST(Fabric, NamesThePortsThatAreMissing) {
    EXPECT_EQ(
        problem_of("  kind: leaf-spine\n  leaf: qm9700\n  spine: qm9700\n  nodes_per_leaf: 40\n"),
        "t.yaml:6:19: topology.fabric.nodes_per_leaf: a qm9700 has 64 ports, but 40 nodes take 40 "
        "and the up-links 40 (got '40'), fewer nodes per leaf, more oversubscription or a larger "
        "switch");
    EXPECT_EQ(
        problem_of("  kind: leaf\n  leaf: qm9700\n  nodes_per_leaf: 32\n"),
        "t.yaml:5:19: topology.fabric.nodes_per_leaf: one tier joins the nodes of one leaf group "
        "only; there are 64 nodes in 1 pod (got '32'), take `kind: leaf-spine`");
    EXPECT_EQ(
        problem_of("  kind: leaf-spine\n  leaf: qm8700\n  spine: qm9700\n  nodes_per_leaf: 8\n"),
        "t.yaml:4:9: topology.fabric.leaf: a port of qm8700 is slower than the card cx7-400 of "
        "hgx-h100");
    EXPECT_EQ(
        problem_of("  kind: leaf-spine\n  leaf: qm9700\n  spine: qm9700\n  nodes_per_leaf: 8\n"
                   "  link_rate: 800 Gb/s\n"),
        "t.yaml:7:14: topology.fabric.link_rate: faster than the ports of qm9700 or qm9700");
}

TEST(Fabric, NamesTheSwitchThatIsMissing) {
    EXPECT_EQ(
        problem_of("  kind: leaf-spine\n  nodes_per_leaf: 8\n  leaf: qm970\n  spine: qm9700\n"),
        "t.yaml:5:9: topology.fabric.leaf: no such switch (got 'qm970'), did you mean 'qm9700'?");
    EXPECT_EQ(
        problem_of("  kind: leaf-spine\n  nodes_per_leaf: 8\n  leaf: qm9700\n"),
        "t.yaml:3:3: topology.fabric.spine: this kind of fabric needs a switch here, for example "
        "`spine: qm9700`");
    EXPECT_THAT(problem_of("  kind: leaf-spine\n  leaf: qm9700\n  spine: qm9700\n"),
                HasSubstr("topology.fabric.nodes_per_leaf: says how many nodes hang on one leaf"));
}

TEST(Fabric, RefusesKeysThatWouldBeIgnored) {
    const Reading reading = read_topology(
        "clusters: [{name: a, server: hgx-h100, nodes: 8}]\n"
        "fabric: {kind: leaf, nodes_per_leaf: 8, leaf: qm9700, spine: qm9700, oversubscription: 2, "
        "k: 4,\n"
        "         pod_oversubscription: 7, rail_planes: true}\n");
    std::vector<std::string> keys;
    for (const Issue& issue : reading.issues.list()) {
        EXPECT_EQ(issue.problem, "means nothing in a fabric of kind 'leaf'");
        keys.push_back(issue.path);
    }
    EXPECT_THAT(keys, ElementsAre("topology.fabric.spine", "topology.fabric.oversubscription",
                                  "topology.fabric.pod_oversubscription",
                                  "topology.fabric.rail_planes", "topology.fabric.k"));
}

TEST(Fabric, WantsCardsAndEqualRails) {
    EXPECT_THAT(
        problem_of("  kind: leaf\n  leaf: qm9700\n  nodes_per_leaf: 64\n",
                   "{name: a, server: philly-8gpu, nodes: 4}"),
        HasSubstr(
            "t.yaml:3:9: topology.fabric.kind: server philly-8gpu has no known network card"));
    EXPECT_THAT(
        problem_of(
            "  kind: leaf-spine\n  leaf: qm9700\n  spine: qm9700\n  nodes_per_leaf: 4\n",
            "{name: a, server: hgx-h100, nodes: 4}, {name: b, server: gb200-tray, nodes: 4}"),
        HasSubstr("topology.fabric.wiring: rails need the same number of cards in every server "
                  "(got '4' in gb200-tray)"));
}

TEST(Fabric, KeepsLeafGroupsInsidePods) {
    EXPECT_EQ(
        problem_of("  kind: fat-tree\n  leaf: qm9700\n  spine: qm9700\n  core: qm9700\n"
                   "  nodes_per_leaf: 3\n",
                   "{name: a, server: hgx-h100, nodes: 16, nodes_per_pod: 4}"),
        "t.yaml:7:19: topology.fabric.nodes_per_leaf: pods of 4 nodes are no whole number of leaf "
        "groups (got '3'), make `nodes_per_pod` a multiple of `nodes_per_leaf`");
}

// 65 pods of one unit: a core has 64 ports.
TEST(Fabric, NamesTheCoreThatIsTooSmall) {
    EXPECT_THAT(problem_of("  kind: fat-tree\n  leaf: qm9700\n  spine: qm9700\n  core: qm9700\n"
                           "  nodes_per_leaf: 1\n",
                           "{name: a, server: hgx-h100, nodes: 65, nodes_per_pod: 1}"),
                HasSubstr("t.yaml:6:9: topology.fabric.core: 65 pods are more than the 64 ports"));
}

TEST(Fabric, SurvivesAbsurdRates) {
    EXPECT_THAT(
        problem_of("  kind: leaf-spine\n  leaf: qm9700\n  spine: qm9700\n  nodes_per_leaf: 8\n"
                   "  link_rate: 8 b/s\n"),
        HasSubstr("the up-links 1000000"));
    const Reading fast = read_topology(
        "clusters: [{name: a, server: hgx-h100, nodes: 2}]\n"
        "catalog: {nics: [{name: cx7-400, rate: 1e300 B/s}]}\n");
    EXPECT_FALSE(fast.issues.empty());
}

// Two clusters with different cards share a fabric: 4 x 8 x 50 and 4 x 8 x 25 GB/s.
TEST(Fabric, JoinsClustersOfDifferentCards) {
    const Topology topology = good_topology(
        "clusters: [{name: a, server: hgx-h100, nodes: 4}, {name: b, server: dgx-a100, nodes: 4}]\n"
        "fabric: {kind: leaf-spine, nodes_per_leaf: 4, leaf: qm9700, spine: qm9700}\n");
    ASSERT_EQ(topology.fabric.groups.size(), 2u);
    EXPECT_DOUBLE_EQ(topology.fabric.groups[0].up.value, 4 * 8 * 50e9);
    EXPECT_DOUBLE_EQ(topology.fabric.groups[1].up.value, 4 * 8 * 25e9);
    EXPECT_EQ(topology.nics.size(), 2u);
}

}  // namespace
}  // namespace tidepool::topology
