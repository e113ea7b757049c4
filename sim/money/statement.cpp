#include "sim/money/statement.h"

namespace tidepool::money {
namespace {

// Of the lines that `counts` says.
template <class Lines, class Counts>
Amount sum_of(const Lines& lines, Counts counts) {
    Amount sum;
    for (const auto& line : lines) {
        sum += counts(line) ? line.amount : Amount{};
    }
    return sum;
}

}  // namespace

Amount billed(const Statement& statement) {
    return sum_of(statement.revenue, [](const RevenueLine& line) {
        return line.item != Item::kRefund && line.item != Item::kCommission;
    });
}

Amount billed(const Statement& statement, Item item) {
    return sum_of(statement.revenue, [&](const RevenueLine& line) { return line.item == item; });
}

Amount credits(const Statement& statement) {
    return sum_of(statement.credits, [](const Credit&) { return true; });
}

Amount net_revenue(const Statement& statement) {
    return sum_of(statement.revenue, [](const RevenueLine&) { return true; }) - credits(statement);
}

Amount cost(const Statement& statement, CostKind kind) {
    return sum_of(statement.costs, [&](const CostLine& line) { return line.kind == kind; });
}

Amount total_cost(const Statement& statement) {
    return sum_of(statement.costs, [](const CostLine&) { return true; });
}

Amount gross_profit(const Statement& statement) {
    return net_revenue(statement) - sum_of(statement.costs, [](const CostLine& line) {
               return line.kind <= CostKind::kRent && line.kind != CostKind::kSoftware;
           });
}

Amount ebitda(const Statement& statement) {
    return net_revenue(statement) - sum_of(statement.costs, [](const CostLine& line) {
               return line.kind != CostKind::kDepreciation && line.kind != CostKind::kInterest &&
                      line.kind != CostKind::kTax;
           });
}

}  // namespace tidepool::money
