#pragma once
// What the loss of one switch takes with it.

#include <cstdint>
#include <vector>

#include "topology/graph.h"

namespace tidepool::topology {

struct Blast {
    // Nodes without a link left, or outside the largest group of nodes that still reach each other
    // (over switches and nodes).
    std::uint64_t nodes_cut = 0;
    std::uint64_t gpus_cut = 0;
    // Nodes that lose some bandwidth, those cut off included: nodes with the switch in their cone.
    std::uint64_t nodes_slowed = 0;
    std::uint64_t gpus_slowed = 0;
    // The largest share that one node loses at that tier: bandwidth from its cone to the switch
    // over all bandwidth from its cone to the switch's tier.
    double share = 0;
};

// The cone of a node: its leaves, the spines above those, the cores above those. One entry per
// switch, in vertex order (`graph.hosts` is the first). `gpus` by host.
std::vector<Blast> blasts(const Graph& graph, const Adjacency& near,
                          const std::vector<std::uint32_t>& gpus);

}  // namespace tidepool::topology
