// From files to a loaded scenario: overrides, paths, what is recorded.
#include "sim/scenario/load.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "sim/base/issue.h"
#include "sim/scenario/hash.h"
#include "tests/scenario/scenario_folder.h"

namespace tidepool::scenario {
namespace {

namespace fs = std::filesystem;

using Load = ScenarioFolder;

TEST_F(Load, ReadsTopologyAndTrace) {
    const Loaded loaded = load_small();
    EXPECT_EQ(loaded.topology->nodes.size(), 16U);
    EXPECT_EQ(loaded.topology->gpus(), 128U);
    ASSERT_EQ(loaded.traces.size(), 1U);
    EXPECT_EQ(loaded.traces[0]->jobs.size(), 2U);
}

// SHA-256 of "abc", FIPS 180-2 appendix B.1.
TEST_F(Load, HashesItsInputs) {
    write("abc", "abc");
    const FileHash hash = hash_file((folder_ / "abc").string());
    EXPECT_EQ(hash.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hash.bytes, 3U);
    const Loaded loaded = load_small();
    ASSERT_EQ(loaded.inputs.size(), 2U);
    EXPECT_EQ(loaded.inputs[0].path, "small.yaml");
    EXPECT_EQ(loaded.inputs[1].path, "jobs.csv");
}

TEST_F(Load, OverridesReachInsidePresets) {
    EXPECT_EQ(load_small({"topology.clusters[0].nodes=4"}).topology->nodes.size(), 4U);
    EXPECT_EQ(load_small({"topology.preset=nvl72-pod"}).topology->gpus(), 576U);
    // The choice of the preset acts first, wherever it stands.
    EXPECT_EQ(load_small({"topology.clusters[0].nodes=36", "topology.preset=nvl72-pod"})
                  .topology->nodes.size(),
              36U);
}

TEST_F(Load, RecordsSeedAndUntilAsOverrides) {
    const Loaded loaded = load((folder_ / "small.yaml").string(), {{}, "42", "2 d"});
    EXPECT_EQ(loaded.spec.seed, 42);
    EXPECT_EQ(loaded.spec.horizon, Seconds{172800});
    EXPECT_EQ(loaded.overrides, (std::vector<std::string>{"seed=42", "horizon=2 d"}));
}

TEST_F(Load, ReadsATopologyFileBesideTheScenario) {
    write("sub/dc.yaml", "name: own\nclusters:\n  - {name: c, server: hgx-h100, nodes: 3}\n");
    const Loaded loaded = load_small({});
    write("small.yaml",
          "tidepool: 1\nname: small\ntopology: {file: sub/dc.yaml}\nworkloads:\n"
          "  - trace: {file: jobs.csv}\n");
    const Loaded with_file = load_small();
    EXPECT_EQ(with_file.topology->nodes.size(), 3U);
    ASSERT_EQ(with_file.inputs.size(), 3U);
    EXPECT_EQ(with_file.inputs[1].path, "sub/dc.yaml");
}

TEST_F(Load, TheResolvedScenarioReadsBackToItself) {
    const Loaded loaded = load_small({"scheduler.queue=easy", "topology.clusters[0].nodes=5"});
    write("resolved.yaml", loaded.resolved_yaml);
    const Loaded again = load((folder_ / "resolved.yaml").string(), {});
    EXPECT_EQ(again.spec, loaded.spec);
    EXPECT_EQ(again.resolved_yaml, loaded.resolved_yaml);
}

TEST_F(Load, ReportsProblemsOfEveryKindAtOnce) {
    const std::string text = problems({"scheduler.quue=fifo", "output.bin=3", "horizon=-1 d"});
    EXPECT_NE(text.find("--set#1"), std::string::npos) << text;
    EXPECT_NE(text.find("did you mean 'queue'?"), std::string::npos) << text;
    EXPECT_NE(text.find("--set#2"), std::string::npos) << text;
    EXPECT_NE(text.find("--set#3"), std::string::npos) << text;
}

TEST_F(Load, FactorEstimatesNeedAFactor) {
    EXPECT_NE(problems({"scheduler.estimates=factor"}).find("needs `estimate_factor`"),
              std::string::npos);
    EXPECT_NE(problems({"scheduler.estimate_factor=2"}).find("has no effect"), std::string::npos);
    EXPECT_EQ(problems({"scheduler.estimates=factor", "scheduler.estimate_factor=2"}), "");
}

TEST_F(Load, NeedsAWorkload) {
    EXPECT_NE(problems({"workloads=[]"}).find("at least one workload"), std::string::npos);
    write("small.yaml", "tidepool: 1\nname: small\ntopology: {preset: dgx-pod}\n");
    EXPECT_NE(problems().find("workloads"), std::string::npos);
}

}  // namespace
}  // namespace tidepool::scenario
