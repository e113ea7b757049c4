#pragma once
// What the services of a run add up to. Pure functions of the ledger, or of what a replica of a
// sweep leaves behind.

#include <cstdint>
#include <span>
#include <vector>

#include "sim/base/latency_sketch.h"
#include "sim/base/ticks.h"
#include "sim/base/unit_log.h"
#include "sim/model/service_ledger.h"

namespace tidepool::model {

struct ServiceRecord;

// Units of one service over time, in unit-ticks.
struct UnitTime {
    std::uint64_t wanted = 0, held = 0, ready = 0;
    std::uint32_t wanted_max = 0;
    std::uint64_t cold_starts = 0;  // also of units that failed; not those of tick 0
    std::uint64_t failures = 0;
};

// Per bin of a time series; the last one may be shorter.
struct UnitBin {
    std::uint64_t wanted = 0, held = 0, ready = 0;  // unit-ticks
};

// Row of the service of each unit, by the unit's number; kNoService: of none.
inline constexpr std::uint32_t kNoService = 0xffffffff;
std::vector<std::uint32_t> services_of_units(std::span<const ServiceRecord> services);

// What the log says about each service, in its order; requests for the GPUs of jobs are left out.
std::vector<std::vector<UnitNote>> notes_by_service(std::span<const ServiceRecord> services,
                                                    std::span<const UnitNote> log);

// `log`: the whole one or what it says about the service, which is quicker to walk many times.
// `bins`, if not null, becomes the same over bins of this width.
UnitTime unit_time(const ServiceRecord& service, std::uint32_t number,
                   std::span<const UnitNote> log, Ticks end, Ticks bin,
                   std::vector<UnitBin>* bins = nullptr);

struct LatencySpread {  // s; undefined without values
    double p50 = 0, p95 = 0, p99 = 0;
};
LatencySpread latency_spread(const LatencySketch& sketch);

struct ServiceSums {
    ServiceFlow flow;  // all classes together
    Latencies latencies;
    double ready_ns = 0, work_ns = 0;  // unit-ns; 64 bits hold 585 years of units
};
ServiceSums sums_of(const ServiceLedger& ledger);

struct ServiceTotals {
    bool on = false;  // the scenario has services
    ServiceFlow flow;
    LatencySpread ttft, tpot, total;
    std::uint64_t held = 0, ready = 0;      // GPU-ticks of units
    std::uint64_t freed = 0;                // GPU-ticks wanted below the most that were wanted
    std::uint64_t lent = 0;                 // GPU-ticks held by jobs that may be asked to go
    std::uint64_t reclaimed = 0;            // GPU-ticks that jobs waited after they had gone
    std::uint64_t asked = 0, reclaims = 0;  // jobs that were asked to go; that had gone
    std::uint64_t unit_ticks = 0, units_max = 0;  // ready; most wanted at a time by one service
    std::uint64_t cold_starts = 0, failures = 0;
    double ready_gpu_ns = 0, work_gpu_ns = 0;  // weighted with the GPUs of a unit
    bool promises = false;                     // some service has an SLO
};

// Without lent, reclaimed, asked, reclaims.
ServiceTotals service_totals(std::span<const ServiceRecord> services, std::span<const UnitNote> log,
                             Ticks end);

}  // namespace tidepool::model
