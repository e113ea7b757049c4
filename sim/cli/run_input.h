#pragma once
// The scenario that `tidepool run` is to run: a scenario file, or one cell and replica of a sweep.

#include "sim/cli/arguments.h"
#include "sim/scenario/load.h"

namespace tidepool::cli {

// Throws InputError for everything that is wrong with the files and the options.
scenario::Loaded load_run(const Arguments& arguments);

}  // namespace tidepool::cli
