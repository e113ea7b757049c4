#pragma once
// What a server costs per month and per GPU-hour, as a closed form; docs/costs.md.

#include <cstdint>

namespace tidepool::money {

struct OwnedServer {
    double capex = 0;           // currency units
    double wacc = 0;            // per year
    std::uint32_t months = 60;  // of equal payments
    double kilowatts = 0;       // rated
    double electricity = 0;     // per kWh
    double load = 1, pue = 1;   // drawn over rated, of the building over drawn
    double colocation = 0;      // per rated kW and month
    double other = 0;           // per month
    double gpus = 8;
};

struct CostOfOwnership {  // per month of 730 h
    double capital = 0, electricity = 0, colocation = 0, other = 0;
    double running() const { return electricity + colocation + other; }
    double all() const { return capital + running(); }
};

CostOfOwnership cost_of_ownership(const OwnedServer& server);

}  // namespace tidepool::money
