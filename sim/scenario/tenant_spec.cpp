#include "sim/scenario/tenant_spec.h"

#include <algorithm>
#include <cstddef>

#include "sim/scenario/spec.h"
#include "topology/where.h"

namespace tidepool::scenario {
namespace {

using topology::Where;

// Names of the tenants, without those that are a second time there.
std::vector<std::string> names_of(const std::vector<TenantSpec>& all) {
    std::vector<std::string> names;
    for (const TenantSpec& tenant : all) {
        names.push_back(tenant.name);
    }
    return names;
}

const TenantSpec* parent_of(const std::vector<TenantSpec>& all, const TenantSpec& tenant) {
    const auto found = std::ranges::find(all, tenant.parent, &TenantSpec::name);
    return tenant.parent.empty() || found == all.end() ? nullptr : &*found;
}

bool is_above_itself(const std::vector<TenantSpec>& all, const TenantSpec& tenant) {
    const TenantSpec* at = parent_of(all, tenant);
    for (std::size_t steps = 0; at != nullptr && at->name != tenant.name; ++steps) {
        if (steps == all.size()) {
            return false;  // it is below a circle, not on it
        }
        at = parent_of(all, *at);
    }
    return at != nullptr;
}

// What it is guaranteed: as it says, else what those below it are.
std::int64_t guaranteed(const std::vector<TenantSpec>& all, const TenantSpec& tenant) {
    if (tenant.guaranteed) {
        return *tenant.guaranteed;
    }
    std::int64_t sum = 0;
    for (const TenantSpec& child : all) {
        sum += child.parent == tenant.name ? guaranteed(all, child) : 0;
    }
    return sum;
}

void check_names(const std::vector<TenantSpec>& all, const Where& where, Issues& issues) {
    for (std::size_t t = 0; t < all.size(); ++t) {
        const auto first = std::ranges::find(all, all[t].name, &TenantSpec::name);
        if (first != all.begin() + static_cast<std::ptrdiff_t>(t)) {
            report(issues, where[t]["name"], "another tenant has the name '" + all[t].name + "'");
        }
        if (!all[t].parent.empty() && parent_of(all, all[t]) == nullptr) {
            report(issues, where[t]["parent"], "there is no tenant '" + all[t].parent + "'",
                   did_you_mean(all[t].parent, names_of(all)));
        } else if (is_above_itself(all, all[t])) {
            report(issues, where[t]["parent"], "'" + all[t].name + "' is above itself this way");
        }
    }
}

void check_quotas(const std::vector<TenantSpec>& all, const Where& where, Issues& issues) {
    for (std::size_t t = 0; t < all.size(); ++t) {
        const TenantSpec& tenant = all[t];
        std::int64_t below = 0;
        for (const TenantSpec& child : all) {
            below += child.parent == tenant.name ? guaranteed(all, child) : 0;
        }
        if (tenant.guaranteed && below > *tenant.guaranteed) {
            report(issues, where[t]["guaranteed"],
                   "is " + std::to_string(*tenant.guaranteed) + " GPUs, the tenants below it are " +
                       "guaranteed " + std::to_string(below));
        }
        const std::int64_t own = guaranteed(all, tenant);
        if (tenant.limit && *tenant.limit < own) {
            report(issues, where[t]["limit"],
                   "is below the " + std::to_string(own) + " GPUs that it is guaranteed");
        }
    }
}

void check_times(const std::vector<TenantSpec>& all, const Where& where, Issues& issues) {
    for (std::size_t t = 0; t < all.size(); ++t) {
        const TenantSpec& tenant = all[t];
        if (tenant.leaves && *tenant.leaves <= tenant.joins) {
            report(issues, where[t]["leaves"], "is not after `joins`");
        }
        for (std::size_t i = 1; i < tenant.limits.size(); ++i) {
            if (tenant.limits[i].at <= tenant.limits[i - 1].at) {
                report(issues, where[t]["limits"][i]["at"], "is not after the one before");
            }
        }
    }
}

void check_rules(const ScenarioSpec& spec, const config::Value& root, const std::string& path,
                 Issues& issues) {
    const SchedulerSpec& rules = spec.scheduler;
    const Where where = Where::root(root, path)["scheduler"];
    const bool limits = std::ranges::any_of(
        spec.tenants, [](const TenantSpec& tenant) { return !tenant.limits.empty(); });
    const bool guarantees = std::ranges::any_of(
        spec.tenants, [](const TenantSpec& tenant) { return tenant.guaranteed.value_or(0) > 0; });
    if (!core::is_by_tenant(rules.queue) && !(rules.fair == FairSpec{})) {
        report(issues, where["fair"], "has no effect",
               "write `queue: fair-share` or `drf` as well");
    }
    if (rules.preempt == Preemption::kQuota && !guarantees) {
        report(issues, where["preempt"], "`quota` needs `tenants` with something `guaranteed`");
    }
    if (rules.preempt == Preemption::kNone && rules.preempt_notice.value > 0 && !limits) {
        report(issues, where["preempt_notice"], "has no effect",
               "write `preempt`, or `limits` of a tenant");
    }
    if (rules.preempt == Preemption::kNone && rules.preempt_order != core::PreemptOrder::kLatest) {
        report(issues, where["preempt_order"], "has no effect", "write `preempt` as well");
    }
}

}  // namespace

void check_tenants(const ScenarioSpec& spec, const config::Value& value, const std::string& path,
                   Issues& issues) {
    const std::vector<TenantSpec>& all = spec.tenants;
    const Where where = Where::root(value, path)["tenants"];
    const std::size_t before = issues.list().size();
    check_names(all, where, issues);
    if (issues.list().size() == before) {  // else there is no tree to speak of
        check_quotas(all, where, issues);
    }
    check_times(all, where, issues);
    check_rules(spec, value, path, issues);
    const SchedulerSpec& rules = spec.scheduler;
    const bool any =
        !all.empty() || core::is_by_tenant(rules.queue) || rules.preempt_notice.value > 0;
    if (any && rules.placement == PlacementChoice::kFungible) {
        report(issues, Where::root(value, path)["scheduler"]["placement"],
               "`fungible` knows no nodes, which tenants need", "choose another placement");
    }
}

}  // namespace tidepool::scenario
