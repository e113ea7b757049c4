#pragma once
// The price book and the cost book of a scenario, and what its run is worth under them. Works
// without the traces, so that a finished run can be billed again.

#include <optional>
#include <string>

#include "sim/base/issue.h"
#include "sim/config/value.h"
#include "sim/money/bill.h"
#include "sim/money/costs.h"
#include "sim/money/statement.h"
#include "sim/money/usage.h"
#include "sim/scenario/compile_prices.h"
#include "sim/scenario/spec.h"
#include "topology/topology.h"

namespace tidepool::scenario {

struct Books {
    money::PriceBook prices;  // without prices: empty, in the currency of the costs
    std::optional<money::CostBook> costs;
};

// Whether the scenario has prices or costs.
bool is_billed(const ScenarioSpec& spec);

// `tree`: what the spec was read from. `names`: what prices may refer to, and what has to have one.
Books compile_books(const ScenarioSpec& spec, const config::Value& tree,
                    const topology::Topology& topology, const PriceNames& names, Issues& issues);

money::Statement statement_of(const Books& books, const money::Usage& usage);

}  // namespace tidepool::scenario
