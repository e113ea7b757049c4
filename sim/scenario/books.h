#pragma once
// The price book and the cost book of a scenario, and what its run is worth under them. Works
// without the traces, so that a finished run can be billed again.

#include <optional>
#include <string>

#include "sim/base/issue.h"
#include "sim/config/value.h"
#include "sim/model/ledger.h"
#include "sim/money/cost_book.h"
#include "sim/money/price_book.h"
#include "sim/money/statement.h"
#include "sim/money/usage.h"
#include "sim/scenario/compile.h"
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

// What prices may refer to: before the run, from the jobs that may come and the units that services
// may have; and after it, from what was used.
PriceNames names_of(const Loaded& loaded, const Compiled& compiled);
PriceNames names_of(const money::Usage& usage, const topology::Topology& topology,
                    const std::string& origin);

// `tree`: what the spec was read from.
Books compile_books(const ScenarioSpec& spec, const config::Value& tree,
                    const topology::Topology& topology, const PriceNames& names, Issues& issues);

// Throws InputError with all that is wrong with prices and costs, before a run.
void check_books(const Loaded& loaded, const Compiled& compiled);

money::Statement statement_of(const Books& books, const money::Usage& usage);

// What a whole run of a billed scenario was worth: fills usage and statement of its ledger.
void settle(const Loaded& loaded, const Compiled& compiled, model::Ledger& ledger);

}  // namespace tidepool::scenario
