#include "topology/load.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/write.h"
#include "tests/topology/reading.h"

namespace tidepool::topology {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A folder of this test's own, removed afterwards.
class Folder {
public:
    explicit Folder(const std::string& name)
        : path_(std::filesystem::path(testing::TempDir()) / ("tidepool-" + name)) {
        std::filesystem::create_directories(path_);
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::string path() const { return path_.string(); }
    void write(const std::string& file, const std::string& text) const {
        std::ofstream(path_ / file) << text;
    }

private:
    std::filesystem::path path_;
};

TEST(Presets, AreListedByNameWithOneLineEach) {
    std::vector<std::string> names;
    for (const PresetSummary& preset : presets()) {
        names.push_back(preset.name);
        EXPECT_FALSE(preset.about.empty()) << preset.name;
    }
    EXPECT_THAT(names, ElementsAre("dgx-pod", "fat-tree-100k", "llama3-16k", "neocloud-1024",
                                   "nvl72-pod", "philly-552"));
}

TEST(Resolve, LaysTheSectionOverItsPreset) {
    const Reading reading = read_topology("preset: neocloud-1024\nfabric: {oversubscription: 2}\n");
    EXPECT_THAT(reading.problems(), IsEmpty());
    EXPECT_EQ(reading.spec.preset, "neocloud-1024");
    EXPECT_EQ(reading.spec.clusters[0].nodes, 128);
    EXPECT_DOUBLE_EQ(reading.spec.fabric.oversubscription, 2);
    EXPECT_EQ(reading.spec.fabric.nodes_per_leaf, 32);
}

TEST(Resolve, LetsOverridesReachListItemsOfThePreset) {
    Issues issues;
    config::Value section =
        resolve(config::parse_yaml("preset: dgx-pod\n", "t.yaml", issues), "topology", "", issues);
    config::apply_override(section, "clusters[0].nodes=4", 1, issues);
    const auto spec = config::read<TopologySpec>(section, "topology", issues);
    EXPECT_EQ(build(spec, section, "topology", issues).nodes.size(), 4u);
    EXPECT_TRUE(issues.empty());
}

TEST(Resolve, ChangesNothingTheSecondTime) {
    for (const PresetSummary& row : presets()) {
        Issues issues;
        const config::Value once = preset(row.name);
        const config::Value twice = resolve(once, "topology", "", issues);
        EXPECT_EQ(config::read<TopologySpec>(once, "", issues),
                  config::read<TopologySpec>(twice, "", issues));
        EXPECT_TRUE(issues.empty()) << row.name;
    }
}

TEST(Resolve, SurvivesWritingAndReading) {
    for (const PresetSummary& row : presets()) {
        Issues issues;
        const auto spec = config::read<TopologySpec>(preset(row.name), "", issues);
        const Reading again = read_topology(config::to_yaml(spec));
        EXPECT_THAT(again.problems(), IsEmpty()) << row.name;
        EXPECT_EQ(again.spec, spec) << row.name;
    }
}

// Resolves, applies the overrides, resolves again: what the command line does.
TopologySpec twice_resolved(const std::string& yaml, const std::vector<std::string>& overrides) {
    Issues issues;
    const config::Value written = config::parse_yaml(yaml, "t.yaml", issues);
    config::Value section = resolve(written, "topology", "", issues);
    int number = 0;
    for (const std::string& assignment : overrides) {
        config::apply_override(section, assignment, ++number, issues);
    }
    section = resolve(section, "topology", "", issues);
    auto spec = config::read<TopologySpec>(section, "topology", issues);
    issues.throw_if_any();
    return spec;
}

TEST(Resolve, LeavesTheFailurePresetAReference) {
    const FailureSpec to_llama =
        twice_resolved("preset: neocloud-1024\n", {"failures.preset=llama3"}).failures;
    EXPECT_EQ(to_llama.preset, "llama3");
    EXPECT_FALSE(to_llama.per_1000_node_days.has_value());
    EXPECT_THAT(to_llama.components, IsEmpty());
    EXPECT_EQ(twice_resolved("preset: llama3-16k\n", {"failures.preset=\"\""}).failures,
              FailureSpec{});
}

TEST(Resolve, TakesAnotherTopologyPresetNamedLater) {
    const TopologySpec spec =
        twice_resolved("preset: neocloud-1024\nname: mine\n", {"preset=dgx-pod"});
    Issues issues;
    TopologySpec expected = config::read<TopologySpec>(preset("dgx-pod"), "", issues);
    expected.name = "mine";
    EXPECT_EQ(spec, expected);
}

TEST(Resolve, CompletesCatalogEntriesOfOverrides) {
    const TopologySpec spec =
        twice_resolved("preset: dgx-pod\n", {"catalog.gpus=[{name: h100-sxm, tdp: 600 W}]"});
    EXPECT_DOUBLE_EQ(spec.catalog.gpus.at(0).tdp->value, 600);
    EXPECT_DOUBLE_EQ(spec.catalog.gpus.at(0).bf16->value, 989e12);
}

TEST(Resolve, TakesCatalogEntriesApartWhenTheirNameChanges) {
    const TopologySpec spec =
        twice_resolved("preset: dgx-pod\ncatalog: {gpus: [{name: h100-sxm, tdp: 600 W}]}\n",
                       {"catalog.gpus[0].name=h200"});
    EXPECT_DOUBLE_EQ(spec.catalog.gpus.at(0).tdp->value, 600);
    EXPECT_DOUBLE_EQ(spec.catalog.gpus.at(0).memory.value, 141e9);  // of the h200, not 80 GB
}

TEST(Resolve, KeepsChangedItemsOfAShippedListTheSecondTime) {
    const TopologySpec spec = twice_resolved("preset: dgx-pod\n", {"clusters[0].nodes=4"});
    EXPECT_EQ(spec.clusters.at(0).nodes, 4);
    EXPECT_EQ(spec.clusters.at(0).server, "hgx-h100");
}

// A user's file may have the path that a shipped one has in the source tree.
TEST(Resolve, TakesAFileForTheUsersWhateverItIsCalled) {
    Issues issues;
    const config::Value written =
        config::parse_yaml("name: x\nclusters: [{name: a, server: hgx-h100, nodes: 3}]\n",
                           "topology/presets/dgx-pod.yaml", issues);
    const config::Value section = resolve(written, "", "", issues);
    EXPECT_EQ(config::read<TopologySpec>(section, "", issues).clusters.at(0).nodes, 3);
    EXPECT_TRUE(issues.empty());
}

TEST(Resolve, SurvivesWritingAndReadingAfterOverrides) {
    const TopologySpec spec = twice_resolved(
        "preset: neocloud-1024\ncatalog: {servers: [{name: hgx-h100, power: 9 kW}]}\n",
        {"failures.preset=llama3", "fabric.oversubscription=2"});
    const Reading again = read_topology(config::to_yaml(spec));
    EXPECT_THAT(again.problems(), IsEmpty());
    EXPECT_EQ(again.spec, spec);
    EXPECT_EQ(twice_resolved(config::to_yaml(spec), {}), spec);
}

TEST(Resolve, ReadsAFileBesideTheScenario) {
    const Folder folder("topology-file");
    folder.write("site.yaml", "preset: dgx-pod\nname: site\nfailures: {preset: rsc-1}\n");
    const Reading reading = read_topology("file: site.yaml\nname: mine\n", folder.path());
    EXPECT_THAT(reading.problems(), IsEmpty());
    EXPECT_EQ(reading.topology.name, "mine");
    EXPECT_EQ(reading.topology.nodes.size(), 16u);
    EXPECT_EQ(reading.topology.failures.preset, "rsc-1");
    EXPECT_EQ(reading.spec.file, "");
}

TEST(Resolve, NamesTheMissingFileAndWhereItWasAskedFor) {
    const Reading reading = read_topology("name: x\nfile: nowhere.yaml\n", "/no/such/folder");
    ASSERT_EQ(reading.problems().size(), 2u);
    EXPECT_THAT(reading.problems()[0], HasSubstr("nowhere.yaml"));
    EXPECT_THAT(reading.problems()[1],
                HasSubstr("t.yaml:2:7: topology.file: cannot be used as a topology"));
}

TEST(Resolve, RefusesAFileThatPointsToAnother) {
    const Folder folder("topology-chain");
    folder.write("a.yaml", "file: a.yaml\n");
    const Reading reading = read_topology("file: a.yaml\n", folder.path());
    ASSERT_EQ(reading.problems().size(), 1u);
    EXPECT_THAT(reading.problems()[0], HasSubstr("a.yaml:1:7: topology.file: a topology file may"));
}

TEST(Resolve, RefusesPresetAndFileTogether) {
    const Reading reading = read_topology("preset: dgx-pod\nfile: a.yaml\n");
    EXPECT_THAT(reading.problems(),
                ElementsAre("t.yaml:2:7: topology.file: a topology starts from a preset or from a "
                            "file, not from both"));
}

TEST(Resolve, ProposesTheNearestPreset) {
    const Reading topology = read_topology("preset: neoclod-1024\n");
    EXPECT_THAT(
        topology.problems()[0],
        "t.yaml:1:9: topology.preset: no such topology preset (got 'neoclod-1024'), did you "
        "mean 'neocloud-1024'?");
    EXPECT_THAT(read_topology("preset: zzz\n").problems(),
                ElementsAre("t.yaml:1:9: topology.preset: no such topology preset (got 'zzz'), "
                            "`tidepool list topologies` shows them"));
    const Reading failures = read_topology("preset: dgx-pod\nfailures: {preset: lama3}\n");
    EXPECT_THAT(
        failures.problems(),
        ElementsAre("t.yaml:2:20: topology.failures.preset: no such failure calibration (got "
                    "'lama3'), did you mean 'llama3'?"));
}

}  // namespace
}  // namespace tidepool::topology
