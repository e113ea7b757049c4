#pragma once
// From what was used to what is charged. docs/prices.md states the rules.

#include <cstdint>
#include <utility>
#include <vector>

#include "sim/money/meter.h"
#include "sim/money/price_book.h"
#include "sim/money/statement.h"
#include "sim/money/usage.h"

namespace tidepool::money {

// Without costs. Every (plan, GPU model) that leases use has a price, as compile_prices() checks.
Statement bill(const Usage& usage, const PriceBook& book);

// Whether the lease is charged by its time: not of a service whose tokens are sold, and not covered
// by contracts.
bool by_time(const Lease& lease, const PriceBook& book);

// The path that spot leases of a GPU model pay: the list's, or by bids the clearing price.
PricePath spot_path(const Usage& usage, const PriceBook& book, std::uint32_t model);

// The stretches in which the list's spot price lies above what the tenant bids.
std::vector<std::pair<Ticks, Ticks>> outbid(const PriceBook& book, std::uint32_t tenant,
                                            std::uint32_t model, Ticks end);

namespace detail {

// Commitments, and what their tenants hold beyond them.
void bill_contracts(const Usage& usage, const PriceBook& book, Meter& meter, Statement& statement);
void bill_tokens(const Usage& usage, const PriceBook& book, Meter& meter, Statement& statement);
std::vector<Credit> credits_of(const Usage& usage, const PriceBook& book,
                               const std::vector<PricePath>& spot);

}  // namespace detail

}  // namespace tidepool::money
