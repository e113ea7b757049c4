#pragma once
// What the tests of rate sharing have in common: both solvers, bare links, small fabrics, and a
// ledger of rates.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "sim/engine/platform.h"
#include "sim/engine/world.h"
#include "sim/network/crossing.h"
#include "sim/network/max_min.h"
#include "sim/network/rate_solver.h"
#include "topology/topology.h"

namespace tidepool::engine {

using network::Crossing;
using network::crossings;
using network::Direction;
using network::FlowId;
using network::FlowRate;
using network::kLargestCapacity;
using network::kUnbounded;
using network::RateSolver;

// Trunks `link0`, `link1`, ... and no nodes.
inline Platform bare_links(const std::vector<double>& capacities) {
    Platform platform;
    for (const double capacity : capacities) {
        topology::Trunk trunk;
        trunk.name = "link" + std::to_string(platform.trunks.size());
        trunk.capacity = {capacity};
        platform.trunks.push_back(trunk);
    }
    return platform;
}

// `groups` trunks of capacity `bundle`, each above `members` nodes with a trunk of capacity `line`.
// The top, above the groups, is non-blocking. Trunk n belongs to node n, trunk nodes + g to group
// g.
inline topology::Topology two_levels(std::uint32_t groups, std::uint32_t members, double line,
                                     double bundle) {
    topology::Topology topology;
    const std::uint32_t nodes = groups * members;
    for (std::uint32_t n = 0; n < nodes; ++n) {
        topology::Node node;
        node.trunk = n;
        topology.nodes.push_back(node);
        topology.trunks.push_back({"node" + std::to_string(n), {line}, nodes + n / members});
    }
    for (std::uint32_t g = 0; g < groups; ++g) {
        topology.trunks.push_back({"group" + std::to_string(g), {bundle}});
    }
    return topology;
}

inline Platform platform_with_trunks_of(const topology::Topology& topology) {
    Platform platform;
    for (std::size_t n = 0; n < topology.nodes.size(); ++n) {
        platform.hosts.push_back({"n" + std::to_string(n)});
    }
    platform.trunks = topology.trunks;
    return platform;
}

inline Crossing over(std::uint32_t link, std::uint32_t weight = 1) {
    return {link, Direction::kUp, weight};
}

// Rates as the caller of a solver knows them: from the changes it was told, nothing else.
class KnownRates {
public:
    explicit KnownRates(RateSolver& solver) : solver_(solver) {}

    FlowId start(const std::vector<Crossing>& crossings, double demand = kUnbounded.value,
                 double share = 1) {
        return solver_.start(crossings, {demand}, share);
    }
    // Returns how many rates changed.
    std::size_t solve(Ticks now = {}) {
        const auto changed = solver_.solve(now);
        for (const FlowRate& flow : changed) {
            rates_[{flow.flow.slot, flow.flow.use}] = flow.rate.value;
        }
        return changed.size();
    }
    double operator[](FlowId flow) const { return rates_.at({flow.slot, flow.use}); }

private:
    RateSolver& solver_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, double> rates_;
};

enum class BackEnd { kSimGrid, kMaxMin };
inline constexpr BackEnd kBackEnds[] = {BackEnd::kSimGrid, BackEnd::kMaxMin};

inline void PrintTo(BackEnd back_end, std::ostream* out) {  // names the test cases
    *out << (back_end == BackEnd::kSimGrid ? "SimGrid" : "MaxMin");
}

// One of the solvers over the trunks of a platform, what it needs, and what its caller knows.
struct Shared {
    Shared(BackEnd back_end, const Platform& platform)
        : solver(make(back_end, platform)), rates(*solver) {}
    std::unique_ptr<RateSolver> make(BackEnd back_end, const Platform& platform) {
        if (back_end == BackEnd::kSimGrid) {
            return world.emplace(platform).simgrid_rates();
        }
        std::vector<BytesPerSecond> capacities;
        for (const topology::Trunk& trunk : platform.trunks) {
            capacities.push_back(trunk.capacity);
        }
        return network::make_max_min_solver(capacities);
    }
    std::optional<World> world;  // before the solver, which must go first
    std::unique_ptr<RateSolver> solver;
    KnownRates rates;
};

// Expects value within 1e-9 of expected, relatively.
#define EXPECT_RATE(value, expected) EXPECT_NEAR((value) / (expected), 1.0, 1e-9)

}  // namespace tidepool::engine
