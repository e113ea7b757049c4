#pragma once
// What there is of everything that may fail, and which nodes each thing takes along. Things are
// numbered like nodes: cluster by cluster, so those of one cluster are a row of consecutive
// numbers, and a thing's number inside its row does not depend on other clusters.

#include <cstdint>
#include <vector>

#include "topology/failure_spec.h"
#include "topology/topology.h"

namespace tidepool::topology {

struct NodeRange {  // nodes [first, last)
    std::uint32_t first = 0, last = 0;
    friend bool operator==(const NodeRange&, const NodeRange&) = default;
};

// The things of one basis in one cluster.
struct ThingRow {
    FailureBasis basis = FailureBasis::kGpu;
    std::uint32_t cluster = kNone;  // kNone: of the whole datacenter (spines without pods, cores)
    std::uint32_t first = 0;        // number of its first thing among those of the datacenter
    std::uint32_t count = 0;
    NodeRange nodes;                 // of the cluster
    std::uint32_t per_unit = 1;      // things of one node (GPUs, links), leaf group or pod
    std::uint32_t first_domain = 0;  // number of its first rack, island, pod or leaf group
};

// By cluster; only rows with things in them. None for jobs.
std::vector<ThingRow> things(const Topology& topology, FailureBasis basis);

// The nodes that a thing of the row, by its number in it, takes along.
NodeRange nodes_of(const Topology& topology, const ThingRow& row, std::uint32_t thing);

// How many things of the row take a node of `nodes` along.
std::uint64_t things_touching(const Topology& topology, const ThingRow& row, NodeRange nodes);

// Groups of leaves that have a node of the range below them; 0 without a fabric.
std::uint32_t leaf_groups_of(const Topology& topology, NodeRange nodes);

}  // namespace tidepool::topology
