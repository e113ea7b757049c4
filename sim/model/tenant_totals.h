#pragma once
// How tenants fared together: what jobs waited for, and how even their shares are.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/model/ledger.h"
#include "sim/model/ratio.h"

namespace tidepool::model {

// By core::Reason.
inline constexpr std::size_t kReasons = 4;
inline constexpr std::array kWaitOf{&JobRecord::wait_priority, &JobRecord::wait_quota,
                                    &JobRecord::wait_capacity, &JobRecord::wait_fragmentation};

struct TenantTotals {
    bool on = false;                              // it matters whose jobs are whose
    std::array<std::uint64_t, kReasons> waits{};  // job-ticks
    std::uint64_t evictions = 0;
    double jain = kUndefined;  // of GPU-ticks / weight of the listed tenants that have jobs
    friend bool operator==(const TenantTotals&, const TenantTotals&) = default;
};

// Whether no other listed tenant is below it.
bool has_own_jobs(std::span<const TenantRecord> listed, std::size_t number);

// Jain, Chiu and Hawe (DEC-TR-301, 1984): (sum x)^2 / (n sum x^2) of x = GPU-ticks / weight over
// the listed tenants with none below them; undefined if nobody held anything. `held`: GPU-ticks,
// by listed tenant.
double jain_index(std::span<const TenantRecord> listed, std::span<const std::uint64_t> held);

// GPU-ticks that the jobs of each listed tenant were out of the queue.
std::vector<std::uint64_t> held_by_tenant(const Ledger& ledger);

TenantTotals tenant_totals(const Ledger& ledger);

}  // namespace tidepool::model
