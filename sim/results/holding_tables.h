#pragma once
// /timeseries/class, /timeseries/tenant and /timeseries/pool: who held which GPUs when.

#include <string_view>

#include "sim/model/ledger.h"
#include "sim/results/h5.h"

namespace tidepool::results {

// Of a run that has ended. Nothing without bins.
void write_holding_series(h5::Group& timeseries, const model::Ledger& ledger,
                          std::string_view time_units);

}  // namespace tidepool::results
