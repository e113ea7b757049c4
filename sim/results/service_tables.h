#pragma once
// What a run with services leaves behind about them: /services, /service_classes, /unit_log and
// /timeseries/service. docs/results.md has the layout; a run without services has none of it.

#include <span>
#include <string_view>

#include "sim/model/ledger.h"
#include "sim/results/h5.h"

namespace tidepool::results {

// /services, /service_classes and /unit_log.
void write_services(h5::Group& root, const model::Ledger& ledger, std::string_view time_units);

// /timeseries/service. `starts`: of the bins, in seconds; only in finished files.
void write_service_series(h5::Group& timeseries, const model::Ledger& ledger,
                          std::span<const double> starts, std::string_view time_units);

}  // namespace tidepool::results
