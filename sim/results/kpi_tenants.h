#pragma once
// The KPIs of tenants and of what jobs wait for.

#include <array>

#include "sim/results/kpi.h"

namespace tidepool::results {

// Undefined where it does not matter whose jobs are whose; else the part of the waiting time of all
// jobs that has this reason (core::Reason).
inline double wait_share(const model::Totals& t, std::size_t reason) {
    return t.tenants.on ? model::ratio(t.tenants.waits[reason], t.queue_length) : model::kUndefined;
}

inline constexpr std::array kTenantKpis{
    Kpi{"wait_quota_share", "1", "part of the waiting time over a limit of a tenant",
        Better::kLower, Group::kTenants, 4,
        "job-time waiting over a limit of its tenant or of all jobs / job-time waiting",
        [](const model::Totals& t) { return wait_share(t, 1); }},
    Kpi{"wait_capacity_share", "1", "part of the waiting time with too few GPUs free",
        Better::kLower, Group::kTenants, 4,
        "job-time waiting while fewer GPUs that would do were free than needed / job-time waiting",
        [](const model::Totals& t) { return wait_share(t, 2); }},
    Kpi{"wait_fragmentation_share", "1", "part of the waiting time with GPUs free, but no place",
        Better::kLower, Group::kTenants, 4,
        "job-time waiting while enough GPUs were free, but in no place / job-time waiting",
        [](const model::Totals& t) { return wait_share(t, 3); }},
    Kpi{"wait_priority_share", "1", "part of the waiting time while others came first",
        Better::kLower, Group::kTenants, 4, "the rest of the job-time waiting / job-time waiting",
        [](const model::Totals& t) { return wait_share(t, 0); }},
    Kpi{"evictions", "1", "times that a job was driven out by a new limit of its tenant",
        Better::kLower, Group::kTenants, 0, "of preemptions: those for `limits` and `leaves`",
        [](const model::Totals& t) {
            return t.tenants.on ? static_cast<double>(t.tenants.evictions) : model::kUndefined;
        }},
    Kpi{"jobs_withdrawn", "1", "jobs that left the queue for good, with their tenant",
        Better::kNone, Group::kTenants, 0, "of jobs_submitted: state withdrawn",
        [](const model::Totals& t) {
            return t.tenants.on ? static_cast<double>(t.in(model::JobState::kWithdrawn))
                                : model::kUndefined;
        }},
    Kpi{"jain_index", "1", "how even the shares of tenants are; 1: all the same", Better::kNone,
        Group::kTenants, 4,
        "(sum x)^2 / (n sum x^2) over listed tenants, x = GPU-time of its jobs out of the queue / "
        "weight (Jain, Chiu and Hawe 1984)",
        [](const model::Totals& t) { return t.tenants.jain; }},
};

}  // namespace tidepool::results
