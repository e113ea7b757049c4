// Checkpoint, recovery, spares and preemption: from YAML to rules of the core, by hand.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/batch/closed_form.h"
#include "sim/scenario/compile.h"
#include "sim/scenario/compile_outages.h"
#include "sim/scenario/compile_recovery.h"
#include "tests/scenario/scenario_folder.h"

namespace tidepool::scenario {
namespace {

// 20 nodes of 8 H100; nothing fails unless a test says so.
class Recovery : public ScenarioFolder {
protected:
    Recovery() { scenario(""); }

    void scenario(const std::string& more, const std::string& workload = "") const {
        write("small.yaml",
              "tidepool: 1\nname: small\nhorizon: 100 s\n"
              "topology:\n  clusters: [{name: a, server: hgx-h100, nodes: 20, nodes_per_pod: 10}]\n"
              "  storage: [{name: pfs, kind: parallel-fs, bandwidth: 10 GB/s, per_client: 2 GB/s},"
              " {name: disk, kind: local, bandwidth: 1 GB/s}]\n"
              "workloads:\n  - trace: {file: jobs.csv}\n" +
                  workload + more);
    }
    core::CheckpointRule rule(std::uint32_t rank = 0) const {
        const Compiled compiled = compile(load_small());
        return compiled.plan.checkpoint_rules.at(compiled.plan.checkpoint_rule_of.at(rank));
    }
    model::Ledger run() const { return batch::run(compile(load_small()), {}); }
    std::string refusal() const {
        try {
            compile(load_small());
        } catch (const InputError& error) {
            return error.what();
        }
        return "";
    }
};

TEST_F(Recovery, NothingInterruptsUnlessTheScenarioSaysSo) {
    EXPECT_FALSE(is_interruptible(load_small()));
    EXPECT_FALSE(compile(load_small()).plan.interruptible);
    scenario("failures: {preset: rsc-1}\n");
    EXPECT_TRUE(compile(load_small()).plan.interruptible);
    scenario("failures: {preset: rsc-1}\n");
    EXPECT_FALSE(is_interruptible(load_small({"failures={}"})));
}

TEST_F(Recovery, FixedIntervalInTicks) {
    scenario("checkpoint: {interval: fixed, every: 30 min, write: 60 s, restart: 5 min}\n");
    const core::CheckpointRule got = rule();
    EXPECT_EQ(got.interval, 30U * 60 * 16);
    EXPECT_EQ(got.restart, 300U * 16);
    ASSERT_EQ(got.tiers, 1U);
    EXPECT_EQ(got.tier[0].pause, 60U * 16);
    EXPECT_EQ(got.tier[0].background, 0U);
    EXPECT_EQ(got.tier[0].load, 60U * 16);  // as long as writing
    EXPECT_EQ(got.tier[0].survives, core::LossLevel::kRequeue);
}

// rsc-1: 6.5 per 1,000 node-days. Job 0 has 8 GPUs (1 node), job 1 16 (2 nodes): M = 1e9 x 86.4 ms
// / 6.5 / nodes. Young: sqrt(2 C M).
TEST_F(Recovery, ComputedIntervalsFollowTheSizeOfTheJob) {
    scenario("failures: {preset: rsc-1}\ncheckpoint: {interval: young, write: 60 s}\n");
    for (const std::uint32_t nodes : {1U, 2U}) {
        const double mtti = 1000.0 * 86400 / 6.5 / nodes;
        const double young = std::sqrt(2 * 60 * mtti);
        EXPECT_NEAR(rule(nodes - 1).interval / 16.0, young, 1 / 16.0);
    }
    scenario("checkpoint: {interval: young, write: 60 s}\n");
    EXPECT_EQ(rule().interval, 0U) << "nothing fails, nothing is written";
}

// 1e12 parameters of 14 B are 14 TB. pfs: one node at 2 GB/s: 7,000 s; two at 4 GB/s: 3,500 s.
// Local disks of 1 GB/s: 14,000 s and 7,000 s.
TEST_F(Recovery, WriteTimeFromSizeAndStorage) {
    const std::string common = "checkpoint: {interval: fixed, every: 10 h, parameters: 1e12, ";
    scenario(common + "storage: pfs}\n");
    EXPECT_EQ(rule(0).tier[0].pause, 7000U * 16);
    EXPECT_EQ(rule(1).tier[0].pause, 3500U * 16);
    scenario(common + "storage: disk}\n");
    EXPECT_EQ(rule(0).tier[0].pause, 14000U * 16);
    EXPECT_EQ(rule(1).tier[0].pause, 7000U * 16);
    scenario(common + "storage: psf}\n");
    EXPECT_NE(refusal().find("no storage named 'psf'"), std::string::npos) << refusal();
    EXPECT_NE(refusal().find("'pfs'"), std::string::npos) << refusal();
}

TEST_F(Recovery, TiersAndOverlap) {
    scenario(
        "checkpoint:\n  interval: fixed\n  every: 10 min\n  tiers:\n"
        "    - {name: host, write: 2 s, load: 1 s, survives: interruption}\n"
        "    - {name: pfs, every: 3, write: 5 min, overlap: true, pause: 4 s, survives: "
        "requeue}\n");
    const core::CheckpointRule got = rule();
    ASSERT_EQ(got.tiers, 2U);
    EXPECT_EQ(got.tier[0].pause, 32U);
    EXPECT_EQ(got.tier[0].load, 16U);
    EXPECT_EQ(got.tier[0].survives, core::LossLevel::kNothing);
    EXPECT_EQ(got.tier[1].every, 3U);
    EXPECT_EQ(got.tier[1].pause, 64U);
    EXPECT_EQ(got.tier[1].background, 300U * 16);
    EXPECT_EQ(got.tier[1].load, 300U * 16);
    scenario("checkpoint: {interval: fixed, every: 1 min, write: 2 min, overlap: true}\n");
    EXPECT_NE(refusal().find("checkpoint.every"), std::string::npos) << refusal();
}

TEST_F(Recovery, IntervalsOfTheTrace) {
    write("jobs.csv",
          "job_id,submit,duration,gpus,checkpoint_interval,checkpoint_write\n"
          "1,0,10,8,600,30\n2,5,10,16,,\n");
    scenario("checkpoint: {interval: trace, restart: 1 min}\n");
    EXPECT_EQ(rule(0).interval, 600U * 16);
    EXPECT_EQ(rule(0).tier[0].pause, 30U * 16);
    EXPECT_EQ(rule(1).interval, 0U);
    EXPECT_EQ(rule(1).restart, 60U * 16);
}

// A workload says only what differs; keys that its choice makes pointless go.
TEST_F(Recovery, WorkloadsInherit) {
    const std::string base =
        "checkpoint: {interval: fixed, every: 10 min, write: 60 s, restart: 1 min}\n"
        "recovery: {on_failure: wait, detect: 7 s}\nfailures: {preset: rsc-1}\n";
    scenario(base, "    checkpoint: {interval: young}\n    recovery: {swap: 9 s}\n");
    EXPECT_EQ(rule().restart, 60U * 16);
    EXPECT_NEAR(rule().interval / 16.0, std::sqrt(2 * 60 * 1000.0 * 86400 / 6.5), 1 / 16.0);
    const Compiled compiled = compile(load_small());
    const core::RecoveryRule& recovery = compiled.plan.recovery_rules.at(0);
    EXPECT_EQ(recovery.on_failure, core::OnFailure::kWait);
    EXPECT_EQ(recovery.detect, 7U * 16);
    EXPECT_EQ(recovery.swap, 9U * 16);
    scenario(base, "    checkpoint: {tiers: [{name: a, write: 1 s}, {name: b, write: 2 s}]}\n");
    EXPECT_EQ(rule().tiers, 2U);
}

// Two pods of 10 nodes: 5 % is one node of the cluster, and one of each pod.
TEST_F(Recovery, SparesAreTheHighestNodesOfTheirPool) {
    const auto spares = [&](const std::string& scheduler) {
        scenario("scheduler: " + scheduler + "\n");
        const Compiled compiled = compile(load_small());
        std::vector<std::size_t> found;
        for (std::size_t n = 0; n < compiled.plan.spare.size(); ++n) {
            if (compiled.plan.spare[n] != 0) {
                found.push_back(n);
            }
        }
        return found;
    };
    EXPECT_EQ(spares("{spares: 5 %}"), (std::vector<std::size_t>{19}));
    EXPECT_EQ(spares("{spares: 5 %, spare_pool: pod}"), (std::vector<std::size_t>{9, 19}));
    EXPECT_EQ(spares("{spares: 10 %}"), (std::vector<std::size_t>{18, 19}));
    EXPECT_EQ(spares("{spare_nodes: 3}"), (std::vector<std::size_t>{17, 18, 19}));
    scenario("scheduler: {spare_nodes: 20}\n");
    EXPECT_NE(refusal().find("scheduler.spare_nodes: 20 spares leave nothing"), std::string::npos)
        << refusal();
    scenario("scheduler: {spare_nodes: 19}\n");
    EXPECT_NE(refusal().find("16 GPUs never fit"), std::string::npos) << refusal();
}

// Priority 9 comes at 30 s and needs the whole machine (20 nodes). Both others must go; the one
// that has run for 10 s only at 35 s. They lose all work and start again after 40 s.
TEST_F(Recovery, UrgentJobsPreempt) {
    write("jobs.csv",
          "job_id,submit,duration,gpus,priority\n1,0,50,80,0\n2,25,30,80,1\n3,30,5,160,9\n");
    scenario(
        "scheduler: {order: priority, preempt: priority, preempt_after: 10 s}\n"
        "checkpoint: {restart: 2 s}\n");
    const model::Ledger ledger = run();
    const auto seconds = [](Ticks t) { return t.value / 16.0; };
    EXPECT_EQ(seconds(ledger.jobs[2].start), 35);
    EXPECT_EQ(seconds(ledger.jobs[2].end), 40);
    EXPECT_EQ(seconds(ledger.jobs[0].end), 40 + 2 + 50);  // restart, then everything again
    EXPECT_EQ(seconds(ledger.jobs[1].end), 40 + 2 + 30);
    EXPECT_EQ(ledger.jobs[0].preemptions, 1U);
    EXPECT_EQ(ledger.jobs[0].interruptions, 0U);
    EXPECT_EQ(ledger.jobs[0].time.lost, 1024ULL * 16 * 35 * 80);
    EXPECT_EQ(ledger.jobs[1].time.lost, 1024ULL * 16 * 10 * 80);
    EXPECT_EQ(ledger.second_order_preemptions, 0U);
}

// Only one of the two is in the way of 80 GPUs: the one of lowest priority. Equal priority never
// goes.
TEST_F(Recovery, NobodyGoesInVain) {
    write("jobs.csv",
          "job_id,submit,duration,gpus,priority\n1,0,50,80,0\n2,0,50,80,1\n3,30,5,80,9\n"
          "4,31,5,160,1\n");
    scenario("scheduler: {order: priority, preempt: priority, preempt_after: 0 s}\n");
    const model::Ledger ledger = run();
    EXPECT_EQ(ledger.jobs[0].preemptions, 1U);
    EXPECT_EQ(ledger.jobs[1].preemptions, 0U);
    EXPECT_EQ(ledger.jobs[2].start.value, 30U * 16);
    EXPECT_EQ(ledger.jobs[3].start.value, 50U * 16);
}

// Maintenance of the whole site at 20 s for 1 s interrupts the urgent job, too. It restarts first;
// nothing was preempted before, and the low job, which came back in between on its nodes, would
// block it: it goes, a preemption of second order.
TEST_F(Recovery, PreemptionsOfSecondOrder) {
    write("jobs.csv", "job_id,submit,duration,gpus,priority\n1,0,60,160,9\n2,20,60,80,0\n");
    scenario(
        "scheduler: {queue: first-fit, order: priority, preempt: priority, preempt_after: 0 s}\n"
        "failures:\n  maintenance: [{name: m, from: 20 s, lasts: 1 s, nodes: [0, 0]}]\n"
        "checkpoint: {restart: 0 s}\n");
    const model::Ledger ledger = run();
    // At 20 s job 1 gives up all nodes and waits; job 2 takes ten of the 19 left; at 21 s node 0 is
    // back, and job 1 needs all 20.
    EXPECT_EQ(ledger.jobs[0].interruptions, 1U);
    EXPECT_EQ(ledger.jobs[1].start.value, 20U * 16);
    EXPECT_EQ(ledger.jobs[1].preemptions, 1U);
    EXPECT_EQ(ledger.second_order_preemptions, 1U);
    EXPECT_EQ(ledger.jobs[0].end.value, 81U * 16);
}

// Node 0 is shared by two jobs that wait on it while the spare serves, so that it comes back as one
// too many: the node that a preemption frees must go to the urgent job, not to the spares.
TEST_F(Recovery, AFreedNodeIsNotTakenFromWhomItWasFreedFor) {
    write("jobs.csv",
          "job_id,submit,duration,gpus,priority\n0,0,1000,4,0\n1,0,1000,4,0\n2,0,1000,8,0\n"
          "3,0,1000,8,0\n4,5,1000,8,0\n5,30,10,8,5\n");
    write("log.csv", "node,begin,end,cause\na,10,20,x\n");
    scenario(
        "scheduler: {spare_nodes: 17, order: priority, preempt: priority, preempt_after: 0 s}\n"
        "recovery: {on_failure: wait, detect: 1 s}\nfailures: {log: {file: log.csv}}\n");
    const model::Ledger ledger = batch::run(compile(load_small({"horizon=2000 s"})), {});
    EXPECT_EQ(ledger.jobs[5].start.value, 30U * 16);
    std::uint32_t preempted = 0;
    for (const model::JobRecord& job : ledger.jobs) {
        preempted += job.preemptions;
    }
    EXPECT_EQ(preempted, 1U);
}

// Node 0 is cut off (reach multi-node) under a one-node job, which works on; at 50 s it fails in
// earnest. A spare stands in at once: detection 1 s, swap 2 s, back at 53 s.
TEST_F(Recovery, ANodeThatWasCutOffGetsItsSpareWhenItsJobLosesIt) {
    write("jobs.csv", "job_id,submit,duration,gpus\n1,0,1000,8\n");
    write("log.csv", "node,begin,end,cause\na-n00000,50,60,x\n");
    scenario(
        "scheduler: {placement: first-fit, spare_nodes: 2}\n"
        "recovery: {on_failure: wait, detect: 1 s, swap: 2 s}\ncheckpoint: {restart: 0 s}\n"
        "failures: {log: {file: log.csv}}\n");
    Compiled compiled = compile(load_small());
    model::Outage cut;
    cut.begin = Ticks{20 * 16};
    cut.end = Ticks{90 * 16};
    cut.last_node = 1;
    cut.reach = model::Reach::kMultiNode;
    compiled.outages.list.insert(compiled.outages.list.begin(), cut);
    compiled.plan.steps = node_steps(compiled.outages, load_small().topology);
    const model::Ledger ledger = batch::run(compiled, {});
    EXPECT_EQ(ledger.jobs[0].interruptions, 1U);
    ASSERT_EQ(ledger.attempts.size(), 2U);
    EXPECT_EQ(ledger.attempts[0].end.value, 50U * 16);
    EXPECT_EQ(ledger.attempts[0].recovered.value, 53U * 16);
    EXPECT_EQ(ledger.attempts[1].first_node, 18U);
}

TEST_F(Recovery, LogsMayNameTheNodesOfTheDatacenter) {
    write("log.csv", "node,begin,end,cause\na-n00007,50,60,x\na-n00002,50,60,x\n");
    scenario("failures: {log: {file: log.csv}}\n");
    const Compiled compiled = compile(load_small());
    ASSERT_EQ(compiled.outages.list.size(), 2U);
    EXPECT_EQ(compiled.outages.list[0].first_node, 2U);
    EXPECT_EQ(compiled.outages.list[1].first_node, 7U);
    write("log.csv", "node,begin,end,cause\na-n00007,50,60,x\na-n0002,50,60,x\n");
    EXPECT_NE(problems().find("'a-n0002', which is none"), std::string::npos) << problems();
    write("log.csv", "node,begin,end,cause\nx,50,60,x\ny,50,60,x\n");  // in order of appearance
    EXPECT_EQ(compile(load_small()).outages.list[1].first_node, 1U);
}

TEST_F(Recovery, WhatContradictsItselfIsRefused) {
    const auto refused = [&](const std::string& more, const std::string& why) {
        scenario(more);
        EXPECT_NE(problems().find(why), std::string::npos) << more << problems();
    };
    refused("checkpoint: {interval: fixed, write: 1 s}\n", "`fixed` needs `every`");
    refused("checkpoint: {interval: young, write: 1 s, every: 1 h}\n", "checkpoint.every: has no");
    refused("checkpoint: {interval: young}\n", "needs to know what a checkpoint costs");
    refused("checkpoint: {interval: young, storage: pfs}\n", "needs `parameters`");
    refused("checkpoint: {interval: young, write: 1 s, pause: 1 s}\n", "checkpoint.pause: has no");
    refused("scheduler: {preempt: priority}\n", "needs `order: priority`");
    refused("scheduler: {spares: 2 %, spare_nodes: 1}\n", "says the same as `spares`");
    scenario("scheduler: {placement: fungible}\nfailures: {preset: rsc-1}\n");
    EXPECT_NE(refusal().find("scheduler.placement: `fungible` knows no nodes"), std::string::npos)
        << refusal();
}

}  // namespace
}  // namespace tidepool::scenario
