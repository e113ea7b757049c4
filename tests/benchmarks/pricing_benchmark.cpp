// Billing a million leases under three years of hourly prices.

#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include "sim/base/random.h"
#include "sim/money/bill.h"

namespace tidepool::money {
namespace {

constexpr std::uint32_t kHourTicks = static_cast<std::uint32_t>(kTicksPerHour);
constexpr std::uint32_t kHours = 3 * 8760;

std::uint32_t drawn(std::uint32_t entity, std::uint32_t number, std::uint32_t below) {
    return bounded(draw(1, Purpose::kSynthetic, entity, number)[0], below);
}

void bill_a_million(benchmark::State& state) {
    PriceBook book;
    std::vector<PricePath::Step> steps;
    for (std::uint32_t hour = 0; hour < kHours; ++hour) {
        steps.push_back(
            {Ticks{hour * kHourTicks}, {1'000'000 + drawn(0, hour, 3'000'000), 57'600}});
    }
    for (auto& paths : book.list) {
        paths.push_back(PricePath::make(steps));
    }
    Usage usage;
    usage.end = {kHours * kHourTicks};
    usage.tenants.resize(50);
    usage.models = {"a"};
    usage.model_gpus = {10'000};
    usage.gpus = 10'000;
    usage.bin_width = {kHourTicks};
    usage.states.resize(1);
    for (std::uint32_t l = 0; l < 1'000'000; ++l) {
        Lease lease;
        lease.start = {drawn(1, l, (kHours - 48) * kHourTicks)};
        lease.end = {lease.start.value + drawn(2, l, 48 * kHourTicks)};  // a day on average
        lease.tenant = drawn(3, l, 50);
        lease.plan = static_cast<Plan>(drawn(4, l, 3));
        lease.gpus = 1 + drawn(5, l, 64);
        usage.leases.push_back(lease);
    }
    for (auto _ : state) {
        benchmark::DoNotOptimize(bill(usage, book).revenue.size());
    }
}
BENCHMARK(bill_a_million)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tidepool::money

BENCHMARK_MAIN();
