#pragma once
// A system of flows that random changes lead from state to state, in any number of solvers at once.

#include <cmath>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "tests/network/water_filling.h"

namespace tidepool::network {

class Random {
public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}
    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(engine_() % n); }
    // Every other one round, so that ties are common; the rest over nine decades.
    double rate() {
        if (below(2) == 0) {
            return 1e9 * (1 + below(12));
        }
        return std::pow(10.0, 3 + 9 * unit());
    }
    // Mostly 1, or a number of nodes; sometimes anything between 1/100 and 100.
    double share() {
        const std::uint32_t kind = below(4);
        return kind < 2 ? 1.0 : kind == 2 ? 1.0 + below(64) : std::pow(10.0, 4 * unit() - 2);
    }
    double unit() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

private:
    std::mt19937_64 engine_;
};

// Bounds of a random change.
struct Sizes {
    std::uint32_t trunks = 5;      // the first ones are used
    std::uint32_t flows = 12;      // how many are to run afterwards
    std::uint32_t crossings = 6;   // of a flow
    std::uint32_t weight = 3;      // of a crossing
    std::uint32_t capacities = 3;  // changed
    std::uint32_t demands = 3;     // changed
    std::uint32_t stops = 4;
};

class RandomSystem {
public:
    // The solvers start with a capacity of 1 everywhere.
    RandomSystem(std::uint64_t seed, std::uint32_t trunks, std::vector<RateSolver*> solvers)
        : random_(seed), system_(trunks), solvers_(std::move(solvers)) {}

    const System& system() const { return system_; }
    Random& random() { return random_; }

    void change(const Sizes& sizes) {
        for (std::uint32_t n = random_.below(sizes.capacities + 1); n > 0; --n) {
            const std::uint32_t link = random_.below(2 * sizes.trunks);
            set_capacity(link, random_.rate());
        }
        auto& flows = system_.flows;
        for (std::uint32_t n = random_.below(sizes.stops + 1); n > 0 && !flows.empty(); --n) {
            stop(random_.below(static_cast<std::uint32_t>(flows.size())));
        }
        while (flows.size() > sizes.flows) {
            stop(random_.below(static_cast<std::uint32_t>(flows.size())));
        }
        for (std::uint32_t n = random_.below(sizes.demands + 1); n > 0 && !flows.empty(); --n) {
            System::Flow& flow = flows[random_.below(static_cast<std::uint32_t>(flows.size()))];
            const double demand = random_demand();
            flow.demand = demand;
            for (std::size_t s = 0; s < solvers_.size(); ++s) {
                solvers_[s]->set_demand(flow.ids[s], {demand});
            }
        }
        while (flows.size() < sizes.flows) {
            start(sizes);
        }
    }

    void set_capacity(std::uint32_t link, double capacity) {
        system_.capacity[link] = capacity;
        for (RateSolver* solver : solvers_) {
            solver->set_capacity(link / 2, link % 2 ? Direction::kDown : Direction::kUp,
                                 {capacity});
        }
    }

    // Stops all flows and starts them again in another order; system().flows keeps its order.
    void shuffle_starts() {
        std::vector<System::Flow*> order;
        for (System::Flow& flow : system_.flows) {
            for (std::size_t s = 0; s < solvers_.size(); ++s) {
                solvers_[s]->stop(flow.ids[s]);
            }
            order.insert(
                order.begin() + random_.below(static_cast<std::uint32_t>(order.size()) + 1), &flow);
        }
        for (System::Flow* flow : order) {
            run(*flow);
        }
    }

private:
    double random_demand() { return random_.below(3) == 0 ? kUnbounded.value : random_.rate(); }

    void stop(std::uint32_t flow) {
        for (std::size_t s = 0; s < solvers_.size(); ++s) {
            solvers_[s]->stop(system_.flows[flow].ids[s]);
        }
        system_.flows.erase(system_.flows.begin() + flow);
    }

    void start(const Sizes& sizes) {
        System::Flow flow;
        for (std::uint32_t n = 1 + random_.below(sizes.crossings); n > 0; --n) {  // may repeat
            flow.crossings.push_back({random_.below(sizes.trunks),
                                      random_.below(2) ? Direction::kDown : Direction::kUp,
                                      1 + random_.below(sizes.weight)});
        }
        flow.demand = random_demand();
        flow.share = random_.share();
        run(flow);
        system_.flows.push_back(flow);
    }

    void run(System::Flow& flow) {
        flow.ids.clear();
        for (RateSolver* solver : solvers_) {
            flow.ids.push_back(solver->start(flow.crossings, {static_cast<double>(flow.demand)},
                                             static_cast<double>(flow.share)));
        }
    }

    Random random_;
    System system_;
    std::vector<RateSolver*> solvers_;
};

}  // namespace tidepool::network
