#pragma once
// After the decisions of a run: how the requests fared on the units that services had.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sim/base/unit_log.h"
#include "sim/model/ledger.h"
#include "sim/scenario/compile.h"

namespace tidepool::scenario {

// Fills the flow of each service. `log`: Ledger::unit_log of the run, whose length is `end`.
// `luck`: the demand that the run had, by service. `keep_going`, if any, is asked now and then,
// with the share that is done; false ends it, and true is returned only if it came to its end.
bool serve(const Loaded& loaded, std::span<const workloads::DemandSeries> demand,
           std::span<const UnitNote> log, std::uint64_t seed, Ticks end, Ticks bin,
           std::vector<model::ServiceRecord>& services,
           const std::function<bool(double)>& keep_going = {});

}  // namespace tidepool::scenario
