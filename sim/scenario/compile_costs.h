#pragma once
// From what a scenario says about costs to a cost book. Needs the datacenter, not the traces.

#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "sim/config/value.h"
#include "sim/money/cost_book.h"
#include "sim/scenario/cost_spec.h"
#include "sim/scenario/money_text.h"
#include "topology/topology.h"

namespace tidepool::scenario {

// A `costs` section with the shipped costs that its `preset` names merged in; its own keys win,
// lists replace lists. Any other value is returned as it is, for the strict reader to judge.
config::Value resolve_costs(const config::Value& section, const std::string& path, Issues& issues);

struct CostPreset {
    std::string name, about;
};
// The shipped costs, in file order.
std::vector<CostPreset> cost_presets();

// Of a statement that has costs alone.
Currencies currencies_of(const CostsSpec& spec);

// `where`: the section that the spec was read from, at `path`. A carbon series is read from the
// folder of the file that names it. What is wrong becomes issues; then the book may be anything.
money::CostBook compile_costs(const CostsSpec& spec, const topology::Topology& topology,
                              const Currencies& currencies, const config::Value& where,
                              const std::string& path, Issues& issues);

}  // namespace tidepool::scenario
