#pragma once
// Which GPUs results show together over time.

#include "sim/scenario/compile.h"

namespace tidepool::scenario {

// Compiled::pools, for a plan with its nodes, GPU models and datacenter: one per cluster, each of
// which has one model of GPU; where nobody looks at nodes (`fungible`), one per model. None if it
// would be only one.
void compile_pools(const topology::Topology& topology, bool fungible, Compiled& compiled);

}  // namespace tidepool::scenario
