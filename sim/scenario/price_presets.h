#pragma once
// The shipped prices and promises of sim/money/presets, and how a scenario starts from them.

#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "sim/config/value.h"

namespace tidepool::scenario {

struct PricePreset {
    std::string name;
    std::string about;  // one line
    config::Value keys;
};

// In file order; read once. Of `prices`, of one entry of `prices.tokens`, of `sla`.
const std::vector<PricePreset>& price_presets();
const std::vector<PricePreset>& token_presets();
const std::vector<PricePreset>& sla_presets();

// Puts the keys of the presets that `prices`, `prices.tokens[*]` and `sla` name under the keys of
// these sections, if `root` has them. A second time changes nothing. A name that is not among them
// is an issue, and stays as it is.
void resolve_price_presets(config::Value& root, Issues& issues);

}  // namespace tidepool::scenario
