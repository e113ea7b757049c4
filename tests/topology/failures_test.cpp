#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/write.h"
#include "tests/topology/reading.h"
#include "topology/failure_presets.h"
#include "topology/failure_spec.h"
#include "topology/things.h"

namespace tidepool::topology {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The problems of `failures: {...}` on four servers with neither network nor pods.
std::vector<std::string> problems_of(const std::string& failures) {
    return read_topology("clusters: [{name: a, server: l40s-8, nodes: 4}]\nfailures: {" + failures +
                         "}\n")
        .problems();
}

std::vector<std::string> problems_of_component(const std::string& keys) {
    return problems_of("components: [{name: x, " + keys + "}]");
}

TEST(Failures, HaveEveryPublishedCalibration) {
    EXPECT_THAT(failure_preset_names(), ElementsAre("seed-hard", "top-operator", "rsc-2", "llama3",
                                                    "aegis-h100", "rsc-1", "rsc-1-1024-job"));
}

// Llama 3 paper, Table 5: 18 causes, 419 in 54 d of 16,384 GPUs: 419 / (2,048 nodes * 54 d) =
// 3.789 per 1,000 node-days.
TEST(Failures, CausesOfLlama3AddUpTo419) {
    FailureSpec spec;
    spec.preset = "llama3";
    const std::vector<ComponentFailureSpec> parts = failure_components(spec);
    EXPECT_EQ(parts.size(), 18u);
    double expected = 0;
    for (const ComponentFailureSpec& part : parts) {
        EXPECT_EQ(part.per, FailureBasis::kGpu);
        EXPECT_DOUBLE_EQ(part.over->value, 16'384 * 54.0 * 86'400);
        expected += 16'384 * 54.0 * 86'400 / part.mtbf->value;
    }
    EXPECT_NEAR(expected, 419, 1e-9);
    EXPECT_NEAR(per_1000_node_days(spec), 419.0 / (2048 * 54) * 1000, 1e-9);
}

// 6.5 per 1,000 days of an 8-GPU node are one in 1000 d / 6.5 = 153.846 d.
TEST(Failures, CountAllCausesPerNode) {
    FailureSpec spec;
    spec.preset = "rsc-1";
    const auto parts = failure_components(spec);
    ASSERT_EQ(parts.size(), 1u);
    EXPECT_EQ(parts[0].name, "any");
    EXPECT_NEAR(parts[0].mtbf->value / 86'400, 153.846, 0.001);
    EXPECT_EQ(parts[0].per, FailureBasis::kNode);
    EXPECT_EQ(parts[0].of_gpus, 8u);
    EXPECT_EQ(parts[0].takes, FailureTakes::kNode);
    EXPECT_EQ(parts[0].repair, default_repair());
}

TEST(Failures, AddUpPresetRateAndComponents) {
    const FailureSpec spec =
        read_topology(
            "clusters: [{name: a, server: l40s-8, nodes: 4}]\n"
            "failures: {preset: rsc-1, per_1000_node_days: 1.5, scale: 2, repair: {law: fixed, "
            "mean: 1 h}, components: [{name: x, per: node, mtbf: 500 d}, {name: s, per: job, "
            "mtbf: 10 d}]}\n")
            .spec.failures;
    const auto parts = failure_components(spec);
    ASSERT_EQ(parts.size(), 3u);
    EXPECT_NEAR(parts[0].mtbf->value / 86'400, 125, 1e-9);  // 1000 d / (6.5 + 1.5)
    EXPECT_EQ(parts[1].repair->mean, Seconds{3600});
    EXPECT_NEAR(per_1000_node_days(spec), 2 * (8 + 2), 1e-9);
    EXPECT_DOUBLE_EQ(job_failure_rate(spec).value, 2 / 864'000.0);
}

TEST(Failures, SurviveWritingAndReading) {
    const Reading reading = read_topology(
        "clusters: [{name: a, server: l40s-8, nodes: 4, tranches: [{nodes: 1, at: 1 d}]}]\n"
        "failures:\n"
        "  lemons: {share: 1.2 %, multiplier: 20}\n"
        "  maintenance: [{name: firmware, from: 1 d, lasts: 4 h, every: 30 d, nodes: [0, 3], "
        "batch: "
        "2}]\n"
        "  log: {file: x.csv}\n"
        "  components:\n"
        "    - {name: a, per: gpu, mtbf: 1 d, takes: gpu, law: {law: weibull, shape: 0.7}}\n"
        "    - {name: b, per: rack, count: 2, over: 9 d, law: {law: bathtub, factor: 3}}\n"
        "    - {name: c, per: site, mtbf: 1 d, reach: multi-node, kind: degraded, speed: 70 %}\n"
        "    - {name: d, per: pod, mtbf: 1 d, law: {law: piecewise, steps: [{from: 1 d, factor: "
        "2}]}}\n"
        "    - {name: e, per: island, mtbf: 1 d, repair: {law: empirical, values: [1 h, 2 h]}}\n"
        "    - {name: f, per: cluster, mtbf: 1 d, repair: {law: lognormal, median: 1 h, sigma: "
        "1}}\n");
    EXPECT_THAT(reading.problems(), IsEmpty());
    EXPECT_EQ(read_topology(config::to_yaml(reading.spec)).spec, reading.spec);
}

TEST(Failures, RefuseARateWithoutABasis) {
    EXPECT_THAT(problems_of_component("mtbf: 1 d"),
                ElementsAre("t.yaml:2:25: topology.failures.components[0].per: is required but "
                            "missing"));
}

TEST(Failures, RefuseABasisWithoutARate) {
    EXPECT_THAT(problems_of_component("per: node"),
                ElementsAre("t.yaml:2:25: topology.failures.components[0]: the rate is missing, "
                            "add `mtbf`, or `count` and `over`"));
    EXPECT_THAT(problems_of_component("per: node, count: 3"), testing::SizeIs(1));
    EXPECT_THAT(problems_of_component("per: node, mtbf: 1 d, count: 3"),
                ElementsAre(testing::HasSubstr("mtbf: the rate is given twice")));
}

TEST(Failures, RefuseWhatTheDatacenterDoesNotHave) {
    EXPECT_THAT(problems_of_component("per: spine, mtbf: 1 d"),
                ElementsAre("t.yaml:2:40: topology.failures.components[0].per: the fabric has no "
                            "spine switches (got 'spine')"));
    EXPECT_THAT(problems_of("maintenance: [{name: m, from: 1 d, lasts: 1 h, nodes: [2, 4]}]"),
                ElementsAre(testing::HasSubstr("maintenance[0].nodes: the last node has the number "
                                               "3 (got '4')")));
}

TEST(Failures, RefuseNegativeAndMissingRepairTimes) {
    const std::string part = "per: node, mtbf: 1 d, repair: ";
    EXPECT_THAT(problems_of_component(part + "{law: exponential, mean: -1 h}"),
                ElementsAre(testing::HasSubstr("repair.mean: must be between 0 s and")));
    EXPECT_THAT(problems_of_component(part + "{law: exponential, mean: 0 s}"),
                ElementsAre(testing::HasSubstr("repair.mean: must be above 0 s")));
    EXPECT_THAT(problems_of_component(part + "{law: mix, mean: 1 h}"),
                ElementsAre(testing::HasSubstr("the law mix needs `hard_share`"),
                            testing::HasSubstr("the law mix needs `hard_mean`")));
    EXPECT_THAT(problems_of_component(part + "{law: fixed, mean: 1 h, sigma: 1}"),
                ElementsAre(testing::HasSubstr("repair.sigma: the law fixed has no `sigma`")));
    EXPECT_THAT(problems_of_component(part + "{law: lognormal, sigma: 1}"),
                ElementsAre(testing::HasSubstr("needs either `median` or `mean`")));
    EXPECT_THAT(problems_of_component(part + "{law: empirical}"),
                ElementsAre(testing::HasSubstr("the law empirical needs `values`")));
}

TEST(Failures, RefuseLawsWithoutTheirNumbers) {
    const std::string part = "per: node, mtbf: 1 d, law: ";
    EXPECT_THAT(problems_of_component(part + "{law: weibull}"),
                ElementsAre(testing::HasSubstr("the law weibull needs `shape`")));
    EXPECT_THAT(problems_of_component(part + "{shape: 0.7}"),
                ElementsAre(testing::HasSubstr("the law exponential has no `shape`")));
    EXPECT_THAT(problems_of_component(
                    part + "{law: piecewise, steps: [{from: 2 d, factor: 1}, {from: 1 d, factor: "
                           "2}]}"),
                ElementsAre(testing::HasSubstr("steps[1].from: must be later than the step "
                                               "before")));
}

TEST(Failures, RefuseKeysThatContradictTheKind) {
    EXPECT_THAT(problems_of_component("per: node, mtbf: 1 d, kind: degraded"),
                ElementsAre(testing::HasSubstr("kind: a degradation needs the `speed`")));
    EXPECT_THAT(problems_of_component("per: node, mtbf: 1 d, speed: 50 %"),
                ElementsAre(testing::HasSubstr("speed: only what is `degraded` has a speed")));
    EXPECT_THAT(problems_of_component("per: node, mtbf: 1 d, kind: degraded, speed: 50 %, repair: "
                                      "{law: fixed, mean: 0 s}"),
                ElementsAre(testing::HasSubstr("repair: a degradation lasts longer than 0 s")));
    EXPECT_THAT(problems_of_component("per: node, mtbf: 1 d, kind: interruption, repair: {law: "
                                      "fixed, mean: 1 s}"),
                ElementsAre(testing::HasSubstr("repair: an interruption leaves nothing")));
    EXPECT_THAT(problems_of_component("per: rack, mtbf: 1 d, takes: gpu"),
                ElementsAre(testing::HasSubstr("takes: only of failures `per: gpu`")));
    EXPECT_THAT(
        problems_of_component("per: job, mtbf: 1 d, kind: repair, reach: all, repair: "
                              "{law: fixed, mean: 1 s}, law: {law: bathtub}"),
        ElementsAre(testing::HasSubstr("kind: a job's"), testing::HasSubstr("law: a job's"),
                    testing::HasSubstr("repair: a job's"), testing::HasSubstr("reach: a job's")));
}

// A name carries the luck: two causes of one name would fail together.
TEST(Failures, RefuseCausesOfOneName) {
    EXPECT_THAT(problems_of("components: [{name: x, per: node, mtbf: 1 h}, {name: x, per: rack, "
                            "mtbf: 1 h}]"),
                ElementsAre(testing::HasSubstr("components[1].name: another cause has the same "
                                               "name (got 'x')")));
    EXPECT_THAT(problems_of("preset: llama3, components: [{name: gpu, per: gpu, mtbf: 1 h}]"),
                ElementsAre(testing::HasSubstr("the preset llama3 has a cause of this name (got "
                                               "'gpu')")));
    EXPECT_THAT(problems_of_component("per: gpu, mtbf: 1 h").size(), 0u);
    EXPECT_THAT(problems_of("components: [{name: any, per: gpu, mtbf: 1 h}]"),
                ElementsAre(testing::HasSubstr("this name stands for `per_1000_node_days`")));
    EXPECT_THAT(problems_of("components: [{name: a/b, per: gpu, mtbf: 1 h}]"),
                ElementsAre(testing::HasSubstr("a cause has letters, digits")));
}

TEST(Failures, RefuseMaintenanceThatOverlapsItself) {
    EXPECT_THAT(problems_of("maintenance: [{name: m, from: 1 d, lasts: 2 h, every: 1 h, nodes: [3, "
                            "2]}]"),
                ElementsAre(testing::HasSubstr("every: the next one begins before"),
                            testing::HasSubstr("nodes: two numbers are wanted")));
}

// Four nodes, one at a time for an hour each: a round takes 4 h.
TEST(Failures, RefuseRoundsOfMaintenanceThatOverlap) {
    const std::string window = "maintenance: [{name: m, from: 0 s, lasts: 1 h, ";
    EXPECT_THAT(problems_of(window + "batch: 1, every: 3 h}]"),
                ElementsAre(testing::HasSubstr("4 batches last longer")));
    EXPECT_THAT(problems_of(window + "batch: 1, every: 4 h}]"), IsEmpty());
    EXPECT_THAT(problems_of(window + "batch: 2, every: 3 h}]"), IsEmpty());
    EXPECT_THAT(problems_of(window + "batch: 1, every: 3 h, nodes: [1, 3]}]"), IsEmpty());
}

// `--set failures.scale=10` on a topology with failures would otherwise switch them off in silence.
TEST(Failures, RefuseKeysThatChangeNothing) {
    for (const char* keys : {"scale: 10", "repair: {law: fixed, mean: 1 h}",
                             "lemons: {share: 10 %, multiplier: 10}"}) {
        EXPECT_THAT(problems_of(keys), ElementsAre(testing::HasSubstr("nothing fails here")))
            << keys;
    }
    EXPECT_THAT(problems_of("scale: 10, per_1000_node_days: 1"), IsEmpty());
    EXPECT_THAT(problems_of(""), IsEmpty());
}

TEST(Failures, ProposeTheNearestCalibration) {
    EXPECT_THAT(problems_of("preset: lama3"),
                ElementsAre("t.yaml:2:20: topology.failures.preset: no such failure calibration "
                            "(got 'lama3'), did you mean 'llama3'?"));
}

// Two pods of 4 nodes, leaf groups (scalable units) of 2 with 8 rails: 4 groups of 8 leaves.
TEST(Things, AreNumberedByCluster) {
    const Topology topology = good_topology(
        "preset: neocloud-1024\n"
        "clusters:\n"
        "  - {name: a, server: hgx-h100, nodes: 4, nodes_per_rack: 2}\n"
        "  - {name: b, server: hgx-h100, nodes: 3, nodes_per_rack: 2}\n"
        "fabric: {nodes_per_leaf: 2}\n");
    const auto count = [&](FailureBasis basis) {
        std::vector<std::uint32_t> numbers;
        for (const ThingRow& row : things(topology, basis)) {
            numbers.push_back(row.first);
            numbers.push_back(row.count);
        }
        return numbers;
    };
    EXPECT_THAT(count(FailureBasis::kGpu), ElementsAre(0, 32, 32, 24));
    EXPECT_THAT(count(FailureBasis::kNode), ElementsAre(0, 4, 4, 3));
    EXPECT_THAT(count(FailureBasis::kLink), ElementsAre(0, 32, 32, 24));
    EXPECT_THAT(count(FailureBasis::kRack), ElementsAre(0, 2, 2, 2));
    EXPECT_THAT(count(FailureBasis::kLeaf), ElementsAre(0, 16, 16, 16));
    EXPECT_THAT(count(FailureBasis::kPod), ElementsAre(0, 1, 1, 1));
    EXPECT_THAT(count(FailureBasis::kSite), ElementsAre(0, 1));
    EXPECT_THAT(count(FailureBasis::kJob), IsEmpty());
    const ThingRow leaves = things(topology, FailureBasis::kLeaf).at(1);
    EXPECT_EQ(nodes_of(topology, leaves, 7), (NodeRange{4, 6}));
    EXPECT_EQ(nodes_of(topology, leaves, 8), (NodeRange{6, 7}));
    EXPECT_EQ(things_touching(topology, leaves, {3, 5}), 8u);
    const ThingRow racks = things(topology, FailureBasis::kRack).at(0);
    EXPECT_EQ(nodes_of(topology, racks, 1), (NodeRange{2, 4}));
    const ThingRow gpus = things(topology, FailureBasis::kGpu).at(1);
    EXPECT_EQ(nodes_of(topology, gpus, 23), (NodeRange{6, 7}));
    EXPECT_EQ(things_touching(topology, gpus, {0, 5}), 8u);
    EXPECT_EQ(leaf_groups_of(topology, {1, 5}), 3u);
}

}  // namespace
}  // namespace tidepool::topology
