// `tidepool model tco` and `tidepool model payback`.
#include <cmath>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/json.h"
#include "sim/cli/commands.h"
#include "sim/cli/model_text.h"
#include "sim/cli/money_input.h"
#include "sim/money/investment.h"
#include "sim/money/tco.h"
#include "topology/columns.h"

namespace tidepool::cli {
namespace {

using topology::columns;

std::string money_text(double amount) {
    return formatted("%.2f", amount);
}

std::string years_text(std::optional<double> years) {
    return years ? formatted("%.3f", *years) : "never";
}

struct Payback {
    double occupancy = 0;
    std::optional<double> simple, discounted, rate;
    double value = 0;
};

money::CostBook book_of(const PaybackQuestion& question) {
    const auto months = static_cast<std::uint32_t>(12 * question.years);
    const auto amount = [](double units) { return money::Amount{std::llround(units * 1e6)}; };
    money::CostBook book;
    book.capital.items = {{"all", amount(question.capex),
                           amount(question.capex * question.residual.value),
                           months * money::kTicksPerMonth}};
    book.capital.wacc = question.wacc.value;
    money::Outlook& outlook = book.outlook.emplace();
    outlook.months = months;
    outlook.ramp = static_cast<std::uint32_t>(question.ramp);
    outlook.ramp_from = question.ramp_from.value;
    while (outlook.prices.size() < 50) {
        outlook.prices.push_back(outlook.prices.back() * (1 + question.price_change.value));
    }
    return book;
}

Payback payback(const PaybackQuestion& question, double occupancy) {
    const money::CostBook book = book_of(question);
    const double wacc = question.wacc.value;
    const money::SteadyMonth steady{question.revenue * occupancy / 12, question.opex / 12};
    const auto forever = money::cash_flow(book, steady, money::kMostMonths, false);
    auto cash = money::cash_flow(book, steady, book.outlook->months, false);
    cash.back() += money::value_after(book, book.outlook->months, false);
    Payback answer;
    answer.occupancy = occupancy;
    answer.simple = money::payback_years(forever, 0);
    answer.discounted = money::payback_years(forever, wacc);
    answer.rate = money::internal_rate(cash);
    answer.value = money::net_present_value(cash, wacc);
    return answer;
}

// At which a year pays its running costs and a year of straight-line depreciation.
std::optional<double> break_even(const PaybackQuestion& question) {
    const double lost = question.capex * (1 - question.residual.value);
    const double costs = question.opex + lost / static_cast<double>(question.years);
    return question.revenue > 0 ? std::optional(costs / question.revenue) : std::nullopt;
}

void member(JsonWriter& json, const char* name, std::optional<double> value) {
    json.key(name);
    value ? json.value(*value) : json.null();
}

void print_json(const std::vector<Payback>& answers, std::optional<double> even) {
    JsonWriter json;
    json.begin_object();
    member(json, "break_even_occupancy", even);
    json.key("at").begin_array();
    for (const Payback& answer : answers) {
        json.begin_object().member("occupancy", answer.occupancy);
        member(json, "payback_years", answer.simple);
        member(json, "discounted_payback_years", answer.discounted);
        json.member("npv", answer.value);
        member(json, "irr", answer.rate);
        json.end_object();
    }
    std::cout << json.end_array().end_object().str();
}

}  // namespace

ExitCode model_tco_command(const Arguments& arguments) {
    const auto question = ask<TcoQuestion>(arguments);
    money::OwnedServer server;
    server.capex = question.capex;
    server.wacc = question.wacc.value;
    server.months = static_cast<std::uint32_t>(question.months);
    server.kilowatts = question.power.value / 1e3;
    server.electricity = question.electricity;
    server.load = question.load.value;
    server.pue = question.pue;
    server.colocation = question.colocation;
    server.other = question.other;
    const money::CostOfOwnership cost = money::cost_of_ownership(server);
    const double hours = 730 * static_cast<double>(question.gpus);
    const double sold = hours * question.occupancy.value;
    if (arguments.json) {
        JsonWriter json;
        json.begin_object().member("capital_per_month", cost.capital);
        json.member("electricity_per_month", cost.electricity);
        json.member("colocation_per_month", cost.colocation).member("other_per_month", cost.other);
        json.member("running_per_month", cost.running()).member("per_month", cost.all());
        json.member("capital_per_gpu_h", cost.capital / hours);
        json.member("running_per_gpu_h", cost.running() / hours);
        json.member("per_gpu_h", cost.all() / hours);
        std::cout << json.member("per_sold_gpu_h", cost.all() / sold).end_object().str();
        return ExitCode::kOk;
    }
    const auto row = [&](const char* name, double amount) {
        return std::vector<std::string>{name, money_text(amount),
                                        formatted("%.4f", amount / hours)};
    };
    std::cout << columns({{"", "per month", "per GPU-hour"},
                          row("capital", cost.capital),
                          row("electricity", cost.electricity),
                          row("colocation", cost.colocation),
                          row("other", cost.other),
                          row("all", cost.all())},
                         "lrr");
    if (question.occupancy.value < 1) {
        std::cout << '\n'
                  << formatted("%.4f", cost.all() / sold) << " per GPU-hour sold, with "
                  << percent(question.occupancy.value) << " of the time sold.\n";
    }
    std::cout << "\nMonths of 730 h.\n";
    return ExitCode::kOk;
}

ExitCode model_payback_command(const Arguments& arguments) {
    const auto question = ask<PaybackQuestion>(arguments);
    std::vector<Payback> answers{payback(question, question.occupancy.value)};
    const std::optional<double> even = break_even(question);
    if (arguments.json) {
        print_json(answers, even);
        return ExitCode::kOk;
    }
    for (const double occupancy : {1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3}) {
        if (occupancy != question.occupancy.value) {
            answers.push_back(payback(question, occupancy));
        }
    }
    Rows rows{{"occupancy", "payback", "discounted", "present value", "rate of return"}};
    for (const Payback& answer : answers) {
        rows.push_back({percent(answer.occupancy), years_text(answer.simple),
                        years_text(answer.discounted), money_text(answer.value),
                        answer.rate ? percent(*answer.rate) : "-"});
    }
    std::cout << columns(rows, "rrrrr") << "\nPaybacks in years, looked for over 50 years; value "
              << "and rate over " << counted(static_cast<double>(question.years), "year") << ".\n";
    if (even) {
        std::cout << "Running costs and depreciation are covered from an occupancy of "
                  << percent(*even) << ".\n";
    }
    const std::optional<double>& first = answers.front().simple;
    if (first && *first > static_cast<double>(question.years)) {
        std::cout << "The payback lies beyond the life: what was bought is worn out before.\n";
    }
    return ExitCode::kOk;
}

}  // namespace tidepool::cli
