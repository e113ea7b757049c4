#include "sim/money/statement.h"

namespace tidepool::money {

Amount billed(const Statement& statement) {
    Amount sum;
    for (const RevenueLine& line : statement.revenue) {
        if (line.item != Item::kRefund && line.item != Item::kCommission) {
            sum += line.amount;
        }
    }
    return sum;
}

Amount billed(const Statement& statement, Item item) {
    Amount sum;
    for (const RevenueLine& line : statement.revenue) {
        if (line.item == item) {
            sum += line.amount;
        }
    }
    return sum;
}

Amount credits(const Statement& statement) {
    Amount sum;
    for (const Credit& credit : statement.credits) {
        sum += credit.amount;
    }
    return sum;
}

Amount net_revenue(const Statement& statement) {
    Amount sum;
    for (const RevenueLine& line : statement.revenue) {
        sum += line.amount;
    }
    return sum - credits(statement);
}

Amount cost(const Statement& statement, CostKind kind) {
    Amount sum;
    for (const CostLine& line : statement.costs) {
        if (line.kind == kind) {
            sum += line.amount;
        }
    }
    return sum;
}

Amount total_cost(const Statement& statement) {
    Amount sum;
    for (const CostLine& line : statement.costs) {
        sum += line.amount;
    }
    return sum;
}

Amount gross_profit(const Statement& statement) {
    Amount left = net_revenue(statement);
    for (const CostLine& line : statement.costs) {
        const bool running = line.kind <= CostKind::kRent && line.kind != CostKind::kSoftware;
        left -= running ? line.amount : Amount{};
    }
    return left;
}

Amount ebitda(const Statement& statement) {
    Amount left = net_revenue(statement);
    for (const CostLine& line : statement.costs) {
        const bool below = line.kind == CostKind::kDepreciation ||
                           line.kind == CostKind::kInterest || line.kind == CostKind::kTax;
        left -= below ? Amount{} : line.amount;
    }
    return left;
}

}  // namespace tidepool::money
