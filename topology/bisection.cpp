#include "topology/bisection.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "topology/max_flow.h"

namespace tidepool::topology {
namespace {

using std::uint32_t;

// Twice the distance of a boundary from half of the hosts.
std::uint64_t off_half(uint32_t hosts, uint32_t boundary) {
    const std::uint64_t twice = std::uint64_t{2} * boundary;
    return twice > hosts ? twice - hosts : hosts - twice;
}

using DomainOf = std::function<uint32_t(uint32_t)>;  // of a host

// How many hosts come before the domain boundary nearest to half of them (the lower of two equally
// near ones); 0 when all are in one domain. Hosts of one domain stand side by side in node order.
uint32_t nearest_boundary(uint32_t hosts, const DomainOf& domain_of) {
    uint32_t nearest = 0;
    for (uint32_t h = 1; h < hosts; ++h) {
        if (domain_of(h) != domain_of(h - 1) &&
            (nearest == 0 || off_half(hosts, h) < off_half(hosts, nearest))) {
            nearest = h;
        }
    }
    return nearest;
}

uint32_t largest_domain(uint32_t hosts, const DomainOf& domain_of) {
    uint32_t largest = 0;
    uint32_t first = 0;
    for (uint32_t h = 1; h <= hosts; ++h) {
        if (h == hosts || domain_of(h) != domain_of(first)) {
            largest = std::max(largest, h - first);
            first = h;
        }
    }
    return largest;
}

// How many hosts the first half has.
uint32_t first_half(const Graph& graph, std::string& split) {
    const uint32_t hosts = graph.hosts;
    const DomainOf pod = [&](uint32_t h) { return graph.vertices[h].pod; };
    const DomainOf group = [&](uint32_t h) { return graph.vertices[h].group; };
    const auto halves = [&](uint32_t boundary) {
        return std::min(boundary, hosts - boundary) >= hosts / 3;
    };
    const uint32_t pods = nearest_boundary(hosts, pod);
    if (pods != 0 && halves(pods) &&
        off_half(hosts, pods) <= std::uint64_t{2} * largest_domain(hosts, group)) {
        split = "pods";
        return pods;
    }
    const uint32_t groups = nearest_boundary(hosts, group);
    if (groups != 0 && halves(groups)) {
        split = "leaf groups";
        return groups;
    }
    split = "nodes";
    return hosts / 2;
}

// The nodes of a half are sources (sinks) without limit, so they can be merged into one vertex:
// what is left are the switches. Capacities in B/s, rounded to whole ones.
std::vector<FlowEdge> merged_network(const Graph& graph, uint32_t first_half) {
    std::vector<FlowEdge> edges;
    std::map<std::pair<uint32_t, uint32_t>, std::int64_t> from_hosts;
    for (const Link& link : graph.links) {
        const std::int64_t capacity = std::llround(link.capacity.value);
        const uint32_t above = link.above - graph.hosts + 2;
        if (link.below < graph.hosts) {
            from_hosts[{link.below < first_half ? 0U : 1U, above}] += capacity;
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
    result.nodes[0] = first_half(graph, result.split);
    result.nodes[1] = graph.hosts - result.nodes[0];
    const auto vertices = static_cast<uint32_t>(graph.vertices.size() - graph.hosts + 2);
    result.bandwidth.value =
        static_cast<double>(max_flow(vertices, merged_network(graph, result.nodes[0]), 0, 1));
    return result;
}

}  // namespace tidepool::topology
