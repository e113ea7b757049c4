#include "sim/model/tenant_totals.h"

#include <algorithm>
#include <map>

#include "sim/model/reliability.h"

namespace tidepool::model {

bool has_own_jobs(std::span<const TenantRecord> listed, std::size_t number) {
    return std::ranges::find(listed, number, &TenantRecord::parent) == listed.end();
}

double jain_index(std::span<const TenantRecord> listed, std::span<const std::uint64_t> held) {
    double sum = 0, squares = 0, count = 0;
    for (std::size_t t = 0; t < listed.size(); ++t) {
        if (has_own_jobs(listed, t)) {
            const double share = static_cast<double>(held[t]) / listed[t].weight;
            sum += share;
            squares += share * share;
            ++count;
        }
    }
    return squares > 0 ? sum * sum / (count * squares) : kUndefined;
}

std::vector<std::uint64_t> held_by_tenant(const Ledger& ledger) {
    std::map<std::uint32_t, std::size_t> number;  // by index into Ledger::tenants
    for (std::size_t t = 0; t < ledger.listed.size(); ++t) {
        number[ledger.listed[t].tenant] = t;
    }
    std::vector<std::uint64_t> held(ledger.listed.size());
    for (const JobRecord& job : ledger.jobs) {
        const auto at = number.find(job.tenant);
        if (at != number.end() && job.state != JobState::kRejected) {
            held[at->second] += job.gpus * out_of_queue(job, ledger.end);
        }
    }
    return held;
}

TenantTotals tenant_totals(const Ledger& ledger) {
    TenantTotals t;
    t.on = ledger.by_reason;
    if (!t.on) {
        return t;
    }
    for (const JobRecord& job : ledger.jobs) {
        for (std::size_t reason = 0; reason < kReasons; ++reason) {
            t.waits[reason] += (job.*kWaitOf[reason]).value;
        }
        t.evictions += job.evictions;
    }
    t.jain = jain_index(ledger.listed, held_by_tenant(ledger));
    return t;
}

}  // namespace tidepool::model
