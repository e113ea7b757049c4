#include "workloads/info.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <utility>

#include "sim/base/assert.h"
#include "workloads/calendar.h"

namespace tidepool::workloads {
namespace {

constexpr double kHour = 3600;

// Compensated (Neumaier 1974): the rounding errors are summed beside the sum.
class Sum {
public:
    void add(double value) {
        const double next = sum_ + value;
        lost_ += std::abs(sum_) >= std::abs(value) ? (sum_ - next) + value : (value - next) + sum_;
        sum_ = next;
    }
    double value() const { return sum_ + lost_; }

private:
    double sum_ = 0;
    double lost_ = 0;
};

double gpu_seconds(const Job& job) {
    return job.gpus * job.duration.value;
}

// p in percent; `sorted` ascending, not empty.
Seconds quantile(const std::vector<double>& sorted, std::size_t percent) {
    const std::size_t rank = (percent * sorted.size() + 99) / 100;
    return {sorted[std::max<std::size_t>(rank, 1) - 1]};
}

// The bin of the power of two that is not smaller: 1, 2, 4, 8, ...
unsigned size_bin(std::uint32_t gpus) {
    return static_cast<unsigned>(std::bit_width(gpus - 1));
}

std::vector<TraceInfo::Size> sizes_of(const JobTrace& trace) {
    constexpr std::size_t kBins = 32;
    std::array<std::vector<double>, kBins> durations;
    std::array<Sum, kBins> time;
    for (const Job& job : trace.jobs) {
        const unsigned bin = size_bin(job.gpus);
        durations[bin].push_back(job.duration.value);
        time[bin].add(gpu_seconds(job));
    }
    std::vector<TraceInfo::Size> sizes;
    for (unsigned bin = 0; bin < kBins; ++bin) {
        if (!durations[bin].empty()) {
            std::sort(durations[bin].begin(), durations[bin].end());
            const std::uint32_t to = 1U << bin;
            sizes.push_back({bin == 0 ? 1 : to / 2 + 1, to, durations[bin].size(),
                             time[bin].value() / kHour, quantile(durations[bin], 50)});
        }
    }
    return sizes;
}

// Jobs and GPU time of each name; key(job) gives an index into `names`.
template <class Key>
std::vector<TraceInfo::Share> shares_of(const JobTrace& trace,
                                        const std::vector<std::string>& names, Key key) {
    std::vector<TraceInfo::Share> shares(names.size());
    std::vector<Sum> time(names.size());
    for (const Job& job : trace.jobs) {
        const std::size_t at = key(job);
        ++shares[at].jobs;
        time[at].add(gpu_seconds(job));
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
        shares[i].name = names[i];
        shares[i].gpu_hours = time[i].value() / kHour;
    }
    return shares;
}

std::vector<TraceInfo::Share> tenants_of(const JobTrace& trace) {
    std::vector<std::string> names = trace.tenants;
    names.emplace_back("-");
    std::vector<TraceInfo::Share> shares =
        shares_of(trace, names, [&](const Job& job) -> std::size_t {
            return job.tenant == kAny ? names.size() - 1 : job.tenant;
        });
    std::erase_if(shares, [](const TraceInfo::Share& share) { return share.jobs == 0; });
    std::sort(shares.begin(), shares.end(), [](const auto& a, const auto& b) {
        return a.jobs != b.jobs ? a.jobs > b.jobs : a.name < b.name;
    });
    return shares;
}

void add_arrivals(const JobTrace& trace, TraceInfo& info) {
    constexpr double kDay = 86'400;
    double midnight = 0;  // seconds from the last midnight to second 0
    if (const auto origin = parse_calendar(trace.origin)) {
        midnight = static_cast<double>(origin->seconds % 86'400) + origin->fraction;
    }
    for (const Job& job : trace.jobs) {
        const double in_day = std::fmod(job.submit.value + midnight, kDay);
        ++info.arrivals_by_hour[std::min<std::size_t>(static_cast<std::size_t>(in_day / kHour),
                                                      23)];
    }
}

void add_durations(const JobTrace& trace, TraceInfo& info) {
    std::vector<double> sorted;
    Sum sum;
    for (const Job& job : trace.jobs) {
        sorted.push_back(job.duration.value);
        sum.add(job.duration.value);
    }
    std::sort(sorted.begin(), sorted.end());
    info.mean_duration = {sum.value() / static_cast<double>(sorted.size())};
    info.durations.push_back({"min", {sorted.front()}});
    for (const std::size_t percent : {5, 25, 50, 75, 90, 95, 99}) {
        info.durations.push_back(
            {std::string("p").append(std::to_string(percent)), quantile(sorted, percent)});
    }
    info.durations.push_back({"max", {sorted.back()}});
}

}  // namespace

TraceInfo describe(const JobTrace& trace) {
    TP_ASSERT(!trace.jobs.empty(), "a trace that was read without issues holds jobs");
    TraceInfo info;
    info.file = trace.file;
    info.format = trace.format;
    info.origin = trace.origin;
    info.rows = trace.rows;
    info.skipped = trace.skipped;
    info.skipped_why = trace.skipped_why;
    info.jobs = trace.jobs.size();
    info.first_submit = trace.jobs.front().submit;
    info.last_submit = trace.jobs.back().submit;
    Sum time;
    std::uint64_t gpus = 0;
    for (const Job& job : trace.jobs) {
        time.add(gpu_seconds(job));
        gpus += job.gpus;
        info.most_gpus = std::max(info.most_gpus, job.gpus);
        info.last_end = std::max(info.last_end, Seconds{job.submit.value + job.duration.value});
    }
    info.gpu_hours = time.value() / kHour;
    info.mean_gpus = static_cast<double>(gpus) / static_cast<double>(info.jobs);
    if (info.first_submit < info.last_submit) {
        info.offered_gpus = time.value() / (info.last_submit.value - info.first_submit.value);
    }
    info.sizes = sizes_of(trace);
    add_durations(trace, info);
    add_arrivals(trace, info);
    info.states = shares_of(trace, {"completed", "failed", "cancelled"},
                            [](const Job& job) { return static_cast<std::size_t>(job.end); });
    info.plans = shares_of(trace, {"reserved", "on-demand", "spot"},
                           [](const Job& job) { return static_cast<std::size_t>(job.plan); });
    info.tenants = tenants_of(trace);
    return info;
}

}  // namespace tidepool::workloads
