#include "topology/load.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "sim/config/read.h"
#include "topology/embedded.h"

namespace tidepool::topology {
namespace {

using config::Value;

constexpr std::string_view kPresetFolder = "topology/presets/";

std::string preset_name(const EmbeddedFile& file) {
    const std::string_view tail = file.path.substr(kPresetFolder.size());
    return std::string(tail.substr(0, tail.rfind('.')));
}

bool is_preset(const EmbeddedFile& file) {
    return file.path.starts_with(kPresetFolder);
}

std::vector<std::string> preset_names() {
    std::vector<std::string> names;
    for (const EmbeddedFile& file : embedded_files()) {
        if (is_preset(file)) {
            names.push_back(preset_name(file));
        }
    }
    return names;
}

// The text of a key that names something to merge; empty when there is nothing (or no text) to look
// up.
std::string reference(const Value& section, std::string_view key) {
    const Value* value = section.find(key);
    return value != nullptr && value->kind == Value::Kind::kScalar ? value->text : std::string();
}

void set_text(Value& map, const std::string& key, const std::string& text) {
    for (config::Member& member : map.members) {
        if (member.key == key) {
            member.value.text = text;
            member.value.quoted = true;
        }
    }
}

std::map<std::string, Value> read_presets() {
    Issues issues;
    std::map<std::string, Value> presets;
    for (const EmbeddedFile& file : embedded_files()) {
        if (is_preset(file)) {
            presets.emplace(preset_name(file), parse_embedded(file, issues));
        }
    }
    issues.throw_if_any();
    return presets;
}

// Null if there is none of this name.
const Value& embedded_preset(const std::string& name) {
    static const std::map<std::string, Value> presets = read_presets();
    static const Value none;
    const auto found = presets.find(name);
    return found == presets.end() ? none : found->second;
}

// `over` on top of `base`, at the place of `over`.
Value on_top(const Value& base, const Value& over) {
    Value both = config::merged(base, over);
    both.at = over.at;
    return both;
}

bool is_shipped(const Value& value) {
    return value.at.file.starts_with(kShipped);
}

// Whether nothing in it was written by the user.
bool all_shipped(const Value& value) {
    return is_shipped(value) && std::all_of(value.items.begin(), value.items.end(), all_shipped) &&
           std::all_of(value.members.begin(), value.members.end(),
                       [](const config::Member& member) { return all_shipped(member.value); });
}

// What the user wrote of a map: without the values that an earlier resolve() merged in. A list
// stays whole if any of it is the user's.
Value own_part(Value map) {
    std::erase_if(map.members,
                  [](const config::Member& member) { return all_shipped(member.value); });
    for (config::Member& member : map.members) {
        if (member.value.kind == Value::Kind::kMap) {
            member.value = own_part(std::move(member.value));
        }
    }
    return map;
}

// The same for a whole section. Entries of the catalogue are completed one by one, so they are
// taken apart one by one.
Value own_section(const Value& section) {
    Value own = own_part(section);
    for (config::Member& part : own.members) {
        if (part.key != "catalog") {
            continue;
        }
        for (config::Member& list : part.value.members) {
            for (Value& entry : list.value.items) {
                const Value* name = entry.find("name");
                if (name != nullptr && !is_shipped(*name)) {
                    entry = own_part(std::move(entry));
                }
            }
        }
    }
    return own;
}

Value with_preset(const Value& section, const Where& where, Issues& issues) {
    const std::string name = reference(section, "preset");
    if (name.empty()) {
        return section;
    }
    const Value& base = embedded_preset(name);
    if (base.kind != Value::Kind::kMap) {
        std::string hint = did_you_mean(name, preset_names());
        report(issues, where["preset"], "no such topology preset (got '" + name + "')",
               hint.empty() ? "`tidepool list topologies` shows them" : hint);
        return section;
    }
    return on_top(base, section);
}

Value with_file(const Value& section, const Where& where, const std::string& base_dir,
                Issues& issues) {
    const std::string file = reference(section, "file");
    if (!reference(section, "preset").empty()) {
        report(issues, where["file"],
               "a topology starts from a preset or from a file, not from both");
        return section;
    }
    const std::filesystem::path full = std::filesystem::path(base_dir) / file;
    Issues reading;
    Value base = config::load_yaml(full.string(), reading);
    for (const Issue& issue : reading.list()) {
        issues.add(issue);
    }
    if (!reading.empty() || base.kind != Value::Kind::kMap) {
        report(issues, where["file"], "cannot be used as a topology (got '" + file + "')",
               reading.empty() ? "the file must hold a map of topology keys" : "");
        return section;
    }
    if (!reference(base, "file").empty()) {
        report(issues, Where::root(base, where.path)["file"],
               "a topology file may start from a preset, not from a further file");
        return section;
    }
    base = with_preset(base, Where::root(base, where.path), issues);
    Value both = on_top(base, section);
    set_text(both, "file", "");
    return both;
}

}  // namespace

Value resolve(const Value& as_written, const std::string& path, const std::string& base_dir,
              Issues& issues) {
    if (as_written.kind != Value::Kind::kMap) {
        return as_written;
    }
    const Value section = own_section(as_written);
    const Where written = Where::root(section, path);
    Value whole = reference(section, "file").empty()
                      ? with_preset(section, written, issues)
                      : with_file(section, written, base_dir, issues);
    for (config::Member& member : whole.members) {
        if (member.key == "catalog" && member.value.kind == Value::Kind::kMap) {
            member.value = complete_catalog(member.value);
        }
    }
    return whole;
}

std::vector<PresetSummary> presets() {
    std::vector<PresetSummary> list;
    for (const std::string& name : preset_names()) {
        list.push_back({name, reference(embedded_preset(name), "about")});
    }
    return list;
}

Value preset(const std::string& name) {
    Value section;
    section.kind = Value::Kind::kMap;
    section.at = {"preset", 1, 1};
    Value text;
    text.kind = Value::Kind::kScalar;
    text.text = name;
    text.at = section.at;
    section.members.push_back({"preset", section.at, text});
    Issues issues;
    Value resolved = resolve(section, "topology", "", issues);
    issues.throw_if_any();
    return resolved;
}

}  // namespace tidepool::topology
