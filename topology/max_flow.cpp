#include "topology/max_flow.h"

// g++ 12 at -O3 takes the boost::optional inside adjacency_list's edge iterator for uninitialised.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>

#include "sim/base/assert.h"

namespace tidepool::topology {
namespace {

using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;

struct FlowVertex {
    boost::default_color_type color = boost::white_color;
    std::int64_t distance = 0;
    Traits::edge_descriptor predecessor;
};

struct FlowArc {
    std::int64_t capacity = 0;
    std::int64_t residual = 0;
    Traits::edge_descriptor reverse;
};

using Network =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, FlowVertex, FlowArc>;

}  // namespace

std::int64_t max_flow(std::uint32_t vertices, const std::vector<FlowEdge>& edges,
                      std::uint32_t source, std::uint32_t sink) {
    TP_ASSERT(source < vertices && sink < vertices && source != sink,
              "source and sink are two vertices of the network");
    Network network(vertices);
    for (const FlowEdge& edge : edges) {
        const auto there = add_edge(edge.from, edge.to, network).first;
        const auto back = add_edge(edge.to, edge.from, network).first;
        network[there] = {edge.forward, 0, back};
        network[back] = {edge.backward, 0, there};
    }
    return boykov_kolmogorov_max_flow(
        network, get(&FlowArc::capacity, network), get(&FlowArc::residual, network),
        get(&FlowArc::reverse, network), get(&FlowVertex::predecessor, network),
        get(&FlowVertex::color, network), get(&FlowVertex::distance, network),
        get(boost::vertex_index, network), source, sink);
}

}  // namespace tidepool::topology
