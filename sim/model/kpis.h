#pragma once
// The run in numbers, still integers: what the ledger adds up to, from which every KPI is one
// division away. Pure functions; the same ledger gives the same numbers on every machine.
//
// Waits count the jobs that started within the run, each from submission to start. A job still
// queued at the end has no wait yet and is left out, so on an overloaded cluster the wait
// statistics look better than the truth: read them beside jobs_unfinished and queue_length_mean.
//
// Quantiles are by nearest rank: the p-th percentile of n waits is the ceil(p * n / 100)-th
// smallest, a wait that really occurred. No interpolation, no rounding.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "sim/base/ticks.h"
#include "sim/model/ledger.h"

namespace tidepool::model {

inline constexpr std::size_t kJobStates = 6;  // enumerators of JobState

// Of a ratio whose denominator is zero, or a statistic over no jobs. Printed as `-`, null in JSON.
inline constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

struct Waits {
    std::uint64_t jobs = 0;  // that started within the run; the rest is 0 if there are none
    std::uint64_t sum = 0;   // ticks
    Ticks p50, p95, p99, max;
    friend bool operator==(const Waits&, const Waits&) = default;
};

struct Totals {
    std::uint64_t gpus = 0;       // installed
    Ticks length;                 // of the run
    std::uint64_t capacity = 0;   // GPU-ticks: gpus * length
    std::uint64_t allocated = 0;  // GPU-ticks held by jobs
    std::uint64_t idle = 0;       // GPU-ticks: capacity - allocated
    std::uint64_t submitted = 0;  // jobs of the ledger, whatever became of them
    std::array<std::uint64_t, kJobStates> in_state{};  // jobs by JobState; add up to `submitted`
    Waits waits;
    std::uint64_t queue_length = 0;      // job-ticks waiting
    std::uint64_t queued_gpus = 0;       // GPU-ticks asked for by waiting jobs
    std::uint32_t queue_length_max = 0;  // jobs
    Ticks last_end = kNever;             // of a job; kNever if none ended

    std::uint64_t in(JobState state) const { return in_state[static_cast<std::size_t>(state)]; }
};

// One pass over the jobs and one partial sort of the waits: O(jobs).
Totals totals(const Ledger& ledger);

// The value of rank ceil(percent * n / 100), 1 <= percent <= 100, n >= 1. Reorders `values`.
Ticks nearest_rank(std::vector<Ticks>& values, unsigned percent);

// GPU-hours of a number of GPU-ticks: 1 GPU-h = 16 * 3600 = 57,600 GPU-ticks.
constexpr double gpu_hours(std::uint64_t gpu_ticks) {
    return static_cast<double>(gpu_ticks) / (double{kTicksPerSecond} * 3600.0);
}

// Quotient of two integers, undefined over zero.
constexpr double ratio(std::uint64_t numerator, std::uint64_t denominator) {
    return denominator == 0 ? kUndefined
                            : static_cast<double>(numerator) / static_cast<double>(denominator);
}

}  // namespace tidepool::model
