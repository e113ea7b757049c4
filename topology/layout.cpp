#include "topology/layout.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "topology/build.h"

namespace tidepool::topology {
namespace {

std::string text(std::int64_t number) {
    return std::to_string(number);
}

bool is_plain_name(const std::string& name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

void check_island(const ClusterSpec& cluster, const Server& server, const GpuModel& gpu,
                  const Where& where, Issues& issues) {
    const std::int64_t gpus = cluster.island_nodes * server.gpus;
    if (cluster.island_nodes > 1 && gpus > gpu.nvlink_domain) {
        report(issues, where["island_nodes"],
               "an island of " + text(gpus) + " GPUs is larger than the NVLink domain of " +
                   gpu.name + ", " + text(gpu.nvlink_domain) + " (got '" +
                   text(cluster.island_nodes) + "')");
    }
}

// Every domain is a whole number of the next smaller one; the last of its kind in a pod may be cut
// short.
void check_domains(const ClusterSpec& cluster, const Where& where, Issues& issues) {
    if (cluster.nodes % cluster.island_nodes != 0) {
        report(issues, where["nodes"],
               "not a whole number of islands of " + text(cluster.island_nodes) + " nodes (got '" +
                   text(cluster.nodes) + "')");
    }
    if (cluster.nodes_per_rack % cluster.island_nodes != 0) {
        report(issues, where["nodes_per_rack"],
               "an island of " + text(cluster.island_nodes) + " nodes would cross a rack (got '" +
                   text(cluster.nodes_per_rack) + "')",
               "make it a multiple of `island_nodes`");
    }
    if (cluster.nodes_per_pod % cluster.nodes_per_rack != 0) {
        report(issues, where["nodes_per_pod"],
               "a rack of " + text(cluster.nodes_per_rack) + " nodes would cross a pod (got '" +
                   text(cluster.nodes_per_pod) + "')",
               "make it a multiple of `nodes_per_rack`");
    }
}

void check_tranches(const ClusterSpec& cluster, const Where& where, Issues& issues) {
    std::int64_t nodes = 0;
    for (std::size_t i = 0; i < cluster.tranches.size(); ++i) {
        const TrancheSpec& tranche = cluster.tranches[i];
        if (tranche.nodes < 1 || tranche.nodes > cluster.nodes - nodes) {
            report(issues, where[i]["nodes"],
                   "the tranches hold more nodes than the cluster, " + text(cluster.nodes) +
                       " (got '" + text(tranche.nodes) + "')");
            return;
        }
        nodes += tranche.nodes;
        const std::optional<Ticks> at = to_ticks(tranche.at);
        if (!at || *at == Ticks{}) {
            report(issues, where[i]["at"], "not a time after the beginning of the run");
        }
        if (i > 0 && tranche.at <= cluster.tranches[i - 1].at) {
            report(issues, where[i]["at"], "must be later than the tranche before");
        }
    }
}

// The ranges that the field table gives, again: a spec may also come from a program.
bool check_ranges(const ClusterSpec& cluster, const Where& where, Issues& issues) {
    const std::size_t before = issues.list().size();
    const auto within = [&](std::string_view key, std::int64_t value, std::int64_t low) {
        if (value < low || value > kMaxNodes) {
            report(issues, where[key],
                   "must be from " + text(low) + " to " + text(kMaxNodes) + " (got '" +
                       text(value) + "')");
        }
    };
    within("nodes", cluster.nodes, 1);
    within("island_nodes", cluster.island_nodes, 1);
    within("nodes_per_rack", cluster.nodes_per_rack, 1);
    within("nodes_per_pod", cluster.nodes_per_pod, 0);
    return issues.list().size() == before;
}

void check_cluster(const ClusterSpec& cluster, const Catalog& parts, const Where& where,
                   Issues& issues) {
    if (!is_plain_name(cluster.name)) {
        report(
            issues, where["name"],
            "a cluster's name has letters, digits, `-` and `_` only (got '" + cluster.name + "')");
    }
    if (!check_ranges(cluster, where, issues)) {
        return;
    }
    check_domains(cluster, where, issues);
    check_tranches(cluster, where["tranches"], issues);
    const Server* server = find_part(parts.servers, cluster.server);
    if (server == nullptr) {
        report(issues, where["server"], "no such server (got '" + cluster.server + "')",
               did_you_mean(cluster.server, names_of(parts.servers)));
        return;
    }
    if (server->gpus < 1 || server->gpus > kMaxGpusPerNode) {
        report(issues, where["server"],
               "a node has 1 to " + text(kMaxGpusPerNode) + " GPUs (got '" + text(server->gpus) +
                   "')");
        return;
    }
    if (server->nics < 0 || server->nics > kMaxGpusPerNode) {
        report(issues, where["server"],
               "a node has up to " + text(kMaxGpusPerNode) + " network cards (got '" +
                   text(server->nics) + "')");
        return;
    }
    if (const GpuModel* gpu = find_part(parts.gpus, server->gpu)) {
        check_island(cluster, *server, *gpu, where, issues);
    }
}

void check_totals(const TopologySpec& spec, const Catalog& parts, const Where& where,
                  Issues& issues) {
    std::int64_t nodes = 0;
    std::int64_t gpus = 0;
    std::set<std::string> models;
    std::set<std::string> names;
    for (std::size_t i = 0; i < spec.clusters.size(); ++i) {
        const ClusterSpec& cluster = spec.clusters[i];
        if (!names.insert(cluster.name).second) {
            report(issues, where[i]["name"],
                   "another cluster has the same name (got '" + cluster.name + "')");
        }
        const Server* server = find_part(parts.servers, cluster.server);
        nodes += cluster.nodes;
        gpus += cluster.nodes * server->gpus;
        models.insert(server->gpu);
    }
    if (nodes > kMaxNodes) {
        report(issues, where,
               "more than " + text(kMaxNodes) + " nodes (got '" + text(nodes) + "')");
    }
    if (gpus > kMaxGpus) {
        report(issues, where, "more than " + text(kMaxGpus) + " GPUs (got '" + text(gpus) + "')");
    }
    if (models.size() > kMaxGpuModels) {
        report(issues, where,
               "more than " + std::to_string(kMaxGpuModels) + " GPU models (got '" +
                   std::to_string(models.size()) + "')");
    }
}

// Index of the part of that name in `into`, added if it is not there yet.
template <class Part>
std::uint32_t index_of(std::vector<Part>& into, const std::vector<Part>& parts,
                       const std::string& name) {
    for (std::size_t i = 0; i < into.size(); ++i) {
        if (into[i].name == name) {
            return static_cast<std::uint32_t>(i);
        }
    }
    into.push_back(*find_part(parts, name));
    return static_cast<std::uint32_t>(into.size() - 1);
}

std::uint32_t narrow(std::int64_t number) {
    return static_cast<std::uint32_t>(number);
}

// Number of the domain of `size` that node i is in, when a pod's domains start with the pod.
std::uint32_t domain(std::int64_t i, std::int64_t size, std::int64_t pod_size) {
    const std::int64_t per_pod = (pod_size + size - 1) / size;
    return narrow(i / pod_size * per_pod + i % pod_size / size);
}

void lay_out_cluster(const ClusterSpec& cluster, std::uint32_t number, const Catalog& parts,
                     Topology& into) {
    Node node;
    node.cluster = number;
    node.server = index_of(into.servers, parts.servers, cluster.server);
    const Server server = into.servers[node.server];
    node.gpu_model = index_of(into.gpu_models, parts.gpus, server.gpu);
    node.gpus = narrow(server.gpus);
    if (server.nics > 0) {
        index_of(into.nics, parts.nics, server.nic);
    }
    const std::int64_t pod_size =
        cluster.nodes_per_pod == 0 ? cluster.nodes : cluster.nodes_per_pod;
    for (std::int64_t i = 0; i < cluster.nodes; ++i) {
        node.pod = into.pods + narrow(i / pod_size);
        node.rack = into.racks + domain(i, cluster.nodes_per_rack, pod_size);
        node.island = into.islands + domain(i, cluster.island_nodes, pod_size);
        into.nodes.push_back(node);
    }
    auto arriving = static_cast<std::uint32_t>(into.nodes.size());
    for (const TrancheSpec& tranche : cluster.tranches) {
        arriving -= narrow(tranche.nodes);
    }
    for (const TrancheSpec& tranche : cluster.tranches) {
        const std::uint32_t first = arriving;
        arriving += narrow(tranche.nodes);
        into.arrivals.push_back({first, arriving, to_ticks(tranche.at).value_or(kNever)});
    }
    into.pods = into.nodes.back().pod + 1;
    into.racks = into.nodes.back().rack + 1;
    into.islands = into.nodes.back().island + 1;
}

}  // namespace

bool check_clusters(const TopologySpec& spec, const Catalog& parts, const Where& where,
                    Issues& issues) {
    const std::size_t before = issues.list().size();
    if (spec.clusters.empty()) {
        report(issues, where["clusters"], "a topology needs at least one cluster",
               "add `clusters: [{name: main, server: hgx-h100, nodes: 16}]`, or a `preset`");
    }
    for (std::size_t i = 0; i < spec.clusters.size(); ++i) {
        check_cluster(spec.clusters[i], parts, where["clusters"][i], issues);
    }
    if (issues.list().size() == before) {
        check_totals(spec, parts, where["clusters"], issues);
    }
    return issues.list().size() == before;
}

void lay_out_nodes(const TopologySpec& spec, const Catalog& parts, Topology& into) {
    for (const ClusterSpec& cluster : spec.clusters) {
        into.clusters.push_back(cluster.name);
        lay_out_cluster(cluster, static_cast<std::uint32_t>(into.clusters.size() - 1), parts, into);
    }
}

}  // namespace tidepool::topology
