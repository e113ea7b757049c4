#include "sim/cli/topology_input.h"

#include <filesystem>
#include <utility>

#include "sim/config/read.h"
#include "sim/config/text.h"
#include "sim/scenario/overrides.h"
#include "topology/build.h"
#include "topology/load.h"

namespace tidepool::cli {
namespace {

using config::Value;

bool describes_scenario(const Value& root) {
    return root.kind != Value::Kind::kMap || root.find("workloads") != nullptr ||
           root.find("tidepool") != nullptr;
}

bool exists(const std::string& path) {
    std::error_code error;  // a name too long for the system is no file either
    return std::filesystem::exists(path, error);
}

Value as_member(Value section) {
    Value root;
    root.kind = Value::Kind::kMap;
    root.at = section.at;
    root.members.push_back({"topology", section.at, std::move(section)});
    return root;
}

Value preset_named(const std::string& name, Issues& issues) {
    std::vector<std::string> known;
    for (const topology::PresetSummary& preset : topology::presets()) {
        known.push_back(preset.name);
        if (preset.name == name) {
            return topology::preset(name);
        }
    }
    const std::string hint = did_you_mean(name, known);
    issues.add(Position{config::printable(name), 0, 0}, "",
               "no such file, and no topology preset of this name",
               hint.empty() ? "see `tidepool list topologies`" : hint);
    issues.throw_if_any();
    return {};
}

}  // namespace

bool is_scenario(const std::string& path) {
    Issues ignored;
    return describes_scenario(config::load_yaml(path, ignored));
}

NamedTopology load_topology(const std::string& name, const std::vector<std::string>& overrides) {
    Issues issues;
    const bool file = exists(name);
    Value root = file ? config::load_yaml(name, issues) : preset_named(name, issues);
    issues.throw_if_any();
    const bool bare = !file || !describes_scenario(root);
    if (bare) {
        root = as_member(std::move(root));
    }
    scenario::apply_overrides(root, {{}, overrides}, bare, issues);
    const Value* section = root.find("topology");
    if (section == nullptr) {
        issues.add(root.at, "topology", "is missing");
        issues.throw_if_any();
    }
    const std::string path = bare ? "" : "topology";
    NamedTopology found;
    found.spec = config::read<topology::TopologySpec>(*section, path, issues);
    issues.throw_if_any();
    found.topology = topology::build(found.spec, *section, path, issues);
    issues.throw_if_any();
    return found;
}

}  // namespace tidepool::cli
