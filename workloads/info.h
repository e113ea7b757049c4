#pragma once
// What a trace holds, in figures: for `tidepool trace info`.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/quantity.h"
#include "workloads/job_trace.h"

namespace tidepool::workloads {

// Quantiles are by nearest rank: the p-quantile of n values is the ceil(p n)-th smallest.
struct TraceInfo {
    struct Size {  // jobs of `from` to `to` GPUs; the bins are 1, 2, 3-4, 5-8, 9-16, ...
        std::uint32_t from = 0, to = 0;
        std::uint64_t jobs = 0;
        double gpu_hours = 0;
        Seconds median_duration;
    };
    struct Share {
        std::string name;
        std::uint64_t jobs = 0;
        double gpu_hours = 0;
    };
    struct Quantile {
        std::string name;  // `p50`
        Seconds duration;
    };

    std::string file, format, origin, skipped_why;
    std::uint64_t rows = 0, skipped = 0, jobs = 0;
    double gpu_hours = 0;  // sum of gpus x duration; exact while it holds fewer than 2^53 units of
                           // the smallest power of two in the durations (1 s, 1/16 s, ...)
    double mean_gpus = 0;  // per job
    std::uint32_t most_gpus = 0;
    Seconds first_submit, last_submit, last_end;  // last_end: were every job to start at once
    std::optional<double> offered_gpus;  // GPU time over the time from first to last submit, if any
    std::vector<Size> sizes;             // bins that hold jobs, ascending
    Seconds mean_duration;
    std::vector<Quantile> durations;  // min, p5, p25, p50, p75, p90, p95, p99, max
    // Jobs submitted in each hour of the day: of the origin's clock, or of days counted from second
    // 0.
    std::array<std::uint64_t, 24> arrivals_by_hour{};
    std::vector<Share> states;   // completed, failed, cancelled
    std::vector<Share> plans;    // reserved, on-demand, spot
    std::vector<Share> tenants;  // by jobs, most first, then by name; jobs without one as `-`
};

// The trace must hold at least one job.
TraceInfo describe(const JobTrace& trace);

std::string to_text(const TraceInfo& info);  // a table; ends with a line feed
std::string to_json(const TraceInfo& info);  // one object; ends with a line feed

}  // namespace tidepool::workloads
