#pragma once
// The SimGrid engine: the decision core on SimGrid's clock. Nodes and fabric of the topology exist
// in SimGrid; every event of the run moves its clock there. One run per process (see world.h).

#include "sim/model/ledger.h"
#include "sim/scenario/recorder.h"
#include "topology/topology.h"

namespace tidepool::engine {

model::Ledger run(const topology::Topology& topology, const scenario::Compiled& compiled,
                  scenario::Observer observer);

}  // namespace tidepool::engine
