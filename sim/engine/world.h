#pragma once
// The simulated world: SimGrid's clock, hosts and links. The driver owns time: it keeps its own
// queue of events and lets the clock follow. There are no actors; nothing happens in here by
// itself.
//
// SimGrid is one per process and survives its engine's death with a clock that is not reset. So a
// process gets one World, ever; sweeps fork (a World built before the fork is usable in every
// child). Use it from the thread that made it.

#include <memory>

#include "sim/base/ticks.h"
#include "sim/engine/platform.h"
#include "sim/network/rate_solver.h"

namespace tidepool::engine {

struct SimGridNetwork;

class World {
public:
    // Builds one host per node and two links (`<trunk>:up`, `<trunk>:down`, latency 0) per trunk.
    // Throws InputError when validate() has anything to say, and std::logic_error when this process
    // had a World before; both before SimGrid is touched. Signal handlers stay as they were.
    explicit World(const Platform& platform);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // The clock reads exactly `now` afterwards. It never runs backwards.
    void advance_to(Ticks now);
    Ticks now() const;

    // Rates from SimGrid's own solver: the reference. Capacities start as the platform has them.
    // The solver moves this clock when it solves, and must go before the World does. One at a time.
    std::unique_ptr<network::RateSolver> simgrid_rates();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tidepool::engine
