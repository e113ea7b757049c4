#pragma once
// Inside sim/engine only: the rate solver on SimGrid's linear max-min system. A flow is one
// communication over a route of our making, with a payload that never ends; SimGrid moves no byte
// that anyone looks at.

#include <memory>

#include "sim/network/rate_solver.h"

namespace tidepool::engine {

class World;
struct SimGridNetwork;

// Both must outlive the solver.
std::unique_ptr<network::RateSolver> make_simgrid_solver(World& world,
                                                         const SimGridNetwork& network);

}  // namespace tidepool::engine
