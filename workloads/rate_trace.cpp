#include "workloads/rate_trace.h"

#include <algorithm>

#include "sim/base/assert.h"
#include "sim/base/portable_math.h"
#include "workloads/rate_reader.h"

namespace tidepool::workloads {

double gap_scv(GapLaw law, double shape) {
    TP_ASSERT(shape >= (law == GapLaw::kGamma ? kLeastShape : kLeastWeibull) && shape <= kMostShape,
              "readers refuse other shapes");
    if (law == GapLaw::kGamma || shape == 1) {
        return 1 / shape;
    }
    const double mean = portable::gamma(1 + 1 / shape);
    return std::max(portable::gamma(1 + 2 / shape) / mean / mean - 1, 0.0);
}

double expected_requests(const RateTrace& trace, const RateClient& client, Seconds from,
                         Seconds to) {
    double sum = 0;
    for (std::size_t i = 0; i < client.steps.size(); ++i) {
        const Seconds end = i + 1 < client.steps.size() ? client.steps[i + 1].begin : trace.end;
        const double length = std::min(end, to).value - std::max(client.steps[i].begin, from).value;
        sum += length > 0 ? length * client.steps[i].rate : 0;
    }
    return sum;
}

double expected_requests(const RateTrace& trace, Seconds from, Seconds to) {
    double sum = 0;
    for (const RateClient& client : trace.clients) {
        sum += expected_requests(trace, client, from, to);
    }
    return sum;
}

std::size_t RateBuilder::client(Row& row, const Field& field, std::string_view name) {
    const auto found = numbers_.find(name);
    if (found != numbers_.end()) {
        return found->second;
    }
    if (trace_.clients.size() >= kMostClients) {
        row.fail(field, "client",
                 "more than " + std::to_string(kMostClients) + " clients" + got(name));
        return 0;
    }
    numbers_.emplace(name, trace_.clients.size());
    trace_.clients.push_back({std::string(name), {}});
    seen_.emplace_back();
    return trace_.clients.size() - 1;
}

void RateBuilder::add(Row& row, const Field& time, std::string_view name, std::size_t client,
                      const RateStep& step) {
    Seen& seen = seen_[client];
    const double begin = step.begin.value;
    if (seen.any && begin <= seen.last) {
        row.fail(time, name, "not later than the row before" + got(time.text),
                 trace_.clients.size() > 1 ? "sort the rows of each client by time"
                                           : "sort the rows by time");
    } else if (steps_ >= kMostRateSteps) {
        row.fail(time, name, "more than " + std::to_string(kMostRateSteps) + " steps");
    }
    seen.length = seen.any ? begin - seen.last : 0;
    seen.last = begin;
    seen.any = true;
    std::vector<RateStep>& steps = trace_.clients[client].steps;
    if (!row.ok || (step.rate == 0 && (steps.empty() || steps.back().rate == 0))) {
        return;
    }
    ++steps_;
    steps.push_back(step.rate == 0 ? RateStep{step.begin} : step);
}

Seconds RateBuilder::natural_end() const {
    double end = 0;
    for (const Seen& seen : seen_) {
        end = std::max(end, seen.length > 0 ? seen.last + seen.length : 0);
    }
    const auto beyond = [&](const Seen& seen) { return seen.any && seen.last >= end; };
    return {std::any_of(seen_.begin(), seen_.end(), beyond) ? kClockEnd : std::min(end, kClockEnd)};
}

}  // namespace tidepool::workloads
