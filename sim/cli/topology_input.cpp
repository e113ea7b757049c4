#include "sim/cli/topology_input.h"

#include <filesystem>
#include <utility>

#include "sim/config/read.h"
#include "topology/build.h"
#include "topology/load.h"

namespace tidepool::cli {
namespace {

using config::Value;

std::string folder_of(const std::string& path) {
    return std::filesystem::path(path).parent_path().string();
}

// The `topology` section of a scenario, or the whole file. Overrides of a scenario start with
// `topology.`.
Value section_of(const Value& root, bool scenario, const std::string& file, Issues& issues) {
    if (!scenario) {
        return root;
    }
    const Value* section = root.find("topology");
    if (section == nullptr) {
        issues.add(root.at.file.empty() ? Position{file, 0, 0} : root.at, "topology", "is missing");
        issues.throw_if_any();
    }
    return *section;
}

Value named_section(const std::string& name, bool& scenario, Issues& issues) {
    scenario = false;
    if (!std::filesystem::exists(name)) {
        std::vector<std::string> known;
        for (const topology::PresetSummary& preset : topology::presets()) {
            known.push_back(preset.name);
            if (preset.name == name) {
                return topology::preset(name);
            }
        }
        std::string hint = did_you_mean(name, known);
        issues.add({name, 0, 0}, "", "no such file, and no topology preset of this name",
                   hint.empty() ? "see `tidepool list topologies`" : hint);
        issues.throw_if_any();
    }
    scenario = is_scenario(name);
    const Value root = config::load_yaml(name, issues);
    issues.throw_if_any();
    return topology::resolve(section_of(root, scenario, name, issues), scenario ? "topology" : "",
                             folder_of(name), issues);
}

}  // namespace

bool is_scenario(const std::string& path) {
    Issues ignored;
    const Value root = config::load_yaml(path, ignored);
    return root.kind != Value::Kind::kMap || root.find("workloads") != nullptr ||
           root.find("tidepool") != nullptr;
}

NamedTopology load_topology(const std::string& name, const std::vector<std::string>& overrides) {
    Issues issues;
    bool scenario = false;
    Value section = named_section(name, scenario, issues);
    const std::string path = scenario ? "topology" : "";
    int number = 0;
    for (const std::string& assignment : overrides) {
        const bool prefixed = assignment.starts_with("topology.");
        config::apply_override(section, prefixed ? assignment.substr(9) : assignment, ++number,
                               issues);
    }
    NamedTopology found;
    found.spec = config::read<topology::TopologySpec>(section, path, issues);
    issues.throw_if_any();
    found.topology = topology::build(found.spec, section, path, issues);
    issues.throw_if_any();
    return found;
}

}  // namespace tidepool::cli
