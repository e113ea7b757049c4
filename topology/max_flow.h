#pragma once
// Maximum flow between two vertices (Boykov, Kolmogorov, PAMI 2004, in Boost.Graph). Whole numbers,
// so exact.

#include <cstdint>
#include <vector>

namespace tidepool::topology {

struct FlowEdge {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    std::int64_t forward = 0;   // capacity from -> to, >= 0
    std::int64_t backward = 0;  // capacity to -> from, >= 0
};

// Vertices are 0 .. vertices-1; source != sink; parallel edges are welcome. The capacities out of
// the source must add up to less than 2^63.
std::int64_t max_flow(std::uint32_t vertices, const std::vector<FlowEdge>& edges,
                      std::uint32_t source, std::uint32_t sink);

}  // namespace tidepool::topology
