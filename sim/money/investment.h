#pragma once
// What an investment returns: closed forms on the cash of its months, and the months of a run whose
// steady state goes on. docs/costs.md states the rules.

#include <optional>
#include <span>
#include <vector>

#include "sim/money/cost_book.h"
#include "sim/money/statement.h"
#include "sim/money/usage.h"

namespace tidepool::money {

// `cash[0]` is that of the start (usually negative), `cash[m]` that of month m. Each month is
// discounted by a further factor of 1 + yearly / 12; 0: not at all.
double net_present_value(std::span<const double> cash, double yearly);

// Years until the cash, discounted, adds up to nothing owed; inside a month in proportion. Empty if
// it never does within these months, or if nothing is paid in.
std::optional<double> payback_years(std::span<const double> cash, double yearly);

// The yearly rate (twelve times the monthly one) at which the net present value is zero, to 1e-12.
// Told only where it is the only one: the cash changes its sign once, or its sums do and end above
// zero (Norstrom 1972; then above zero). Between -10.8 and 12 per year; else empty.
std::optional<double> internal_rate(std::span<const double> cash);

// The steady state of a run, in currency units per month of 730 h.
struct SteadyMonth {
    double revenue = 0;  // refunds, commission and credits taken off
    double costs = 0;    // paid for running: all but capital, interest and tax
};
SteadyMonth steady_month(const Usage& usage, const CostBook& book, const Statement& statement);

// Cash of the start and of `months` months. `replace`: what has reached the end of its life within
// them is bought again.
std::vector<double> cash_flow(const CostBook& book, const SteadyMonth& steady, std::uint32_t months,
                              bool replace);

// What the capital is worth after `months` months, by straight-line depreciation.
double value_after(const CostBook& book, std::uint32_t months, bool replaced);

// `book.outlook` is there; the statement's revenue and costs, too.
Investment investment(const Usage& usage, const CostBook& book, const Statement& statement);

}  // namespace tidepool::money
