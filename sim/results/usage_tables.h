#pragma once
// /usage: what the run used, without a price; bills are made from it again. docs/results.md lists
// the columns.

#include "sim/money/usage.h"
#include "sim/results/h5.h"
#include "sim/results/h5_source.h"

namespace tidepool::results {

void write_usage(h5::Group& root, const money::Usage& usage);

// InputError if the file has none, or one that no run writes.
money::Usage read_usage(const h5::Source& file);

}  // namespace tidepool::results
