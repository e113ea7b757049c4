#include "topology/load.h"

#include <filesystem>
#include <string>

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

Value embedded_preset(const std::string& name, Issues& issues) {
    for (const EmbeddedFile& file : embedded_files()) {
        if (is_preset(file) && preset_name(file) == name) {
            return config::parse_yaml(file.text, std::string(file.path), issues);
        }
    }
    return {};
}

const Value* failure_calibrations(Value& storage) {
    Issues issues;
    for (const EmbeddedFile& file : embedded_files()) {
        if (file.path == "topology/catalog/failures.yaml") {
            storage = config::parse_yaml(file.text, std::string(file.path), issues);
        }
    }
    issues.throw_if_any();
    return storage.find("failures");
}

// `over` on top of `base`, at the place of `over`.
Value on_top(const Value& base, const Value& over) {
    Value both = config::merged(base, over);
    both.at = over.at;
    return both;
}

Value with_preset(const Value& section, const Where& where, Issues& issues) {
    const std::string name = reference(section, "preset");
    if (name.empty()) {
        return section;
    }
    const Value base = embedded_preset(name, issues);
    if (base.kind != Value::Kind::kMap) {
        std::string hint = did_you_mean(name, preset_names());
        report(issues, where["preset"], "no such topology preset (got '" + name + "')",
               hint.empty() ? "`tidepool list presets` shows them" : hint);
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

Value with_failures(const Value& failures, const Where& where, Issues& issues) {
    const std::string name = reference(failures, "preset");
    if (name.empty()) {
        return failures;
    }
    Value storage;
    const Value* all = failure_calibrations(storage);
    const Value* base = all == nullptr ? nullptr : all->find(name);
    if (base == nullptr) {
        std::string hint = did_you_mean(name, failure_presets());
        report(issues, where["preset"], "no such failure calibration (got '" + name + "')", hint);
        return failures;
    }
    return on_top(*base, failures);
}

}  // namespace

Value resolve(const Value& section, const std::string& path, const std::string& base_dir,
              Issues& issues) {
    if (section.kind != Value::Kind::kMap) {
        return section;
    }
    const Where written = Where::root(section, path);
    Value whole = reference(section, "file").empty()
                      ? with_preset(section, written, issues)
                      : with_file(section, written, base_dir, issues);
    const Where where = Where::root(whole, path);
    for (config::Member& member : whole.members) {
        if (member.key == "failures" && member.value.kind == Value::Kind::kMap) {
            member.value = with_failures(member.value, where["failures"], issues);
        } else if (member.key == "catalog" && member.value.kind == Value::Kind::kMap) {
            member.value = complete_catalog(member.value);
        }
    }
    return whole;
}

std::vector<PresetSummary> presets() {
    std::vector<PresetSummary> list;
    for (const std::string& name : preset_names()) {
        Issues issues;
        list.push_back({name, reference(embedded_preset(name, issues), "about")});
        issues.throw_if_any();
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

std::vector<std::string> failure_presets() {
    Value storage;
    std::vector<std::string> names;
    if (const Value* all = failure_calibrations(storage)) {
        for (const config::Member& member : all->members) {
            names.push_back(member.key);
        }
    }
    return names;
}

}  // namespace tidepool::topology
