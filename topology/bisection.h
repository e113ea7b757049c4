#pragma once
// Bandwidth between the two halves of a fabric, by max-flow over switches and cables.

#include <cstdint>
#include <optional>
#include <string>

#include "sim/base/quantity.h"
#include "topology/graph.h"

namespace tidepool::topology {

// The least capacity between two halves of the nodes: one stated split, not the least over all ways
// to split. The first nodes in node order stand against the others, parted at the boundary nearest
// to half of them (the lower of two equally near ones):
//   between pods, if that is within one (the largest) leaf group of half of the nodes,
//   otherwise between leaf groups, otherwise (a single leaf group) between nodes,
// where no half may have less than a third of the nodes: a boundary further out is not taken, and
// the next finer kind is. All nodes of a half send at once to all nodes of the other; the result is
// the smallest cut between them, node cards included. A split along other lines can have a smaller
// cut; for fat-trees with an even number of equal pods this one is the bisection.
struct Bisection {
    BytesPerSecond bandwidth;         // each direction
    std::uint32_t nodes[2] = {0, 0};  // in the first half and in the other
    std::string split;                // `pods`, `leaf groups` or `nodes`
};

// Empty with fewer than two nodes or without a fabric.
std::optional<Bisection> bisection(const Graph& graph);

}  // namespace tidepool::topology
