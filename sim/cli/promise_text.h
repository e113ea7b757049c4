#pragma once
// Promises of services that nobody could keep, in words.

#include <string>
#include <vector>

#include "sim/scenario/load.h"

namespace tidepool::cli {

// One sentence for each promise below what an idle unit can do, and for each service with requests
// that fit into no unit.
std::vector<std::string> impossible_promises(const scenario::Loaded& loaded);

}  // namespace tidepool::cli
