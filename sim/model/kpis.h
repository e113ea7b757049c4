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
#include <vector>

#include "sim/base/ticks.h"
#include "sim/model/gpu_time.h"
#include "sim/model/ledger.h"
#include "sim/model/network_totals.h"
#include "sim/model/ratio.h"
#include "sim/model/reliability.h"
#include "sim/model/service_totals.h"
#include "sim/model/tenant_totals.h"
#include "sim/money/statement.h"

namespace tidepool::model {

inline constexpr std::size_t kJobStates = 7;  // enumerators of JobState

struct Waits {
    std::uint64_t jobs = 0;  // that started within the run; the rest is 0 if there are none
    std::uint64_t sum = 0;   // ticks
    Ticks p50, p95, p99, max;
    friend bool operator==(const Waits&, const Waits&) = default;
};

struct Totals {
    std::uint64_t gpus = 0;        // installed by the end of the run
    Ticks length;                  // of the run
    std::uint64_t capacity = 0;    // GPU-ticks installed: gpus * length - absent
    std::uint64_t down = 0;        // GPU-ticks down and held by nobody
    std::uint64_t spare = 0;       // GPU-ticks of spares that were ready
    std::uint64_t idle = 0;        // GPU-ticks: capacity - down - spare - allocated
    std::uint64_t allocated = 0;   // GPU-ticks held by jobs
    GpuTime time;                  // what these were used for
    GpuTime unit_time;             // of that, by units of services
    std::uint64_t spare_gpus = 0;  // withheld as spares
    double spares_in_use = 0;  // mean GPUs of spares that were not ready; undefined without time
    double spares_in_use_max = 0;  // the largest mean over one bin; undefined without bins
    Reliability reliability;
    NetworkTotals network;
    ServiceTotals services;
    TenantTotals tenants;
    std::uint64_t submitted = 0;  // jobs of the ledger, whatever became of them
    std::array<std::uint64_t, kJobStates> in_state{};  // jobs by JobState; add up to `submitted`
    Waits waits;
    std::uint64_t queue_length = 0;           // job-ticks waiting
    std::uint64_t queued_gpus = 0;            // GPU-ticks asked for by waiting jobs
    std::uint32_t queue_length_max = 0;       // jobs
    Ticks last_end = kNever;                  // of a job; kNever if none ended
    const money::Statement* money = nullptr;  // of a run that is billed

    std::uint64_t in(JobState state) const { return in_state[static_cast<std::size_t>(state)]; }
};

// One pass over the jobs, a partial sort of the waits and the price of reliability().
Totals totals(const Ledger& ledger);

// The value of rank ceil(percent * n / 100), 1 <= percent <= 100, n >= 1. Reorders `values`.
Ticks nearest_rank(std::vector<Ticks>& values, unsigned percent);

// GPU-hours of a number of GPU-ticks: 1 GPU-h = 16 * 3600 = 57,600 GPU-ticks.
constexpr double gpu_hours(std::uint64_t gpu_ticks) {
    return static_cast<double>(gpu_ticks) / (double{kTicksPerSecond} * 3600.0);
}

// GPU-hours of work, which is counted in 1/1024 GPU-ticks.
constexpr double gpu_hours_of_work(std::uint64_t work) {
    return static_cast<double>(work) / (double{kWorkUnits} * kTicksPerSecond * 3600.0);
}

// The KPIs that are more than one division.
double availability(const Totals& t);  // 1 - down / capacity, by the outages (downtime.h)
double ettr(const Totals& t);          // of all started jobs; see reliability.h
double ettr_with_queue(const Totals& t);
double blast_max(const Totals& t);         // undefined if no outage interrupted a job
double network_stalled(const Totals& t);   // GPU-hours; undefined without a network
double network_slowdown(const Totals& t);  // of all jobs; see network_slowdown(GpuTime)

// Time at work over the time that the same work takes without the network; undefined without work.
double network_slowdown(const GpuTime& time, std::uint64_t network_stalled);

// Ticks per count, in hours or seconds; undefined over nothing.
constexpr double hours(std::uint64_t ticks, std::uint64_t count) {
    return ratio(ticks, count) / (double{kTicksPerSecond} * 3600.0);
}
constexpr double seconds(const Sum& ticks) {
    return ticks.mean() / double{kTicksPerSecond};
}

// What a stretch of time added up to, in GPU-ticks; `length` in ticks.
struct Shares {
    std::uint64_t capacity = 0;  // installed: gpus * length - absent
    std::uint64_t idle = 0;      // capacity - down - spare - allocated
    double spares_in_use = 0;  // mean GPUs of spares that were not ready: they stand in for failed
                               // nodes or are down themselves
};
Shares shares(const Ledger& ledger, const Bin& bin, std::uint64_t length);

}  // namespace tidepool::model
