#include "sim/cli/promise_text.h"

#include <string_view>

#include "sim/config/units.h"

namespace tidepool::cli {
namespace {

std::string in_words(double seconds) {
    return config::print_human(seconds, config::Dimension::kTime);
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
    }
    return sentences;
}

}  // namespace tidepool::cli
