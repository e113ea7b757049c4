#include "topology/paths.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "topology/max_flow.h"

namespace tidepool::topology {
namespace {

using std::uint32_t;

constexpr uint32_t kFar = std::numeric_limits<uint32_t>::max();

// Hops from one vertex to all others. Hosts other than the start are reached but not passed.
std::vector<uint32_t> distances(const Graph& graph, const Adjacency& near, uint32_t start) {
    std::vector<uint32_t> hops(graph.vertices.size(), kFar);
    std::vector<uint32_t> order{start};
    hops[start] = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const uint32_t v = order[i];
        if (v < graph.hosts && v != start) {
            continue;
        }
        for (uint32_t e = near.first[v]; e < near.first[v + 1]; ++e) {
            const uint32_t next = near.ends[e].vertex;
            if (hops[next] == kFar) {
                hops[next] = hops[v] + 1;
                order.push_back(next);
            }
        }
    }
    return hops;
}

// The same over switches only, from the leaves of a host.
std::vector<uint32_t> switch_distances(const Graph& graph, const Adjacency& near, uint32_t host,
                                       std::vector<uint32_t>& order) {
    std::vector<uint32_t> hops(graph.vertices.size() - graph.hosts, kFar);
    order.clear();
    for (uint32_t e = near.first[host]; e < near.first[host + 1]; ++e) {
        hops[near.ends[e].vertex - graph.hosts] = 1;
        order.push_back(near.ends[e].vertex);
    }
    for (std::size_t i = 0; i < order.size(); ++i) {
        const uint32_t v = order[i];
        for (uint32_t e = near.first[v]; e < near.first[v + 1]; ++e) {
            const uint32_t next = near.ends[e].vertex;
            if (next >= graph.hosts && hops[next - graph.hosts] == kFar) {
                hops[next - graph.hosts] = hops[v - graph.hosts] + 1;
                order.push_back(next);
            }
        }
    }
    return hops;
}

// The part of the graph that lies on shortest routes between two hosts, from the first to the
// second.
struct ShortestRoutes {
    uint32_t hops = 0;
    std::vector<FlowEdge> edges;  // by distance from the first host; cables as capacity
};

ShortestRoutes shortest_routes(const Graph& graph, const Adjacency& near,
                               const std::vector<uint32_t>& from_a, uint32_t a, uint32_t b) {
    const std::vector<uint32_t> from_b = distances(graph, near, b);
    ShortestRoutes routes;
    routes.hops = from_a[b];
    std::vector<uint32_t> layer{a};
    std::vector<bool> seen(graph.vertices.size(), false);
    while (!layer.empty()) {
        std::vector<uint32_t> next_layer;
        for (const uint32_t v : layer) {
            for (uint32_t e = near.first[v]; e < near.first[v + 1]; ++e) {
                const uint32_t next = near.ends[e].vertex;
                if ((next < graph.hosts && next != b) || from_b[next] == kFar ||
                    from_a[v] + 1 + from_b[next] != routes.hops) {
                    continue;
                }
                const bool card = v == a || next == b;
                const std::int64_t cables = graph.links[near.ends[e].link].cables;
                routes.edges.push_back(
                    {v, next, card ? std::numeric_limits<uint32_t>::max() : cables, 0});
                if (!seen[next]) {
                    seen[next] = true;
                    next_layer.push_back(next);
                }
            }
        }
        layer = std::move(next_layer);
    }
    return routes;
}

PathDiversity diversity(const Graph& graph, const ShortestRoutes& routes, uint32_t a, uint32_t b) {
    PathDiversity result;
    result.hops = routes.hops;
    std::map<uint32_t, uint32_t> dense;  // only the vertices that matter
    const auto id = [&](uint32_t v) {
        return dense.emplace(v, static_cast<uint32_t>(dense.size())).first->second;
    };
    std::vector<double> ways(graph.vertices.size(), 0.0);
    ways[a] = 1;
    std::vector<FlowEdge> edges;
    for (const FlowEdge& edge : routes.edges) {
        ways[edge.to] += ways[edge.from];
        edges.push_back({id(edge.from), id(edge.to), edge.forward, 0});
    }
    result.routes = ways[b];
    const uint32_t source = id(a);
    const uint32_t sink = id(b);
    result.disjoint = max_flow(static_cast<uint32_t>(dense.size()), edges, source, sink);
    return result;
}

// First hosts of all pods, or of all leaf groups when there is one pod.
std::vector<uint32_t> representatives(const Graph& graph) {
    std::vector<uint32_t> by_pod;
    std::vector<uint32_t> by_group;
    for (uint32_t h = 0; h < graph.hosts; ++h) {
        if (h == 0 || graph.vertices[h].pod != graph.vertices[h - 1].pod) {
            by_pod.push_back(h);
        }
        if (h == 0 || graph.vertices[h].group != graph.vertices[h - 1].group) {
            by_group.push_back(h);
        }
    }
    return by_pod.size() > 1 ? by_pod : by_group;
}

}  // namespace

HostClasses host_classes(const Graph& graph, const Adjacency& near) {
    using Key = std::vector<std::pair<uint32_t, double>>;
    std::map<Key, uint32_t> seen;
    HostClasses classes;
    Key key;
    for (uint32_t h = 0; h < graph.hosts; ++h) {
        key.clear();
        for (uint32_t e = near.first[h]; e < near.first[h + 1]; ++e) {
            key.emplace_back(near.ends[e].vertex, graph.links[near.ends[e].link].capacity.value);
        }
        const auto [at, added] = seen.emplace(key, static_cast<uint32_t>(classes.list.size()));
        if (added) {
            classes.list.push_back({h, 0});
        }
        ++classes.list[at->second].hosts;
        classes.of_host.push_back(at->second);
    }
    return classes;
}

std::optional<uint32_t> diameter(const Graph& graph, const Adjacency& near) {
    if (graph.links.empty()) {
        return std::nullopt;
    }
    const std::vector<HostClass> classes = host_classes(graph, near).list;
    uint32_t widest = 0;
    std::vector<uint32_t> order;
    for (const HostClass& from : classes) {
        const std::vector<uint32_t> hops = switch_distances(graph, near, from.first, order);
        for (const HostClass& to : classes) {
            if (to.first == from.first && to.hosts == 1) {
                continue;
            }
            uint32_t nearest_leaf = kFar;
            for (uint32_t e = near.first[to.first]; e < near.first[to.first + 1]; ++e) {
                nearest_leaf = std::min(nearest_leaf, hops[near.ends[e].vertex - graph.hosts]);
            }
            if (nearest_leaf == kFar) {
                return std::nullopt;
            }
            widest = std::max(widest, nearest_leaf + 1);
        }
    }
    return widest;
}

std::optional<PathDiversity> path_diversity(const Graph& graph, const Adjacency& near) {
    const std::vector<uint32_t> ends = representatives(graph);
    if (graph.links.empty() || ends.size() < 2) {
        return std::nullopt;
    }
    const std::vector<uint32_t> from_a = distances(graph, near, ends[0]);
    std::optional<PathDiversity> least;
    for (std::size_t i = 1; i < ends.size(); ++i) {
        if (from_a[ends[i]] == kFar) {
            return PathDiversity{};  // no route at all between these two
        }
        const PathDiversity pair = diversity(
            graph, shortest_routes(graph, near, from_a, ends[0], ends[i]), ends[0], ends[i]);
        if (!least) {
            least = pair;
        }
        least->hops = std::max(least->hops, pair.hops);
        least->routes = std::min(least->routes, pair.routes);
        least->disjoint = std::min(least->disjoint, pair.disjoint);
    }
    return least;
}

}  // namespace tidepool::topology
