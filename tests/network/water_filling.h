#pragma once
// What the rates of a small system must be: a water filling without any cleverness, and the
// definition itself. Both know nothing of how the solvers work.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/network/rate_solver.h"

namespace tidepool::network {

using Real = long double;

struct System {
    struct Flow {
        std::vector<Crossing> crossings;
        Real demand = 0;
        Real share = 1;
        std::vector<FlowId> ids = {};  // one per solver that runs it
    };
    explicit System(std::uint32_t trunks) : capacity(2 * trunks, 1) {}
    std::vector<Real> capacity;  // by link: a trunk's directions are links of their own
    std::vector<Flow> flows;
};

inline std::size_t link_of(const Crossing& crossing) {
    return 2 * crossing.trunk + (crossing.direction == Direction::kDown);
}

// weights[flow][link]
inline std::vector<std::vector<Real>> weights(const System& system) {
    std::vector<std::vector<Real>> weights;
    for (const System::Flow& flow : system.flows) {
        weights.emplace_back(system.capacity.size(), 0);
        for (const Crossing& crossing : flow.crossings) {
            weights.back()[link_of(crossing)] += crossing.weight;
        }
    }
    return weights;
}

// All rates per share rise together from 0; the first demand or link that is reached freezes its
// flows; the others go on. One event per round, everything recomputed.
inline std::vector<Real> water_filling(const System& system) {
    const auto weight = weights(system);
    std::vector<Real> rate(system.flows.size(), -1);  // -1: still rising
    for (std::size_t left = rate.size(); left > 0;) {
        Real level = INFINITY;
        bool demanded = false;
        std::vector<std::size_t> reached;
        for (std::size_t f = 0; f < rate.size(); ++f) {
            if (rate[f] < 0 && system.flows[f].demand / system.flows[f].share < level) {
                level = system.flows[f].demand / system.flows[f].share;
                demanded = true;
                reached = {f};
            }
        }
        for (std::size_t link = 0; link < system.capacity.size(); ++link) {
            Real room = system.capacity[link], rising = 0;
            std::vector<std::size_t> users;
            for (std::size_t f = 0; f < rate.size(); ++f) {
                if (rate[f] >= 0) {
                    room -= weight[f][link] * rate[f];
                } else if (weight[f][link] > 0) {
                    rising += weight[f][link] * system.flows[f].share;
                    users.push_back(f);
                }
            }
            if (!users.empty() && room / rising < level) {
                level = room / rising;
                demanded = false;
                reached = users;
            }
        }
        for (const std::size_t f : reached) {
            rate[f] = demanded ? system.flows[f].demand : level * system.flows[f].share;
            --left;
        }
    }
    return rate;
}

// Feasible, and every flow has its demand or crosses a full link on which nobody has more per share
// (Bertsekas and Gallager 1992, section 6.5.2). Names the violation, or is empty.
inline std::string violation(const System& system, const std::vector<Real>& rate) {
    const Real near = 1e-9L;
    const std::size_t links = system.capacity.size();
    const auto weight = weights(system);
    std::vector<Real> load(links, 0), highest(links, 0);
    for (std::size_t f = 0; f < rate.size(); ++f) {
        for (std::size_t link = 0; link < links; ++link) {
            load[link] += weight[f][link] * rate[f];
            if (weight[f][link] > 0) {
                highest[link] = std::max(highest[link], rate[f] / system.flows[f].share);
            }
        }
    }
    for (std::size_t link = 0; link < links; ++link) {
        if (load[link] > system.capacity[link] * (1 + near)) {
            return "link " + std::to_string(link) + " is overloaded";
        }
    }
    for (std::size_t f = 0; f < rate.size(); ++f) {
        if (rate[f] > system.flows[f].demand) {
            return "flow " + std::to_string(f) + " exceeds its demand";
        }
        bool held = rate[f] == system.flows[f].demand;
        for (std::size_t link = 0; link < links; ++link) {
            held =
                held || (weight[f][link] > 0 && load[link] >= system.capacity[link] * (1 - near) &&
                         rate[f] / system.flows[f].share >= highest[link] * (1 - near));
        }
        if (!held) {
            return "nothing holds flow " + std::to_string(f);
        }
    }
    return {};
}

}  // namespace tidepool::network
