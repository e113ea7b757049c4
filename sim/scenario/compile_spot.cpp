#include "sim/scenario/compile_spot.h"

#include <algorithm>
#include <cstdint>
#include <set>

#include "sim/money/bill.h"
#include "sim/scenario/books.h"
#include "sim/scenario/compile_tenants.h"
#include "topology/where.h"

namespace tidepool::scenario {
namespace {

std::size_t bid_number(const ScenarioSpec& spec, const std::string& tenant) {
    const auto& bids = spec.prices->spot.bids;
    const auto at = std::ranges::find(bids, tenant, &SpotBidSpec::tenant);
    return static_cast<std::size_t>(at - bids.begin());
}

}  // namespace

bool has_bids(const ScenarioSpec& spec) {
    return spec.prices && spec.prices->spot.rule == SpotPricing::kList &&
           !spec.prices->spot.bids.empty();
}

std::vector<core::LimitStep> outbid_limits(const Loaded& loaded, const Compiled& compiled,
                                           const std::string& tenant, std::uint32_t number,
                                           std::uint64_t limit, Issues& issues) {
    const ScenarioSpec& spec = loaded.spec;
    const std::size_t bid = has_bids(spec) ? bid_number(spec, tenant) : std::size_t{0};
    if (!has_bids(spec) || bid == spec.prices->spot.bids.size()) {
        return {};
    }
    const TenantSpec* listed = listed_tenant(spec, tenant);
    const topology::Where where =
        topology::Where::root(loaded.tree, "")["prices"]["spot"]["bids"][bid];
    if (listed != nullptr && !listed->limits.empty()) {
        topology::report(
            issues, where["tenant"],
            "the tenant has `limits`, which being outbid would undo (got '" + tenant + "')",
            "put one of its parents under `limits`");
        return {};
    }
    const PriceNames names = names_of(loaded, compiled);
    std::set<std::uint32_t> models;
    for (const PriceNames::Use& use : names.used) {
        if (use.service != money::kNone || names.tenants[use.tenant] != tenant) {
            continue;
        }
        if (use.plan != money::Plan::kSpot) {
            topology::report(
                issues, where["tenant"],
                "jobs of the tenant run under other plans than `spot` (got '" + tenant + "')",
                "bids are for tenants whose jobs are all `plan: spot`");
            return {};
        }
        models.insert(use.model);
    }
    if (models.size() > 1) {
        topology::report(issues, where["tenant"],
                         "jobs of the tenant may run on several GPU models, which have prices of "
                         "their own (got '" +
                             tenant + "')");
    }
    const std::size_t before = issues.list().size();
    const money::PriceBook book =
        compile_prices(*spec.prices, spec.sla, names, loaded.tree, "", issues);
    if (issues.list().size() != before || models.empty()) {
        return {};
    }
    const auto index = static_cast<std::uint32_t>(std::ranges::find(names.tenants, tenant) -
                                                  names.tenants.begin());
    std::vector<core::LimitStep> steps;
    const std::uint32_t notice = book.spot.notice.value;
    for (const auto& [from, to] :
         money::outbid(book, index, *models.begin(), Ticks{compiled.plan.end})) {
        steps.push_back({from.value, number, 0, notice, 0});
        steps.push_back({to.value, number, limit, 0, 0});
    }
    return steps;
}

}  // namespace tidepool::scenario
