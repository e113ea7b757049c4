#include "sim/engine/simgrid_solver.h"

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include <simgrid/kernel/resource/Action.hpp>
#include <simgrid/kernel/resource/Model.hpp>
#include <simgrid/s4u.hpp>

#include "sim/base/assert.h"
#include "sim/engine/simgrid_network.h"
#include "sim/engine/world.h"

namespace tidepool::engine {
namespace {

namespace sg = simgrid::s4u;
namespace sgk = simgrid::kernel;

using network::Crossing;
using network::Direction;
using network::FlowId;
using network::FlowRate;
using network::kLargestCapacity;
using network::RateSolver;

// In units of kSimGridUnit: 2^32 s at kLargestCapacity.
constexpr std::uint64_t kEndless = std::uint64_t{1} << 62;

// SimGrid adds up weight / penalty per link, takes off each flow that has its rate, and aborts if
// more than its precision (1e-15, absolute) is left when nobody is. Shares whose inverse is no
// power of two leave rounding behind: with sums of up to 1e9 and 1,000 flows, this makes it small
// enough. The least share a flow can have is then 1e-15 times this, 0.0003.
constexpr double kPenalty = 0x1p38;

class SimGridSolver final : public RateSolver {
public:
    SimGridSolver(World& world, const SimGridNetwork& network) : world_(world), network_(network) {}
    ~SimGridSolver() override;

    using RateSolver::start;
    FlowId start(std::span<const Crossing> crossings, BytesPerSecond demand, double share) override;
    void set_demand(FlowId flow, BytesPerSecond demand) override;
    void stop(FlowId flow) override;
    void set_capacity(std::uint32_t trunk, Direction direction, BytesPerSecond capacity) override;
    std::span<const FlowRate> solve(Ticks now) override;

private:
    struct Flow {
        sg::CommPtr comm;  // null: the slot is free
        sgk::resource::Action* action = nullptr;
        double rate = 0;  // as of the last solve, in SimGrid's unit; 0: none yet
        std::uint32_t use = 0;
    };

    sg::Link* link(std::uint32_t trunk, Direction direction) const {
        TP_ASSERT(trunk < network_.up.size(), "a flow crosses trunks of the topology");
        return (direction == Direction::kUp ? network_.up : network_.down)[trunk];
    }
    void stop(Flow& flow);
    static void set_demand(sgk::resource::Action* action, BytesPerSecond demand);

    World& world_;
    const SimGridNetwork& network_;
    std::vector<Flow> flows_;  // by slot
    std::vector<std::uint32_t> free_;
    std::vector<sg::CommPtr> ended_;
    std::vector<FlowRate> changed_;
};

// SimGrid must see the end of every communication that began, and must be able to read it until
// then.
SimGridSolver::~SimGridSolver() {
    for (Flow& flow : flows_) {
        if (flow.comm) {
            stop(flow);
        }
    }
    world_.advance_to(world_.now());
}

FlowId SimGridSolver::start(std::span<const Crossing> crossings, BytesPerSecond demand,
                            double share) {
    TP_ASSERT(!crossings.empty(), "a flow without a trunk shares nothing");
    TP_ASSERT(share > 0 && share < 0x1p31, "a flow stands for something");
    network_.route->clear();
    for (const Crossing& crossing : crossings) {
        TP_ASSERT(crossing.weight > 0, "a crossing counts at least once");
        network_.route->insert(network_.route->end(), crossing.weight,
                               link(crossing.trunk, crossing.direction));
    }
    sg::CommPtr comm = sg::Comm::sendto_init();
    comm->set_payload_size(kEndless);  // before the hosts: knowing both starts it
    comm->set_source(network_.source);
    comm->set_destination(network_.sink);
    sgk::resource::Action* action = &network_.model->get_started_action_set()->back();
    TP_ASSERT(action->get_activity() == comm->get_impl(), "the newest action is this flow's");
    set_demand(action, demand);
    action->set_sharing_penalty(kPenalty / share);

    if (free_.empty()) {
        free_.push_back(static_cast<std::uint32_t>(flows_.size()));
        flows_.emplace_back();
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    Flow& flow = flows_[slot];
    flow = {std::move(comm), action, 0, flow.use + 1};
    return {slot, flow.use};
}

void SimGridSolver::set_demand(sgk::resource::Action* action, BytesPerSecond demand) {
    TP_ASSERT(demand.value > 0, "a flow asks for something");
    // Comm::set_rate has no effect here. And without a demand, SimGrid would hold the flow to the
    // narrowest capacity of this moment, however wide the trunks become later: -1 lifts that.
    action->set_bound(std::isfinite(demand.value) ? demand.value / kSimGridUnit : -1.0);
}

void SimGridSolver::set_demand(FlowId id, BytesPerSecond demand) {
    TP_ASSERT(id.slot < flows_.size() && flows_[id.slot].use == id.use && flows_[id.slot].comm,
              "only a running flow asks for another rate");
    set_demand(flows_[id.slot].action, demand);
}

void SimGridSolver::stop(FlowId id) {
    TP_ASSERT(id.slot < flows_.size() && flows_[id.slot].use == id.use && flows_[id.slot].comm,
              "a flow stops once");
    stop(flows_[id.slot]);
    free_.push_back(id.slot);
}

void SimGridSolver::stop(Flow& flow) {
    // A cancelled flow leaves SimGrid's equations only after the next solve; a suspended one does
    // now.
    flow.action->suspend();
    flow.comm->cancel();
    ended_.push_back(std::move(flow.comm));
}

void SimGridSolver::set_capacity(std::uint32_t trunk, Direction direction,
                                 BytesPerSecond capacity) {
    TP_ASSERT(capacity.value > 0 && capacity <= kLargestCapacity, "a trunk in use has a capacity");
    link(trunk, direction)->set_bandwidth(capacity.value / kSimGridUnit);
}

std::span<const FlowRate> SimGridSolver::solve(Ticks now) {
    world_.advance_to(now);
    ended_.clear();
    changed_.clear();
    for (std::uint32_t slot = 0; slot < flows_.size(); ++slot) {
        Flow& flow = flows_[slot];
        if (!flow.comm) {
            continue;
        }
        const double rate = flow.action->get_rate();
        TP_ASSERT(rate > 0, "max-min leaves nobody with nothing");
        if (rate != flow.rate) {
            flow.rate = rate;
            changed_.push_back({{slot, flow.use}, {rate * kSimGridUnit}});
        }
    }
    return changed_;
}

}  // namespace

std::unique_ptr<network::RateSolver> make_simgrid_solver(World& world,
                                                         const SimGridNetwork& network) {
    return std::make_unique<SimGridSolver>(world, network);
}

}  // namespace tidepool::engine
