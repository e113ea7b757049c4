#include "sim/money/tco.h"

#include "sim/money/annuity.h"

namespace tidepool::money {

CostOfOwnership cost_of_ownership(const OwnedServer& server) {
    constexpr double kHours = 730;
    CostOfOwnership cost;
    cost.capital = server.capex * annuity_factor(server.wacc, server.months);
    cost.electricity = server.kilowatts * server.load * server.pue * kHours * server.electricity;
    cost.colocation = server.kilowatts * server.colocation;
    cost.other = server.other;
    return cost;
}

}  // namespace tidepool::money
