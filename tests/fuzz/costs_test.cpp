// Damaged and extreme `costs`: reading and compiling them must end, report and never fail an
// assertion; what is accepted must be told for any run.

#include "sim/money/costs.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "sim/base/issue.h"
#include "sim/base/random.h"
#include "sim/config/read.h"
#include "sim/config/text.h"
#include "sim/scenario/compile_costs.h"
#include "tests/money/cost_usage.h"
#include "tests/topology/reading.h"

namespace tidepool::scenario {
namespace {

constexpr std::string_view kSeed =
    "preset: h100-neocloud\n"
    "currency: USD\n"
    "rates: {CNY: 7.2}\n"
    "capex:\n"
    "  catalog: mid\n"
    "  items:\n"
    "    - {name: a, cost: 258001 USD/server, life: 6 yr, residual: 10 %}\n"
    "    - {name: b, cost: 500000 CNY/P}\n"
    "depreciation: {life: 5 yr, residual: 5 %}\n"
    "capital: {wacc: 10.25 %, term: 72 months, loan: 80 %, interest: 10 %}\n"
    "power: {busy: 80 %, idle: 20 %, down: 5 %, pue: 1.35, server: 10.2 kW, storage: 9 kW}\n"
    "electricity:\n"
    "  price: 0.087 USD/kWh\n"
    "  run_starts: 6 h\n"
    "  time_of_use:\n"
    "    - {from: 22 h, until: 6 h, price: 0.05 USD/kWh}\n"
    "    - {from: 8 h, until: 12 h, price: 1.2 CNY/kWh}\n"
    "colocation: 150 USD/kW/mo\n"
    "maintenance: 4 %\n"
    "staff: 20000 USD/mo\n"
    "software: 4500 USD/gpu/y\n"
    "other: [{name: c, cost: 131 USD/server/mo, kind: network}]\n"
    "rent: {price: 2 USD/gpu/h, of: installed}\n"
    "carbon: {intensity: 380 g/kWh}\n"
    "tax: 25 %\n"
    "outlook: {years: 7, steady: [0 d, 1 d], price_change: -10 %,\n"
    "          ramp: {over: 12 months, from: 20 %}}\n";

constexpr std::array<std::string_view, 34> kPieces{
    "0",    "9",  "99999999", "1e15",  "1e-15",    "-",       ".",    "/gpu",
    "/kW",  "/P", "/mo",      "/y",    "/kWh",     " USD",    " CNY", " %",
    " yr",  " h", " GW",      "100 %", "0.000001", "8.5 yr",  "{",    "}",
    "[",    "]",  ",",        ": ",    "\n",       "annuity", "low",  "a800-qinghai",
    "\xC3", "nan"};

class Dice {
public:
    explicit Dice(std::uint32_t entity) : entity_(entity) {}
    std::size_t below(std::size_t n) {
        const Block block = draw(20'261'201, Purpose::kSynthetic, entity_, next_++);
        return n == 0 ? 0 : bounded(block[0], static_cast<std::uint32_t>(n));
    }

private:
    std::uint32_t entity_;
    std::uint32_t next_ = 0;
};

// Numbers are the usual prey: a digit more, a unit exchanged.
void mutate(std::string& text, Dice& dice) {
    std::size_t at = dice.below(text.size() + 1);
    if (dice.below(2) == 0) {
        const std::size_t digit = text.find_first_of("0123456789", at);
        at = digit == std::string::npos ? at : digit;
    }
    const std::size_t length = std::min(dice.below(5) + 1, text.size() - at);
    switch (dice.below(10)) {
        case 0:
            text.erase(at, length);
            break;
        case 1:
            text.insert(at, text.substr(at, length));
            break;
        case 2:
            text.replace(at, length, kPieces[dice.below(kPieces.size())]);
            break;
        case 3:
            text.insert(at, kPieces[dice.below(kPieces.size())]);
            break;
        default: {
            const std::string digits(1 + dice.below(4), static_cast<char>('0' + dice.below(10)));
            text.replace(at, dice.below(2), digits.substr(dice.below(digits.size())));
        }
    }
}

// Whether it was accepted.
bool compile_and_tell(const std::string& text, const topology::Topology& topology) {
    Issues issues;
    const config::Value section =
        resolve_costs(config::parse_yaml(text, "f.yaml", issues), "costs", issues);
    const auto spec = config::read<CostsSpec>(section, "costs", issues);
    money::CostBook book;
    if (issues.empty()) {
        book = compile_costs(spec, topology, currencies_of(spec), section, "costs", issues);
    }
    for (const Issue& issue : issues.list()) {
        EXPECT_FALSE(issue.problem.empty());
        EXPECT_FALSE(config::find_bad_byte(to_string(issue))) << to_string(issue);
    }
    if (!issues.empty()) {
        return false;
    }
    EXPECT_EQ(problem_of(book), "") << text;
    constexpr std::uint32_t kEnd = std::numeric_limits<std::uint32_t>::max() - 1;
    for (const std::uint32_t end : {1U, money::kDay, kEnd}) {
        money::Usage usage =
            money::steady_usage(16, 16, end, std::max(end / 7, std::min(end, 1'000'000U)));
        usage.models = {"h100-sxm"};
        money::Statement statement;
        statement.revenue = {{0, 0, money::Item::kOnDemand, 0, 1, money::usd(1000)}};
        try {
            add_costs(usage, book, statement);
        } catch (const InputError&) {  // a run too short for its steady state, ...
        }
    }
    return true;
}

TEST(MutatedCosts, NeverBreakAnything) {
    const topology::Topology topology =
        topology::good_topology("clusters: [{name: a, server: hgx-h100, nodes: 2}]\n");
    ASSERT_TRUE(compile_and_tell(std::string(kSeed), topology));
    int accepted = 0;
    for (std::uint32_t entity = 0; entity < 10000; ++entity) {
        Dice dice(entity);
        std::string text(kSeed);
        for (std::size_t times = dice.below(4) + 1; times > 0; --times) {
            mutate(text, dice);
        }
        accepted += compile_and_tell(text, topology) ? 1 : 0;
    }
    EXPECT_GT(accepted, 500);  // or nothing would be tried beyond the reader
    EXPECT_LT(accepted, 9500);
}

}  // namespace
}  // namespace tidepool::scenario
