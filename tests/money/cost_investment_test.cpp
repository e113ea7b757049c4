// Payback, net present value and internal rate: published figures, closed forms, a twin.

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "sim/money/costs.h"
#include "sim/money/investment.h"
#include "tests/money/cost_usage.h"

namespace tidepool::money {
namespace {

// `capex` now, the same cash each month.
std::vector<double> level(double capex, double a_month, std::size_t months) {
    std::vector<double> cash(months + 1, a_month);
    cash[0] = -capex;
    return cash;
}

double payback(double capex, double a_year) {
    return payback_years(level(capex, a_year / 12, 600), 0).value_or(-1);
}

// VC-62: 2,000 P for CNY 1e9, CNY 120k per P and year.
TEST(Payback, OfACentreIsThePublishedOne) {
    EXPECT_NEAR(payback(1e9, 240e6), 4.17, 5e-3);
    EXPECT_NEAR(payback(1e9, 240e6 * 0.6), 6.944, 5e-4);
    EXPECT_NEAR(payback(1e9, 240e6 * 0.3), 13.89, 5e-3);
    EXPECT_NEAR(payback(1e9, 240e6 * 0.6 - 24e6), 8.33, 5e-3);
}

// VC-63: a server of 4.992 P, which the article rounds to CNY 600k a year.
TEST(Payback, OfAServerIsThePublishedOne) {
    EXPECT_NEAR(payback(1.20e6, 600e3), 2.0, 1e-9);
    EXPECT_NEAR(payback(1.35e6, 600e3), 2.25, 1e-9);
    EXPECT_NEAR(payback(1.50e6, 600e3), 2.5, 1e-9);
    EXPECT_NEAR(payback(1.2e6, 600e3 * 0.6), 3.33, 5e-3);
    EXPECT_NEAR(payback(1.5e6, 600e3 * 0.6), 4.17, 5e-3);
    EXPECT_NEAR(payback(1.2e6, 600e3 * 0.3), 6.67, 5e-3);
    EXPECT_NEAR(payback(1.5e6, 600e3 * 0.3), 8.33, 5e-3);
}

TEST(Payback, IsInterpolatedWithinTheMonth) {
    EXPECT_DOUBLE_EQ(payback_years(std::vector{-3.0, 2.0, 4.0}, 0).value(), 1.25 / 12);
    EXPECT_DOUBLE_EQ(payback_years(std::vector{-3.0, 3.0}, 0).value(), 1.0 / 12);
    EXPECT_EQ(payback_years(std::vector{-3.0, 2.0}, 0), std::nullopt);
    EXPECT_EQ(payback_years(std::vector{0.0, 2.0}, 0), std::nullopt);  // nothing to pay back
    // 1 % a month: -100 + 101 / 1.01 after one month.
    EXPECT_NEAR(payback_years(std::vector{-100.0, 101.0000001}, 0.12).value(), 1.0 / 12, 1e-9);
    EXPECT_EQ(payback_years(std::vector{-100.0, 100.9999999}, 0.12), std::nullopt);
}

// Level cash c for n months at rate i a month: c (1 - (1 + i)^-n) / i.
TEST(PresentValue, OfLevelCashIsTheClosedForm) {
    for (const double i : {0.001, 0.01, 0.05}) {
        for (const int n : {1, 12, 120, 600}) {
            const double expected = -1000 + 7 * (1 - std::pow(1 + i, -n)) / i;
            const auto cash = level(1000, 7, static_cast<std::size_t>(n));
            EXPECT_NEAR(net_present_value(cash, 12 * i), expected, 1e-9 * 1000 / i);
        }
    }
    EXPECT_EQ(net_present_value(level(5, 1, 7), 0), 2);
}

TEST(InternalRate, OfOnePaymentIsTheRoot) {
    for (const double i : {-0.5, -0.01, 0.0, 0.004, 0.3}) {
        std::vector<double> cash(25);
        cash[0] = -1;
        cash[24] = std::pow(1 + i, 24);
        EXPECT_NEAR(internal_rate(cash).value(), 12 * i, 1e-10) << i;
    }
}

// A perpetuity of c has the rate c / capex; 50 years of a 5 % month are one to 1e-12.
TEST(InternalRate, OfAPerpetuityIsItsYield) {
    EXPECT_NEAR(internal_rate(level(100, 5, 600)).value(), 0.6, 1e-9);
    EXPECT_NEAR(internal_rate(level(100, 10, 600)).value(), 1.2, 1e-9);
}

TEST(InternalRate, IsNotToldWhereItIsNotOne) {
    EXPECT_EQ(internal_rate(std::vector{-1.0, 2.5, -1.54}), std::nullopt);  // 10 and 40 % a month
    EXPECT_EQ(internal_rate(std::vector{1.0, 2.0}), std::nullopt);
    EXPECT_EQ(internal_rate(std::vector{0.0, 0.0}), std::nullopt);
    EXPECT_EQ(internal_rate(std::vector{-1.0, 1e9}), std::nullopt);  // above 100 % a month
    // Several changes of sign, but the sums change once: -10, -4, -5, 5. Its only positive root.
    const std::vector cash{-10.0, 6.0, -1.0, 10.0};
    const double rate = internal_rate(cash).value();
    EXPECT_NEAR(net_present_value(cash, rate), 0, 1e-10);
    EXPECT_GT(rate, 0);
}

// An outlook without anything special, for a year.
CostBook small_book() {
    CostBook book;
    book.currency = "USD";
    book.capital.items = {{"servers", usd(10'000), usd(1'000), 3 * kTicksPerYear}};
    book.capital.wacc = 0.1;
    book.recurring = {{"staff", CostKind::kStaff, usd(3'650)}};
    book.outlook.emplace();
    book.outlook->months = 36;
    return book;
}

Statement sold(double a_day, std::uint32_t days) {
    Statement statement;
    for (std::uint32_t d = 0; d < days; ++d) {
        statement.revenue.push_back({d, 0, Item::kOnDemand, 0, 1, usd(a_day)});
    }
    statement.billed = 60;
    statement.sellable = 100;
    return statement;
}

TEST(Investment, OfASteadyRunByHand) {
    const CostBook book = small_book();
    const Usage usage = steady_usage(8, 8, 73 * kDay, kDay);
    Statement statement = sold(30, 73);
    add_costs(usage, book, statement);
    const Investment& told = *statement.investment;
    // A month earns 30 x 365 / 12 = 912.50 and costs 3,650 / 12.
    const double a_month = 912.5 - 3650.0 / 12;
    EXPECT_EQ(told.capex, usd(10'000));
    EXPECT_NEAR(*told.payback_years, 10'000 / a_month / 12, 1e-9);
    // Discounted: -ln(1 - capex i / c) / ln(1 + i), inside a month by a straight line.
    const double i = 0.1 / 12;
    const double months = -std::log(1 - 10'000 * i / a_month) / std::log(1 + i);
    EXPECT_NEAR(*told.discounted_payback_years * 12, months, 2e-3);
    const double annuity = (1 - std::pow(1 + i, -36)) / i;
    EXPECT_NEAR(*told.npv, -10'000 + a_month * annuity + 1'000 * std::pow(1 + i, -36), 1e-6);
    ASSERT_EQ(told.cumulative_cash.size(), 37u);
    EXPECT_NEAR(told.cumulative_cash[36], -10'000 + 36 * a_month + 1'000, 1e-6);
    // Costs: 730 of staff and 9,000 / 3 / 5 of depreciation; revenue 2,190; 60 % sold.
    EXPECT_NEAR(*told.break_even_price, (730.0 + 600) / 2190, 1e-12);
    EXPECT_NEAR(*told.break_even_occupancy, 0.6 * (730.0 + 600) / 2190, 1e-12);
}

TEST(Investment, AtTheBreakEvenPriceNothingIsLeft) {
    const Usage usage = steady_usage(8, 8, 73 * kDay, kDay);
    CostBook book = small_book();
    book.tax = 250'000'000;  // none at break-even
    Statement before = sold(30, 73);
    add_costs(usage, book, before);
    Statement after = sold(30 * *before.investment->break_even_price, 73);
    add_costs(usage, book, after);
    EXPECT_NEAR(in_units(net_revenue(after) - total_cost(after)), 0, 73 * 1e-6);
}

TEST(Investment, LooksAtTheSteadyDaysOnly) {
    CostBook book = small_book();
    book.outlook->steady_from = 7 * kTicksPerDay;
    book.outlook->steady_until = 30 * kTicksPerDay;
    Statement statement = sold(30, 40);
    for (RevenueLine& line : statement.revenue) {
        line.amount = line.day < 7 || line.day >= 30 ? usd(1e6) : line.amount;
    }
    const Usage usage = steady_usage(8, 8, 40 * kDay, kDay);
    EXPECT_NEAR(steady_month(usage, book, statement).revenue, 912.5, 1e-9);
    statement.credits = {{0, 0, 0, 0, {}, usd(40 * 3)}};  // 3 a day
    EXPECT_NEAR(steady_month(usage, book, statement).revenue, 27.0 * 365 / 12, 1e-9);
    // Electricity likewise: GPUs idle in the first week.
    book.power = plain_power(1);
    book.electricity.emplace();
    book.electricity->price = 100'000'000;
    Usage changing = usage;
    for (std::size_t b = 0; b < 7; ++b) {
        std::swap(changing.states[0][b].allocated, changing.states[0][b].idle);
    }
    EXPECT_NEAR(steady_month(changing, book, statement).costs, 3650.0 / 12 + 730, 1e-9);
    book.rent = Rent{{2'000'000, static_cast<std::int64_t>(kTicksPerHour)}, RentOf::kHeld};
    EXPECT_NEAR(steady_month(changing, book, statement).costs, 3650.0 / 12 + 730 + 8 * 2 * 730,
                1e-6);
}

TEST(Investment, RampsAndFollowsPrices) {
    CostBook book = small_book();
    book.outlook->ramp = 2;
    book.outlook->ramp_from = 0.2;
    book.outlook->prices = {1, 0.5};
    const auto cash = cash_flow(book, {100, 10}, 26, false);
    EXPECT_DOUBLE_EQ(cash[0], -10'000);
    EXPECT_DOUBLE_EQ(cash[1], 0.4 * 100 - 10);  // from 20 to 60 %
    EXPECT_DOUBLE_EQ(cash[2], 0.8 * 100 - 10);
    EXPECT_DOUBLE_EQ(cash[3], 90);
    EXPECT_DOUBLE_EQ(cash[12], 90);
    EXPECT_DOUBLE_EQ(cash[13], 40);
    EXPECT_DOUBLE_EQ(cash[25], 40);
}

TEST(Investment, BuysAgainWhatIsWornOut) {
    CostBook book = small_book();  // lives 36 months, 10,000 falls to 1,000
    const auto cash = cash_flow(book, {0, 0}, 80, true);
    EXPECT_DOUBLE_EQ(cash[36], -9'000);
    EXPECT_DOUBLE_EQ(cash[72], -9'000);
    EXPECT_DOUBLE_EQ(cash[35] + cash[37], 0);
    EXPECT_DOUBLE_EQ(value_after(book, 80, true), 8'000);  // 8 of 36 months old
    EXPECT_DOUBLE_EQ(value_after(book, 80, false), 1'000);
    EXPECT_DOUBLE_EQ(value_after(book, 36, true), 1'000);  // not bought again at the very end
    EXPECT_DOUBLE_EQ(cash_flow(book, {0, 0}, 36, true)[36], 0);
    EXPECT_DOUBLE_EQ(value_after(book, 18, true), 5'500);
    // Depreciation of 250 a month is not taxed.
    book.tax = 500'000'000;
    EXPECT_DOUBLE_EQ(cash_flow(book, {350, 0}, 50, false)[20], 350 - 50);
    EXPECT_DOUBLE_EQ(cash_flow(book, {350, 400}, 50, false)[40], -50);  // nothing to tax
    EXPECT_DOUBLE_EQ(cash_flow(book, {350, 0}, 50, false)[40], 350 - 175);
    EXPECT_DOUBLE_EQ(cash_flow(book, {350, 0}, 50, true)[40], 350 - 50);
}

// Random books: a loop over months written from docs/costs.md, and what must hold always.
TEST(InvestmentTwin, ALoopOverMonthsFindsTheSame) {
    for (std::uint32_t round = 0; round < 2000; ++round) {
        std::uint32_t next = 0;
        const auto below = [&](std::uint32_t n) {
            return static_cast<double>(bounded(draw(8, Purpose::kSynthetic, round, next++)[0], n));
        };
        CostBook book = small_book();
        const int life = 12 + static_cast<int>(below(60)), n = 1 + static_cast<int>(below(120));
        const double cost = 1 + below(100'000), residual = std::floor(cost * below(40) / 100);
        book.capital.items = {{"a", usd(cost), usd(residual), life * kTicksPerMonth}};
        book.capital.wacc = below(30) / 100;
        book.outlook->months = static_cast<std::uint32_t>(n);
        book.outlook->ramp = static_cast<std::uint32_t>(below(24));
        book.outlook->ramp_from = below(100) / 100;
        book.outlook->prices = {1, below(150) / 100, below(150) / 100};
        const double a_day = below(200);
        const Usage usage = steady_usage(8, 8, 73 * kDay, kDay);
        Statement statement = sold(a_day, 73);
        add_costs(usage, book, statement);
        const Investment& told = *statement.investment;

        double npv = -cost, sum = -cost, discount = 1;
        for (int m = 1; m <= n; ++m) {
            const int ramp = static_cast<int>(book.outlook->ramp);
            const double begin = std::min(1.0, (m - 1.0) / std::max(ramp, 1));
            const double end = std::min(1.0, (m + 0.0) / std::max(ramp, 1));
            const double from = book.outlook->ramp_from;
            const double share = ramp == 0 ? 1 : from + (1 - from) * (begin + end) / 2;
            const double index = book.outlook->prices[std::min((m - 1) / 12, 2)];
            double cash = a_day * 365 / 12 * share * index - 3650.0 / 12;
            if (m % life == 0 && m < n) {
                cash -= cost - residual;
            }
            if (m == n) {
                const int age = (n - 1) % life + 1;
                cash += cost - (cost - residual) * age / life;
            }
            discount *= 1 + book.capital.wacc / 12;
            npv += cash / discount;
            sum += cash;
        }
        EXPECT_NEAR(*told.npv, npv, 1e-6);
        EXPECT_NEAR(told.cumulative_cash.back(), sum, 1e-6);
        double again = 0, rate = 1;
        for (std::size_t m = 0; m < told.cumulative_cash.size(); ++m) {
            again += (told.cumulative_cash[m] - (m == 0 ? 0 : told.cumulative_cash[m - 1])) / rate;
            rate *= 1 + book.capital.wacc / 12;
        }
        EXPECT_NEAR(again, npv, 1e-6);
        if (told.discounted_payback_years) {
            EXPECT_GE(*told.discounted_payback_years, *told.payback_years - 1e-12);
        }
        Statement richer = sold(a_day + 1, 73);
        add_costs(usage, book, richer);
        if (told.payback_years) {
            EXPECT_LE(*richer.investment->payback_years, *told.payback_years);
        }
        EXPECT_GE(*richer.investment->npv, *told.npv);
        if (told.irr) {
            EXPECT_EQ(*told.irr > book.capital.wacc, *told.npv > 0);
        }
    }
}

// VC-62 and VC-63 through the statement: 1/5 of a year of revenue at 60 %.
TEST(Investment, OfThePublishedCentreAndServer) {
    const Usage usage = steady_usage(8, 8, 73 * kDay, kDay);
    const auto payback = [&](double capex, double a_year, double costs) {
        CostBook book = small_book();
        book.capital.items = {{"centre", usd(capex), {}, 5 * kTicksPerYear}};
        book.recurring = {{"operation", CostKind::kOther, usd(costs)}};
        Statement statement = sold(a_year / 365, 73);
        add_costs(usage, book, statement);
        return statement.investment->payback_years.value_or(-1);
    };
    EXPECT_NEAR(payback(1e9, 240e6, 0), 4.17, 5e-3);
    EXPECT_NEAR(payback(1e9, 144e6, 0), 6.944, 5e-4);
    EXPECT_NEAR(payback(1e9, 72e6, 0), 13.89, 5e-3);
    EXPECT_NEAR(payback(1e9, 144e6, 24e6), 8.33, 5e-3);
    EXPECT_NEAR(payback(1.35e6, 600e3, 0), 2.25, 1e-6);
    EXPECT_NEAR(payback(1.5e6, 180e3, 0), 8.33, 5e-3);
}

}  // namespace
}  // namespace tidepool::money
