// Speed of the decision core and of reading traces. Figures: tests/benchmarks/README.md.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <benchmark/benchmark.h>

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
