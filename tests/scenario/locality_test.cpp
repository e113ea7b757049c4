// `placement: compact` and `locality`: from YAML to the plan, and what is refused.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/scenario/compile_locality.h"
#include "tests/scenario/scenario_folder.h"

namespace tidepool::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// 128 nodes with 8 GPUs in one pod, leaf groups of 32.
class Locality : public ScenarioFolder {
protected:
    Locality() {
        write("jobs.csv",
              "job_id,submit,duration,gpus\n1,0,10,8\n2,1,10,9\n3,2,10,256\n4,3,10,257\n"
              "5,4,10,1024\n");
    }
    void scenario(const std::string& scheduler, const std::string& topology) const {
        write("small.yaml",
              "tidepool: 1\nname: near\ntopology: " + topology +
                  "\nfailures: {}\nworkloads:\n  - trace: {file: jobs.csv}\nscheduler: " +
                  scheduler + "\n");
    }
    Compiled compiled(const std::string& scheduler) const {
        scenario(scheduler, "{preset: neocloud-1024}");
        return compile(load_small());
    }
    std::string refused(const std::string& scheduler,
                        const std::string& topology = "{preset: neocloud-1024}") const {
        scenario(scheduler, topology);
        return problems();
    }
};

const std::string kNoFabric =
    "{name: bare, clusters: [{name: bare, server: hgx-h100, nodes: 4, nodes_per_rack: 4}]}";

TEST_F(Locality, GangsWaitForTheLowestLevelThatCouldHoldThem) {
    const Compiled leaf = compiled("{locality: {within: leaf, wait: 30 min}}");
    EXPECT_EQ(leaf.plan.locality_wait, 30U * 60 * 16);
    EXPECT_EQ(leaf.plan.leaf_level, 0U);
    EXPECT_EQ(leaf.plan.level_begin, (std::vector<std::uint32_t>{0, 4, 5}));
    EXPECT_THAT(leaf.plan.locality_level, ElementsAre(core::kNone, 0, 0, 1, 1));
    const Compiled pod = compiled("{locality: {within: pod, wait: 30 min}}");
    EXPECT_THAT(pod.plan.locality_level, ElementsAre(core::kNone, 1, 1, 1, 1));
}

TEST_F(Locality, LeafGroupsAreDomainsOnlyForRulesThatLookAtThem) {
    EXPECT_EQ(compiled("{placement: compact}").plan.level_begin,
              (std::vector<std::uint32_t>{0, 4, 5}));
    for (const char* other : {"pack", "first-fit", "spread", "random"}) {
        const Compiled made = compiled("{placement: " + std::string(other) + "}");
        EXPECT_EQ(made.plan.level_begin, (std::vector<std::uint32_t>{0, 1}));
        EXPECT_EQ(made.plan.leaf_level, core::kNone);
        EXPECT_EQ(made.plan.locality_wait, 0U);
    }
    scenario("{placement: compact}", kNoFabric);
    EXPECT_EQ(problems(), "");
}

TEST_F(Locality, WithoutAFabricThereAreNoLeafGroups) {
    EXPECT_THAT(refused("{locality: {within: leaf, wait: 1 h}}", kNoFabric),
                HasSubstr("small.yaml:7:32: scheduler.locality.within: the topology has no fabric, "
                          "so there are no leaf groups, take `within: pod`"));
    // `leaf` is the default
    EXPECT_THAT(refused("{locality: {wait: 1 h}}", kNoFabric),
                HasSubstr("scheduler.locality.within: the topology has no fabric"));
    EXPECT_EQ(refused("{locality: {within: pod, wait: 1 h}}", kNoFabric), "");
}

TEST_F(Locality, NeedsNodesAndNobodyWhoIsPushedOut) {
    EXPECT_THAT(refused("{placement: fungible, locality: {within: pod, wait: 1 h}}"),
                HasSubstr("scheduler.locality: has no effect with `placement: fungible`"));
    EXPECT_THAT(refused("{order: priority, preempt: priority, locality: {wait: 1 h}}"),
                HasSubstr("scheduler.locality: does not go together with `preempt`"));
}

TEST_F(Locality, ItsFieldsAreChecked) {
    EXPECT_THAT(refused("{locality: {within: leaf}}"), HasSubstr("scheduler.locality"));
    EXPECT_THAT(refused("{locality: {within: leaf}}"), HasSubstr("wait"));
    EXPECT_THAT(refused("{locality: {within: rack, wait: 1 h}}"),
                HasSubstr("scheduler.locality.within: must be one of leaf, pod (got 'rack')"));
    EXPECT_THAT(refused("{locality: {wait: 30}}"), HasSubstr("scheduler.locality.wait"));
    EXPECT_THAT(refused("{locality: {wait: -1 s}}"), HasSubstr("scheduler.locality.wait"));
    EXPECT_THAT(refused("{locality: {wait: 1 h, for: 2 h}}"), HasSubstr("scheduler.locality.for"));
    EXPECT_EQ(refused("{locality: {wait: 0 s}}"), "");
}

TEST_F(Locality, CanBeSwept) {
    scenario("{locality: {wait: 1 h}}", "{preset: neocloud-1024}");
    const Loaded loaded =
        load_small({"scheduler.locality.wait=2 h", "scheduler.placement=compact"});
    EXPECT_EQ(compile(loaded).plan.locality_wait, 2U * 3600 * 16);
    scenario("{}", "{preset: neocloud-1024}");
    EXPECT_EQ(
        compile(load_small({"scheduler.locality={within: pod, wait: 1 min}"})).plan.locality_wait,
        60U * 16);
}

}  // namespace
}  // namespace tidepool::scenario
