#pragma once
// GPU models that serve the same jobs, compiled.

#include <cstdint>
#include <vector>

#include "sim/base/issue.h"
#include "sim/scenario/compile.h"
#include "sim/scenario/load.h"

namespace tidepool::scenario {

// The model that stands for each GPU model of the topology: itself, or the first of those it is
// mixed with that the topology has.
std::vector<std::uint32_t> stand_ins(const Loaded& loaded);

// The topology with these models in place of its own, and a mask of models likewise.
topology::Topology with_stand_ins(topology::Topology topology,
                                  const std::vector<std::uint32_t>& stand_in);
std::uint32_t counted_models(std::uint32_t accepted, const std::vector<std::uint32_t>& stand_in);

// How fast every node is, and how mixed gangs divide their work. Nothing without `mixed_chips`.
void compile_mixed(const Loaded& loaded, PlanArrays& plan, Issues& issues);

}  // namespace tidepool::scenario
