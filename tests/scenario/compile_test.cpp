// From a loaded scenario to a plan: ranks, estimates, rejections, all by hand.
#include "sim/scenario/compile.h"

#include <string>

#include <gtest/gtest.h>

#include "sim/base/issue.h"
#include "sim/batch/closed_form.h"

namespace tidepool::scenario {
namespace {

// Two nodes of 8 (model "big"), one of 4 ("small").
Loaded machine() {
    Loaded loaded;
    loaded.spec.workloads.emplace_back();
    workloads::JobTrace trace;
    trace.file = "jobs.csv";
    loaded.traces.push_back(trace);
    topology::Topology topology;
    topology.name = "three";
    topology.clusters = {"c"};
    topology.gpu_models.resize(2);
    topology.gpu_models[0].name = "big";
    topology.gpu_models[1].name = "small";
    for (std::uint32_t n = 0; n < 3; ++n) {
        topology::Node node;
        node.gpus = n < 2 ? 8 : 4;
        node.gpu_model = n < 2 ? 0 : 1;
        node.island = node.rack = n;
        node.pod = n < 2 ? 0 : 1;
        topology.nodes.push_back(node);
    }
    topology.islands = topology.racks = 3;
    topology.pods = 2;
    loaded.topology = topology;
    return loaded;
}

workloads::Job& add_job(Loaded& loaded, double submit, double duration, std::uint32_t gpus) {
    workloads::JobTrace& trace = loaded.traces[0].edit();
    workloads::Job job;
    job.id_begin = trace.id_text.size();
    trace.id_text += std::to_string(trace.jobs.size() + 1);
    job.line = static_cast<std::uint32_t>(trace.jobs.size() + 2);
    job.submit = Seconds{submit};
    job.duration = Seconds{duration};
    job.gpus = gpus;
    return trace.jobs.emplace_back(job);
}

std::string problems(const Loaded& loaded) {
    try {
        compile(loaded);
    } catch (const InputError& error) {
        return error.what();
    }
    return "";
}

TEST(Compile, RanksByArrivalOrByPriority) {
    Loaded loaded = machine();
    add_job(loaded, 0, 10, 1);
    add_job(loaded, 1, 10, 1).priority = 5;
    add_job(loaded, 1, 10, 1).priority = 5;
    add_job(loaded, 2, 10, 1).priority = 9;
    EXPECT_EQ(compile(loaded).job_of_rank, (std::vector<std::uint32_t>{0, 1, 2, 3}));
    loaded.spec.scheduler.order = QueueOrder::kPriority;
    const Compiled compiled = compile(loaded);
    EXPECT_EQ(compiled.job_of_rank, (std::vector<std::uint32_t>{3, 1, 2, 0}));
    // Arrivals stay in the order of time: rank 3 at 0 s, ranks 1 and 2 at 1 s, rank 0 at 2 s.
    EXPECT_EQ(compiled.plan.arrival, (std::vector<std::uint32_t>{3, 1, 2, 0}));
    EXPECT_EQ(compiled.plan.submit, (std::vector<std::uint32_t>{32, 16, 16, 0}));
}

TEST(Compile, EstimatesComeFromWhereTheScenarioSays) {
    Loaded loaded = machine();
    loaded.spec.scheduler.queue = core::QueuePolicy::kEasy;
    add_job(loaded, 0, 10, 1).estimate = Seconds{25};
    EXPECT_EQ(compile(loaded).plan.estimate.at(0), 160U);  // exact: 10 s
    loaded.spec.scheduler.estimates = EstimateSource::kFactor;
    loaded.spec.scheduler.estimate_factor = 1.51;
    EXPECT_EQ(compile(loaded).plan.estimate.at(0), 242U);  // 15.1 s = 241.6 ticks, rounded up
    loaded.spec.scheduler.estimates = EstimateSource::kTrace;
    EXPECT_EQ(compile(loaded).plan.estimate.at(0), 400U);  // 25 s
    add_job(loaded, 1, 10, 1);
    EXPECT_NE(problems(loaded).find("jobs.csv:3: workloads[0].trace: has no estimate"),
              std::string::npos);
    loaded.spec.scheduler.queue = core::QueuePolicy::kFifo;  // plans with nothing, needs nothing
    EXPECT_EQ(problems(loaded), "");
}

TEST(Compile, NamesJobsThatCouldNeverRun) {
    Loaded loaded = machine();
    loaded.traces[0].edit().gpu_models = {"huge|vast", "small", "vast|small"};
    add_job(loaded, 0, 10, 17);               // the two big nodes have 16
    add_job(loaded, 0, 10, 16);               // fits
    add_job(loaded, 0, 10, 1).gpu_model = 0;  // no such model
    add_job(loaded, 0, 10, 5).gpu_model = 1;  // small has 4
    add_job(loaded, 0, 10, 4).gpu_model = 2;  // fits
    const std::string text = problems(loaded);
    EXPECT_NE(text.find("jobs.csv:2: workloads[0].trace: the job's 17 GPUs never fit"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("jobs.csv:4: workloads[0].trace: no node has the GPU model"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("jobs.csv:5: "), std::string::npos) << text;
    EXPECT_EQ(text.find("jobs.csv:3: "), std::string::npos) << text;

    loaded.spec.workloads[0].never_fits = NeverFits::kReject;
    const Compiled compiled = compile(loaded);
    EXPECT_EQ(compiled.jobs[0].rejection, model::Rejection::kTooLarge);
    EXPECT_EQ(compiled.jobs[2].rejection, model::Rejection::kGpuModel);
    EXPECT_EQ(compiled.jobs[3].rejection, model::Rejection::kTooLarge);
    EXPECT_EQ(compiled.plan.arrival.size(), 2U);
}

TEST(Compile, ListsFiftyBadJobsAndCountsTheRest) {
    Loaded loaded = machine();
    for (int i = 0; i < 60; ++i) {
        add_job(loaded, i, 10, 1000);
    }
    EXPECT_NE(problems(loaded).find("... and 10 more jobs"), std::string::npos);
}

TEST(Compile, RejectsWhatComesAtTheHorizonOrLater) {
    Loaded loaded = machine();
    add_job(loaded, 0, 10, 1);
    add_job(loaded, 5, 10, 1);
    loaded.spec.horizon = Seconds{5};
    const Compiled compiled = compile(loaded);
    EXPECT_EQ(compiled.jobs[0].state, model::JobState::kQueued);
    EXPECT_EQ(compiled.jobs[1].state, model::JobState::kRejected);
    EXPECT_EQ(compiled.jobs[1].rejection, model::Rejection::kHorizon);
}

TEST(Compile, TenantsComeFromTheTraceOrTheWorkload) {
    Loaded loaded = machine();
    loaded.traces[0].edit().tenants = {"lab"};
    loaded.spec.workloads[0].tenant = "startup";
    add_job(loaded, 0, 10, 1).tenant = 0;
    add_job(loaded, 1, 10, 1);
    const Compiled compiled = compile(loaded);
    EXPECT_EQ(compiled.tenants, (std::vector<std::string>{"", "lab", "startup"}));
    EXPECT_EQ(compiled.jobs[0].tenant, 1U);
    EXPECT_EQ(compiled.jobs[1].tenant, 2U);
}

// A calendar belongs to the run only if it is everybody's and time runs as recorded.
TEST(Compile, KeepsACalendarOnlyIfAllTracesShareIt) {
    Loaded loaded = machine();
    add_job(loaded, 0, 10, 1);
    loaded.traces[0].edit().origin = "2017-09-04T10:30:41";
    EXPECT_EQ(compile(loaded).origin, "2017-09-04T10:30:41");
    loaded.spec.workloads[0].trace.load_scale = 2;
    EXPECT_EQ(compile(loaded).origin, "");
    loaded.spec.workloads[0].trace.load_scale = 1;
    loaded.spec.workloads.push_back(loaded.spec.workloads[0]);
    loaded.traces.push_back(loaded.traces[0]);
    const Compiled both = compile(loaded);
    EXPECT_EQ(both.origin, "2017-09-04T10:30:41");
    EXPECT_EQ(both.jobs[0].workload, 0U);
    EXPECT_EQ(both.jobs[1].workload, 1U);
    loaded.traces[1].edit().origin = "2021-01-01T00:00:00+08:00";
    EXPECT_EQ(compile(loaded).origin, "");
}

// 20 GPUs. Job 1 (16 GPUs, 0 to 10 s) holds both big nodes, job 2 (4 GPUs, 1 to 21 s) the small
// one, job 3 (8 GPUs) comes at 2 s and starts at 10 s. Bins of 8 s: in [0, 8) 16 * 8 + 4 * 7 GPU-s
// are allocated and job 3 waits 6 s.
TEST(Recorder, FillsBinsAndRecordsByHand) {
    Loaded loaded = machine();
    loaded.spec.output.bin = Seconds{8};
    add_job(loaded, 0, 10, 16);
    add_job(loaded, 1, 20, 4);
    add_job(loaded, 2, 5, 8);
    const Compiled compiled = compile(loaded);
    const model::Ledger ledger = batch::run(compiled, {});
    EXPECT_EQ(ledger.end.value, 21U * 16);
    EXPECT_EQ(ledger.jobs[2].start.value, 10U * 16);
    EXPECT_EQ(ledger.jobs[0].nodes, 2U);
    EXPECT_EQ(ledger.jobs[1].first_node, 2U);
    EXPECT_EQ(ledger.jobs[1].gpu_model, 1U);
    ASSERT_EQ(ledger.bins.size(), 3U);
    EXPECT_EQ(ledger.bins[0].allocated, (16U * 8 + 4 * 7) * 16);
    EXPECT_EQ(ledger.bins[0].queue_length, 6U * 16);
    EXPECT_EQ(ledger.bins[0].queued_gpus, 6U * 8 * 16);
    EXPECT_EQ(ledger.total.allocated, (16U * 10 + 4 * 20 + 8 * 5) * 16);
    EXPECT_EQ(ledger.queue_length_max, 1U);
    EXPECT_EQ(ledger.events, 6U);
}

// The observer ends the run: what has not come yet is no longer part of it.
TEST(Recorder, StopsWhenTheObserverSaysSo) {
    Loaded loaded = machine();
    loaded.spec.output.bin = Seconds{1};
    add_job(loaded, 0, 100, 16);
    add_job(loaded, 10, 10, 4);
    add_job(loaded, 20, 10, 4);
    const Compiled compiled = compile(loaded);
    const model::Ledger ledger =
        batch::run(compiled, [](Ticks now, const model::Ledger&) { return now.value < 10 * 16; });
    EXPECT_TRUE(ledger.interrupted);
    EXPECT_EQ(ledger.end.value, 160U);
    EXPECT_EQ(ledger.jobs[0].state, model::JobState::kRunning);
    EXPECT_EQ(ledger.jobs[1].state, model::JobState::kRejected);
    EXPECT_EQ(ledger.jobs[2].rejection, model::Rejection::kHorizon);
    EXPECT_EQ(ledger.total.allocated, 16U * 160);
}

}  // namespace
}  // namespace tidepool::scenario
