#pragma once
// Bandwidth between the two halves of a fabric, by max-flow over switches and cables.

#include <cstdint>
#include <optional>
#include <string>

#include "sim/base/quantity.h"
#include "topology/graph.h"

namespace tidepool::topology {

// The halves: the first half of the pods (rounded down, in node order) against the others; with one
// pod its leaf groups are split so; with one group its nodes. All nodes of a half send at once to
// all nodes of the other, so the result is the smallest cut between the halves, node cards
// included. A split along other lines could have a smaller cut; for fat-trees with equal pods this
// one is the bisection.
struct Bisection {
    BytesPerSecond bandwidth;         // each direction
    std::uint32_t nodes[2] = {0, 0};  // in each half
    std::string split;                // `pods`, `leaf groups` or `nodes`
};

// Empty with fewer than two nodes or without a fabric.
std::optional<Bisection> bisection(const Graph& graph);

}  // namespace tidepool::topology
