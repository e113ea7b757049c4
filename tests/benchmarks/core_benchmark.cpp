// Speed of the decision core and of reading traces. Figures: tests/benchmarks/README.md.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include <benchmark/benchmark.h>

#include "sim/base/random.h"
#include "sim/scenario/drive.h"
#include "tests/benchmarks/race_course.h"
#include "workloads/convert.h"

namespace tidepool::bench {
namespace {

const std::string kTraces = std::string(TIDEPOOL_SOURCE_DIR) + "/workloads/traces/";

void common_trace(benchmark::State& state, const char* placement, const char* queue) {
    const scenario::Compiled plan = race_course(kTraces + "common-100k.csv.gz", placement, queue);
    const core::Plan view = plan.plan.view();
    for (auto _ : state) {
        benchmark::DoNotOptimize(replay(view));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(plan.jobs.size()));
}
BENCHMARK_CAPTURE(common_trace, packed_fifo, "packed", "fifo")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(common_trace, packed_easy, "packed", "easy")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(common_trace, fungible_fifo, "fungible", "fifo")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(common_trace, fungible_easy, "fungible", "easy")->Unit(benchmark::kMillisecond);

// 100,000 GPUs for 30 days at rsc-1's rate: 2,000 long jobs of 8 to 256 GPUs, checkpoints at the
// optimal interval; `wait` holds nodes and takes spares. Compiling (outages included) and running.
scenario::Loaded interrupted(core::OnFailure rule) {
    constexpr double kDay = 86'400;
    scenario::Loaded loaded;
    loaded.topology = race_nodes(12'500, 512);
    workloads::JobTrace trace;
    for (std::uint32_t j = 0; j < 2000; ++j) {
        const Block words = draw(1, Purpose::kSynthetic, 100, j);
        workloads::Job job;
        job.gpus = 8U << bounded(words[0], 6);
        job.submit = Seconds{j * 60.0};
        job.duration = Seconds{(5 + bounded(words[1], 21)) * kDay};
        trace.jobs.push_back(job);
    }
    loaded.traces.emplace_back(std::move(trace));
    scenario::ScenarioSpec& spec = loaded.spec;
    spec.workloads.emplace_back();
    spec.horizon = Seconds{30 * kDay};
    spec.failures.emplace().preset = "rsc-1";
    spec.checkpoint.interval = scenario::IntervalRule::kOptimal;
    spec.checkpoint.write = Seconds{30};
    spec.recovery.on_failure = rule;
    spec.scheduler.spares = Fraction{0.02};
    return loaded;
}

void interrupted_100k(benchmark::State& state, core::OnFailure rule) {
    const scenario::Loaded loaded = interrupted(rule);
    std::size_t attempts = 0;
    for (auto _ : state) {
        const scenario::Compiled compiled = scenario::compile(loaded);
        attempts = scenario::drive<scenario::Recorder>(compiled, {}, nullptr).attempts.size();
    }
    state.counters["attempts"] = static_cast<double>(attempts);
}
BENCHMARK_CAPTURE(interrupted_100k, requeue, core::OnFailure::kRequeue)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(interrupted_100k, wait, core::OnFailure::kWait)->Unit(benchmark::kMillisecond);

// One million jobs: the common trace ten times over, one after the other, gzip.
void read_million_jobs(benchmark::State& state) {
    const std::string file =
        (std::filesystem::temp_directory_path() / "tidepool-million.csv.gz").string();
    Issues issues;
    workloads::TraceSpec spec;
    spec.file = kTraces + "common-100k.csv.gz";
    const workloads::JobTrace once = workloads::read_trace(spec, "", issues);
    workloads::JobTrace all = once;
    all.jobs.clear();
    all.id_text.clear();
    for (int copy = 0; copy < 10; ++copy) {
        for (std::size_t i = 0; i < once.jobs.size(); ++i) {
            workloads::Job job = once.jobs[i];
            job.submit.value += copy * 1'300'000.0;
            job.id_begin = all.id_text.size();
            all.id_text += std::to_string(all.jobs.size() + 1);
            all.jobs.push_back(job);
        }
    }
    workloads::write_trace(all, file, true);
    spec.file = file;
    for (auto _ : state) {
        benchmark::DoNotOptimize(workloads::read_trace(spec, "", issues).jobs.size());
    }
    state.SetItemsProcessed(state.iterations() * 1'000'000);
    issues.throw_if_any();
    std::filesystem::remove(file);
}
BENCHMARK(read_million_jobs)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tidepool::bench

BENCHMARK_MAIN();
