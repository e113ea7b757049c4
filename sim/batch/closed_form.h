#pragma once
// The batch engine for one scenario on one CPU thread: durations in closed form, no SimGrid. Makes
// the same decisions as the SimGrid engine from the same source; without a network the two give
// equal ledgers.

#include "sim/model/ledger.h"
#include "sim/scenario/recorder.h"

namespace tidepool::batch {

model::Ledger run(const scenario::Compiled& compiled, scenario::Observer observer);

}  // namespace tidepool::batch
