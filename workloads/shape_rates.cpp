#include "workloads/shape_rates.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "sim/base/json.h"
#include "workloads/calendar.h"

namespace tidepool::workloads {
namespace {

[[noreturn]] void fail(const std::string& file, const char* field, std::string problem) {
    Issues issues;
    issues.add({file, 0, 0}, field, std::move(problem));
    throw InputError(issues.list());
}

// What of the steps lies in [from, to), with `from` as second 0.
std::vector<RateStep> cut(const std::vector<RateStep>& steps, double from, double to) {
    std::vector<RateStep> kept;
    for (std::size_t i = 0; i < steps.size() && steps[i].begin.value < to; ++i) {
        if (i + 1 < steps.size() && steps[i + 1].begin.value <= from) {
            continue;
        }
        kept.push_back(steps[i]);
        kept.back().begin.value = std::max(steps[i].begin.value - from, 0.0);
    }
    return kept;
}

void take_window(RateTrace& trace, Seconds from, Seconds to) {
    for (RateClient& client : trace.clients) {
        client.steps =
            from < trace.end ? cut(client.steps, from.value, to.value) : std::vector<RateStep>{};
    }
    trace.end = std::max(Seconds{std::min(trace.end, to).value - from.value}, Seconds{0});
    if (const auto origin = parse_calendar(trace.origin)) {
        trace.origin = print_calendar(later(*origin, from.value));
    }
}

// Round after round of `length` up to `end`.
void repeat(RateTrace& trace, double length, double end, const std::string& file) {
    double steps = 0;
    for (const RateClient& client : trace.clients) {
        steps += static_cast<double>(client.steps.size() + 2) * (end / length + 1);
    }
    if (steps > static_cast<double>(kMostRateSteps)) {
        fail(file, "repeat",
             "makes more than " + std::to_string(kMostRateSteps) + " steps of rates up to " +
                 shortest(end) + " s");
    }
    for (RateClient& client : trace.clients) {
        const std::vector<RateStep> round = std::move(client.steps);
        client.steps.clear();
        const auto add = [&](const RateStep& step) {
            const bool quiet = client.steps.empty() || client.steps.back().rate == 0;
            if (step.begin.value < end && !(step.rate == 0 && quiet)) {
                client.steps.push_back(step);
            }
        };
        for (std::size_t i = 0; static_cast<double>(i) * length < end && !round.empty(); ++i) {
            const double begin = static_cast<double>(i) * length;
            if (round.front().begin.value > 0) {
                add({Seconds{begin}});
            }
            for (RateStep step : round) {
                step.begin.value += begin;
                add(step);
            }
            if (trace.end.value < length) {  // the window is longer than the file
                add({Seconds{begin + trace.end.value}});
            }
        }
    }
    trace.end = {end};
}

}  // namespace

RateTrace shape_rates(RateTrace trace, const DemandSpec& spec, const std::string& file,
                      Seconds end) {
    double length = trace.end.value;
    if (!spec.window.empty()) {
        const Seconds file_end = trace.end;
        length = spec.window[1].value - spec.window[0].value;
        take_window(trace, spec.window[0], spec.window[1]);
        if (expected_requests(trace, Seconds{0}, trace.end) == 0) {
            fail(file, "window",
                 "no request is expected from " + shortest(spec.window[0].value) + " s to " +
                     shortest(spec.window[1].value) + " s; the file ends at " +
                     shortest(file_end.value) + " s");
        }
    }
    if (spec.repeat && length < end.value) {
        repeat(trace, length, end.value, file);
    }
    for (RateClient& client : trace.clients) {
        for (RateStep& step : client.steps) {
            step.rate *= spec.scale;
            if (step.rate > kMostRate) {
                fail(file, "scale",
                     "makes more than " + shortest(kMostRate) + " requests/s of one client (got " +
                         shortest(spec.scale) + ")");
            }
        }
    }
    return trace;
}

}  // namespace tidepool::workloads
