#include "sim/scenario/price_presets.h"

#include <algorithm>
#include <string_view>

#include "sim/base/assert.h"
#include "topology/embedded.h"

namespace tidepool::scenario {
namespace {

using config::Value;

std::vector<PricePreset> read_presets(std::string_view path, std::string_view section) {
    Issues issues;
    std::vector<PricePreset> presets;
    for (const topology::EmbeddedFile& file : topology::embedded_files()) {
        if (file.path != path) {
            continue;
        }
        const Value tree = topology::parse_embedded(file, issues);
        const Value* entries = tree.find(section);
        TP_ASSERT(entries != nullptr, "the shipped files have these sections");
        for (const config::Member& member : entries->members) {
            PricePreset preset{member.key, {}, member.value};
            const Value* about = member.value.find("about");
            preset.about = about == nullptr ? std::string() : about->text;
            std::erase_if(preset.keys.members,
                          [](const config::Member& key) { return key.key == "about"; });
            presets.push_back(std::move(preset));
        }
    }
    issues.throw_if_any();
    return presets;
}

void resolve(Value& section, const std::vector<PricePreset>& presets, const std::string& path,
             Issues& issues) {
    const Value* name = section.find("preset");
    if (name == nullptr || name->kind != Value::Kind::kScalar || name->text.empty()) {
        return;
    }
    const auto preset = std::ranges::find(presets, name->text, &PricePreset::name);
    if (preset != presets.end()) {
        Value both = config::merged(preset->keys, section);
        both.at = section.at;
        section = std::move(both);
        return;
    }
    const bool told = std::ranges::any_of(issues.list(), [&](const Issue& issue) {
        return issue.at == name->at && issue.path == path + ".preset";
    });
    if (!told) {
        std::vector<std::string> names;
        for (const PricePreset& other : presets) {
            names.push_back(other.name);
        }
        std::string hint = did_you_mean(name->text, names);
        for (const std::string& other : names) {
            hint += (hint.empty() ? "there are " : ", ") + other;
        }
        issues.add(name->at, path + ".preset", "no such preset (got '" + name->text + "')", hint);
    }
}

Value* member_of(Value& map, std::string_view key) {
    const auto at = std::ranges::find(map.members, key, &config::Member::key);
    return at == map.members.end() ? nullptr : &at->value;
}

}  // namespace

const std::vector<PricePreset>& price_presets() {
    static const auto presets = read_presets("sim/money/presets/prices.yaml", "prices");
    return presets;
}

const std::vector<PricePreset>& token_presets() {
    static const auto presets = read_presets("sim/money/presets/prices.yaml", "tokens");
    return presets;
}

const std::vector<PricePreset>& sla_presets() {
    static const auto presets = read_presets("sim/money/presets/sla.yaml", "sla");
    return presets;
}

void resolve_price_presets(Value& root, Issues& issues) {
    if (Value* prices = member_of(root, "prices")) {
        resolve(*prices, price_presets(), "prices", issues);
        if (Value* tokens = member_of(*prices, "tokens")) {
            for (std::size_t t = 0; t < tokens->items.size(); ++t) {
                resolve(tokens->items[t], token_presets(),
                        "prices.tokens[" + std::to_string(t) + "]", issues);
            }
        }
    }
    if (Value* sla = member_of(root, "sla")) {
        resolve(*sla, sla_presets(), "sla", issues);
    }
}

}  // namespace tidepool::scenario
