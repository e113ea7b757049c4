#pragma once
// Small usages for the tests of costs: one GPU model, states by bin, no leases.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/money/cost_book.h"
#include "sim/money/usage.h"

namespace tidepool::money {

inline constexpr std::uint32_t kHour = 3600 * kTicksPerSecond;
inline constexpr std::uint32_t kDay = 24 * kHour;
inline constexpr std::uint32_t kMonth = 730 * kHour;

inline Amount usd(double units) {
    return {static_cast<std::int64_t>(units * 1e6 + 0.5)};
}

// `gpus` GPUs for `end` ticks in bins of `width`, `busy` of them allocated all the time.
inline Usage steady_usage(std::uint32_t gpus, std::uint32_t busy, std::uint32_t end,
                          std::uint32_t width) {
    Usage usage;
    usage.end = {end};
    usage.gpus = gpus;
    usage.tenants = {""};
    usage.models = {"a"};
    usage.model_gpus = {gpus};
    usage.bin_width = {width};
    usage.states.resize(1);
    for (std::uint64_t at = 0; at < end; at += width) {
        const std::uint64_t length = std::min<std::uint64_t>(width, end - at);
        usage.states[0].push_back({busy * length, (gpus - busy) * length, 0});
        usage.allocated += busy * length;
    }
    return usage;
}

// As many servers of 8 GPUs of the model `a`, of 10 kW each; 100, 40 and 10 % of it.
inline Power plain_power(std::uint64_t servers) {
    Power power;
    power.models = {{"a", servers * 10'000'000, servers * 8}};
    power.busy = 1'000'000;
    power.idle = 400'000;
    power.down = 100'000;
    return power;
}

inline Amount line(const Statement& statement, const std::string& name) {
    for (const CostLine& line : statement.costs) {
        if (line.name == name) {
            return line.amount;
        }
    }
    return {-1};
}

}  // namespace tidepool::money
