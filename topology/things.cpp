#include "topology/things.h"

#include <algorithm>

namespace tidepool::topology {
namespace {

// Nodes in order of the group of leaves they are below.
std::uint32_t leaf_group(const Topology& topology, std::uint32_t node) {
    const std::vector<LeafGroup>& groups = topology.fabric.groups;
    const auto after = std::upper_bound(
        groups.begin(), groups.end(), node,
        [](std::uint32_t n, const LeafGroup& group) { return n < group.first_node; });
    return static_cast<std::uint32_t>(after - groups.begin()) - 1;
}

bool spans_clusters(const Topology& topology, FailureBasis basis) {
    return basis == FailureBasis::kSite || basis == FailureBasis::kCore ||
           (basis == FailureBasis::kSpine && !topology.fabric.has_cores());
}

// Things of the whole datacenter.
std::uint32_t count_all(const Topology& topology, FailureBasis basis) {
    const Fabric& fabric = topology.fabric;
    return basis == FailureBasis::kSite    ? 1
           : basis == FailureBasis::kCore  ? fabric.core_count()
           : basis == FailureBasis::kSpine ? fabric.spine_count()
                                           : 0;
}

// The number of the node's domain; domains of a kind are numbered in node order.
std::uint32_t domain_of(const Topology& topology, FailureBasis basis, std::uint32_t n) {
    const Node& node = topology.nodes[n];
    switch (basis) {
        case FailureBasis::kGpu:
        case FailureBasis::kNode:
        case FailureBasis::kLink:
            return n;
        case FailureBasis::kIsland:
            return node.island;
        case FailureBasis::kRack:
            return node.rack;
        case FailureBasis::kPod:
        case FailureBasis::kSpine:
            return node.pod;
        case FailureBasis::kLeaf:
            return leaf_group(topology, n);
        case FailureBasis::kCluster:
            return node.cluster;
        case FailureBasis::kCore:
        case FailureBasis::kSite:
        case FailureBasis::kJob:
            break;
    }
    return 0;
}

// How many things one domain has.
std::uint32_t per_domain(const Topology& topology, FailureBasis basis, const Node& node) {
    const Fabric& fabric = topology.fabric;
    switch (basis) {
        case FailureBasis::kGpu:
            return node.gpus;
        case FailureBasis::kLink:
            return static_cast<std::uint32_t>(topology.servers[node.server].nics);
        case FailureBasis::kLeaf:
            return fabric.leaves_per_group;
        case FailureBasis::kSpine:
            return fabric.planes * fabric.spines_per_plane;
        default:
            return 1;
    }
}

std::vector<NodeRange> cluster_ranges(const Topology& topology) {
    std::vector<NodeRange> ranges(topology.clusters.size());
    for (std::uint32_t n = 0; n < topology.nodes.size(); ++n) {
        NodeRange& range = ranges[topology.nodes[n].cluster];
        range.first = range.last == 0 ? n : range.first;
        range.last = n + 1;
    }
    return ranges;
}

NodeRange overlap(NodeRange a, NodeRange b) {
    const NodeRange both{std::max(a.first, b.first), std::min(a.last, b.last)};
    return both.first < both.last ? both : NodeRange{};
}

}  // namespace

std::vector<ThingRow> things(const Topology& topology, FailureBasis basis) {
    std::vector<ThingRow> rows;
    const auto all = static_cast<std::uint32_t>(topology.nodes.size());
    if (basis == FailureBasis::kJob || all == 0) {
        return rows;
    }
    if (spans_clusters(topology, basis)) {
        const std::uint32_t count = count_all(topology, basis);
        if (count > 0) {
            rows.push_back({basis, kNone, 0, count, {0, all}, count, 0});
        }
        return rows;
    }
    if (basis == FailureBasis::kLeaf && topology.fabric.groups.empty()) {
        return rows;
    }
    std::uint32_t first = 0;
    const std::vector<NodeRange> ranges = cluster_ranges(topology);
    for (std::uint32_t c = 0; c < ranges.size(); ++c) {
        const std::uint32_t domain = domain_of(topology, basis, ranges[c].first);
        const std::uint32_t domains = domain_of(topology, basis, ranges[c].last - 1) - domain + 1;
        const std::uint32_t each = per_domain(topology, basis, topology.nodes[ranges[c].first]);
        if (each > 0) {
            rows.push_back({basis, c, first, domains * each, ranges[c], each, domain});
            first += domains * each;
        }
    }
    return rows;
}

NodeRange nodes_of(const Topology& topology, const ThingRow& row, std::uint32_t thing) {
    const std::uint32_t domain = row.first_domain + thing / row.per_unit;
    switch (row.basis) {
        case FailureBasis::kGpu:
        case FailureBasis::kNode:
        case FailureBasis::kLink:
            return {domain, domain + 1};
        case FailureBasis::kLeaf: {
            const LeafGroup& group = topology.fabric.groups[domain];
            return {group.first_node, group.first_node + group.nodes};
        }
        default:
            break;
    }
    if (row.cluster == kNone || row.basis == FailureBasis::kCluster) {
        return row.nodes;
    }
    const auto begin = [&](std::uint32_t wanted) {
        std::uint32_t low = row.nodes.first, high = row.nodes.last;
        while (low < high) {
            const std::uint32_t middle = low + (high - low) / 2;
            if (domain_of(topology, row.basis, middle) < wanted) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    };
    return {begin(domain), begin(domain + 1)};
}

std::uint64_t things_touching(const Topology& topology, const ThingRow& row, NodeRange nodes) {
    const NodeRange both = overlap(row.nodes, nodes);
    if (both.first == both.last) {
        return 0;
    }
    if (row.cluster == kNone) {
        return row.count;
    }
    const std::uint64_t domains = domain_of(topology, row.basis, both.last - 1) -
                                  domain_of(topology, row.basis, both.first) + 1;
    return domains * row.per_unit;
}

std::uint32_t leaf_groups_of(const Topology& topology, NodeRange nodes) {
    if (topology.fabric.groups.empty() || nodes.first == nodes.last) {
        return 0;
    }
    return leaf_group(topology, nodes.last - 1) - leaf_group(topology, nodes.first) + 1;
}

}  // namespace tidepool::topology
