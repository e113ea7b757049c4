#include "sim/money/investment.h"

#include <algorithm>

#include "sim/money/costs.h"
#include "sim/money/energy.h"

namespace tidepool::money {
namespace {

constexpr double kMonths = 12;  // of a year

// The sign of the net present value at this monthly rate, as a number of that sign.
double value_at(std::span<const double> cash, double rate) {
    double value = 0;
    if (rate < 0) {  // times (1 + rate)^months, which would overflow otherwise
        for (const double c : cash) {
            value = value * (1 + rate) + c;
        }
    } else {
        for (std::size_t i = cash.size(); i-- > 0;) {
            value = value / (1 + rate) + cash[i];
        }
    }
    return value;
}

int sign(double x) {
    return (x > 0 ? 1 : 0) - (x < 0 ? 1 : 0);
}

template <class Numbers>
int sign_changes(const Numbers& numbers) {
    int changes = 0, last = 0;
    for (const double number : numbers) {
        const int now = sign(number);
        changes += now != 0 && last != 0 && now != last ? 1 : 0;
        last = now == 0 ? last : now;
    }
    return changes;
}

std::vector<double> sums(std::span<const double> cash) {
    std::vector<double> result;
    double sum = 0;
    for (const double c : cash) {
        result.push_back(sum += c);
    }
    return result;
}

double units(Amount amount) {
    return in_units(amount);
}

// Mean share of the steady revenue in month m, from 1.
double ramp(const Outlook& outlook, std::uint32_t m) {
    if (m > outlook.ramp) {
        return 1;
    }
    const double middle = (m - 0.5) / outlook.ramp;
    return outlook.ramp_from + (1 - outlook.ramp_from) * middle;
}

double price_index(const Outlook& outlook, std::uint32_t m) {
    const std::size_t year = (m - 1) / 12;
    return outlook.prices[std::min(year, outlook.prices.size() - 1)];
}

// Straight-line depreciation of what is within its life in month m.
double depreciation(const CapitalItem& item, std::uint32_t m, bool replaced) {
    const std::uint64_t begin = (m - 1) * kTicksPerMonth, end = m * kTicksPerMonth;
    const std::uint64_t most = replaced ? end : item.life;
    const std::uint64_t used = std::min(end, most) - std::min(begin, most);
    return units(item.cost - item.residual) * static_cast<double>(used) /
           static_cast<double>(item.life);
}

// Whole lives that are over before tick `end`.
std::uint64_t lives_before(const CapitalItem& item, std::uint64_t end) {
    return end == 0 ? 0 : (end - 1) / item.life;
}

// Cash of buying an item again at the ends of its lives.
void replace_item(const CapitalItem& item, std::vector<double>& cash) {
    const std::uint64_t lives = lives_before(item, (cash.size() - 1) * kTicksPerMonth);
    for (std::uint64_t n = 1; n <= lives; ++n) {
        cash[(n * item.life + kTicksPerMonth - 1) / kTicksPerMonth] -=
            units(item.cost - item.residual);
    }
}

double revenue_within(const Statement& statement, std::uint64_t from, std::uint64_t until,
                      std::uint64_t end) {
    Amount sum;
    for (const RevenueLine& line : statement.revenue) {
        const std::uint64_t begin = line.day * kTicksPerDay;
        const std::uint64_t after = std::min(begin + kTicksPerDay, end);
        sum += begin >= from && after <= until ? line.amount : Amount{};
    }
    const double share = static_cast<double>(until - from) / static_cast<double>(end);
    return units(sum) - units(credits(statement)) * share;
}

}  // namespace

double net_present_value(std::span<const double> cash, double yearly) {
    double value = 0;
    for (std::size_t i = cash.size(); i-- > 0;) {
        value = value / (1 + yearly / kMonths) + cash[i];
    }
    return value;
}

std::optional<double> payback_years(std::span<const double> cash, double yearly) {
    if (cash.empty() || cash[0] >= 0) {
        return std::nullopt;
    }
    double sum = cash[0], discount = 1;
    for (std::size_t m = 1; m < cash.size(); ++m) {
        discount *= 1 + yearly / kMonths;
        const double before = sum;
        const double now = cash[m] / discount;
        sum += now;
        if (sum >= 0) {
            return (static_cast<double>(m) - 1 - before / now) / kMonths;
        }
    }
    return std::nullopt;
}

std::optional<double> internal_rate(std::span<const double> cash) {
    const std::vector<double> cumulative = sums(cash);
    const bool once = sign_changes(cash) == 1;
    const bool above_zero = sign_changes(cumulative) == 1 && cumulative.back() > 0;
    if (!once && !above_zero) {
        return std::nullopt;
    }
    double low = once ? -0.9 : 0, high = 1;
    const int at_low = sign(value_at(cash, low));
    if (at_low == sign(value_at(cash, high))) {
        return std::nullopt;
    }
    while (high - low > 1e-13) {
        const double middle = low + (high - low) / 2;
        (sign(value_at(cash, middle)) == at_low ? low : high) = middle;
    }
    return kMonths * (low + (high - low) / 2);
}

SteadyMonth steady_month(const Usage& usage, const CostBook& book, const Statement& statement) {
    const Outlook& outlook = *book.outlook;
    const std::uint64_t end = usage.end.value;
    const bool whole = outlook.steady_from == outlook.steady_until;
    const std::uint64_t from = whole ? 0 : outlook.steady_from;
    const std::uint64_t until = whole ? end : outlook.steady_until;
    const double months = static_cast<double>(until - from) / static_cast<double>(kTicksPerMonth);
    SteadyMonth steady;
    steady.revenue = revenue_within(statement, from, until, end) / months;
    for (const RecurringCost& cost : book.recurring) {
        steady.costs += units(cost.a_year) / kMonths;
    }
    if (book.electricity) {
        steady.costs +=
            electricity_cost(energy_use(usage, *book.power), *book.electricity, from, until) /
            months;
    }
    if (book.rent) {
        const auto numerator = static_cast<double>(book.rent->price.numerator);
        const double price = numerator / static_cast<double>(book.rent->price.denominator) / 1e6;
        steady.costs += rented(usage, book.rent->of, from, until) * price / months;
    }
    return steady;
}

std::vector<double> cash_flow(const CostBook& book, const SteadyMonth& steady, std::uint32_t months,
                              bool replace) {
    const Outlook& outlook = *book.outlook;
    std::vector<double> cash(months + 1);
    cash[0] = 0.0 - units(capex(book));
    for (std::uint32_t m = 1; m <= months; ++m) {
        const double revenue = steady.revenue * ramp(outlook, m) * price_index(outlook, m);
        double profit = revenue - steady.costs;
        for (const CapitalItem& item : book.capital.items) {
            profit -= depreciation(item, m, replace);
        }
        const double tax = static_cast<double>(book.tax) / static_cast<double>(kBillion);
        cash[m] = revenue - steady.costs - std::max(profit, 0.0) * tax;
    }
    if (replace) {
        for (const CapitalItem& item : book.capital.items) {
            replace_item(item, cash);
        }
    }
    return cash;
}

double value_after(const CostBook& book, std::uint32_t months, bool replaced) {
    const std::uint64_t end = months * kTicksPerMonth;
    double value = 0;
    for (const CapitalItem& item : book.capital.items) {
        const std::uint64_t since = replaced ? lives_before(item, end) * item.life : 0;
        const auto age = static_cast<double>(std::min(end - since, item.life));
        value += units(item.cost) -
                 units(item.cost - item.residual) * age / static_cast<double>(item.life);
    }
    return value;
}

Investment investment(const Usage& usage, const CostBook& book, const Statement& statement) {
    const Outlook& outlook = *book.outlook;
    const double wacc = book.capital.wacc;
    const SteadyMonth steady = steady_month(usage, book, statement);
    Investment result;
    result.capex = capex(book);
    // Payback asks about the first purchase alone, however long it takes.
    const std::vector<double> first = cash_flow(book, steady, kMostMonths, false);
    result.payback_years = payback_years(first, 0);
    result.discounted_payback_years = payback_years(first, wacc);
    std::vector<double> cash = cash_flow(book, steady, outlook.months, outlook.replace);
    cash.back() += value_after(book, outlook.months, outlook.replace);
    result.cumulative_cash = sums(cash);
    result.npv = net_present_value(cash, wacc);
    result.irr = internal_rate(cash);
    const Amount costs = total_cost(statement) - cost(statement, CostKind::kTax);
    const double revenue = units(net_revenue(statement));
    if (revenue > 0) {
        result.break_even_price = units(costs) / revenue;
        if (statement.sellable > 0 && statement.billed > 0) {
            result.break_even_occupancy = static_cast<double>(statement.billed) /
                                          static_cast<double>(statement.sellable) *
                                          *result.break_even_price;
        }
    }
    return result;
}

}  // namespace tidepool::money
