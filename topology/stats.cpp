#include "topology/stats.h"

#include <algorithm>
#include <array>

namespace tidepool::topology {
namespace {

constexpr std::array kSwitchTiers{Tier::kLeaf, Tier::kSpine, Tier::kCore};

const std::string& model_of(const Fabric& fabric, Tier tier) {
    return tier == Tier::kLeaf ? fabric.leaf.name
                               : (tier == Tier::kSpine ? fabric.spine.name : fabric.core.name);
}

void find_worst(const Graph& graph, const std::vector<Blast>& all, Stats& into) {
    for (const TierCount& row : into.tiers) {
        WorstSwitch worst;
        worst.tier = row.tier;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (graph.vertices[graph.hosts + i].tier != row.tier) {
                continue;
            }
            worst.worst.nodes_cut = std::max(worst.worst.nodes_cut, all[i].nodes_cut);
            worst.worst.gpus_cut = std::max(worst.worst.gpus_cut, all[i].gpus_cut);
            worst.worst.nodes_slowed = std::max(worst.worst.nodes_slowed, all[i].nodes_slowed);
            worst.worst.gpus_slowed = std::max(worst.worst.gpus_slowed, all[i].gpus_slowed);
            worst.worst.share = std::max(worst.worst.share, all[i].share);
        }
        into.worst.push_back(worst);
    }
}

}  // namespace

std::vector<ClusterCount> count_clusters(const Topology& topology) {
    std::vector<ClusterCount> rows(topology.clusters.size());
    for (const Node& node : topology.nodes) {
        ClusterCount& row = rows[node.cluster];
        if (row.nodes == 0) {
            row.name = topology.clusters[node.cluster];
            row.server = topology.servers[node.server].name;
            row.gpu_model = topology.gpu_models[node.gpu_model].name;
        }
        ++row.nodes;
        row.gpus += node.gpus;
    }
    return rows;
}

void count_tiers(const Topology& topology, const Graph& graph, Stats& into) {
    into.hosts = graph.hosts;
    into.gpus = topology.gpus();
    for (const Tier tier : kSwitchTiers) {
        TierCount row{tier, model_of(topology.fabric, tier), 0};
        for (const Vertex& vertex : graph.vertices) {
            row.switches += vertex.tier == tier ? 1 : 0;
        }
        if (row.switches == 0) {
            continue;
        }
        into.tiers.push_back(row);
        LinkCount links{static_cast<Tier>(static_cast<int>(tier) - 1), tier, 0, {}};
        for (const Link& link : graph.links) {
            if (graph.vertices[link.above].tier == tier) {
                links.cables += link.cables;
                links.capacity.value += link.capacity.value;
            }
        }
        into.links.push_back(links);
    }
}

Stats stats(const Topology& topology) {
    const Graph graph = fabric_graph(topology);
    const Adjacency near = adjacency(graph);
    Stats result;
    count_tiers(topology, graph, result);
    result.bisection = bisection(graph);
    result.diameter = diameter(graph, near);
    result.diversity = path_diversity(graph, near);
    std::vector<std::uint32_t> gpus;
    for (const Node& node : topology.nodes) {
        gpus.push_back(node.gpus);
    }
    find_worst(graph, blasts(graph, near, gpus), result);
    result.bill = bill(topology);
    return result;
}

}  // namespace tidepool::topology
