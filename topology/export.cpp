#include "topology/export.h"

#include <sstream>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/graphml.hpp>
#include <boost/graph/graphviz.hpp>
#include <boost/property_map/dynamic_property_map.hpp>

#include "sim/base/json.h"
#include "topology/graph.h"

namespace tidepool::topology {
namespace {

struct VertexText {
    std::string name;
    std::string tier;
    int pod = -1;  // -1: none
    std::uint32_t gpus = 0;
};

struct EdgeText {
    std::uint32_t cables = 0;
    double capacity = 0;
};

using Fabric =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, VertexText, EdgeText>;

VertexText describe(const Topology& topology, const Vertex& vertex) {
    return {vertex_name(topology, vertex), std::string(tier_name(vertex.tier)),
            vertex.pod == kNone ? -1 : static_cast<int>(vertex.pod),
            vertex.tier == Tier::kHost ? topology.nodes[vertex.number].gpus : 0};
}

Fabric labelled(const Topology& topology, const Graph& graph) {
    Fabric fabric(graph.vertices.size());
    for (std::size_t v = 0; v < graph.vertices.size(); ++v) {
        fabric[v] = describe(topology, graph.vertices[v]);
    }
    for (const Link& link : graph.links) {
        add_edge(link.below, link.above, EdgeText{link.cables, link.capacity.value}, fabric);
    }
    return fabric;
}

// A DOT string in double quotes: quotes and backslashes escaped, line ends as `\\n`.
std::string dot_quoted(const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
        }
        quoted += c == '\n' ? "\\n" : std::string(1, c);
    }
    return quoted + "\"";
}

std::string graphviz(const Topology& topology, const Graph& graph) {
    const Fabric fabric = labelled(topology, graph);
    std::ostringstream out;
    const auto vertex = [&](std::ostream& text, Fabric::vertex_descriptor v) {
        text << "[label=" << dot_quoted(fabric[v].name) << ", tier=" << fabric[v].tier
             << ", pod=" << fabric[v].pod << ", gpus=" << fabric[v].gpus << "]";
    };
    const auto edge = [&](std::ostream& text, Fabric::edge_descriptor e) {
        text << "[cables=" << fabric[e].cables << ", capacity=" << shortest(fabric[e].capacity)
             << "]";
    };
    const auto whole = [&](std::ostream& text) {
        text << "label=" << dot_quoted(topology.name) << ";\nrankdir=BT;\n";
    };
    boost::write_graphviz(out, fabric, vertex, edge, whole);
    return out.str();
}

std::string graphml(const Topology& topology, const Graph& graph) {
    Fabric fabric = labelled(topology, graph);
    boost::dynamic_properties properties;
    properties.property("name", get(&VertexText::name, fabric));
    properties.property("tier", get(&VertexText::tier, fabric));
    properties.property("pod", get(&VertexText::pod, fabric));
    properties.property("gpus", get(&VertexText::gpus, fabric));
    properties.property("cables", get(&EdgeText::cables, fabric));
    properties.property("capacity", get(&EdgeText::capacity, fabric));
    std::ostringstream out;
    boost::write_graphml(out, fabric, properties, true);
    return out.str();
}

std::string json_graph(const Topology& topology, const Graph& graph) {
    JsonWriter json;
    json.begin_object().member("name", topology.name).key("nodes").begin_array();
    for (const Vertex& vertex : graph.vertices) {
        const VertexText text = describe(topology, vertex);
        json.begin_object().member("name", text.name).member("tier", text.tier).key("pod");
        text.pod < 0 ? json.null() : json.value(text.pod);
        json.member("gpus", text.gpus).end_object();
    }
    json.end_array().key("links").begin_array();
    for (const Link& link : graph.links) {
        json.begin_object().member("below", link.below).member("above", link.above);
        json.member("cables", link.cables);
        json.member("capacity_bytes_per_s", link.capacity.value).end_object();
    }
    return json.end_array().end_object().str();
}

}  // namespace

std::string export_graph(const Topology& topology, ExportFormat format) {
    const Graph graph = fabric_graph(topology);
    switch (format) {
        case ExportFormat::kGraphViz:
            return graphviz(topology, graph);
        case ExportFormat::kGraphMl:
            return graphml(topology, graph);
        case ExportFormat::kJson:
            return json_graph(topology, graph);
    }
    return "";
}

}  // namespace tidepool::topology
