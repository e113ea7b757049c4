#pragma once
// Tables of what failed and what became of it; docs/results.md lists their columns. Each is written
// only if it has rows: a run without failures has none of them.
//   /failures      one row per outage that began in the run, in their order
//   /nodes         one row per node, if there are outages
//   /node_months   one row per node and month of 30 days in which it was down
//   /attempts      one row per stretch of running, in the order in which they ended
//   /checkpoints   one row per job that started and writes checkpoints

#include <array>
#include <string_view>

#include "sim/model/ledger.h"
#include "sim/results/h5.h"

namespace tidepool::results {

// Names of the enumerators, by value.
inline constexpr std::array<std::string_view, 6> kOutageKindNames{
    "interruption", "repair", "degraded", "maintenance", "not_installed", "bandwidth"};
inline constexpr std::array<std::string_view, 3> kReachNames{"all", "multi_node", "multi_leaf"};
inline constexpr std::array<std::string_view, 10> kAttemptEndNames{
    "running",  "completed", "failed",    "cancelled", "outage",
    "software", "preempted", "reclaimed", "released",  "evicted"};

void write_reliability(h5::Group& root, const model::Ledger& ledger, std::string_view time_units);

}  // namespace tidepool::results
