#include "sim/cli/promise_text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "sim/config/units.h"

namespace tidepool::cli {
namespace {

std::string in_words(double seconds) {
    return config::print_human(seconds, config::Dimension::kTime);
}

std::string per_cent(double share) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2g %%", share * 100);
    return text.data();
}

// Of the sample of its requests: those that fit into no unit.
double share_too_long(const scenario::ServiceModel& service) {
    const std::uint64_t room = service.unit.kv_tokens;
    const auto& lengths = service.demand.lengths;
    if (room == 0 || lengths.empty()) {
        return 0;
    }
    const auto lost = std::ranges::count_if(lengths, [&](const workloads::Lengths& one) {
        return std::uint64_t{one.tokens_in} + one.tokens_out > room;
    });
    return static_cast<double>(lost) / static_cast<double>(lengths.size());
}

}  // namespace

std::vector<std::string> impossible_promises(const scenario::Loaded& loaded) {
    std::vector<std::string> sentences;
    for (const auto& service : loaded.services) {
        const scenario::ServiceSpec& spec = service->spec;
        const model::FlowPoint idle = service->latency->idle();
        const auto check = [&](const std::optional<Seconds>& promise, double floor,
                               std::string_view key, std::string_view what) {
            if (promise && floor > promise->value) {
                sentences.push_back("service " + spec.name + " promises " + std::string(key) + " " +
                                    in_words(promise->value) + ", but even on idle units " +
                                    std::string(what) + " takes " + in_words(floor) +
                                    " at the 95th percentile");
            }
        };
        check(spec.slo.ttft_p95, idle.ttft_p95 + spec.round_trip.value, "ttft_p95",
              "the first token");
        check(spec.slo.tpot_p95, idle.tpot_p95, "tpot_p95", "a further token");
        const double lost = share_too_long(*service);
        if (lost > 0) {
            const bool flow = spec.fidelity == scenario::Fidelity::kFlow;
            sentences.push_back(
                "service " + spec.name + ": " + per_cent(lost) +
                " of its requests need more tokens of memory than a unit has; " +
                (flow ? "`fidelity: flow` serves them all the same" : "they are rejected"));
        }
    }
    return sentences;
}

}  // namespace tidepool::cli
