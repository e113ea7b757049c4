#pragma once
// How often a job is interrupted in the long run: what the checkpoint intervals of Young, Daly and
// the optimum are computed from.

#include <cstdint>

#include "sim/base/quantity.h"
#include "topology/failure_spec.h"
#include "topology/topology.h"
#include "workloads/fault_log.h"

namespace tidepool::model {

// Interruptions per second of running, repair times left out, felt by a gang of so many GPUs on
// the fewest nodes: neighbours, from the first node of the cluster that takes it on fewest (of the
// datacenter where no cluster is large enough). Counts interruptions and failures to repair, each
// where its reach is felt, the mean factor of lemons, and the job's own failures; a bathtub without
// its burn-in, piecewise rates as after their last step; of a log (may be null) its faults, spread
// over its length and over all nodes of the datacenter. Maintenance and degradations do not count.
EventsPerSecond interruption_rate(const topology::Topology& topology,
                                  const topology::FailureSpec& spec, const workloads::FaultLog* log,
                                  std::uint32_t gpus);

}  // namespace tidepool::model
