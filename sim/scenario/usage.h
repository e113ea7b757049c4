#pragma once
// What a run used, taken from its ledger, as bills and costs are made from it.

#include "sim/model/ledger.h"
#include "sim/money/usage.h"
#include "sim/scenario/compile.h"

namespace tidepool::scenario {

// `ledger`: of a whole run, with the requests of its services; if it was interruptible, of a
// `billed` plan. Laws: the GPU-ticks of leases and pauses add up to those allocated, by model and
// bin of time, if the datacenter has one GPU model; with several the sums over models do.
money::Usage usage_of(const Compiled& compiled, const model::Ledger& ledger);

}  // namespace tidepool::scenario
