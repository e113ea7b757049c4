#pragma once
// The SimGrid engine: the decision core on SimGrid's clock. Nodes and fabric of the topology exist
// in SimGrid; every event of the run moves its clock there. One run per process (see world.h).

#include <cstdint>

#include "sim/model/ledger.h"
#include "sim/scenario/recorder.h"
#include "topology/topology.h"

namespace tidepool::engine {

// Whose rates jobs on a network get: SimGrid's, the reference, or those of our own solver.
enum class Rates : std::uint8_t { kSimGrid, kOwn };

model::Ledger run(const topology::Topology& topology, const scenario::Compiled& compiled,
                  Rates rates, scenario::Observer observer);

}  // namespace tidepool::engine
