#include "topology/export.h"

#include <array>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/topology/reading.h"

namespace tidepool::topology {
namespace {

using testing::HasSubstr;

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

// Closes every bracket and quote, as a reader of DOT or JSON sees them: backslash escapes inside
// quotes.
bool is_balanced(const std::string& text) {
    std::string open;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            i += c == '\\' ? 1 : 0;
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            open += c == '{' ? '}' : ']';
        } else if (c == '}' || c == ']') {
            if (open.empty() || open.back() != c) {
                return false;
            }
            open.pop_back();
        }
    }
    return open.empty() && !quoted;
}

// 128 nodes, 32 leaves, 16 spines; 128 x 8 links to leaves, 32 x 16 to spines.
constexpr std::size_t kVertices = 128 + 32 + 16;
constexpr std::size_t kEdges = 128 * 8 + 32 * 16;

TEST(Export, WritesEveryVertexAndLinkToGraphViz) {
    const std::string dot = export_graph(build_preset("neocloud-1024"), ExportFormat::kGraphViz);
    EXPECT_THAT(dot, testing::StartsWith("graph G {"));
    EXPECT_EQ(count(dot, "tier="), kVertices);
    EXPECT_EQ(count(dot, "--"), kEdges);
    EXPECT_THAT(dot, HasSubstr("[label=\"neo-n00000\", tier=host, pod=0, gpus=8]"));
    EXPECT_THAT(dot, HasSubstr("[cables=2, capacity=100000000000]"));  // two cables of 50 GB/s
    EXPECT_TRUE(is_balanced(dot));
}

TEST(Export, WritesEveryVertexAndLinkToGraphMl) {
    const std::string xml = export_graph(build_preset("neocloud-1024"), ExportFormat::kGraphMl);
    EXPECT_THAT(xml, testing::StartsWith("<?xml"));
    EXPECT_EQ(count(xml, "<node id="), kVertices);
    EXPECT_EQ(count(xml, "</node>"), kVertices);
    EXPECT_EQ(count(xml, "<edge id="), kEdges);
    EXPECT_EQ(count(xml, "</edge>"), kEdges);
    EXPECT_THAT(xml, HasSubstr(">spine15</data>"));
    EXPECT_EQ(count(xml, "<"), count(xml, ">"));
}

TEST(Export, WritesEveryVertexAndLinkToJson) {
    const std::string json = export_graph(build_preset("neocloud-1024"), ExportFormat::kJson);
    EXPECT_EQ(count(json, "\"tier\": "), kVertices);
    EXPECT_EQ(count(json, "\"cables\": "), kEdges);
    EXPECT_TRUE(is_balanced(json));
}

TEST(Export, EscapesNames) {
    const Topology topology = good_topology(
        "name: 'say \"hi\" <&> \\'\nclusters: [{name: a, server: l40s-8, nodes: 1}]\n");
    const std::string dot = export_graph(topology, ExportFormat::kGraphViz);
    EXPECT_THAT(dot, HasSubstr(R"(label="say \"hi\" <&> \\";)"));
    EXPECT_TRUE(is_balanced(dot));
    EXPECT_TRUE(is_balanced(export_graph(topology, ExportFormat::kJson)));
}

}  // namespace
}  // namespace tidepool::topology
