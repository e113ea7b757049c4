#pragma once
// /money: the statement of a run; docs/results.md lists the columns.

#include "sim/money/statement.h"
#include "sim/results/h5.h"

namespace tidepool::results {

void write_money(h5::Group& root, const money::Statement& statement);

}  // namespace tidepool::results
