#pragma once
// Outages, broken down to what happens to each node and when: the stream the core reads.

#include <cstdint>
#include <vector>

#include "sim/core/plan.h"
#include "sim/model/outages.h"
#include "topology/topology.h"

namespace tidepool::scenario {

// More than this many would not fit into memory: InputError that names the cause.
inline constexpr std::uint64_t kMostNodeOutages =
    50'000'000;  // outages times the nodes they are on

// Sorted as core::change_nodes() wants it. Overlapping and touching outages of a GPU become one
// downtime, overlapping degradations of a node their slowest.
std::vector<core::NodeStep> node_steps(const model::Outages& outages,
                                       const topology::Topology& topology);

}  // namespace tidepool::scenario
