#pragma once
// Which engine runs a scenario, and whose rates its jobs get on the network.

#include <string>

#include "sim/cli/arguments.h"
#include "sim/model/ledger.h"
#include "sim/scenario/compile.h"
#include "sim/scenario/recorder.h"

namespace tidepool::cli {

// off, table, maxmin or simgrid, as the result file says it.
std::string network_name(const Arguments& arguments, const scenario::Loaded& loaded);

// Throws InputError for an engine that has not the rates that the scenario wants.
void check_engine(const Arguments& arguments, const scenario::Loaded& loaded);

// After check_engine(); once per process.
model::Ledger run_on_engine(const Arguments& arguments, const scenario::Loaded& loaded,
                            const scenario::Compiled& compiled, scenario::Observer observer);

}  // namespace tidepool::cli
