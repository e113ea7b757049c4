#pragma once
// The costs of a run, its energy and what the investment returns, from its usage and a cost book.

#include "sim/money/cost_book.h"
#include "sim/money/statement.h"
#include "sim/money/usage.h"

namespace tidepool::money {

// Fills costs, energy and investment of a statement whose revenue is there, or empty if nothing is
// sold. Every line is rounded once. Throws InputError when problem_of(book, usage) knows why it
// cannot.
void add_costs(const Usage& usage, const CostBook& book, Statement& statement);

// GPU-ticks that are rented, in [0, end).
Wide rented(const Usage& usage, RentOf of);
// The same within [from, until); of a bin that is cut, its share.
double rented(const Usage& usage, RentOf of, std::uint64_t from, std::uint64_t until);

}  // namespace tidepool::money
