#pragma once
// From YAML to a TopologySpec. Usual order, here and in a scenario's reader:
//
//     Value section = resolve(as_written, "topology", folder, issues);   // presets, files merged
//     in apply_override(section, "clusters[0].nodes=64", 1, issues);        // --set section =
//     resolve(section, "topology", folder, issues);            // presets they name auto spec =
//     config::read<TopologySpec>(section, "topology", issues); Topology topology = build(spec,
//     section, "topology", issues);      // build.h

#include <string>
#include <string_view>
#include <vector>

#include "sim/base/issue.h"
#include "sim/config/value.h"
#include "topology/spec.h"

namespace tidepool::topology {

// A `topology:` section with everything it refers to merged in: its `preset` (a shipped topology)
// or its `file` (a YAML file, relative to `base_dir`; that file may start from a preset itself),
// and the shipped entries whose fields its `catalog` overrides.
// Keys of the section win; lists replace lists. What was merged keeps its own position; that of a
// shipped value has a file name starting with `tidepool:`. `preset` stays as a label, `file` is
// emptied.
//
// Resolving again first drops every shipped value that an earlier time merged in (of a list only if
// nothing in it was changed) and then starts anew: without changes in between the result is equal,
// and a preset named meanwhile, say by an override, takes full effect.
//
// The `preset` of its `failures` is not merged in: it is a reference (failure_presets.h).
config::Value resolve(const config::Value& as_written, const std::string& path,
                      const std::string& base_dir, Issues& issues);

struct PresetSummary {
    std::string name;
    std::string about;
};

// The shipped topologies, by name.
std::vector<PresetSummary> presets();

// A shipped topology, resolved; throws InputError for a name that is not among them.
config::Value preset(const std::string& name);

}  // namespace tidepool::topology
