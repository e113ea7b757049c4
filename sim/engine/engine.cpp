#include "sim/engine/engine.h"

#include <utility>

#include "sim/engine/world.h"
#include "sim/scenario/drive.h"

namespace tidepool::engine {
namespace {

// Follows SimGrid's clock.
class SimGridClock : public scenario::Recorder {
public:
    SimGridClock(const scenario::Compiled& compiled, const core::State& state,
                 scenario::Observer observer, World& world)
        : Recorder(compiled, state, std::move(observer)), world_(world) {}

    bool advance(std::uint32_t now) {
        world_.advance_to(Ticks{now});
        return Recorder::advance(now);
    }

private:
    World& world_;
};

}  // namespace

model::Ledger run(const topology::Topology& topology, const scenario::Compiled& compiled,
                  Rates rates, scenario::Observer observer) {
    World world(platform_of(topology, compiled.network));
    std::unique_ptr<network::RateSolver> solver;
    if (compiled.has_solver) {
        solver = rates == Rates::kSimGrid ? world.simgrid_rates() : scenario::own_solver(compiled);
    }
    return scenario::drive<SimGridClock>(compiled, std::move(observer), std::move(solver), world);
}

}  // namespace tidepool::engine
