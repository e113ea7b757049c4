#pragma once
// The carbon intensity of a grid from a CSV file: `timestamp` (ISO 8601, UTC) and
// `carbon_intensity` (g of CO2 per kWh), in order. A value holds until the next row, at most a day;
// the last one as long as the one before it.

#include <string>

#include "sim/base/issue.h"
#include "sim/money/cost_book.h"
#include "topology/where.h"

namespace tidepool::scenario {

// `from`: moment of the file at which the run starts; empty: the first row's. `where`: of `from`.
// What is wrong becomes issues; then the result may be anything.
money::Carbon read_carbon(const std::string& path, const std::string& from,
                          const topology::Where& where, Issues& issues);

}  // namespace tidepool::scenario
