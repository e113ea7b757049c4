#pragma once
// How far a job is spread over the fabric, and how fast it gets on there if a table says it instead
// of a solver. docs/network.md has the rules.

#include <cstdint>

#include "sim/core/state.h"

namespace tidepool::core {

// Numbers of leaf groups or pods that a table does not tell apart: 1, 2, 3 to 4, 5 to 8, ...
TP_HD constexpr std::uint32_t spread_bucket(std::uint32_t domains) {  // >= 1
    std::uint32_t bucket = 0;
    while (((domains - 1) >> bucket) != 0) {
        ++bucket;
    }
    return bucket;
}

// The share of its speed, of 2^24, that the table leaves the job of a slot on the nodes it holds.
template <class Exec, class ForEachNode>
TP_HD inline std::uint32_t table_pace(Exec exec, const Plan& plan, State& state, std::uint32_t rank,
                                      ForEachNode&& for_each_node) {
    if (plan.pace_leaves == 0 || plan.pace_kind[rank] == kNone) {
        return kFullPace;
    }
    const std::uint32_t mark = ++state.spreads;
    std::uint32_t leaves = 0, pods = 0;
    exec.sync();
    if (exec.lane() == 0) {  // nodes come in any order: what was met in this count has its mark
        for_each_node([&](std::uint32_t node) {
            std::uint32_t& leaf = state.leaf_mark[plan.leaf_of[node]];
            std::uint32_t& pod = state.pod_mark[plan.pod_of[node]];
            leaves += leaf == mark ? 0 : 1;
            pods += pod == mark ? 0 : 1;
            leaf = pod = mark;
        });
    }
    leaves = spread_bucket(exec.shuffle(leaves, 0));
    pods = spread_bucket(exec.shuffle(pods, 0));
    const std::uint32_t kind = plan.pace_kind[rank] * plan.pace_leaves * plan.pace_pods;
    return plan.pace[kind + leaves * plan.pace_pods + pods];
}

}  // namespace tidepool::core
