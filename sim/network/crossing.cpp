#include "sim/network/crossing.h"

#include <algorithm>

#include "sim/base/assert.h"

namespace tidepool::network {
namespace {

// The trunks above a node, lowest first.
std::vector<std::uint32_t> chain(const topology::Topology& topology, std::uint32_t node) {
    TP_ASSERT(node < topology.nodes.size(), "a flow ends at a node of the topology");
    std::vector<std::uint32_t> trunks;
    for (std::uint32_t trunk = topology.nodes[node].trunk; trunk != topology::kNone;
         trunk = topology.trunks[trunk].parent) {
        TP_ASSERT(trunk < topology.trunks.size(), "a trunk's parent is a trunk of the topology");
        TP_ASSERT(trunks.size() < topology.trunks.size(), "trunks form a forest");
        trunks.push_back(trunk);
    }
    return trunks;
}

}  // namespace

std::vector<Crossing> crossings(const topology::Topology& topology, std::uint32_t from,
                                std::uint32_t to) {
    std::vector<std::uint32_t> up = chain(topology, from);
    std::vector<std::uint32_t> down = chain(topology, to);
    while (!up.empty() && !down.empty() && up.back() == down.back()) {
        up.pop_back();
        down.pop_back();
    }
    std::vector<Crossing> path;
    path.reserve(up.size() + down.size());
    for (const std::uint32_t trunk : up) {
        path.push_back({trunk, Direction::kUp});
    }
    std::reverse(down.begin(), down.end());
    for (const std::uint32_t trunk : down) {
        path.push_back({trunk, Direction::kDown});
    }
    return path;
}

}  // namespace tidepool::network
