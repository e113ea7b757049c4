#pragma once
// What a flow loads: the directed trunks it crosses. A trunk has two directions of equal capacity
// that do not disturb each other: up, away from the nodes, and down, towards them. Knows no solver.

#include <cstdint>
#include <vector>

#include "topology/topology.h"

namespace tidepool::network {

enum class Direction : std::uint8_t { kUp, kDown };

// A flow of rate x uses weight * x of the trunk's capacity in this direction. A job whose traffic
// passes a trunk several times is one flow with that weight.
struct Crossing {
    std::uint32_t trunk = 0;  // index into Topology::trunks
    Direction direction = Direction::kUp;
    std::uint32_t weight = 1;  // at least 1
    friend bool operator==(const Crossing&, const Crossing&) = default;
};

// The directed trunks that traffic from one node to another crosses, in the order it meets them: up
// from `from` to the lowest trunk that both nodes hang under (not crossing it), then down to `to`.
// Each has weight 1. Empty inside one node, between nodes that share their lowest trunk, and
// without a fabric. Where the two chains meet in no trunk, they meet above the top of the fabric,
// which is non-blocking: passing it costs nothing. Both nodes must exist, and the trunks must form
// a forest.
std::vector<Crossing> crossings(const topology::Topology& topology, std::uint32_t from,
                                std::uint32_t to);

}  // namespace tidepool::network
