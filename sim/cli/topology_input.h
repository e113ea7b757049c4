#pragma once
// Finds the topology that a command names: a preset, a topology file, or the one inside a scenario.

#include <string>
#include <vector>

#include "topology/spec.h"
#include "topology/topology.h"

namespace tidepool::cli {

struct NamedTopology {
    topology::TopologySpec spec;
    topology::Topology topology;
};

// Throws InputError with everything that is wrong with it.
NamedTopology load_topology(const std::string& name, const std::vector<std::string>& overrides);

// Whether a YAML file is a scenario (it has `workloads` or says `tidepool:`) and not a topology.
// A file that is no YAML counts as a scenario, whose reader then says what is wrong.
bool is_scenario(const std::string& path);

}  // namespace tidepool::cli
