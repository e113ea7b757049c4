// A replica's KPIs are those of a run of its own, to the last bit, and it makes the same decisions.

#include "sim/batch/replica.h"

#include <bit>

#include <gtest/gtest.h>

#include "sim/batch/closed_form.h"
#include "sim/core/replay.h"
#include "sim/core/tally_driver.h"
#include "sim/results/kpi_table.h"
#include "sim/scenario/drive.h"
#include "tests/batch/random_cells.h"
#include "tests/workloads/scratch.h"

namespace tidepool::batch {
namespace {

void expect_same(const ReplicaResult& replica, const WaitHistogram& histogram,
                 const scenario::Compiled& compiled) {
    const model::Ledger ledger = run(compiled, {});
    const model::Totals totals = model::totals(ledger);
    for (const results::Kpi& kpi : results::kKpis) {
        EXPECT_EQ(std::bit_cast<std::uint64_t>(kpi.value(replica.totals)),
                  std::bit_cast<std::uint64_t>(kpi.value(totals)))
            << kpi.name << ": " << kpi.value(replica.totals) << " instead of " << kpi.value(totals);
    }
    EXPECT_EQ(replica.decisions, ledger.decisions);
    EXPECT_EQ(replica.totals.waits, totals.waits);
    EXPECT_EQ(replica.totals.in_state, totals.in_state);
    EXPECT_EQ(replica.worked, totals.waits.jobs > 0);
    EXPECT_EQ(replica.ran_out, scenario::clock_ran_out(compiled, ledger));
    EXPECT_EQ(replica.complete(), replica.worked && !replica.ran_out);
    WaitHistogram expected{};
    for (const model::JobRecord& job : ledger.jobs) {
        if (job.start != kNever && replica.complete()) {
            ++expected[wait_bucket(job.start.value - job.submit.value)];
        }
    }
    EXPECT_EQ(histogram, expected);
}

void expect_same(ReplicaRunner& runner, const RandomCell& made, std::uint32_t number) {
    WaitHistogram histogram{};
    const ReplicaResult replica = runner.run(made.cell, made.luck, made.seed, histogram);
    expect_same(replica, histogram, made.compiled());
    if (testing::Test::HasFailure()) {
        FAIL() << "case " << number;
    }
}

TEST(Replica, EqualsARunInWhichNothingCanFail) {
    ReplicaRunner runner;
    for (std::uint32_t number = 0; number < 600; ++number) {
        expect_same(runner, quiet_cell(number), number);
    }
}

TEST(Replica, EqualsARunInWhichThingsFail) {
    ReplicaRunner runner;
    std::uint64_t interruptions = 0, preemptions = 0, second_order = 0, spares = 0, unended = 0;
    std::uint64_t slowed = 0;
    for (std::uint32_t number = 0; number < 6000; ++number) {
        const RandomCell made = fragile_cell(number);
        expect_same(runner, made, number);
        WaitHistogram histogram{};
        const model::Totals t = runner.run(made.cell, made.luck, made.seed, histogram).totals;
        interruptions += t.reliability.interruptions;
        preemptions += t.reliability.preemptions;
        second_order += t.reliability.second_order_preemptions;
        spares += t.spares_in_use_max > 0 ? 1 : 0;
        slowed += t.network.stalled > 0 ? 1 : 0;
        unended += t.in(model::JobState::kQueued) + t.in(model::JobState::kRunning);
    }
    EXPECT_GT(interruptions, 2000U) << "the cases do not ask the question often enough";
    EXPECT_GT(preemptions, 500U);
    EXPECT_GT(second_order, 50U);
    EXPECT_GT(spares, 100U);
    EXPECT_GT(unended, 500U);
    EXPECT_GT(slowed, 500U);
}

TEST(Replica, EqualsARunOfManyJobs) {
    ReplicaRunner runner;
    constexpr properties::Sizes sizes{9, 12, 8, 2, 250, 300, 90};
    for (std::uint32_t number = 0; number < 30; ++number) {
        expect_same(runner, quiet_cell(number, sizes), number);
        expect_same(runner, fragile_cell(number, sizes), number);
    }
}

// Through scenario files, with the luck that their seeds draw.
TEST(Replica, EqualsARunOfAScenario) {
    workloads::Scratch folder;
    std::string jobs = "job_id,submit,duration,gpus,priority\n";
    for (std::uint32_t j = 0; j < 60; ++j) {
        jobs += std::to_string(j) + ',' + std::to_string(j * 20'000) + ',' +
                std::to_string(50'000 + j * 3'000) + ',' + std::to_string(8 << j % 4) + ',' +
                std::to_string(j % 3) + '\n';
    }
    folder.file("jobs.csv", jobs);
    const std::string head =
        "tidepool: 1\nname: case\nworkloads: [{trace: {file: jobs.csv}}]\n"
        "topology: {clusters: [{name: a, server: hgx-h100, nodes: 16}]}\n";
    const std::string failing =
        "failures: {preset: llama3, lemons: {share: 50 %, multiplier: 50}}\n";
    const std::vector<std::string> rest{
        "",
        "horizon: 20 d\nscheduler: {queue: easy, placement: random}\n",
        failing +
            "horizon: 25 d\nscheduler: {queue: easy, spare_nodes: 2}\n"
            "checkpoint: {interval: young, write: 60 s}\nrecovery: {on_failure: spare}\n",
        failing +
            "scheduler: {order: priority, preempt: priority, preempt_after: 1 h}\n"
            "checkpoint: {interval: daly, write: 30 s}\nrecovery: {on_failure: wait}\n",
        failing + "horizon: 70 d\nscheduler: {queue: first-fit}\noutput: {bin: 7 d}\n",
    };
    ReplicaRunner runner;
    std::uint64_t interruptions = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        const std::string path = folder.file(std::to_string(i) + ".yaml", head + rest[i]);
        const Cell cell =
            make_cell(std::make_shared<const scenario::Loaded>(scenario::load(path, {{}, {}, {}})));
        for (const std::uint64_t seed : {1ull, 2ull, 9007199254740991ull}) {
            WaitHistogram histogram{};
            const ReplicaResult replica = runner.run(cell, seed, histogram);
            const scenario::Loaded alone = scenario::load(path, {{}, std::to_string(seed), {}});
            expect_same(replica, histogram, scenario::compile(alone));
            interruptions += replica.totals.reliability.interruptions;
        }
    }
    EXPECT_GT(interruptions, 20U);
}

// Jobs that share links and storage, on a fabric that loses parts, through scenario files.
TEST(Replica, EqualsARunOfAScenarioWithANetwork) {
    workloads::Scratch folder;
    std::string jobs = "job_id,submit,duration,gpus,priority\n";
    for (std::uint32_t j = 0; j < 40; ++j) {
        jobs += std::to_string(j) + ',' + std::to_string(j * 2000) + ',' +
                std::to_string(5000 + j * 300) + ',' + std::to_string(8 << j % 4) + ',' +
                std::to_string(j % 3) + '\n';
    }
    folder.file("jobs.csv", jobs);
    const std::string head =
        "tidepool: 1\nname: case\nworkloads: [{trace: {file: jobs.csv}}]\n"
        "topology:\n  clusters: [{name: a, server: hgx-h100, nodes: 16, nodes_per_pod: 8}]\n"
        "  fabric: {kind: fat-tree, nodes_per_leaf: 4, leaf: qm9700, spine: qm9700, core: qm9700, "
        "oversubscription: 4}\n"
        "  storage: [{name: scratch, kind: parallel-fs, bandwidth: 20 GB/s, path: fabric}]\n";
    const std::string broken =
        "failures: {components: [{name: link, per: link, mtbf: 10 d, kind: bandwidth}, "
        "{name: spine, per: spine, mtbf: 1 d, kind: bandwidth, speed: 30 %}, "
        "{name: node, per: node, mtbf: 2 d, kind: repair}]}\n";
    const std::string saving =
        "checkpoint: {interval: fixed, every: 20 min, parameters: 70e9, storage: scratch, "
        "jitter: 10 %";
    const std::vector<std::string> rest{
        "network: {}\ncommunication: {class: moe}\n",
        "network: {balance: hash}\ncommunication: {class: llm-3d, ranks: scattered}\n"
        "scheduler: {queue: easy, placement: random}\nhorizon: 1 d\n" +
            broken + saving + "}\n",
        "network: {}\ncommunication: {step: 2 s, bytes: 500 GB, overlap: 40 %}\n" + broken +
            saving + ", overlap: true, pause: 10 s}\n" +
            "recovery: {on_failure: wait, detect: 5 min}\n",
        "network: {}\ncommunication: {step: 2 s, bytes: 700 GB, pattern: all-to-all, "
        "expert_nodes: 4, ranks: unaligned}\n" +
            broken + saving + "}\n" +
            "scheduler: {order: priority, preempt: priority, preempt_after: 10 min}\n",
    };
    ReplicaRunner runner;
    std::uint32_t slowed = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        SCOPED_TRACE(i);
        const std::string path = folder.file(std::to_string(i) + ".yaml", head + rest[i]);
        const Cell cell =
            make_cell(std::make_shared<const scenario::Loaded>(scenario::load(path, {{}, {}, {}})));
        for (const std::uint64_t seed : {1ull, 2ull, 9007199254740991ull}) {
            WaitHistogram histogram{};
            const ReplicaResult replica = runner.run(cell, seed, histogram);
            const scenario::Loaded alone = scenario::load(path, {{}, std::to_string(seed), {}});
            expect_same(replica, histogram, scenario::compile(alone));
            slowed += replica.totals.time.stalled > 0 ? 1 : 0;
        }
    }
    EXPECT_EQ(slowed, 12U);
}

// Two nodes of 4 GPUs, bins of 5 ticks; job 0 holds both for 10 ticks of work, an outage at 4 on
// node 1 interrupts it, it is detected at 6, and all work is lost: [0, 4), then [6, 16).
TEST(Replica, InterruptedIsWhatPaperSays) {
    properties::InterruptionProblem problem;
    problem.nodes = {{0, 4, 0, 0}, {0, 4, 0, 1}};
    problem.jobs = {{0, 10, 10, 8, 1}};
    problem.pool = problem.leaf = {0, 0};
    problem.spare = {0, 0};
    problem.checkpoint.resize(1);
    problem.recovery.resize(1);
    problem.recovery[0].on_failure = core::OnFailure::kWait;
    problem.recovery[0].detect = 2;
    problem.entity = {0};
    problem.horizon = 20;
    model::Outage outage;
    outage.begin = outage.end = Ticks{4};
    outage.first_node = 1;
    outage.last_node = 2;
    outage.kind = model::OutageKind::kInterruption;
    problem.outages = {outage};
    const properties::InterruptionPlan builder(problem);
    core::Plan plan = builder.plan();
    const std::vector<std::int32_t> priority{0};
    plan.priority = priority.data();
    const std::vector<std::uint8_t> job_end{0};
    const core::TallyPlan rest{job_end.data(), 5, 1};
    std::vector<std::uint64_t> memory(core::StateLayout(plan).bytes() / 8);
    std::vector<std::uint64_t> tally_memory(core::TallyLayout(plan, rest).bytes() / 8);
    core::State state = core::StateLayout(plan).make(core::Serial{}, memory.data());
    const core::TallyMemory made =
        core::TallyLayout(plan, rest).make(core::Serial{}, tally_memory.data());
    core::TallyDriver<core::Serial, true> driver(core::Serial{}, plan, rest, state, made);
    driver.close(core::replay(core::Serial{}, plan, state, driver));
    const core::Tally& t = *made.tally;
    EXPECT_EQ(t.end, 20U);
    EXPECT_EQ(t.last_end, 16U);
    EXPECT_EQ(t.allocated, 8U * 16U);
    EXPECT_EQ(t.useful, 1024U * 8U * 10U);
    EXPECT_EQ(t.lost, 1024U * 8U * 4U);
    EXPECT_EQ(t.restart, 8U * 2U);
    EXPECT_EQ(t.interruptions, 1U);
    EXPECT_EQ(t.recoveries, 1U);
    EXPECT_EQ(t.recovery_ticks, 2U);
    EXPECT_EQ(t.blasts, 1U);
    EXPECT_EQ(t.blast_sum, 8U);
    EXPECT_EQ(t.blast_max, 8U);
    EXPECT_EQ(t.out_of_queue, 16U);
    EXPECT_EQ(t.least_spare_bin, 0U);

    const std::uint64_t words[] = {
        1ull << 56 | 0,  2, 4, 1ull << 32 | 4,  // starts
        3ull << 56 | 4,  0,                     // interrupted by outage 0
        4ull << 56 | 6,  0, 4, 1ull << 32 | 4,  // recovers
        2ull << 56 | 16, 0,                     // finished
    };
    std::uint64_t hash = 0;
    for (std::uint64_t z : words) {
        z ^= hash;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        hash = z ^ (z >> 31);
    }
    EXPECT_EQ(t.decisions, hash);
}

}  // namespace
}  // namespace tidepool::batch
