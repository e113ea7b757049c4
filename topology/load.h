#pragma once
// From YAML to a TopologySpec. Usual order, here and in a scenario's reader:
//
//     config::Value section = resolve(as_written, "topology", folder, issues);  // presets and
//     files merged in config::apply_override(...);                                              //
//     --set topology.clusters[0].nodes=64 TopologySpec spec = config::read<TopologySpec>(section,
//     "topology", issues); Topology topology = build(spec, section, "topology", issues); // build.h

#include <string>
#include <string_view>
#include <vector>

#include "sim/base/issue.h"
#include "sim/config/value.h"
#include "topology/spec.h"

namespace tidepool::topology {

// A `topology:` section with everything it refers to merged in: its `preset` (a shipped topology)
// or its `file` (a YAML file, relative to `base_dir`; that file may start from a preset itself),
// the `preset` of its `failures`, and the shipped entries whose fields its `catalog` overrides.
// Keys of the section win; lists replace lists. What was merged keeps its own position. `preset`
// stays as a label, `file` is emptied. Resolving a second time changes nothing.
config::Value resolve(const config::Value& section, const std::string& path,
                      const std::string& base_dir, Issues& issues);

struct PresetSummary {
    std::string name;
    std::string about;
};

// The shipped topologies, by name.
std::vector<PresetSummary> presets();

// A shipped topology, resolved; throws InputError for a name that is not among them.
config::Value preset(const std::string& name);

// Names of the failure calibrations of catalog/failures.yaml, in file order.
std::vector<std::string> failure_presets();

}  // namespace tidepool::topology
