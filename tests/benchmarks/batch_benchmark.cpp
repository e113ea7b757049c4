// Speed of replicas on one CPU core: whole runs, their luck drawn and tallied, of the standard run
// and of its kin on smaller and larger clusters. Figures: tests/benchmarks/README.md.

#include <array>
#include <cstdint>

#include <benchmark/benchmark.h>

#include "sim/core/replay.h"
#include "tests/benchmarks/standard_run.h"

namespace tidepool::bench {
namespace {

constexpr std::uint64_t kReplicas = 32;  // seeds 1 .. 32 over and over

// Things that happen: arrivals, ends of attempts, failures.
std::uint64_t events_of(const model::Totals& t) {
    std::uint64_t events = t.submitted + t.reliability.interruptions + t.reliability.preemptions +
                           t.reliability.outages;
    for (const auto state :
         {model::JobState::kCompleted, model::JobState::kFailed, model::JobState::kCancelled}) {
        events += t.in_state[static_cast<std::size_t>(state)];
    }
    return events;
}

// Arguments: nodes, load in percent.
void standard_runs(benchmark::State& state) {
    const batch::Cell cell = standard_cell(static_cast<std::uint32_t>(state.range(0)),
                                           static_cast<double>(state.range(1)) / 100);
    batch::ReplicaRunner runner;
    auto waits = std::make_unique<batch::WaitHistogram>();
    std::uint64_t runs = 0, events = 0;
    double queue = 0, preemptions = 0;
    for (auto _ : state) {
        const batch::ReplicaResult result = runner.run(cell, 1 + runs++ % kReplicas, *waits);
        events += events_of(result.totals);
        preemptions += static_cast<double>(result.totals.reliability.preemptions);
        queue += static_cast<double>(result.totals.queue_length) / result.totals.length.value;
    }
    const auto n = static_cast<double>(runs);
    const auto happened = static_cast<double>(events);
    using benchmark::Counter;
    state.counters["runs/s"] = Counter(n, Counter::kIsRate);
    state.counters["s/event"] = Counter(happened, Counter::kIsRate | Counter::kInvert);
    state.counters["events"] = happened / n;
    state.counters["preemptions"] = preemptions / n;
    state.counters["waiting"] = queue / n;  // jobs, in the mean
    const core::Plan plan = cell.compiled.plan.view();
    const core::StateLayout layout(plan, 256);  // slots, as ReplicaRunner begins
    state.counters["hot_B"] = static_cast<double>(layout.hot_bytes());
    state.counters["cold_B"] = static_cast<double>(layout.cold_bytes());
}
BENCHMARK(standard_runs)
    ->ArgNames({"nodes", "load"})
    ->Args({1024, 64})
    ->Args({1024, 79})
    ->Args({1024, 90})
    ->Args({1024, 95})
    ->Args({64, 64})
    ->Args({4096, 64})
    ->Args({12'500, 64})
    ->Unit(benchmark::kMillisecond);

// The part of it that is no simulation: the failures of one seed.
void draw_of_luck(benchmark::State& state) {
    const batch::Cell cell = standard_cell(static_cast<std::uint32_t>(state.range(0)), 0.64);
    std::uint64_t seed = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            scenario::draw_luck(*cell.loaded, cell.compiled.plan, 1 + seed++ % kReplicas));
    }
}
BENCHMARK(draw_of_luck)->ArgName("nodes")->Arg(1024)->Arg(12'500)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tidepool::bench

BENCHMARK_MAIN();
