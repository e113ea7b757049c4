#pragma once
// What the machines of a run drew, bin by bin, and what that costs and emits at prices and carbon
// intensities that change with time.

#include <cstdint>
#include <vector>

#include "sim/base/ticks.h"
#include "sim/money/cost_book.h"

namespace tidepool::money {

struct BinEnergy {          // milliwatt-hours
    std::uint64_t it = 0;   // sum of each GPU model's and the rest's, each rounded
    std::uint64_t all = 0;  // times PUE, rounded
};

struct EnergyUse {
    Ticks end, width;
    std::vector<BinEnergy> bins;
    std::uint64_t length(std::size_t bin) const;  // ticks; the last may be shorter
};

EnergyUse energy_use(const Usage& usage, const Power& power);

// Integral of the price from the start of the run until tick `at`: billionths per kWh times ticks.
Wide price_until(const Electricity& electricity, std::uint64_t at);

// What the electricity costs. Energy is spread evenly over its bin. Rounded once for the whole bins
// and once for a shorter last one.
Amount electricity_cost(const EnergyUse& use, const Electricity& electricity);
// The same within [from, until), in currency units, not rounded.
double electricity_cost(const EnergyUse& use, const Electricity& electricity, std::uint64_t from,
                        std::uint64_t until);

// Totals, peak and carbon; `carbon` may be null.
Energy energy_of(const EnergyUse& use, const Carbon* carbon);

}  // namespace tidepool::money
