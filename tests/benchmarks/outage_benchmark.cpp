// Speed of making outages: generated and sorted, on one core. Figures: tests/benchmarks/README.md.

#include <cstdint>

#include <benchmark/benchmark.h>

#include "sim/model/generate.h"
#include "topology/build.h"

namespace tidepool::bench {
namespace {

constexpr std::uint32_t kDay = 86'400 * kTicksPerSecond;

void generate(benchmark::State& state, const topology::FailureSpec& spec, std::uint32_t days) {
    const topology::Topology topology = topology::build_preset("fat-tree-100k");
    std::uint64_t seed = 0;
    std::size_t outages = 0;
    for (auto _ : state) {
        outages += model::generate_outages(topology, spec, nullptr, ++seed, Ticks{days * kDay})
                       .list.size();
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(outages));
}

// As many failures as fit: the cost of one.
void outages_dense(benchmark::State& state, topology::FailureLaw law, topology::RepairLaw repair) {
    topology::FailureSpec spec;
    topology::ComponentFailureSpec part;
    part.name = "gpu";
    part.mtbf = Seconds{86'400};
    part.law.law = law;
    if (law == topology::FailureLaw::kWeibull) {
        part.law.shape = 0.7;
    }
    part.repair = topology::default_repair();
    part.repair->law = repair;
    if (repair == topology::RepairLaw::kLognormal) {
        part.repair->sigma = 1;
    }
    spec.components.push_back(part);
    generate(state, spec, 60);
}
BENCHMARK_CAPTURE(outages_dense, exponential_mix, topology::FailureLaw::kExponential,
                  topology::RepairLaw::kMix)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(outages_dense, weibull_lognormal, topology::FailureLaw::kWeibull,
                  topology::RepairLaw::kLognormal)
    ->Unit(benchmark::kMillisecond);

// A real calibration, where most things never fail: 100,000 GPUs, 30 days.
void outages_sparse(benchmark::State& state, const char* preset) {
    topology::FailureSpec spec;
    spec.preset = preset;
    generate(state, spec, 30);
}
BENCHMARK_CAPTURE(outages_sparse, rsc_1, "rsc-1")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(outages_sparse, llama3, "llama3")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tidepool::bench

BENCHMARK_MAIN();
