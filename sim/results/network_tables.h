#pragma once
// What a run with a network leaves behind about it: /links, /flows and /timeseries/link, and the
// columns of /jobs that say what it did to jobs. docs/results.md has the layout; a run without a
// network has none of it.

#include <array>
#include <string_view>

#include "sim/model/ledger.h"
#include "sim/results/columns.h"
#include "sim/results/h5.h"

namespace tidepool::results {

// Names of the enumerators, by value.
inline constexpr std::array<std::string_view, model::kLinkTiers> kLinkTierNames{"node", "leaf",
                                                                                "pod", "storage"};
inline constexpr std::array<std::string_view, 3> kFlowKindNames{"training", "write", "read"};

// /links and /flows.
void write_network(h5::Group& root, const model::Ledger& ledger);

// /timeseries/link, beside the other time series. `starts`: of the bins, in seconds.
void write_link_series(h5::Group& timeseries, const model::Ledger& ledger,
                       std::span<const double> starts, std::string_view time_units);

// Columns of /jobs. `jobs`: all of the ledger.
void add_network(Columns<model::JobRecord>& columns, const model::Ledger& ledger);

}  // namespace tidepool::results
