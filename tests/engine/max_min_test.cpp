// The SimGrid solver against the definition of max-min fairness and against a brute-force water
// filling, on random systems that change between solves.

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "sim/engine/world.h"
#include "tests/engine/sharing.h"

namespace tidepool::engine {
namespace {

using Real = long double;

constexpr std::uint32_t kTrunks = 5;
constexpr std::uint32_t kLinks = 2 * kTrunks;  // a trunk's directions are links of their own

struct System {
    struct Flow {
        std::vector<Crossing> crossings;
        Real demand = 0;
        FlowId id;
    };
    std::vector<Real> capacity = std::vector<Real>(kLinks, 1);
    std::vector<Flow> flows;
};

std::size_t link_of(const Crossing& crossing) {
    return 2 * crossing.trunk + (crossing.direction == Direction::kDown);
}

// weights[flow][link]
std::vector<std::vector<Real>> weights(const System& system) {
    std::vector<std::vector<Real>> weights;
    for (const System::Flow& flow : system.flows) {
        weights.emplace_back(kLinks, 0);
        for (const Crossing& crossing : flow.crossings) {
            weights.back()[link_of(crossing)] += crossing.weight;
        }
    }
    return weights;
}

// All rates rise together from 0; the first demand or link that is reached freezes its flows; the
// others go on. One event per round, everything recomputed, no cleverness.
std::vector<Real> water_filling(const System& system) {
    const auto weight = weights(system);
    std::vector<Real> rate(system.flows.size(), -1);  // -1: still rising
    for (std::size_t left = rate.size(); left > 0;) {
        Real level = INFINITY;
        std::vector<std::size_t> reached;
        for (std::size_t f = 0; f < rate.size(); ++f) {
            if (rate[f] < 0 && system.flows[f].demand < level) {
                level = system.flows[f].demand;
                reached = {f};
            }
        }
        for (std::size_t link = 0; link < kLinks; ++link) {
            Real room = system.capacity[link], rising = 0;
            std::vector<std::size_t> users;
            for (std::size_t f = 0; f < rate.size(); ++f) {
                if (rate[f] >= 0) {
                    room -= weight[f][link] * rate[f];
                } else if (weight[f][link] > 0) {
                    rising += weight[f][link];
                    users.push_back(f);
                }
            }
            if (!users.empty() && room / rising < level) {
                level = room / rising;
                reached = users;
            }
        }
        for (const std::size_t f : reached) {
            rate[f] = level;
            --left;
        }
    }
    return rate;
}

// Feasible, and every flow has its demand or crosses a full link on which nobody has more
// (Bertsekas and Gallager 1992, section 6.5.2). Names the violation, or is empty.
std::string violation(const System& system, const std::vector<Real>& rate) {
    const Real near = 1e-9L;
    const auto weight = weights(system);
    std::vector<Real> load(kLinks, 0), highest(kLinks, 0);
    for (std::size_t f = 0; f < rate.size(); ++f) {
        for (std::size_t link = 0; link < kLinks; ++link) {
            load[link] += weight[f][link] * rate[f];
            highest[link] = weight[f][link] > 0 ? std::max(highest[link], rate[f]) : highest[link];
        }
    }
    for (std::size_t link = 0; link < kLinks; ++link) {
        if (load[link] > system.capacity[link] * (1 + near)) {
            return "link " + std::to_string(link) + " is overloaded";
        }
    }
    for (std::size_t f = 0; f < rate.size(); ++f) {
        if (rate[f] > system.flows[f].demand) {
            return "flow " + std::to_string(f) + " exceeds its demand";
        }
        bool held = rate[f] == system.flows[f].demand;
        for (std::size_t link = 0; link < kLinks; ++link) {
            held =
                held || (weight[f][link] > 0 && load[link] >= system.capacity[link] * (1 - near) &&
                         rate[f] >= highest[link] * (1 - near));
        }
        if (!held) {
            return "nothing holds flow " + std::to_string(f);
        }
    }
    return {};
}

class Random {
public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}
    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(engine_() % n); }
    // Every other one round, so that ties are common; the rest over nine decades.
    double rate() {
        if (below(2) == 0) {
            return 1e9 * (1 + below(12));
        }
        return std::pow(10.0, 3 + 9 * (static_cast<double>(engine_() >> 11) * 0x1p-53));
    }

private:
    std::mt19937_64 engine_;
};

// One World, one solver, a system that random changes lead from state to state.
class RandomSharing {
public:
    explicit RandomSharing(std::uint64_t seed)
        : random_(seed),
          world_(bare_links(std::vector<double>(kTrunks, 1))),
          solver_(world_.simgrid_rates()),
          rates_(*solver_) {}

    void change() {
        for (std::uint32_t n = random_.below(4); n > 0; --n) {
            const std::uint32_t link = random_.below(kLinks);
            const double capacity = random_.rate();
            system_.capacity[link] = capacity;
            solver_->set_capacity(link / 2, link % 2 ? Direction::kDown : Direction::kUp,
                                  {capacity});
        }
        for (std::uint32_t n = random_.below(5); n > 0 && !system_.flows.empty(); --n) {
            const auto flow = system_.flows.begin() +
                              random_.below(static_cast<std::uint32_t>(system_.flows.size()));
            solver_->stop(flow->id);
            system_.flows.erase(flow);
        }
        const std::uint32_t most = 1 + random_.below(12);
        while (system_.flows.size() < most) {
            System::Flow flow;
            for (std::uint32_t n = 1 + random_.below(6); n > 0; --n) {  // links may repeat
                flow.crossings.push_back({random_.below(kTrunks),
                                          random_.below(2) ? Direction::kDown : Direction::kUp,
                                          1 + random_.below(3)});
            }
            const double demand = random_.below(3) == 0 ? kUnbounded.value : random_.rate();
            flow.demand = demand;
            flow.id = rates_.start(flow.crossings, demand);
            system_.flows.push_back(flow);
        }
    }

    void check() {
        rates_.solve({now_ += random_.below(100)});
        const std::vector<Real> expected = water_filling(system_);
        ASSERT_EQ(violation(system_, expected), "");  // the oracle keeps the law, too
        std::vector<Real> given;
        for (std::size_t f = 0; f < expected.size(); ++f) {
            given.push_back(rates_[system_.flows[f].id]);
            ASSERT_NEAR(static_cast<double>(given[f] / expected[f]), 1.0, 1e-9) << "flow " << f;
        }
        ASSERT_EQ(violation(system_, given), "");
    }

private:
    Random random_;
    World world_;
    std::unique_ptr<RateSolver> solver_;
    KnownRates rates_;
    System system_;
    std::uint32_t now_ = 0;
};

class MaxMin : public testing::TestWithParam<int> {};

TEST_P(MaxMin, HoldsAfterEveryChange) {
    RandomSharing sharing(static_cast<std::uint64_t>(GetParam()));
    sharing.change();
    for (int step = 0; step < 1000; ++step) {
        ASSERT_NO_FATAL_FAILURE(sharing.check()) << "step " << step;
        sharing.change();
    }
}

INSTANTIATE_TEST_SUITE_P(Seed, MaxMin, testing::Range(1, 5), testing::PrintToStringParamName());

// The checker itself: of a link of 10, flow 0 wants 6 and flow 1 everything. 5 and 5 is fair.
TEST(MaxMinDefinition, RejectsWhatIsNotFair) {
    System system;
    system.capacity[0] = 10;
    system.flows = {{{over(0)}, 6, {}}, {{over(0)}, INFINITY, {}}};
    EXPECT_EQ(violation(system, {5, 5}), "");
    EXPECT_EQ(violation(system, {6, 5}), "link 0 is overloaded");
    EXPECT_EQ(violation(system, {7, 3}), "flow 0 exceeds its demand");
    EXPECT_EQ(violation(system, {4, 4}), "nothing holds flow 0");
    EXPECT_EQ(violation(system, {4, 6}), "nothing holds flow 0");
    EXPECT_EQ(violation(system, {6, 4}), "nothing holds flow 1");
}

}  // namespace
}  // namespace tidepool::engine
