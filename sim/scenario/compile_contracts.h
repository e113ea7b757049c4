#pragma once
// The contracts of a price book. A part of compile_prices().

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/money/price_book.h"
#include "sim/scenario/compile_prices.h"
#include "sim/scenario/price_clock.h"
#include "topology/where.h"

namespace tidepool::scenario {

// `book` has its list. At no time may more be promised than there is of a GPU model.
std::vector<money::Contract> compile_contracts(const PricesSpec& prices, const PriceNames& names,
                                               const money::PriceBook& book,
                                               const PriceClock& clock,
                                               const topology::Where& where, Issues& issues);

// Index of a tenant by its name; an issue if there is none.
std::optional<std::uint32_t> find_tenant(const std::string& name, const PriceNames& names,
                                         const topology::Where& where, Issues& issues);

}  // namespace tidepool::scenario
