#pragma once
// What the KPIs need to know of the network: a few numbers of the ledger's part about it.

#include <cstdint>

#include "sim/base/ticks.h"
#include "sim/model/network_ledger.h"
#include "sim/model/ratio.h"

namespace tidepool::model {

struct NetworkTotals {
    bool on = false;            // jobs shared it; else the rest means nothing
    std::uint64_t stalled = 0;  // 1/1024 GPU-ticks, all jobs
    // Mean share of the capacity that was used, over the run; undefined without such links. Nodes
    // do not count for the largest of a link.
    double largest = kUndefined, leaf = kUndefined, storage = kUndefined;
};

// `stalled`: of all jobs.
NetworkTotals network_totals(const NetworkLedger& network, std::uint64_t stalled, Ticks length);

// Mean share of a capacity over some time; undefined over nothing.
double utilisation(double bytes, BytesPerSecond capacity, Ticks length);

}  // namespace tidepool::model
