#pragma once
// What `tidepool calibrate` prints.

#include <string>

#include "sim/scenario/slowdown_table.h"

namespace tidepool::cli {

// The rows, then how far runs on them are from the runs that gave them.
std::string slowdowns_text(const scenario::SlowdownTable& table);

}  // namespace tidepool::cli
