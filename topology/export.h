#pragma once
// The fabric graph for other tools: every vertex has name, tier, pod and GPUs, every edge cables
// and capacity in B/s (each direction). Text in UTF-8; names escaped as the format demands.

#include <array>
#include <cstdint>
#include <string>

#include "sim/config/field.h"
#include "topology/topology.h"

namespace tidepool::topology {

enum class ExportFormat : std::uint8_t { kGraphViz, kGraphMl, kJson };

std::string export_graph(const Topology& topology, ExportFormat format);

}  // namespace tidepool::topology

namespace tidepool::config {

template <>
struct KindTable<topology::ExportFormat> {
    using Enum = topology::ExportFormat;
    static constexpr std::array kinds{
        Kind<Enum>{"graphviz", Enum::kGraphViz, "DOT, for dot and other GraphViz tools"},
        Kind<Enum>{"graphml", Enum::kGraphMl, "GraphML, for yEd, Gephi, NetworkX"},
        Kind<Enum>{"json", Enum::kJson, "nodes and links as JSON"},
    };
};

}  // namespace tidepool::config
