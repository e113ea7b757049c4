#include "sim/model/datacenter.h"

#include <algorithm>
#include <cstddef>

#include "topology/names.h"

namespace tidepool::model {
namespace {

using topology::Fabric;
using topology::LeafGroup;
using topology::Node;
using topology::Topology;

// Domains of one kind in nodes [first, last), whose members follow each other, and nodes of the
// largest.
struct Domains {
    std::uint32_t count = 0, most_nodes = 0;
};

Domains domains(const Topology& topology, std::uint32_t first, std::uint32_t last,
                std::uint32_t Node::*of) {
    Domains found;
    for (std::uint32_t from = first, to = first; from < last; from = to) {
        while (to < last && topology.nodes[to].*of == topology.nodes[from].*of) {
            ++to;
        }
        ++found.count;
        found.most_nodes = std::max(found.most_nodes, to - from);
    }
    return found;
}

double over(double below, double above) {
    return above > 0 ? below / above : 0;
}

void add_fabric(const Topology& topology, std::uint32_t first, std::uint32_t last,
                ClusterRecord& cluster) {
    const Fabric& fabric = topology.fabric;
    const std::uint32_t pod = topology.nodes[first].pod;
    double up_in_pod = 0;
    for (const LeafGroup& group : fabric.groups) {
        if (group.first_node < first || group.first_node >= last) {
            continue;
        }
        if (cluster.leaf_groups++ == 0) {
            cluster.oversubscription = over(group.down.value, group.up.value);
        }
        cluster.nodes_per_leaf_group = std::max(cluster.nodes_per_leaf_group, group.nodes);
        up_in_pod += group.pod == pod ? group.up.value : 0;
    }
    cluster.leaves = cluster.leaf_groups * fabric.leaves_per_group;
    cluster.spines = fabric.planes * fabric.spines_per_plane;
    if (fabric.has_cores()) {
        cluster.spines *= cluster.pods;
        cluster.cores = fabric.core_count();
        cluster.pod_oversubscription = over(up_in_pod, fabric.pods[pod].up.value);
    }
}

}  // namespace

DatacenterRecord datacenter_of(const Topology& topology) {
    DatacenterRecord record;
    record.name = topology.name;
    record.fabric = kind_name(topology.fabric.kind);
    if (topology.fabric.kind != topology::FabricKind::kNone) {
        record.wiring = kind_name(topology.fabric.wiring);
        record.leaves_per_group = topology.fabric.leaves_per_group;
        record.planes = topology.fabric.planes;
        record.leaves = topology.fabric.leaf_count();
        record.spines = topology.fabric.spine_count();
        record.cores = topology.fabric.core_count();
    }
    const auto nodes = static_cast<std::uint32_t>(topology.nodes.size());
    for (std::uint32_t first = 0, last = 0; first < nodes; first = last) {
        const Node& node = topology.nodes[first];
        while (last < nodes && topology.nodes[last].cluster == node.cluster) {
            ++last;
        }
        ClusterRecord cluster;
        cluster.name = topology.clusters[node.cluster];
        if (!topology.servers.empty()) {  // of what is put together by hand, nobody knows
            cluster.server = topology.servers[node.server].name;
        }
        cluster.gpu_model = node.gpu_model;
        cluster.nodes = last - first;
        cluster.gpus_per_node = node.gpus;
        const Domains islands = domains(topology, first, last, &Node::island);
        const Domains racks = domains(topology, first, last, &Node::rack);
        const Domains pods = domains(topology, first, last, &Node::pod);
        cluster.islands = islands.count;
        cluster.island_nodes = islands.most_nodes;
        cluster.racks = racks.count;
        cluster.nodes_per_rack = racks.most_nodes;
        cluster.pods = pods.count;
        cluster.nodes_per_pod = pods.most_nodes;
        if (record.leaves > 0) {
            add_fabric(topology, first, last, cluster);
        }
        record.clusters.push_back(std::move(cluster));
    }
    return record;
}

}  // namespace tidepool::model
