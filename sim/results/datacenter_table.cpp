#include "sim/results/datacenter_table.h"

#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/results/columns.h"

namespace tidepool::results {
namespace {

using model::ClusterRecord;

void write_totals(h5::Group& group, const model::DatacenterRecord& datacenter) {
    std::uint64_t nodes = 0, gpus = 0, racks = 0, pods = 0;
    for (const ClusterRecord& c : datacenter.clusters) {
        nodes += c.nodes;
        gpus += std::uint64_t{c.nodes} * c.gpus_per_node;
        racks += c.racks;
        pods += c.pods;
    }
    group.attribute("name", datacenter.name);
    group.attribute("fabric", datacenter.fabric);
    group.attribute("wiring", datacenter.wiring);
    group.attribute("nodes", nodes);
    group.attribute("gpus", gpus);
    group.attribute("racks", racks);
    group.attribute("pods", pods);
    group.attribute("leaves_per_group", std::uint64_t{datacenter.leaves_per_group});
    group.attribute("planes", std::uint64_t{datacenter.planes});
    group.attribute("leaves", std::uint64_t{datacenter.leaves});
    group.attribute("spines", std::uint64_t{datacenter.spines});
    group.attribute("cores", std::uint64_t{datacenter.cores});
}

}  // namespace

void write_datacenter(h5::Group& root, const model::DatacenterRecord& datacenter) {
    if (datacenter.clusters.empty()) {
        return;
    }
    Columns<ClusterRecord> columns(root.group("topology"), "cluster", datacenter.clusters);
    write_totals(columns.group(), datacenter);
    columns.number_rows("row number, from 0: in the order of the topology");
    std::vector<std::string_view> names, servers;
    for (const ClusterRecord& c : datacenter.clusters) {
        names.emplace_back(c.name);
        servers.emplace_back(c.server);
    }
    columns.add(write_texts(columns.group(), "name", names, {"", "name of the cluster", ""}));
    columns.add(write_texts(columns.group(), "server", servers, {"", "what its nodes are", ""}));
    const auto count = [&](const char* name, std::string_view long_name,
                           std::uint32_t ClusterRecord::*of) {
        columns.add<std::uint32_t>(name, "1", long_name,
                                   [of](const ClusterRecord& c) { return c.*of; });
    };
    count("gpu_model", "row of /dim/gpu_model", &ClusterRecord::gpu_model);
    count("nodes", "nodes, those that arrive later included", &ClusterRecord::nodes);
    columns.add<std::uint64_t>("gpus", "1", "GPUs of all its nodes", [](const ClusterRecord& c) {
        return std::uint64_t{c.nodes} * c.gpus_per_node;
    });
    count("gpus_per_node", "GPUs of a node", &ClusterRecord::gpus_per_node);
    columns.add<std::uint64_t>(
        "island_gpus", "1", "GPUs of an NVLink domain",
        [](const ClusterRecord& c) { return std::uint64_t{c.island_nodes} * c.gpus_per_node; });
    count("islands", "NVLink domains", &ClusterRecord::islands);
    count("racks", "racks", &ClusterRecord::racks);
    count("nodes_per_rack", "nodes of the largest rack", &ClusterRecord::nodes_per_rack);
    count("pods", "pods", &ClusterRecord::pods);
    count("nodes_per_pod", "nodes of the largest pod", &ClusterRecord::nodes_per_pod);
    count("leaf_groups", "groups of nodes below the same leaf switches; 0: no fabric",
          &ClusterRecord::leaf_groups);
    count("nodes_per_leaf_group", "nodes of the largest leaf group",
          &ClusterRecord::nodes_per_leaf_group);
    count("leaves", "leaf switches", &ClusterRecord::leaves);
    count("spines", "spine switches: of its pods if there are cores, else of all clusters",
          &ClusterRecord::spines);
    count("cores", "core switches, of all clusters", &ClusterRecord::cores);
    columns.add<double>("oversubscription", "1",
                        "bandwidth into its leaves from below / upwards; 0: no spines",
                        [](const ClusterRecord& c) { return c.oversubscription; });
    columns.add<double>("pod_oversubscription", "1",
                        "bandwidth into its spines from below / upwards; 0: no cores",
                        [](const ClusterRecord& c) { return c.pod_oversubscription; });
    columns.close();
}

}  // namespace tidepool::results
