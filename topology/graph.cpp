#include "topology/graph.h"

#include "sim/base/assert.h"

namespace tidepool::topology {
namespace {

using std::uint32_t;

void add_vertices(Graph& graph, Tier tier, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
        graph.vertices.push_back({tier, i, kNone, kNone});
    }
}

// Hosts and leaves. Leaf r of group g is number g * leaves_per_group + r.
void add_groups(Graph& graph, const Topology& topology) {
    const Fabric& fabric = topology.fabric;
    for (uint32_t g = 0; g < fabric.groups.size(); ++g) {
        const LeafGroup& group = fabric.groups[g];
        const uint32_t first_leaf = graph.hosts + g * fabric.leaves_per_group;
        for (uint32_t r = 0; r < fabric.leaves_per_group; ++r) {
            graph.vertices[first_leaf + r].pod = group.pod;
            graph.vertices[first_leaf + r].group = g;
        }
        for (uint32_t n = group.first_node; n < group.first_node + group.nodes; ++n) {
            graph.vertices[n].group = g;
            const Trunk& uplink = topology.trunks[topology.nodes[n].trunk];
            for (uint32_t r = 0; r < fabric.leaves_per_group; ++r) {
                graph.links.push_back({n,
                                       first_leaf + r,
                                       uplink.members / fabric.leaves_per_group,
                                       {uplink.capacity.value / fabric.leaves_per_group}});
            }
        }
    }
}

// Spine s of plane p in pod q is number (q * planes + p) * spines_per_plane + s (two tiers: q = 0).
void add_spines(Graph& graph, const Fabric& fabric) {
    const uint32_t first_leaf = graph.hosts;
    const uint32_t first_spine = first_leaf + fabric.leaf_count();
    for (uint32_t g = 0; g < fabric.groups.size(); ++g) {
        const LeafGroup& group = fabric.groups[g];
        const uint32_t pod = fabric.has_cores() ? group.pod : 0;
        const double capacity = group.up.value / fabric.leaves_per_group / fabric.spines_per_plane;
        for (uint32_t r = 0; r < fabric.leaves_per_group; ++r) {
            const uint32_t plane = fabric.planes > 1 ? r : 0;
            const uint32_t first =
                first_spine + (pod * fabric.planes + plane) * fabric.spines_per_plane;
            for (uint32_t s = 0; s < fabric.spines_per_plane; ++s) {
                graph.links.push_back({first_leaf + g * fabric.leaves_per_group + r,
                                       first + s,
                                       group.cables_per_spine,
                                       {capacity}});
            }
        }
    }
}

// Core c above spine s of plane p is number (p * spines_per_plane + s) * cores_per_spine + c.
void add_cores(Graph& graph, const Fabric& fabric) {
    const uint32_t first_spine = graph.hosts + fabric.leaf_count();
    const uint32_t first_core = first_spine + fabric.spine_count();
    const uint32_t spines_per_pod = fabric.planes * fabric.spines_per_plane;
    for (uint32_t q = 0; q < fabric.pods.size(); ++q) {
        const double capacity = fabric.pods[q].up.value / spines_per_pod / fabric.cores_per_spine;
        for (uint32_t s = 0; s < spines_per_pod; ++s) {
            const uint32_t spine = first_spine + q * spines_per_pod + s;
            graph.vertices[spine].pod = q;
            for (uint32_t c = 0; c < fabric.cores_per_spine; ++c) {
                graph.links.push_back({spine,
                                       first_core + s * fabric.cores_per_spine + c,
                                       fabric.pods[q].cables_per_core,
                                       {capacity}});
            }
        }
    }
}

}  // namespace

Adjacency adjacency(const Graph& graph) {
    Adjacency out;
    out.first.assign(graph.vertices.size() + 1, 0);
    for (const Link& link : graph.links) {
        ++out.first[link.below + 1];
        ++out.first[link.above + 1];
    }
    for (std::size_t v = 0; v < graph.vertices.size(); ++v) {
        out.first[v + 1] += out.first[v];
    }
    out.ends.resize(2 * graph.links.size());
    std::vector<uint32_t> next(out.first.begin(), out.first.end() - 1);
    for (uint32_t l = 0; l < graph.links.size(); ++l) {
        const Link& link = graph.links[l];
        out.ends[next[link.below]++] = {link.above, l};
        out.ends[next[link.above]++] = {link.below, l};
    }
    return out;
}

Graph fabric_graph(const Topology& topology) {
    const Fabric& fabric = topology.fabric;
    Graph graph;
    graph.hosts = static_cast<uint32_t>(topology.nodes.size());
    add_vertices(graph, Tier::kHost, graph.hosts);
    for (uint32_t n = 0; n < graph.hosts; ++n) {
        graph.vertices[n].pod = topology.nodes[n].pod;
    }
    add_vertices(graph, Tier::kLeaf, fabric.leaf_count());
    add_vertices(graph, Tier::kSpine, fabric.spine_count());
    add_vertices(graph, Tier::kCore, fabric.core_count());
    add_groups(graph, topology);
    if (fabric.has_spines()) {
        add_spines(graph, fabric);
    }
    if (fabric.has_cores()) {
        add_cores(graph, fabric);
    }
    return graph;
}

Graph k_ary_fat_tree(uint32_t k) {
    TP_ASSERT(k >= 2 && k <= 128 && k % 2 == 0, "a k-ary fat-tree has an even k from 2 to 128");
    const uint32_t half = k / 2;
    Graph graph;
    graph.hosts = k * half * half;
    add_vertices(graph, Tier::kHost, graph.hosts);
    add_vertices(graph, Tier::kLeaf, k * half);
    add_vertices(graph, Tier::kSpine, k * half);
    add_vertices(graph, Tier::kCore, half * half);
    const uint32_t leaves = graph.hosts;
    const uint32_t spines = leaves + k * half;
    const uint32_t cores = spines + k * half;
    for (uint32_t h = 0; h < graph.hosts; ++h) {
        graph.vertices[h].pod = h / (half * half);
        graph.vertices[h].group = h / half;
        graph.links.push_back({h, leaves + h / half, 1, {1}});
    }
    for (uint32_t e = 0; e < k * half; ++e) {
        graph.vertices[leaves + e].pod = graph.vertices[spines + e].pod = e / half;
        graph.vertices[leaves + e].group = e;
        for (uint32_t a = 0; a < half; ++a) {
            graph.links.push_back({leaves + e, spines + e / half * half + a, 1, {1}});
        }
    }
    for (uint32_t a = 0; a < k * half; ++a) {
        for (uint32_t c = 0; c < half; ++c) {
            graph.links.push_back({spines + a, cores + a % half * half + c, 1, {1}});
        }
    }
    return graph;
}

std::string_view tier_name(Tier tier) {
    switch (tier) {
        case Tier::kHost:
            return "host";
        case Tier::kLeaf:
            return "leaf";
        case Tier::kSpine:
            return "spine";
        case Tier::kCore:
            return "core";
    }
    return "";
}

std::string vertex_name(const Topology& topology, const Vertex& vertex) {
    return vertex.tier == Tier::kHost
               ? topology.node_name(vertex.number)
               : std::string(tier_name(vertex.tier)) + std::to_string(vertex.number);
}

}  // namespace tidepool::topology
