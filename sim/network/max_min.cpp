#include "sim/network/max_min.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>
#include <vector>

#include "sim/base/assert.h"
#include "sim/network/filling.h"

namespace tidepool::network {
namespace {

// What a trunk may be asked for beyond its capacity, as a part of it, before it counts as hot:
// demands that fill it exactly can add up to a little more.
constexpr double kTolerance = 1e-12;

// Bounds how far a load that is followed through so many changes may be off, as a part of its peak:
// each adds at most 2^-53. Beyond what the tolerance needs.
constexpr double kDrift = 1e-9;
constexpr std::uint32_t kMostChanges = 1 << 20;

class MaxMinSolver final : public RateSolver {
public:
    explicit MaxMinSolver(std::span<const BytesPerSecond> capacities);

    using RateSolver::start;
    FlowId start(std::span<const Crossing> crossings, BytesPerSecond demand, double share) override;
    void set_demand(FlowId id, BytesPerSecond demand) override;
    void stop(FlowId id) override;
    void set_capacity(std::uint32_t trunk, Direction direction, BytesPerSecond capacity) override;
    std::span<const FlowRate> solve(Ticks now) override;
    SolverWork work() const override { return work_; }

private:
    bool running(FlowId id) const {
        return id.slot < flows_.size() && flows_[id.slot].use == id.use && flows_[id.slot].running;
    }
    std::uint32_t link_of(std::uint32_t trunk, Direction direction) const;
    void cross(SharingFlow& flow, std::span<const Crossing> crossings);
    void mark_link(std::uint32_t link);
    void mark_flow(std::uint32_t slot);
    void ask(SharedLink& link, double amount, int sign);
    void carry(SharedLink& link, double weight, int sign);
    void weigh(std::uint32_t index);
    void add_up(SharedLink& link);
    void find_groups();
    void spread();
    void reach(std::uint32_t link);
    void note(std::uint32_t slot);

    std::vector<SharedLink> links_;   // trunk 0 up, trunk 0 down, trunk 1 up, ...
    std::vector<SharingFlow> flows_;  // by slot
    std::vector<std::uint32_t> free_;
    std::vector<std::uint32_t> changed_links_, changed_flows_;
    std::uint32_t hot_ = 0;  // links

    // Of the solve under way: the groups to fill.
    std::vector<std::uint32_t> group_links_, group_flows_;
    std::vector<std::uint8_t> link_done_;  // cold or reached
    std::vector<std::uint8_t> flow_reached_;
    Filling filling_;

    std::vector<std::uint64_t> news_;  // a bit per slot: its rate is not what the caller knows
    std::vector<FlowRate> told_;
    std::vector<std::uint32_t> place_;  // by link: scratch of cross()
    Ticks now_;
    SolverWork work_;
};

MaxMinSolver::MaxMinSolver(std::span<const BytesPerSecond> capacities)
    : links_(2 * capacities.size()),
      link_done_(links_.size(), 1),
      filling_(links_.size()),
      place_(links_.size()) {
    for (std::uint32_t trunk = 0; trunk < capacities.size(); ++trunk) {
        set_capacity(trunk, Direction::kUp, capacities[trunk]);
        set_capacity(trunk, Direction::kDown, capacities[trunk]);
    }
}

std::uint32_t MaxMinSolver::link_of(std::uint32_t trunk, Direction direction) const {
    TP_ASSERT(trunk < links_.size() / 2, "a flow crosses trunks of the topology");
    return 2 * trunk + (direction == Direction::kDown);
}

void MaxMinSolver::mark_link(std::uint32_t link) {
    if (!links_[link].changed) {
        links_[link].changed = true;
        changed_links_.push_back(link);
    }
}

void MaxMinSolver::mark_flow(std::uint32_t slot) {
    if (!flows_[slot].changed) {
        flows_[slot].changed = true;
        changed_flows_.push_back(slot);
    }
}

FlowId MaxMinSolver::start(std::span<const Crossing> crossings, BytesPerSecond demand,
                           double share) {
    TP_ASSERT(!crossings.empty(), "a flow without a trunk shares nothing");
    TP_ASSERT(demand.value > 0, "a flow asks for something");
    TP_ASSERT(share > 0 && share < 0x1p31, "a flow stands for something");
    if (free_.empty()) {
        free_.push_back(static_cast<std::uint32_t>(flows_.size()));
        flows_.emplace_back();
        flow_reached_.push_back(0);
        news_.resize(flows_.size() / 64 + 1);
    }
    const std::uint32_t slot = free_.back();
    SharingFlow& flow = flows_[slot];
    cross(flow, crossings);
    free_.pop_back();
    flow.demand = demand.value;
    flow.share = share;
    flow.told = 0;
    flow.hot_links = 0;
    flow.running = true;
    ++flow.use;
    for (const LinkOfFlow& of : flow.links) {
        SharedLink& link = links_[of.link];
        const auto after = std::ranges::lower_bound(link.flows, slot, {}, &FlowOnLink::slot);
        link.flows.insert(after, {slot, of.weight});
        flow.hot_links += link.hot;
        ask(link, of.weight * flow.demand, 1);
        carry(link, of.weight * flow.share, 1);
        mark_link(of.link);
    }
    mark_flow(slot);
    return {slot, flow.use};
}

// The links of the crossings, each once.
void MaxMinSolver::cross(SharingFlow& flow, std::span<const Crossing> crossings) {
    flow.links.clear();
    for (const Crossing& crossing : crossings) {
        TP_ASSERT(crossing.weight > 0, "a crossing counts at least once");
        const std::uint32_t link = link_of(crossing.trunk, crossing.direction);
        // What place_ holds of another flow names another link.
        const std::uint32_t place = place_[link];
        if (place < flow.links.size() && flow.links[place].link == link) {
            std::uint32_t& weight = flow.links[place].weight;
            weight += crossing.weight;
            TP_ASSERT(weight >= crossing.weight, "a flow crosses a trunk less than 2^32 times");
        } else {
            place_[link] = static_cast<std::uint32_t>(flow.links.size());
            flow.links.push_back({link, crossing.weight});
        }
    }
}

void MaxMinSolver::set_demand(FlowId id, BytesPerSecond demand) {
    TP_ASSERT(running(id), "only a running flow asks for another rate");
    TP_ASSERT(demand.value > 0, "a flow asks for something");
    SharingFlow& flow = flows_[id.slot];
    if (demand.value == flow.demand) {
        return;
    }
    for (const LinkOfFlow& of : flow.links) {
        ask(links_[of.link], of.weight * flow.demand, -1);
        ask(links_[of.link], of.weight * demand.value, 1);
        mark_link(of.link);
    }
    flow.demand = demand.value;
    mark_flow(id.slot);
}

void MaxMinSolver::stop(FlowId id) {
    TP_ASSERT(running(id), "a flow stops once");
    SharingFlow& flow = flows_[id.slot];
    for (const LinkOfFlow& of : flow.links) {
        SharedLink& link = links_[of.link];
        link.flows.erase(std::ranges::lower_bound(link.flows, id.slot, {}, &FlowOnLink::slot));
        ask(link, of.weight * flow.demand, -1);
        carry(link, of.weight * flow.share, -1);
        mark_link(of.link);
    }
    flow.running = false;
    free_.push_back(id.slot);
}

void MaxMinSolver::set_capacity(std::uint32_t trunk, Direction direction, BytesPerSecond capacity) {
    TP_ASSERT(capacity.value > 0 && capacity <= kLargestCapacity, "a trunk in use has a capacity");
    const std::uint32_t link = link_of(trunk, direction);
    if (capacity.value != links_[link].capacity) {
        links_[link].capacity = capacity.value;
        mark_link(link);
    }
}

void MaxMinSolver::ask(SharedLink& link, double amount, int sign) {
    if (std::isfinite(amount)) {
        link.load += sign * amount;
        link.peak = std::max(link.peak, link.load);
        link.changes = std::min(link.changes + 1, kMostChanges);
    } else {
        link.endless += sign;
    }
}

// Sums of integers are exact in any order.
void MaxMinSolver::carry(SharedLink& link, double weight, int sign) {
    link.weight += sign * weight;
    if (weight >= 0x1p32 || weight != std::floor(weight)) {
        link.uneven += sign;
        link.changes = kMostChanges;  // of no use without it, either
    }
}

// In the order of slots.
void MaxMinSolver::add_up(SharedLink& link) {
    link.load = link.weight = 0;
    for (const FlowOnLink& on : link.flows) {
        const SharingFlow& flow = flows_[on.slot];
        const double amount = on.weight * flow.demand;
        link.load += std::isfinite(amount) ? amount : 0;
        link.weight += on.weight * flow.share;
    }
    link.peak = link.load;
    link.changes = 0;
}

// Is the link hot? Passes the answer on to its flows. Where the load that was followed might be on
// the wrong side, or the weight be off, they are added up: so both depend on the flows alone.
void MaxMinSolver::weigh(std::uint32_t index) {
    SharedLink& link = links_[index];
    const bool close = std::abs(link.load - link.capacity) <= kDrift * link.peak;
    if (close || link.changes >= kMostChanges || link.uneven > 0) {
        add_up(link);
    }
    const bool hot = link.endless > 0 || link.load > link.capacity * (1 + kTolerance);
    if (hot == link.hot) {
        return;
    }
    link.hot = hot;
    link_done_[index] = !hot;
    hot_ += hot ? 1 : -1;
    for (const FlowOnLink& on : link.flows) {
        flows_[on.slot].hot_links += hot ? 1 : -1;
        mark_flow(on.slot);
    }
}

void MaxMinSolver::reach(std::uint32_t link) {
    if (!link_done_[link]) {
        link_done_[link] = 1;
        group_links_.push_back(link);
    }
}

// Every flow and hot link of the groups that a change touches. Flows that need no group have their
// rates after this.
void MaxMinSolver::find_groups() {
    group_links_.clear();
    group_flows_.clear();
    for (const std::uint32_t link : changed_links_) {
        links_[link].changed = false;
        weigh(link);
        reach(link);
    }
    changed_links_.clear();
    for (const std::uint32_t slot : changed_flows_) {
        SharingFlow& flow = flows_[slot];
        flow.changed = false;
        if (flow.running && flow.hot_links == 0) {
            flow.rate = flow.demand;
            note(slot);
        } else if (flow.running) {
            for (const LinkOfFlow& of : flow.links) {
                reach(of.link);
            }
        }
    }
    changed_flows_.clear();
    spread();
    for (const std::uint32_t link : group_links_) {
        link_done_[link] = 0;
    }
    for (const std::uint32_t slot : group_flows_) {
        flow_reached_[slot] = 0;
    }
}

// From link to link, over the flows they share.
void MaxMinSolver::spread() {
    for (std::size_t next = 0; next < group_links_.size() && group_links_.size() < hot_; ++next) {
        for (const FlowOnLink& on : links_[group_links_[next]].flows) {
            if (flow_reached_[on.slot]) {
                continue;
            }
            flow_reached_[on.slot] = 1;
            group_flows_.push_back(on.slot);
            for (const LinkOfFlow& of : flows_[on.slot].links) {
                reach(of.link);
            }
            if (group_links_.size() == hot_) {
                break;
            }
        }
    }
    if (group_links_.size() == hot_) {  // then every flow that is held anywhere is one of them
        for (std::uint32_t slot = 0; slot < flows_.size(); ++slot) {
            if (flows_[slot].running && flows_[slot].hot_links > 0 && !flow_reached_[slot]) {
                group_flows_.push_back(slot);
            }
        }
    }
}

void MaxMinSolver::note(std::uint32_t slot) {
    if (flows_[slot].rate != flows_[slot].told) {
        news_[slot / 64] |= std::uint64_t{1} << slot % 64;
    }
}

std::span<const FlowRate> MaxMinSolver::solve(Ticks now) {
    TP_ASSERT(now >= now_, "time never runs backwards");
    now_ = now;
    ++work_.solves;
    told_.clear();
    find_groups();
    filling_.run(flows_, links_, group_flows_, group_links_);
    work_.flows += group_flows_.size();
    for (const std::uint32_t slot : group_flows_) {
        note(slot);
    }
    for (std::size_t word = 0; word < news_.size(); ++word) {
        for (; news_[word] != 0; news_[word] &= news_[word] - 1) {
            const auto slot = static_cast<std::uint32_t>(64 * word + std::countr_zero(news_[word]));
            SharingFlow& flow = flows_[slot];
            TP_ASSERT(flow.rate > 0, "max-min leaves nobody with nothing");
            flow.told = flow.rate;
            told_.push_back({{slot, flow.use}, {flow.rate}});
        }
    }
    return told_;
}

}  // namespace

std::unique_ptr<RateSolver> make_max_min_solver(std::span<const BytesPerSecond> capacities) {
    return std::make_unique<MaxMinSolver>(capacities);
}

}  // namespace tidepool::network
