#pragma once
// How fast jobs get on that share links, by docs/network.md: capacities from what is lost of them,
// rates by a plain water filling over all jobs at once, paces from the step. Keeps nothing between
// two questions. Loads are TrafficMap's, which traffic_test.cpp holds against all pairs of nodes.

#include <cmath>
#include <map>
#include <optional>
#include <tuple>

#include "sim/network/traffic.h"
#include "tests/network/water_filling.h"

namespace tidepool::network {

// A job as the network sees it.
struct Sharer {
    std::vector<std::uint32_t> nodes;  // by rank
    Traffic traffic;
    std::optional<std::uint32_t> storage;  // link
    bool trains = false, writes = false, reads = false;
};

struct SharerPace {
    std::uint32_t work = 1U << 24U, transfer = 1U << 24U;
    Real sends = 0, moves = 0;        // B/s: a node while it communicates; all nodes, storage
    Real wants = 0, wants_moved = 0;  // the latter with nothing broken
};

// What has been taken from links: 1/1024 of parts.
using Losses = std::map<std::pair<std::uint32_t, Part>, std::int64_t>;

inline Real capacity_left(const NetworkPlan& plan, const Losses& losses, std::uint32_t link) {
    const Link& l = plan.links[link];
    const auto left = [&](Part part, std::uint32_t parts) {
        const auto at = losses.find({link, part});
        const Real lost = at == losses.end() ? 0 : static_cast<Real>(at->second) / 1024;
        return std::max<Real>(0, 1 - lost / parts);
    };
    return static_cast<Real>(l.capacity.value) * left(Part::kOwn, l.own_parts) *
           left(Part::kAbove, l.above_parts);
}

// 1 / T(g), to the nearest 1/2^24, at least that.
inline std::uint32_t pace_at(const model::CommProfile& profile, Real granted) {
    const Real f = profile.line_time, h = profile.hidden;
    const Real time = 1 + std::max<Real>(0, f / granted - h) - std::max<Real>(0, f - h);
    return std::max(1U, static_cast<std::uint32_t>(std::floor((1U << 24U) / time + 0.5L)));
}

class SharingTwin {
public:
    explicit SharingTwin(const NetworkPlan& plan, std::uint64_t seed = 1)
        : plan_(plan), map_(plan), seed_(seed) {}

    // Two of one job (its training, its transfer) are two flows. `entity` by sharer.
    std::vector<SharerPace> paces(const std::vector<Sharer>& sharers,
                                  const std::vector<std::uint32_t>& entity, const Losses& losses) {
        System system(static_cast<std::uint32_t>(plan_.links.size()));
        for (std::uint32_t link = 0; link < plan_.links.size(); ++link) {
            system.capacity[2 * link] = system.capacity[2 * link + 1] =
                capacity_left(plan_, losses, link);
        }
        std::vector<SharerPace> paces(sharers.size());
        std::vector<Running> running;
        for (std::size_t s = 0; s < sharers.size(); ++s) {
            if (sharers[s].trains) {
                train(sharers[s], entity[s], s, losses, system, running, paces[s]);
            }
            if (sharers[s].storage && (sharers[s].writes || sharers[s].reads)) {
                transfer(sharers[s], s, losses, system, running, paces[s]);
            }
        }
        const std::vector<Real> rates = water_filling(system);
        for (std::size_t f = 0; f < rates.size(); ++f) {
            SharerPace& pace = paces[running[f].sharer];
            const Real x = rates[f] / running[f].scale;
            if (running[f].moves) {
                pace.moves = x;
                pace.transfer = std::max(1U, to_pace(x / pace.wants_moved));
            } else {
                pace.sends = x;
                pace.work = pace_at(sharers[running[f].sharer].traffic.profile,
                                    std::min<Real>(1, x / line(sharers[running[f].sharer])));
            }
        }
        rates_ = rates;
        system_ = system;
        return paces;
    }
    // Of the last answer.
    const System& system() const { return system_; }
    const std::vector<Real>& rates() const { return rates_; }
    FlowShape shape(const Sharer& sharer, std::uint32_t entity) {
        return map_.training(sharer.traffic, sharer.nodes, seed_, entity);
    }
    Real line_left(const Sharer& sharer, const Losses& losses) const {
        Real left = INFINITY;
        for (const std::uint32_t node : sharer.nodes) {
            left = std::min(left, capacity_left(plan_, losses, node));
        }
        return left;
    }
    Real line(const Sharer& sharer) const {
        Real least = INFINITY;
        for (const std::uint32_t node : sharer.nodes) {
            least = std::min<Real>(least, plan_.links[node].capacity.value);
        }
        return least;
    }

private:
    struct Running {
        std::size_t sharer = 0;
        bool moves = false;
        Real scale = 1;
    };

    static std::uint32_t to_pace(Real share) {
        return static_cast<std::uint32_t>(std::floor(share * (1U << 24U) + 0.5L));
    }
    static bool is_cut(const FlowShape& shape, const System& system) {
        return std::ranges::any_of(shape.crossings, [&](const Crossing& crossing) {
            return system.capacity[link_of(crossing)] == 0;
        });
    }
    // All rates of nodes rise together, whatever the scale of the weights; `equals` nodes count.
    static void add(const FlowShape& shape, Real asked, Real equals, System& system) {
        const Real scale = shape.scale;
        system.flows.push_back({shape.crossings, asked * scale, equals * scale});
    }

    void train(const Sharer& sharer, std::uint32_t entity, std::size_t s, const Losses& losses,
               System& system, std::vector<Running>& running, SharerPace& pace) {
        if (sharer.nodes.size() < 2 || sharer.traffic.profile.line_time == 0) {
            return;
        }
        const FlowShape crossed = shape(sharer, entity);
        const Real left = line_left(sharer, losses);
        pace.wants = left;
        if (left == 0 || is_cut(crossed, system)) {
            pace.work = 0;
        } else if (crossed.crossings.empty()) {
            pace.sends = left;
            pace.work = pace_at(sharer.traffic.profile, left / line(sharer));
        } else {
            add(crossed, left, 1, system);
            running.push_back({s, false, crossed.scale});
        }
    }
    void transfer(const Sharer& sharer, std::size_t s, const Losses& losses, System& system,
                  std::vector<Running>& running, SharerPace& pace) {
        const Link& storage = plan_.links[*sharer.storage];
        const auto nodes = static_cast<Real>(sharer.nodes.size());
        pace.wants_moved = storage.capacity.value;
        if (storage.per_client.value > 0) {
            pace.wants_moved = std::min<Real>(pace.wants_moved, nodes * storage.per_client.value);
        }
        if (storage.on_fabric) {
            pace.wants_moved = std::min<Real>(pace.wants_moved, nodes * line(sharer));
        }
        const FlowShape crossed = map_.storage(*sharer.storage, sharer.nodes, sharer.writes);
        const Real most = storage.on_fabric ? nodes * line_left(sharer, losses) : INFINITY;
        if (most == 0 || is_cut(crossed, system)) {
            pace.transfer = 0;
        } else {
            add(crossed, std::min(pace.wants_moved, most), nodes, system);
            running.push_back({s, true, crossed.scale});
        }
    }

    const NetworkPlan& plan_;
    TrafficMap map_;
    std::uint64_t seed_;
    System system_{0};
    std::vector<Real> rates_;
};

}  // namespace tidepool::network
