// The shipped costs, of sim/money/presets/costs.yaml.

#include "sim/config/text.h"
#include "sim/scenario/compile_costs.h"
#include "topology/embedded.h"

namespace tidepool::scenario {
namespace {

const config::Value& shipped() {
    static const config::Value all = [] {
        Issues issues;
        config::Value value;
        for (const topology::EmbeddedFile& file : topology::embedded_files()) {
            if (file.path == "sim/money/presets/costs.yaml") {
                value = topology::parse_embedded(file, issues);
            }
        }
        issues.throw_if_any();
        const config::Value* costs = value.find("costs");
        return costs == nullptr ? config::Value{} : *costs;
    }();
    return all;
}

}  // namespace

std::vector<CostPreset> cost_presets() {
    std::vector<CostPreset> presets;
    for (const config::Member& member : shipped().members) {
        const config::Value* about = member.value.find("about");
        presets.push_back({member.key, about == nullptr ? "" : about->text});
    }
    return presets;
}

config::Value resolve_costs(const config::Value& section, const std::string& path, Issues& issues) {
    const config::Value* preset = section.find("preset");
    if (preset == nullptr || preset->kind != config::Value::Kind::kScalar || preset->text.empty()) {
        return section;
    }
    if (const config::Value* base = shipped().find(preset->text)) {
        config::Value whole = config::merged(*base, section);
        whole.at = section.at;
        return whole;
    }
    std::vector<std::string> names;
    for (const CostPreset& known : cost_presets()) {
        names.push_back(known.name);
    }
    issues.add(preset->at, config::join_path(path, "preset"),
               "no such costs (got " + config::shown(preset->text) + ")",
               did_you_mean(preset->text, names));
    return section;
}

}  // namespace tidepool::scenario
