// What of a plan is the seed's and what is not.
#include <cstdint>

#include <gtest/gtest.h>

#include "sim/scenario/compile.h"
#include "tests/scenario/scenario_folder.h"

namespace tidepool::scenario {
namespace {

class SweepLuck : public ScenarioFolder {
protected:
    SweepLuck() {
        write("small.yaml",
              "tidepool: 1\nname: small\nhorizon: 60 d\ntopology: {preset: dgx-pod}\n"
              "workloads: [{trace: {file: jobs.csv}}]\n"
              "failures: {preset: llama3, lemons: {share: 0.2, multiplier: 5}}\n"
              "checkpoint: {interval: young, write: 60 s}\nscheduler: {spare_nodes: 1}\n");
    }
};

TEST_F(SweepLuck, ThePlanHasNone) {
    const Compiled plan = compile_plan(load_small());
    EXPECT_TRUE(plan.plan.interruptible);
    EXPECT_TRUE(plan.plan.steps.empty());
    EXPECT_TRUE(plan.outages.list.empty());
    EXPECT_EQ(plan.plan.spare.at(15), 1U);
    EXPECT_EQ(plan.plan.arrival.size(), 2U);
}

// Under any seed: a plan, then that seed's luck, is what compiling with that seed gives.
TEST_F(SweepLuck, PlanAndLuckMakeTheCompiled) {
    const Loaded loaded = load_small();
    const Compiled plan = compile_plan(loaded);
    for (const char* text : {"1", "2", "9007199254740991"}) {
        const Compiled whole = compile(load_small({std::string("seed=") + text}));
        const Luck luck = draw_luck(loaded, plan.plan, std::stoull(text));
        ASSERT_FALSE(whole.plan.steps.empty());
        EXPECT_EQ(luck.outages.causes, whole.outages.causes);
        EXPECT_EQ(luck.outages.list, whole.outages.list);
        ASSERT_EQ(luck.steps.size(), whole.plan.steps.size());
        for (std::size_t i = 0; i < luck.steps.size(); ++i) {
            EXPECT_EQ(luck.steps[i].tick, whole.plan.steps[i].tick);
            EXPECT_EQ(luck.steps[i].node, whole.plan.steps[i].node);
            EXPECT_EQ(luck.steps[i].gpus, whole.plan.steps[i].gpus);
            EXPECT_EQ(luck.steps[i].kind, whole.plan.steps[i].kind);
        }
        EXPECT_EQ(plan.plan.submit, whole.plan.submit);
        EXPECT_EQ(plan.plan.spare, whole.plan.spare);
        EXPECT_EQ(plan.plan.arrival, whole.plan.arrival);
        EXPECT_EQ(plan.plan.checkpoint_rule_of, whole.plan.checkpoint_rule_of);
    }
}

TEST_F(SweepLuck, NothingThatCanFailNeedsNone) {
    const Loaded loaded = load_small({"failures={}", "checkpoint={}", "scheduler={}"});
    const Compiled plan = compile_plan(loaded);
    EXPECT_FALSE(plan.plan.interruptible);
    const Luck luck = draw_luck(loaded, plan.plan, 7);
    EXPECT_TRUE(luck.outages.list.empty());
    EXPECT_TRUE(luck.steps.empty());
}

}  // namespace
}  // namespace tidepool::scenario
