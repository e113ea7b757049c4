#pragma once
// Distances and routes between nodes. A hop is a link crossed; nodes do not forward.

#include <cstdint>
#include <optional>
#include <vector>

#include "topology/graph.h"

namespace tidepool::topology {

// Nodes with the same links to the same leaves. To everything else they are at the same distance,
// so one stands for all: exact, without assuming any further symmetry.
struct HostClass {
    std::uint32_t first = 0;  // its lowest host
    std::uint32_t hosts = 0;
};
struct HostClasses {
    std::vector<HostClass> list;         // by lowest host
    std::vector<std::uint32_t> of_host;  // index into `list`, by host
};
HostClasses host_classes(const Graph& graph, const Adjacency& near);

// Hops between the two nodes that are farthest apart: breadth-first search from one node of every
// class. Empty when some pair has no route at all (or there is no fabric).
std::optional<std::uint32_t> diameter(const Graph& graph, const Adjacency& near);

struct PathDiversity {
    std::uint32_t hops = 0;     // length of those routes
    double routes = 0;          // shortest routes, cables of one bundle counted as one
    std::int64_t disjoint = 0;  // shortest routes without a common cable between switches
};

// How many ways there are between far nodes: from the first node to the first node of every other
// pod (one pod: of every other leaf group), the least over those pairs, of each number by itself.
// `disjoint` is a max-flow over the shortest routes with one unit per cable; the nodes' own cards
// are left out, for they would always be the narrowest place. Empty with a single leaf group or
// without a fabric.
std::optional<PathDiversity> path_diversity(const Graph& graph, const Adjacency& near);

}  // namespace tidepool::topology
