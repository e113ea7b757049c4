#pragma once
// The fabric as a graph: nodes of the topology and single switches are vertices, bundles of
// parallel cables are edges. Plain arrays; the algorithms on it (Boost.Graph) live in the .cpp
// files of this folder. Nodes do not forward: traffic passes through switches only.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/quantity.h"
#include "topology/topology.h"

namespace tidepool::topology {

enum class Tier : std::uint8_t { kHost, kLeaf, kSpine, kCore };

struct Vertex {
    Tier tier = Tier::kHost;
    std::uint32_t number = 0;     // within its tier; of a host: the node
    std::uint32_t pod = kNone;    // kNone: belongs to no pod
    std::uint32_t group = kNone;  // hosts and leaves: leaf group
};

struct Link {
    std::uint32_t below = 0;  // vertex on the lower tier
    std::uint32_t above = 0;  // vertex on the next higher one
    std::uint32_t cables = 1;
    BytesPerSecond capacity;  // all cables together, each direction
};

struct Graph {
    std::uint32_t hosts = 0;       // vertices 0 .. hosts-1 are the hosts, in node order
    std::vector<Vertex> vertices;  // then leaves, spines, cores
    std::vector<Link> links;       // sorted by (below, above); no pair twice
};

// Who is connected to whom: the links of vertex v are `links[first[v]] .. links[first[v + 1] - 1]`.
struct Adjacency {
    struct End {
        std::uint32_t vertex = 0;
        std::uint32_t link = 0;  // index into Graph::links
    };
    std::vector<std::uint32_t> first;
    std::vector<End> ends;
};
Adjacency adjacency(const Graph& graph);

// The graph of a topology. Without a fabric: hosts and no links.
Graph fabric_graph(const Topology& topology);

// The textbook k-ary fat-tree (Al-Fares, Loukissas, Vahdat, SIGCOMM'08): k pods of k/2 edge and k/2
// aggregation switches, (k/2)^2 cores, k/2 hosts per edge switch; every cable has capacity 1. k is
// even, 2 to 128.
Graph k_ary_fat_tree(std::uint32_t k);

std::string_view tier_name(Tier tier);  // `host`, `leaf`, `spine`, `core`

// `meta-n00012`, `leaf3`, ...
std::string vertex_name(const Topology& topology, const Vertex& vertex);

}  // namespace tidepool::topology
