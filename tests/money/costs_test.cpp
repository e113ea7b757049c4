// Costs of a run against published and hand-computed figures.

#include "sim/money/costs.h"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/issue.h"
#include "sim/money/annuity.h"
#include "tests/money/cost_usage.h"

namespace tidepool::money {
namespace {

std::string cents(Amount amount) {
    std::string text = std::to_string(std::llround(static_cast<double>(amount.micro) / 1e4));
    return text.insert(text.size() - 2, ".");
}

// VC-60: an H200 server of a large operator (SemiAnalysis AI TCO model), one month of 730 h.
CostBook h200(double kilowatts) {
    CostBook book;
    book.currency = "USD";
    const auto item = [](const char* name, double cost) {
        return CapitalItem{name, usd(cost), {}, 72 * kTicksPerMonth};
    };
    book.capital.items = {item("server", 258'001), item("network", 76'155),
                          item("storage", 11'732), item("service", 8'000),
                          item("install", 4'500),  item("software", 2'867)};
    book.capital.charge = CapitalCharge::kAnnuity;
    book.capital.wacc = 0.1025;
    book.capital.term = 72;
    book.power.emplace();
    book.power->models = {{"a", static_cast<std::uint64_t>(std::llround(kilowatts * 1e6)), 8}};
    book.power->busy = book.power->idle = book.power->down = 800'000;
    book.power->pue = 1'350'000;
    book.electricity.emplace();
    book.electricity->price = 87'000'000;
    book.recurring = {{"colocation", CostKind::kColocation, usd(150 * 12 * kilowatts)},
                      {"cross-connect", CostKind::kNetwork, usd(131 * 12)},
                      {"other", CostKind::kOther, usd(39 * 12)}};
    return book;
}

TEST(Costs, OfAnH200ServerAreThePublishedOnes) {
    for (const std::uint32_t busy : {0U, 5U, 8U}) {  // the load is a constant 80 % there
        const Usage usage = steady_usage(8, busy, kMonth, 7 * kHour);
        const CostBook book = h200(10.92575);
        Statement statement;
        add_costs(usage, book, statement);
        EXPECT_EQ(capex(book), usd(361'255));
        EXPECT_EQ(cents(cost(statement, CostKind::kDepreciation)), "6738.18");
        const Amount power =
            cost(statement, CostKind::kElectricity) + cost(statement, CostKind::kColocation);
        EXPECT_EQ(cents(power), "2388.27");
        const Amount running = total_cost(statement) - cost(statement, CostKind::kDepreciation);
        EXPECT_EQ(cents(running), "2558.27");
        EXPECT_NEAR(in_units(total_cost(statement)) / (730 * 8), 1.5919, 5e-5);
        EXPECT_NEAR(in_units(running) / (730 * 8), 0.4381, 5e-5);
        EXPECT_NEAR(in_units(total_cost(statement) - running) / (730 * 8), 1.1538, 5e-5);
    }
}

// With the power as it is printed, 10.926 kW, five cents more: 218.5908 x 10.926 = 2388.3231.
TEST(Costs, OfThePrintedPowerAreFiveCentsHigher) {
    Statement statement;
    add_costs(steady_usage(8, 8, kMonth, 1 * kHour), h200(10.926), statement);
    EXPECT_EQ(
        cents(cost(statement, CostKind::kElectricity) + cost(statement, CostKind::kColocation)),
        "2388.32");
}

TEST(Costs, AnnuityIsExactToTheMicroUnit) {
    // No interest: a twelfth. One month: the loan and a month of interest.
    EXPECT_EQ(annuity({1'200'000'000'007}, 0, 12), (Amount{100'000'000'001}));
    EXPECT_EQ(annuity(usd(1000), 0.12, 1), usd(1010));
    // Two months at 1 %: 1000 x 0.01 x 1.0201 / 0.0201 = 507.512437810945...
    EXPECT_EQ(annuity(usd(1000), 0.12, 2), (Amount{507'512'438}));
    // The same of 1e12: no digit is lost to a double.
    EXPECT_EQ(annuity(usd(1e12), 0.12, 1).micro, 1'010'000'000'000'000'000);
    EXPECT_EQ(annuity({12'345'678'901'234'567}, 0.12, 1).micro, 12'469'135'690'246'913);  // odd
    EXPECT_NEAR(annuity_factor(0.1025, 72) * 361'255, 6738.18, 5e-3);
}

// VC-40: 43,536 GPU-hours that units held at 2 USD: $87,072 exactly.
TEST(Costs, OfRentedGpusAreThoseTheUnitsHeld) {
    Usage usage = steady_usage(278 * 8, 0, kDay, kHour);
    const auto lease = [&](std::uint32_t gpus, std::uint32_t hours, std::uint32_t service) {
        Lease held;
        held.end = {hours * kHour};
        held.gpus = gpus;
        held.service = service;
        usage.leases.push_back(held);
        usage.states[0][0].allocated += std::uint64_t{gpus} * hours * kHour;
    };
    lease(226 * 8, 24, 0);  // 226.75 nodes on average
    lease(8, 18, 0);
    lease(100, 1, kNone);  // a job
    CostBook book;
    book.currency = "USD";
    book.rent = Rent{{2'000'000, static_cast<std::int64_t>(kTicksPerHour)}, RentOf::kUnits};
    Statement statement;
    add_costs(usage, book, statement);
    EXPECT_EQ(line(statement, "rent"), usd(87'072));
    book.rent->of = RentOf::kHeld;
    add_costs(usage, book, statement);
    EXPECT_EQ(line(statement, "rent"), usd(87'272));
    usage = steady_usage(16, 4, kDay, kHour);
    book.rent->of = RentOf::kInstalled;
    add_costs(usage, book, statement);
    EXPECT_EQ(line(statement, "rent"), usd(2 * 16 * 24));
}

CostBook everything() {
    CostBook book = h200(10);
    book.capital.charge = CapitalCharge::kDepreciation;
    book.capital.items = {{"servers", usd(1'000'000), usd(100'000), 5 * kTicksPerYear},
                          {"network", usd(200'000), {}, 4 * kTicksPerYear}};
    book.capital.loan = 800'000'000;
    book.capital.interest = 100'000'000;
    book.power = plain_power(1);
    book.rent = Rent{{1'000'000, static_cast<std::int64_t>(kTicksPerHour)}, RentOf::kHeld};
    return book;
}

// 73 days = a fifth of a year.
TEST(Costs, DepreciationAndInterestByHand) {
    Statement statement;
    add_costs(steady_usage(8, 8, 73 * kDay, kDay), everything(), statement);
    EXPECT_EQ(line(statement, "servers"), usd(36'000));  // 900,000 / 5 / 5
    EXPECT_EQ(line(statement, "network"), usd(10'000));  // 200,000 / 4 / 5
    // 960,000 borrowed at 10 %, falling to nothing in 6 years: 96,000 x 0.2 x (1 - 0.1 / 6)
    EXPECT_EQ(line(statement, "interest"), usd(18'880));
    EXPECT_EQ(line(statement, "rent"), usd(8 * 73 * 24));
    EXPECT_EQ(ebitda(statement), Amount{} - line(statement, "electricity") -
                                     line(statement, "colocation") -
                                     line(statement, "cross-connect") - line(statement, "other") -
                                     line(statement, "rent"));
}

TEST(Costs, StopAtTheEndOfTheLifeAndOfTheTerm) {
    CostBook book = everything();
    book.capital.items[0].life = 30 * kTicksPerDay;
    book.capital.term = 1;  // 30.4 days
    Statement statement;
    add_costs(steady_usage(8, 8, 73 * kDay, kDay), book, statement);
    EXPECT_EQ(line(statement, "servers"), usd(900'000));
    EXPECT_EQ(line(statement, "interest").micro, usd(96'000).micro / 24);  // half of it for a month
}

TEST(Costs, OfAnAnnuityEndWithItsTerm) {
    CostBook book = everything();
    book.capital.items.resize(1);
    book.capital.loan = 0;
    book.capital.charge = CapitalCharge::kAnnuity;
    book.capital.wacc = 0.12;
    book.capital.term = 2;
    Statement statement;
    add_costs(steady_usage(8, 8, 3 * kMonth, kDay), book, statement);
    EXPECT_EQ(line(statement, "servers").micro, 2 * 507'512'437'811);  // 1e6 x 0.507512437810945
}

// 10 hours and 6 GPU-hours of a pause after them, on 4 GPUs: until 11:30.
TEST(Costs, OfRentGoOnWhileALeaseIsPaused) {
    Usage usage = steady_usage(8, 0, kDay, kDay);
    Lease lease;
    lease.end = {10 * kHour};
    lease.gpus = 4;
    lease.service = 0;
    lease.pause = 6 * std::uint64_t{kHour};
    usage.leases = {lease};
    EXPECT_EQ(rented(usage, RentOf::kUnits), 46 * Wide{kHour});
    EXPECT_DOUBLE_EQ(rented(usage, RentOf::kUnits, 0, kDay), 46.0 * kHour);
    EXPECT_DOUBLE_EQ(rented(usage, RentOf::kUnits, 9 * kHour, 11 * kHour), 8.0 * kHour);
    EXPECT_DOUBLE_EQ(rented(usage, RentOf::kUnits, 11 * kHour, kDay), 2.0 * kHour);
    EXPECT_DOUBLE_EQ(rented(usage, RentOf::kInstalled, 0, 6 * kHour), 48.0 * kHour);
}

TEST(Costs, TaxTakesItsShareOfProfitOnly) {
    CostBook book;
    book.currency = "USD";
    book.tax = 250'000'000;
    book.recurring = {{"staff", CostKind::kStaff, usd(36'500)}};
    Statement statement;
    statement.revenue = {{0, 0, Item::kOnDemand, 0, 1, usd(180)}};
    add_costs(steady_usage(8, 8, kDay, kDay), book, statement);
    EXPECT_EQ(line(statement, "tax"), usd(20));  // (180 - 100) / 4
    statement.revenue[0].amount = usd(99);
    add_costs(steady_usage(8, 8, kDay, kDay), book, statement);
    EXPECT_EQ(line(statement, "tax"), Amount{});
}

TEST(Costs, DoublingAnItemDoublesItsLineAndNothingElse) {
    const Usage usage = steady_usage(8, 3, 73 * kDay, kDay);
    Statement before;
    add_costs(usage, everything(), before);
    const auto only = [&](const CostBook& book, const std::string& changed) {
        Statement after;
        add_costs(usage, book, after);
        ASSERT_EQ(after.costs.size(), before.costs.size());
        for (std::size_t i = 0; i < after.costs.size(); ++i) {
            const CostLine& was = before.costs[i];
            EXPECT_EQ(after.costs[i].amount,
                      was.name == changed ? was.amount + was.amount : was.amount)
                << changed << ' ' << was.name;
        }
        EXPECT_EQ(total_cost(after), total_cost(before) + line(before, changed));
    };
    for (std::size_t i = 0; i < 3; ++i) {
        CostBook book = everything();
        book.recurring[i].a_year += book.recurring[i].a_year;
        only(book, book.recurring[i].name);
    }
    CostBook book = everything();
    book.electricity->price *= 2;
    only(book, "electricity");
    book = everything();
    book.rent->price.numerator *= 2;
    only(book, "rent");
    book = everything();
    book.capital.loan = 0;
    Statement without;
    add_costs(usage, book, without);
    EXPECT_EQ(total_cost(without), total_cost(before) - line(before, "interest"));
    book.capital.items[1].cost += book.capital.items[1].cost;
    Statement dearer;
    add_costs(usage, book, dearer);
    EXPECT_EQ(total_cost(dearer), total_cost(without) + line(without, "network"));
}

TEST(Costs, RefusesWhatItCannotTell) {
    const auto problem = [](const CostBook& book, const Usage& usage) {
        Statement statement;
        try {
            add_costs(usage, book, statement);
        } catch (const InputError& error) {
            return error.issues().at(0).problem;
        }
        return std::string();
    };
    const Usage usage = steady_usage(8, 8, kDay, kHour);
    CostBook book = everything();
    EXPECT_EQ(problem(book, usage), "");
    book.power->models[0].model = "b";
    EXPECT_THAT(problem(book, usage), testing::HasSubstr("GPU model a"));
    book = everything();
    EXPECT_THAT(problem(book, steady_usage(9, 8, kDay, kHour)), testing::HasSubstr("more GPUs"));
    book.carbon = Carbon{{{0, 1}}, kDay - 1};
    EXPECT_THAT(problem(book, usage), testing::HasSubstr("carbon"));
    book.carbon->until = kDay;
    EXPECT_EQ(problem(book, usage), "");
    book.outlook.emplace();
    book.outlook->steady_until = 2 * kTicksPerDay;
    EXPECT_THAT(problem(book, usage), testing::HasSubstr("steady"));
    Usage torn = usage;
    torn.states[0].pop_back();
    EXPECT_THAT(problem(everything(), torn), testing::HasSubstr("a part of its time"));
}

// The longest run of the largest datacenter: what is told must not overflow, the rest is refused.
TEST(Costs, OfTheLargestBooksAreToldOrRefused) {
    constexpr std::uint32_t kEnd = 0xFFFF'FFFEu, kGpus = 1U << 24U;
    CostBook book;
    book.currency = "USD";
    book.capital.items = {{"a", {kMostMoney}, {}, kTicksPerDay}};
    book.power = Power{{{"a", kMostMilliwatts, kGpus}}, 0, kMillion, kMillion, kMillion, kMostPue};
    book.electricity = Electricity{kMostPowerPrice / 4, {}, 0};
    book.carbon = Carbon{{{0, 100'000'000}}, kEnd};
    ASSERT_EQ(problem_of(book), "");
    for (const std::uint32_t width : {kEnd, kEnd / 2, kDay}) {
        Statement statement;
        add_costs(steady_usage(kGpus, kGpus, kEnd, width), book, statement);
        // 10 GW x 3 for 74,565.4 h at 2.5, and the purchase.
        const double hours = static_cast<double>(kEnd) / kHour;
        EXPECT_NEAR(in_units(total_cost(statement)) / (30e6 * hours * 2.5 + 1e12), 1, 1e-9);
        EXPECT_NEAR(static_cast<double>(statement.energy->grams_co2) / (30e6 * hours * 1e4), 1,
                    1e-9);
    }
    const Usage usage = steady_usage(kGpus, kGpus, kEnd, kDay);
    Statement statement;
    book.electricity->price = kMostPowerPrice;
    EXPECT_THROW(add_costs(usage, book, statement), InputError);
    book.electricity->price = 0;
    book.rent = Rent{{kMostRent * kMicro, static_cast<std::int64_t>(kTicksPerHour)}, RentOf::kHeld};
    EXPECT_THROW(add_costs(usage, book, statement), InputError);
    book.rent.reset();
    book.recurring = {{"b", CostKind::kOther, {kMostMoney}}};
    EXPECT_THROW(add_costs(usage, book, statement), InputError);
    book.recurring.clear();
    book.capital.charge = CapitalCharge::kAnnuity;
    book.capital.wacc = 1;
    book.capital.term = kMostTerm;
    EXPECT_THROW(add_costs(usage, book, statement), InputError);
}

TEST(CostBook, NamesWhatIsWrong) {
    EXPECT_EQ(problem_of(everything()), "");
    const auto problem = [](auto change) {
        CostBook book = everything();
        change(book);
        return problem_of(book);
    };
    EXPECT_NE(problem([](CostBook& b) { b.capital.items[0].residual = usd(2e6); }), "");
    EXPECT_NE(problem([](CostBook& b) { b.capital.items[0].cost = {-1}; }), "");
    EXPECT_NE(problem([](CostBook& b) { b.capital.items[0].life = 0; }), "");
    EXPECT_NE(problem([](CostBook& b) { b.capital.items[0].cost = usd(1.1e12); }), "");
    EXPECT_NE(problem([](CostBook& b) { b.capital.term = 0; }), "");
    EXPECT_NE(problem([](CostBook& b) { b.capital.charge = CapitalCharge::kAnnuity; }), "");
    EXPECT_NE(problem([](CostBook& b) { b.recurring[0].a_year = {-1}; }), "");
    EXPECT_NE(problem([](CostBook& b) { b.rent->price.numerator = -1; }), "");
    EXPECT_NE(problem([](CostBook& b) { b.power.reset(); }), "");
    EXPECT_NE(problem([](CostBook& b) { b.power->pue = 999'999; }), "");
    EXPECT_NE(problem([](CostBook& b) { b.power->busy = 1'000'001; }), "");
    EXPECT_NE(problem([](CostBook& b) { b.power->constant = kMostMilliwatts; }), "");
    EXPECT_NE(problem([](CostBook& b) { b.electricity->price = -1; }), "");
    EXPECT_NE(problem([](CostBook& b) { b.electricity->windows = {{0, 9, 1}, {8, 10, 1}}; }), "");
    EXPECT_NE(problem([](CostBook& b) { b.carbon = Carbon{{{1, 1}}, 9}; }), "");
    EXPECT_NE(problem([](CostBook& b) { b.carbon = Carbon{{{0, 1}, {0, 2}}, 9}; }), "");
    EXPECT_NE(problem([](CostBook& b) { b.outlook.emplace().months = 0; }), "");
    EXPECT_NE(problem([](CostBook& b) { b.outlook.emplace().prices = {-1}; }), "");
    EXPECT_NE(problem([](CostBook& b) { b.outlook.emplace().steady_until = 7; }), "");
    EXPECT_NE(problem([](CostBook& b) { b.tax = kBillion + 1; }), "");
}

}  // namespace
}  // namespace tidepool::money
