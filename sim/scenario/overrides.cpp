#include "sim/scenario/overrides.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string_view>

#include "sim/scenario/compile_costs.h"
#include "sim/scenario/price_presets.h"
#include "topology/load.h"

namespace tidepool::scenario {
namespace {

using config::Value;
constexpr std::string_view kPrefix = "topology.";

Value* section_of(Value& root, std::string_view key) {
    const auto at = std::find_if(root.members.begin(), root.members.end(),
                                 [&](const config::Member& m) { return m.key == key; });
    return at == root.members.end() ? nullptr : &at->value;
}

Value* topology_of(Value& root) {
    return section_of(root, "topology");
}

// The path of an assignment of --set.
std::string_view left_side(std::string_view assignment) {
    return assignment.substr(0, assignment.find('='));
}

bool names_topology(std::string_view path) {
    return path.starts_with(kPrefix) || path == "topology";
}

// Whether the assignment decides what is merged in.
bool chooses(std::string_view path, bool bare) {
    if (path == "topology" || (!bare && (path == "costs" || path == "costs.preset"))) {
        return true;
    }
    if (!bare &&
        (path == "prices" || path == "sla" || path == "prices.preset" || path == "sla.preset")) {
        return true;
    }
    if (path.starts_with(kPrefix)) {
        path.remove_prefix(kPrefix.size());
    } else if (!bare) {
        return false;
    }
    return path == "preset" || path == "file";
}

void apply(Value& root, const Overrides& overrides, bool bare, bool choosing, Issues& issues) {
    const auto place_of = [&](std::string_view path) -> Value& {
        Value* section = topology_of(root);
        return bare && section != nullptr && !names_topology(path) ? *section : root;
    };
    for (const config::Assignment& assignment : overrides.of_sweep) {
        if (chooses(assignment.path, bare) == choosing) {
            config::assign(place_of(assignment.path), assignment, issues);
        }
    }
    const std::span<const std::string> texts = overrides.of_command_line;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::string_view path = left_side(texts[i]);
        if (chooses(path, bare) == choosing) {
            config::apply_override(place_of(path), texts[i], static_cast<int>(i + 1), issues);
        }
    }
}

}  // namespace

std::string folder_of(const Value& named) {
    const std::string& file = named.at.file;
    return file.starts_with("--set#") ? std::string{}
                                      : std::filesystem::path(file).parent_path().string();
}

std::string joined(const std::string& folder, const std::string& file) {
    return (std::filesystem::path(folder) / file).string();
}

std::optional<NamedFile> apply_overrides(Value& root, const Overrides& overrides, bool bare,
                                         Issues& issues) {
    std::optional<NamedFile> merged_in;
    apply(root, overrides, bare, true, issues);
    std::string from;
    if (Value* section = topology_of(root)) {
        const Value* file = section->find("file");
        if (file != nullptr && !file->text.empty()) {
            from = folder_of(*file);
            merged_in = NamedFile{file->text, joined(from, file->text)};
        }
        *section = topology::resolve(*section, "topology", from, issues);
    }
    if (Value* costs = bare ? nullptr : section_of(root, "costs")) {
        *costs = resolve_costs(*costs, "costs", issues);
    }
    resolve_price_presets(root, issues);
    apply(root, overrides, bare, false, issues);
    resolve_price_presets(root, issues);
    if (Value* section = topology_of(root)) {
        *section = topology::resolve(*section, "topology", from, issues);
    }
    return merged_in;
}

}  // namespace tidepool::scenario
