#include "topology/bisection.h"

#include <cmath>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "topology/max_flow.h"

namespace tidepool::topology {
namespace {

using std::uint32_t;

// 0 or 1 for every host: which half it is in, when domains are split in order of first appearance.
std::vector<std::uint8_t> split_by(const Graph& graph,
                                   const std::function<uint32_t(uint32_t)>& domain_of,
                                   uint32_t& domains) {
    std::map<uint32_t, uint32_t> order;
    for (uint32_t h = 0; h < graph.hosts; ++h) {
        order.emplace(domain_of(h), static_cast<uint32_t>(order.size()));
    }
    domains = static_cast<uint32_t>(order.size());
    std::vector<std::uint8_t> half(graph.hosts);
    for (uint32_t h = 0; h < graph.hosts; ++h) {
        half[h] = order[domain_of(h)] >= domains / 2 ? 1 : 0;
    }
    return half;
}

std::vector<std::uint8_t> halves(const Graph& graph, std::string& split) {
    uint32_t domains = 0;
    split = "pods";
    auto half = split_by(
        graph, [&](uint32_t h) { return graph.vertices[h].pod; }, domains);
    if (domains < 2) {
        split = "leaf groups";
        half = split_by(
            graph, [&](uint32_t h) { return graph.vertices[h].group; }, domains);
    }
    if (domains < 2) {
        split = "nodes";
        half = split_by(
            graph, [&](uint32_t h) { return h; }, domains);
    }
    return half;
}

// The nodes of a half are sources (sinks) without limit, so they can be merged into one vertex:
// what is left are the switches. Capacities in B/s, rounded to whole ones.
std::vector<FlowEdge> merged_network(const Graph& graph, const std::vector<std::uint8_t>& half) {
    std::vector<FlowEdge> edges;
    std::map<std::pair<uint32_t, uint32_t>, std::int64_t> from_hosts;
    for (const Link& link : graph.links) {
        const std::int64_t capacity = std::llround(link.capacity.value);
        const uint32_t above = link.above - graph.hosts + 2;
        if (link.below < graph.hosts) {
            from_hosts[{half[link.below], above}] += capacity;
        } else {
            edges.push_back({link.below - graph.hosts + 2, above, capacity, capacity});
        }
    }
    for (const auto& [ends, capacity] : from_hosts) {
        edges.push_back({ends.first, ends.second, capacity, capacity});
    }
    return edges;
}

}  // namespace

std::optional<Bisection> bisection(const Graph& graph) {
    if (graph.hosts < 2 || graph.links.empty()) {
        return std::nullopt;
    }
    Bisection result;
    const std::vector<std::uint8_t> half = halves(graph, result.split);
    for (const std::uint8_t side : half) {
        ++result.nodes[side];
    }
    const auto vertices = static_cast<uint32_t>(graph.vertices.size() - graph.hosts + 2);
    result.bandwidth.value =
        static_cast<double>(max_flow(vertices, merged_network(graph, half), 0, 1));
    return result;
}

}  // namespace tidepool::topology
