#pragma once
// Tenants whose bids the spot price exceeds have to go, and may come back when it has fallen.

#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "sim/core/plan.h"
#include "sim/scenario/compile.h"

namespace tidepool::scenario {

// Whether the scenario's spot prices decide who runs: its spot tenants bid, and the price is that
// of the list.
bool has_bids(const ScenarioSpec& spec);

// Limits of 0 for the time in which a tenant is outbid. `number`: of a tenant in the plan's tree,
// by name; `limit`: its own, in GPUs. A tenant that bids has jobs under the plan `spot` only, of
// one GPU model, and no `limits`; else issues.
std::vector<core::LimitStep> outbid_limits(const Loaded& loaded, const Compiled& compiled,
                                           const std::string& tenant, std::uint32_t number,
                                           std::uint64_t limit, Issues& issues);

}  // namespace tidepool::scenario
