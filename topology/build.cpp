#include "topology/build.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include "sim/base/assert.h"
#include "sim/config/read.h"
#include "topology/cabling.h"
#include "topology/failure_check.h"
#include "topology/layout.h"
#include "topology/load.h"
#include "topology/where.h"

namespace tidepool::topology {
namespace {

void check_names(const std::vector<std::string>& names, const Where& list, Issues& issues) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!seen.insert(names[i]).second) {
            report(issues, list[i]["name"],
                   "another entry of this list has the same name (got '" + names[i] + "')");
        }
    }
}

void check_storage(const TopologySpec& spec, const Where& where, Issues& issues) {
    check_names(names_of(spec.storage), where, issues);
    for (std::size_t i = 0; i < spec.storage.size(); ++i) {
        const StorageSpec& storage = spec.storage[i];
        if (storage.per_client && *storage.per_client > storage.bandwidth) {
            report(issues, where[i]["per_client"],
                   "one client is faster than all of them together");
        }
    }
}

void add_node_trunks(Topology& topology) {
    const Fabric& fabric = topology.fabric;
    for (std::uint32_t n = 0; n < topology.nodes.size(); ++n) {
        const Server& server = topology.servers[topology.nodes[n].server];
        const Nic* card = find_part(topology.nics, server.nic);
        TP_ASSERT(card != nullptr, "plan_fabric refuses servers without a card");
        topology.nodes[n].trunk = n;
        topology.trunks.push_back({"node" + std::to_string(n),
                                   {static_cast<double>(server.nics) * card->rate.value},
                                   kNone,
                                   static_cast<std::uint32_t>(server.nics)});
    }
    if (!fabric.has_spines()) {
        return;
    }
    const auto first_group = static_cast<std::uint32_t>(topology.nodes.size());
    for (std::uint32_t g = 0; g < fabric.groups.size(); ++g) {
        const LeafGroup& group = fabric.groups[g];
        for (std::uint32_t n = group.first_node; n < group.first_node + group.nodes; ++n) {
            topology.trunks[n].parent = first_group + g;
        }
    }
}

void add_group_trunks(Topology& topology) {
    const Fabric& fabric = topology.fabric;
    const auto first_pod = static_cast<std::uint32_t>(topology.nodes.size() + fabric.groups.size());
    for (std::uint32_t g = 0; g < fabric.groups.size(); ++g) {
        const LeafGroup& group = fabric.groups[g];
        topology.trunks.push_back(
            {"leaf" + std::to_string(g), group.up,
             fabric.has_cores() ? first_pod + group.pod : kNone,
             fabric.leaves_per_group * fabric.spines_per_plane * group.cables_per_spine});
    }
    for (std::uint32_t p = 0; p < fabric.pods.size(); ++p) {
        topology.trunks.push_back({"pod" + std::to_string(p), fabric.pods[p].up, kNone,
                                   fabric.planes * fabric.spines_per_plane *
                                       fabric.cores_per_spine * fabric.pods[p].cables_per_core});
    }
}

}  // namespace

std::uint64_t Topology::gpus() const {
    std::uint64_t sum = 0;
    for (const Node& node : nodes) {
        sum += node.gpus;
    }
    return sum;
}

Ticks Topology::arrival(std::uint32_t node) const {
    const auto after = std::upper_bound(
        arrivals.begin(), arrivals.end(), node,
        [](std::uint32_t n, const Arrival& arrival) { return n < arrival.first_node; });
    return after == arrivals.begin() || node >= std::prev(after)->last_node ? Ticks{}
                                                                            : std::prev(after)->at;
}

std::string Topology::node_name(std::uint32_t node) const {
    const std::string number = std::to_string(node);
    const std::string zeros(number.size() < 5 ? 5 - number.size() : 0, '0');
    return clusters[nodes[node].cluster] + "-n" + zeros + number;
}

Topology build(const TopologySpec& spec, const config::Value& where_value, const std::string& path,
               Issues& issues) {
    const std::size_t before = issues.list().size();
    const Where where = Where::root(where_value, path);
    const Catalog parts = combined(spec.catalog);
    Topology topology;
    topology.name = spec.name;
    topology.storage = spec.storage;
    topology.failures = spec.failures;
    check_catalog(spec.catalog, parts, where["catalog"], issues);
    check_storage(spec, where["storage"], issues);
    check_fabric_keys(spec.fabric, where["fabric"], issues);
    const TopologySpec sized = with_fabric_sizes(spec, parts, where, issues);
    const bool placed = check_clusters(sized, parts, where, issues);
    if (!placed || issues.list().size() != before) {
        return topology;
    }
    lay_out_nodes(sized, parts, topology);
    topology.fabric = plan_fabric(sized.fabric, parts, topology, where["fabric"], issues);
    if (issues.list().size() == before && topology.fabric.kind != FabricKind::kNone) {
        add_node_trunks(topology);
        if (topology.fabric.has_spines()) {
            add_group_trunks(topology);
        }
    }
    if (issues.list().size() == before) {
        check_failures(spec.failures, topology, where["failures"], issues);
    }
    return topology;
}

Topology build_preset(const std::string& name) {
    const config::Value section = preset(name);
    Issues issues;
    const auto spec = config::read<TopologySpec>(section, "topology", issues);
    issues.throw_if_any();
    Topology topology = build(spec, section, "topology", issues);
    issues.throw_if_any();
    return topology;
}

}  // namespace tidepool::topology
