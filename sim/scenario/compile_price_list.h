#pragma once
// The list prices of a price book: paths by plan and GPU model. A part of compile_prices().

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/money/path.h"
#include "sim/scenario/compile_prices.h"
#include "sim/scenario/price_clock.h"
#include "topology/where.h"

namespace tidepool::scenario {

struct CompiledList {
    // By plan, then GPU model; empty: not priced in all of the run.
    std::array<std::vector<std::optional<money::PricePath>>, money::kPlans> paths;
    // Why it is empty, for people: "has no price", "has no price from 90 d on", ...
    std::array<std::vector<std::string>, money::kPlans> missing;
};

CompiledList compile_price_list(const PricesSpec& prices, const PriceNames& names,
                                const PriceClock& clock, const topology::Where& where,
                                Issues& issues);

// Micro-units per tick and GPU of this model. Empty if the price is per P and the model's is not
// known.
std::optional<Exact> per_gpu(const Exact& price, PriceBasis basis, const PriceNames::Model& model);

// Index of a GPU model by its name; an issue if there is none.
std::optional<std::uint32_t> find_model(const std::string& name, const PriceNames& names,
                                        const topology::Where& where, Issues& issues);

}  // namespace tidepool::scenario
