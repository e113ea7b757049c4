#pragma once
// A problem in which jobs belong to tenants, as plain data; perhaps with services, whose units
// belong to nobody.

#include <string>

#include "tests/properties/small_tide.h"

namespace tidepool::properties {

struct SmallTenant {
    std::uint32_t parent = 0;  // tenants[0] is the datacenter
    std::uint32_t weight = 1;
    std::uint64_t guaranteed = 0;
    std::uint64_t limit = ~std::uint64_t{0};
};

struct TenantProblem : TideProblem {
    std::vector<SmallTenant> tenants;  // parents first, siblings next to each other
    std::vector<std::uint32_t> tenant_of, cpus, memory;  // by job
    core::TenantRule rule;
    std::uint32_t preempt_after = 0;
    std::vector<core::LimitStep> limits;  // by (tick, tenant)
};

inline std::ostream& operator<<(std::ostream& out, const TenantProblem& p) {
    out << static_cast<const TideProblem&>(p);
    for (std::size_t t = 0; t < p.tenants.size(); ++t) {
        const SmallTenant& tenant = p.tenants[t];
        out << "  tenant " << t << " below " << tenant.parent << ": weight " << tenant.weight
            << ", guaranteed " << tenant.guaranteed << ", limit " << tenant.limit << "\n";
    }
    for (const core::LimitStep& step : p.limits) {
        out << "  " << step.tick << " tenant " << step.tenant << " may hold " << step.limit
            << ", notice " << step.notice << (step.leaves != 0 ? ", leaves" : "") << "\n";
    }
    for (std::size_t r = p.units(); r < p.tenant_of.size(); ++r) {
        out << "  job " << r << " of tenant " << p.tenant_of[r] << ", cpus " << p.cpus[r]
            << ", memory " << p.memory[r] << "\n";
    }
    constexpr const char* kRules[] = {"none", "priority", "quota"};
    return out << "  preempt " << kRules[static_cast<int>(p.rule.preempt)] << " after "
               << p.preempt_after << " order " << static_cast<int>(p.rule.order) << " notice "
               << p.rule.notice << ", hold " << p.rule.hold << ", decay step " << p.rule.decay_step
               << ", cpus " << p.rule.cpus << ", memory " << p.rule.memory << "\n";
}

}  // namespace tidepool::properties
