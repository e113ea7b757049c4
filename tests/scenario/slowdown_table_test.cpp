// Tables of slow-downs: what their reader refuses, what it and the writer agree on, and which paces
// come out of them.

#include "sim/scenario/slowdown_table.h"

#include <gtest/gtest.h>

#include "sim/batch/closed_form.h"
#include "sim/core/spread.h"
#include "sim/scenario/compile.h"
#include "sim/scenario/compile_slowdowns.h"
#include "tests/scenario/scenario_folder.h"

namespace tidepool::scenario {
namespace {

constexpr std::uint32_t kFull = core::kFullPace;

// 16 nodes of 8 GPUs in 4 leaf groups of 4, oversubscribed by 2; jobs of 2 and of 8 nodes.
class Slowdowns : public ScenarioFolder {
protected:
    Slowdowns() {
        write("jobs.csv", "job_id,submit,duration,gpus\n1,0,1000,16\n2,0,1000,64\n");
        scenario("communication: {class: llm-3d}\n");
        table("  - {job: llm-3d, leaves: 4, oversubscription: 2, pods: 1, slowdown: 2}\n");
    }
    void scenario(const std::string& more) const {
        write("small.yaml",
              "tidepool: 1\nname: small\n"
              "topology:\n  clusters: [{name: a, server: hgx-h100, nodes: 16}]\n"
              "  fabric: {kind: leaf-spine, nodes_per_leaf: 4, leaf: qm9700, spine: qm9700,"
              " oversubscription: 2}\n"
              "network: {rates: table, table: sub/t.yaml}\n"
              "workloads:\n  - trace: {file: jobs.csv}\n" +
                  more);
    }
    void table(const std::string& rows) const {
        write("sub/t.yaml", "tidepool_slowdowns: 1\nrows:\n" + rows);
    }
    Compiled compiled() const { return compile(load_small()); }
    // Of the one kind there is, by buckets of leaf groups.
    std::vector<std::uint32_t> paces() const { return compiled().plan.pace; }
    std::string refusal(std::vector<std::string> overrides = {}) const {
        try {
            compile(load_small(std::move(overrides)));
        } catch (const InputError& error) {
            return error.what();
        }
        return "";
    }
};

TEST_F(Slowdowns, EverythingWrongWithATableIsSaidAtOnce) {
    write("sub/t.yaml",
          "tidepool_slowdowns: 2\nmade_fro: [x]\nrows:\n"
          "  - {job: a, leaves: 1, pods: 1, oversubscription: 1, slowdown: 0.9}\n"
          "  - {leaves: x, pods: 1, oversubscription: 0.5, slowdown: 1}\n"
          "  - {job: a, leaves: 3, pods: 6, oversubscription: 1, slowdown: 1}\n");
    const std::string text = problems();
    for (const char* line : {
             "t.yaml:1:21: tidepool_slowdowns: ",
             "t.yaml:2:1: made_fro: unknown key, did you mean 'made_from'?",
             "t.yaml:4:65: rows[0].slowdown: must be between 1 and 16777216 (got '0.9')",
             "t.yaml:5:5: rows[1].job: ",
             "t.yaml:5:14: rows[1].leaves: ",
             "t.yaml:5:44: rows[1].oversubscription: must be between 1 and 1000 (got '0.5')",
             "t.yaml:6:22: rows[2].leaves: must be a power of two (got '3')",
             "t.yaml:6:31: rows[2].pods: must be a power of two (got '6')",
         }) {
        EXPECT_NE(text.find(line), std::string::npos) << line << "\nin\n" << text;
    }
}

TEST_F(Slowdowns, RowsSayAThingOnce) {
    table(
        "  - {job: a, leaves: 1, pods: 1, oversubscription: 1, slowdown: 1}\n"
        "  - {job: a, leaves: 1, pods: 1, oversubscription: 2, slowdown: 1}\n"
        "  - {job: a, leaves: 1, pods: 1, oversubscription: 1, slowdown: 2}\n");
    EXPECT_NE(problems().find("t.yaml:5:5: rows[2]: says the same as rows[0]"), std::string::npos)
        << problems();
    write("sub/t.yaml", "tidepool_slowdowns: 1\nrows: []\n");
    EXPECT_NE(problems().find("t.yaml:2:7: rows: needs at least one row"), std::string::npos)
        << problems();
}

TEST_F(Slowdowns, OtherFilesAndNoFileAreRefused) {
    write("sub/t.yaml", "tidepool: 1\nname: x\n");
    EXPECT_NE(problems().find("tidepool_slowdowns: "), std::string::npos) << problems();
    std::filesystem::remove(folder_ / "sub/t.yaml");
    EXPECT_NE(problems().find("sub/t.yaml: "), std::string::npos) << problems();
}

TEST_F(Slowdowns, AWrittenTableReadsBack) {
    SlowdownTable table;
    table.made_from = {"a, seed 1", "--set x={y: \"z\"}"};
    table.rows.resize(2);
    table.rows[0].job = "traced#1";
    table.rows[0].slowdown = 1.0428;
    table.rows[0].worst = 16'777'216;
    table.rows[0].error = Fraction{0.0123};
    table.rows[1].job = "key: [odd]";
    table.rows[1].leaves = table.rows[1].pods = 8;
    table.rows[1].samples = 3;
    table.rows[1].gpu_hours = 1e6 / 3;
    table.checks.resize(1);
    table.checks[0].makespan = Seconds{9000.0625};
    table.checks[0].jobs = 7;
    write("t.yaml", to_text(table));
    Issues issues;
    EXPECT_EQ(read_slowdowns((folder_ / "t.yaml").string(), issues), table) << to_text(table);
    EXPECT_TRUE(issues.empty());
}

TEST_F(Slowdowns, TheTableIsAnInputBesideTheScenario) {
    const Loaded loaded = load_small();
    ASSERT_EQ(loaded.inputs.size(), 3U);
    EXPECT_EQ(loaded.inputs[2].path, "sub/t.yaml");
    EXPECT_EQ(loaded.inputs[2].bytes, std::filesystem::file_size(folder_ / "sub/t.yaml"));
}

// Buckets 1, 2, 3 to 4 of leaf groups.
TEST_F(Slowdowns, ARowHoldsForItsBucketAndTheOnesBelowThatHaveNone) {
    EXPECT_EQ(paces(), (std::vector<std::uint32_t>{kFull, kFull / 2, kFull / 2}));
    table(
        "  - {job: llm-3d, leaves: 4, oversubscription: 2, pods: 1, slowdown: 4}\n"
        "  - {job: llm-3d, leaves: 1, oversubscription: 2, pods: 1, slowdown: 2}\n");
    EXPECT_EQ(paces(), (std::vector<std::uint32_t>{kFull / 2, kFull / 4, kFull / 4}));
}

TEST_F(Slowdowns, BeyondAllRowsTheFurthestOneHolds) {
    table("  - {job: llm-3d, leaves: 2, oversubscription: 2, pods: 1, slowdown: 2.5}\n");
    EXPECT_EQ(paces(), (std::vector<std::uint32_t>{kFull, 6'710'886, 6'710'886}));
}

TEST_F(Slowdowns, BelowOneGroupTrafficThatCrossesItsTrunkIsSlowedDownToo) {
    scenario("communication: {class: llm-3d, ranks: unaligned}\n");
    EXPECT_EQ(paces(), (std::vector<std::uint32_t>{kFull / 2, kFull / 2, kFull / 2}));
}

TEST_F(Slowdowns, KindsWithoutRowsAreNamedWithWhatThereIs) {
    const std::string text = refusal({"topology.fabric.oversubscription=4"});
    EXPECT_NE(text.find("small.yaml:6:32: network.table: has no row for jobs of kind `llm-3d` at "
                        "oversubscription 4, which span 1 to 4 leaf groups, there are rows for "
                        "`llm-3d` at 2"),
              std::string::npos)
        << text;
    EXPECT_NE(refusal({"communication={class: moe}"}).find("kind `moe` at oversubscription 2"),
              std::string::npos);
    EXPECT_EQ(refusal(), "");
}

TEST_F(Slowdowns, JobsOnOneNodeNeedNoRow) {
    write("jobs.csv", "job_id,submit,duration,gpus\n1,0,1000,64\n2,0,1000,8\n");
    const Compiled found = compiled();
    EXPECT_EQ(found.plan.pace_kind, (std::vector<std::uint32_t>{0, core::kNone}));
}

TEST_F(Slowdowns, WorkloadsThatSendAlikeAreOfOneKind) {
    scenario(
        "    communication: {step: 1 s, bytes: 100 GB}\n"
        "  - {trace: {file: jobs.csv}, communication: {step: 1 s, bytes: 50 GB}}\n"
        "  - {trace: {file: jobs.csv}, communication: {step: 1 s, bytes: 100 GB}}\n"
        "  - {trace: {file: jobs.csv}}\n"
        "  - {trace: {file: jobs.csv}, communication: {model: {name: gpt3-175b},"
        " parallelism: {tensor: 8, pipeline: 1, batch: 64}}}\n"
        "communication: {class: moe}\n");
    EXPECT_EQ(job_kinds(load_small().spec),
              (std::vector<std::string>{"traced", "traced#1", "traced", "moe", "gpt3-175b"}));
}

// 1,000 s at half pace, and what that took.
TEST_F(Slowdowns, ARunOnATableTakesAsLongAsItSays) {
    const model::Ledger ledger = batch::run(compiled(), {});
    EXPECT_EQ(ledger.jobs[0].end, Ticks{1000 * 16});  // below one leaf group
    EXPECT_EQ(ledger.jobs[1].end, Ticks{2000 * 16});
    EXPECT_EQ(ledger.jobs[1].network_stalled, 64U * 1024 * 1000 * 16);
    EXPECT_TRUE(ledger.network.on);
    ASSERT_EQ(ledger.attempts.size(), 2U);
    EXPECT_EQ(ledger.attempts[1].leaf_groups, 3U);
    EXPECT_EQ(ledger.attempts[1].pods, 1U);
    EXPECT_EQ(ledger.attempts[1].network_stalled, ledger.jobs[1].network_stalled);
}

}  // namespace
}  // namespace tidepool::scenario
