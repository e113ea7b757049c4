#include "workloads/demand.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "sim/base/assert.h"
#include "sim/base/json.h"
#include "workloads/count_requests.h"
#include "workloads/demand_formats.h"
#include "workloads/drawn_requests.h"
#include "workloads/expected_bins.h"
#include "workloads/file_requests.h"
#include "workloads/shape_rates.h"

namespace tidepool::workloads {
namespace {

[[noreturn]] void refuse(const std::string& path, const char* field, std::string problem) {
    Issues issues;
    issues.add({path, 0, 0}, field, std::move(problem));
    throw InputError(issues.list());
}

// Where the spec's demand comes from.
struct Origin {
    std::string path;                          // of the file
    const DemandFileFormat* format = nullptr;  // null: a tide
    bool has_requests() const { return format != nullptr && format->requests != nullptr; }
};

Origin find_origin(const DemandSpec& spec, const std::string& folder) {
    TP_ASSERT(spec.file.empty() == spec.tide.has_value(), "the spec has passed validate()");
    Origin origin;
    if (spec.tide) {
        return origin;
    }
    Issues issues;
    origin.path = (std::filesystem::path(folder) / spec.file).string();
    origin.format = find_demand_format(spec.format, origin.path, issues);
    issues.throw_if_any();
    if (origin.has_requests() && (spec.lengths || spec.arrivals)) {
        refuse(origin.path, spec.lengths ? "lengths" : "arrivals",
               "a file of requests has its own");
    }
    if (!origin.has_requests() && !spec.lengths) {
        refuse(origin.path, "lengths", "a file of rates does not say how long requests are");
    }
    return origin;
}

RateTrace rates_of(const DemandSpec& spec, const Origin& origin, std::uint64_t seed,
                   std::uint32_t entity, Seconds end) {
    if (spec.tide) {
        return shape_rates(generate_tide(*spec.tide, seed, entity, end), spec, "tide", end);
    }
    Issues issues;
    RateTrace trace = origin.format->rates(origin.path, issues);
    issues.throw_if_any();
    if (trace.gaps_given && spec.arrivals) {
        refuse(origin.path, "arrivals", "the file says how the requests of each client arrive");
    }
    return shape_rates(std::move(trace), spec, origin.path, end);
}

std::unique_ptr<RequestStream> open(const DemandSpec& spec, const Origin& origin,
                                    std::uint64_t seed, std::uint32_t entity, Seconds end) {
    if (origin.has_requests()) {
        return std::make_unique<FileRequests>(spec, origin.path, *origin.format, seed, entity, end);
    }
    return draw_requests(rates_of(spec, origin, seed, entity, end), *spec.lengths,
                         spec.arrivals.value_or(ArrivalsSpec{}), spec.classes, seed, entity, end);
}

// Of many renewal processes together: the mean of theirs, weighted by their rates (the asymptotic
// method of Whitt 1982, Approximating a point process by a renewal process), which is what counts
// in queues under load.
double scv_of(const RateTrace& rates, const ArrivalsSpec& arrivals, Seconds end) {
    if (!rates.gaps_given) {
        return arrivals.cv * arrivals.cv;
    }
    double sum = 0, weight = 0;
    for (const RateClient& client : rates.clients) {
        for (std::size_t i = 0; i < client.steps.size(); ++i) {
            const RateStep& step = client.steps[i];
            const Seconds until =
                i + 1 < client.steps.size() ? client.steps[i + 1].begin : rates.end;
            const double requests =
                step.rate * std::max(std::min(until, end).value - step.begin.value, 0.0);
            sum += requests > 0 ? requests * gap_scv(step.law, step.shape) : 0;
            weight += requests;
        }
    }
    return weight > 0 ? sum / weight : 1;
}

// Makes the mean of the sample that of the bins, where the file says how long its requests are.
void fit_lengths(DemandSeries& series) {
    DemandBin sum;
    for (const DemandBin& bin : series.bins) {
        sum.requests += bin.requests;
        sum.tokens_in += bin.tokens_in;
        sum.tokens_out += bin.tokens_out;
    }
    double in = 0, out = 0;
    for (const Lengths& one : series.lengths) {
        in += one.tokens_in;
        out += one.tokens_out;
    }
    const auto times = [](std::uint32_t tokens, double factor) {
        const double scaled = std::floor(tokens * factor + 0.5);
        return static_cast<std::uint32_t>(std::clamp<double>(scaled, 1, kMostTokens));
    };
    const double per_request = static_cast<double>(series.lengths.size()) / sum.requests;
    for (Lengths& one : series.lengths) {
        one = {times(one.tokens_in, sum.tokens_in * per_request / in),
               times(one.tokens_out, sum.tokens_out * per_request / out)};
    }
}

bool has_lengths(const RateTrace& rates) {
    return std::any_of(rates.clients.begin(), rates.clients.end(), [](const RateClient& client) {
        return std::any_of(client.steps.begin(), client.steps.end(), [](const RateStep& step) {
            return step.tokens_in > 0 || step.tokens_out > 0;
        });
    });
}

DemandSeries expect(const DemandSpec& spec, const RateTrace& rates, Seconds bin, Seconds end) {
    DemandSeries series;
    series.bin = bin;
    series.bins = expected_bins(rates, *spec.lengths, bin, end);
    const bool any = std::any_of(series.bins.begin(), series.bins.end(),
                                 [](const DemandBin& one) { return one.requests > 0; });
    if (any) {
        series.lengths = sample_lengths(*spec.lengths);
        series.arrival_scv = scv_of(rates, spec.arrivals.value_or(ArrivalsSpec{}), end);
        if (has_lengths(rates)) {
            fit_lengths(series);
        }
    }
    return series;
}

}  // namespace

std::unique_ptr<RequestStream> open_requests(const DemandSpec& spec, const std::string& folder,
                                             std::uint64_t seed, std::uint32_t entity,
                                             Seconds end) {
    return open(spec, find_origin(spec, folder), seed, entity, end);
}

DemandSeries read_demand(const DemandSpec& spec, const std::string& folder, std::uint64_t seed,
                         std::uint32_t entity, Seconds bin, Seconds end, bool expected) {
    const Origin origin = find_origin(spec, folder);
    if (expected && !origin.has_requests()) {
        return expect(spec, rates_of(spec, origin, seed, entity, end), bin, end);
    }
    const auto requests = open(spec, origin, seed, entity, end);
    return count_requests(*requests, bin, end);
}

}  // namespace tidepool::workloads
