#include "sim/model/interruption_rate.h"

#include <cmath>

#include <gtest/gtest.h>

#include "sim/model/generate.h"
#include "tests/model/outage_tools.h"
#include "topology/build.h"

namespace tidepool::model {
namespace {

constexpr double kDaySeconds = 86'400;

// Interruptions per day.
double per_day(const topology::Topology& topology, const std::string& yaml, std::uint32_t gpus,
               const workloads::FaultLog* log = nullptr) {
    return InterruptionRates(topology, failures(yaml), log)(gpus).value * kDaySeconds;
}

// VC-10: 419 in 54 d.
TEST(InterruptionRate, OfLlama3IsThePublishedOne) {
    const topology::Topology topology = topology::build_preset("llama3-16k");
    EXPECT_NEAR(InterruptionRates(topology, topology.failures, nullptr)(16'384).value * kDaySeconds,
                419.0 / 54, 1e-9);
    // One node feels neither switches and cables (35) nor network cards (7).
    EXPECT_NEAR(per_day(topology, "preset: llama3", 8), (419.0 - 42) / 54 / 2048, 1e-12);
}

// VC-12: MTTF at RSC-1's rate, 28.85 h of 1,024 GPUs and 1.803 h of 16,384.
TEST(InterruptionRate, OfRscGivesItsMttf) {
    const topology::Topology topology = topology::build_preset("llama3-16k");
    EXPECT_NEAR(24 / per_day(topology, "preset: rsc-1", 1024), 28.85, 0.005);
    EXPECT_NEAR(24 / per_day(topology, "preset: rsc-1", 16'384), 1.803, 0.0005);
    EXPECT_NEAR(24 / per_day(topology, "{preset: rsc-2, scale: 2}", 16'384), 5.008 / 2, 0.0005);
}

// Calibrations count 8-GPU nodes; a tray of 4 GPUs fails half as often: 6.5 / 2 per 1,000 days.
TEST(InterruptionRate, OfSmallerNodesIsInProportion) {
    const topology::Topology topology = topology::build_preset("nvl72-pod");
    ASSERT_EQ(topology.nodes[0].gpus, 4U);
    EXPECT_NEAR(per_day(topology, "preset: rsc-1", 4), 6.5e-3 / 2, 1e-12);
    EXPECT_NEAR(per_day(topology, "preset: rsc-1", 72), 18 * 6.5e-3 / 2, 1e-12);
    // And so many outages are drawn: of n nodes in 2,000 days n * 6.5 expected, Poisson.
    const double expected = static_cast<double>(topology.nodes.size()) * 6.5;
    const Outages drawn =
        generate_outages(topology, failures("{preset: rsc-1, repair: {law: fixed, mean: 0 s}}"),
                         nullptr, 7, *to_ticks(Seconds{2000 * kDaySeconds}));
    EXPECT_NEAR(static_cast<double>(drawn.list.size()), expected, 4 * std::sqrt(expected));
}

// A GPU's failure that takes its node is felt by whoever has a GPU there.
TEST(InterruptionRate, OfAShareOfANodeIsTheNodes) {
    const std::string part = "components: [{name: x, per: gpu, mtbf: 10 d";
    EXPECT_DOUBLE_EQ(per_day(servers(4), part + "}]", 1), 0.8);
    EXPECT_DOUBLE_EQ(per_day(servers(4), part + "}]", 9), 1.6);
    EXPECT_DOUBLE_EQ(per_day(servers(4), part + ", takes: gpu}]", 9), 0.9);
}

// Eight rails above groups of two nodes: 3 nodes touch 16 leaves; racks of two nodes.
TEST(InterruptionRate, CountsTheThingsAboveTheGang) {
    const topology::Topology topology = topology::good_topology(
        "preset: neocloud-1024\n"
        "clusters: [{name: small, server: hgx-h100, nodes: 2, nodes_per_rack: 2}, {name: a, "
        "server: hgx-h100, nodes: 8, nodes_per_rack: 2}]\n"
        "fabric: {nodes_per_leaf: 2}\n");
    const auto of = [&](const std::string& per, std::uint32_t gpus) {
        return per_day(topology, "components: [{name: x, per: " + per + ", mtbf: 1 d}]", gpus);
    };
    EXPECT_DOUBLE_EQ(of("leaf", 24), 16);
    EXPECT_DOUBLE_EQ(of("leaf", 8), 0);  // one node does not feel a leaf
    EXPECT_DOUBLE_EQ(of("leaf, reach: all", 8), 8);
    EXPECT_DOUBLE_EQ(of("rack", 24), 2);
    EXPECT_DOUBLE_EQ(of("link", 24), 24);
    EXPECT_DOUBLE_EQ(of("link", 8), 0);
    EXPECT_DOUBLE_EQ(of("spine", 16), 0);  // below one group of leaves
    EXPECT_DOUBLE_EQ(of("spine", 24), topology.fabric.spine_count());
    EXPECT_DOUBLE_EQ(of("cluster", 64), 1);
    EXPECT_DOUBLE_EQ(of("cluster", 80), 2);  // all there is
    EXPECT_DOUBLE_EQ(of("site", 1), 1);
    EXPECT_DOUBLE_EQ(of("job", 1), 1);
    EXPECT_DOUBLE_EQ(of("node, kind: degraded, speed: 50 %", 24), 0);
    EXPECT_DOUBLE_EQ(of("node, kind: interruption", 24), 3);
}

// 1 + 0.1 * (20 - 1) = 2.9 for nodes, nothing for racks; the last step of piecewise rates.
TEST(InterruptionRate, TakesLemonsAndStepsInTheLongRun) {
    const std::string lemons = "{lemons: {share: 10 %, multiplier: 20}, components: [{name: x, ";
    EXPECT_NEAR(per_day(servers(4), lemons + "per: node, mtbf: 1 d}]}", 16), 5.8, 1e-12);
    EXPECT_NEAR(per_day(servers(4), lemons + "per: rack, mtbf: 1 d}]}", 16), 2, 1e-12);
    EXPECT_NEAR(per_day(servers(4),
                        "components: [{name: x, per: node, mtbf: 1 d, law: {law: piecewise, "
                        "steps: [{from: 1 d, factor: 5}, {from: 2 d, factor: 3}]}}]",
                        8),
                3, 1e-12);
}

// Two of four faults interrupt, in 10 days on 4 nodes: 0.05 per node and day.
TEST(InterruptionRate, SpreadsALogOverTheNodes) {
    workloads::FaultLog log;
    log.nodes = {"n"};
    log.causes = {"c"};
    const Seconds day{kDaySeconds}, end{10 * kDaySeconds};
    log.faults = {{0, 0, day, end},
                  {0, 0, day, day, workloads::FaultKind::kInterruption},
                  {0, 0, day, end, workloads::FaultKind::kMaintenance},
                  {0, 0, day, end, workloads::FaultKind::kDegraded, 0.5}};
    log.last = end;
    EXPECT_NEAR(per_day(servers(4), "{}", 24, &log), 3 * 0.05, 1e-12);
}

}  // namespace
}  // namespace tidepool::model
