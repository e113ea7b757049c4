#include "sim/scenario/overrides.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string_view>

#include "topology/load.h"

namespace tidepool::scenario {
namespace {

using config::Value;
constexpr std::string_view kPrefix = "topology.";

Value* topology_of(Value& root) {
    const auto at = std::find_if(root.members.begin(), root.members.end(),
                                 [](const config::Member& m) { return m.key == "topology"; });
    return at == root.members.end() ? nullptr : &at->value;
}

bool names_topology(std::string_view assignment) {
    return assignment.starts_with(kPrefix) || assignment.starts_with("topology=");
}

bool chooses_topology(std::string_view assignment, bool bare) {
    if (assignment.starts_with("topology=")) {
        return true;
    }
    if (assignment.starts_with(kPrefix)) {
        assignment.remove_prefix(kPrefix.size());
    } else if (!bare) {
        return false;
    }
    return assignment.starts_with("preset=") || assignment.starts_with("file=");
}

void apply(Value& root, const std::vector<std::string>& assignments, bool bare, bool choosing,
           Issues& issues) {
    for (std::size_t i = 0; i < assignments.size(); ++i) {
        if (chooses_topology(assignments[i], bare) != choosing) {
            continue;
        }
        Value* section = topology_of(root);
        const bool inside = bare && section != nullptr && !names_topology(assignments[i]);
        config::apply_override(inside ? *section : root, assignments[i], static_cast<int>(i + 1),
                               issues);
    }
}

}  // namespace

std::string folder_of(const Value& named, const std::string& folder) {
    return named.at.file.starts_with("--set#") ? std::string{} : folder;
}

std::string joined(const std::string& folder, const std::string& file) {
    return (std::filesystem::path(folder) / file).string();
}

std::optional<NamedFile> apply_overrides(Value& root, const std::vector<std::string>& assignments,
                                         bool bare, const std::string& folder, Issues& issues) {
    std::optional<NamedFile> merged_in;
    apply(root, assignments, bare, true, issues);
    std::string from = folder;
    if (Value* section = topology_of(root)) {
        const Value* file = section->find("file");
        if (file != nullptr && !file->text.empty()) {
            from = folder_of(*file, folder);
            merged_in = NamedFile{file->text, joined(from, file->text)};
        }
        *section = topology::resolve(*section, "topology", from, issues);
    }
    apply(root, assignments, bare, false, issues);
    if (Value* section = topology_of(root)) {
        *section = topology::resolve(*section, "topology", from, issues);
    }
    return merged_in;
}

}  // namespace tidepool::scenario
