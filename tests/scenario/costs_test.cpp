// From `costs` in YAML to a cost book: presets, units, catalogue, what is refused.

#include "sim/money/costs.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/read.h"
#include "sim/config/write.h"
#include "sim/scenario/compile_costs.h"
#include "sim/scenario/money_text.h"
#include "tests/money/cost_usage.h"
#include "tests/scenario/compiled_costs.h"
#include "tests/topology/reading.h"

namespace tidepool::scenario {
namespace {

using money::usd;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A month of the topology with all GPUs held, by the name of its only GPU model.
money::Statement month(const money::CostBook& book, std::uint32_t gpus, const std::string& model) {
    money::Usage usage = money::steady_usage(gpus, gpus, money::kMonth, money::kHour);
    usage.models = {model};
    money::Statement statement;
    money::add_costs(usage, book, statement);
    return statement;
}

TEST(MoneyText, ReadsDecimalsExactly) {
    const auto micro = [](const std::string& text) {
        const auto money = parse_money(text);
        EXPECT_TRUE(money.ok()) << text << money.problem;
        return *nearest_integer(*product(money.value.number, {1'000'000, 1}));
    };
    EXPECT_EQ(micro("258001 USD"), 258'001'000'000);
    EXPECT_EQ(micro("0.087 USD/kWh"), 87'000);
    EXPECT_EQ(micro("1e9 CNY"), 1'000'000'000'000'000);
    EXPECT_EQ(micro("2.5e-6USD"), 2);  // half to even
    EXPECT_EQ(micro("3.5e-6 USD"), 4);
    EXPECT_EQ(micro("999999999.999999 USD"), 999'999'999'999'999);
    EXPECT_THAT(parse_money("150 USD/kW / mo").value.per, ElementsAre("kW", "mo"));
    for (const char* text : {"", "USD", "12", "-1 USD", "1 usd", "1 USD/", "1 USD//mo", "1,5 USD",
                             "1 USD/mo2", "1e99 USD", "1234567890123456 USD", "1e15 USD",
                             "1 USD/a/b/c/d", "nan USD", "0x1 USD", "1 $"}) {
        EXPECT_FALSE(parse_money(text).ok()) << text;
    }
}

TEST(CostPresets, AreReadAndSaySo) {
    const auto presets = cost_presets();
    ASSERT_EQ(presets.size(), 7u);
    for (const CostPreset& preset : presets) {
        SCOPED_TRACE(preset.name);
        EXPECT_FALSE(preset.about.empty());
        const money::CostBook book = good("preset: " + preset.name);
        EXPECT_EQ(problem_of(book), "");
        Issues issues;
        const config::Value section = resolve_costs(
            config::parse_yaml("preset: " + preset.name, "c.yaml", issues), "costs", issues);
        const auto spec = config::read<CostsSpec>(section, "", issues);
        EXPECT_FALSE(spec.source.empty());
        for (const std::string& key : spec.unconfirmed) {  // names keys that are there
            const config::Value* at = &section;
            for (std::size_t from = 0; at != nullptr && from <= key.size();) {
                const std::size_t dot = std::min(key.find('.', from), key.size());
                at = at->find(key.substr(from, dot - from));
                from = dot + 1;
            }
            EXPECT_NE(at, nullptr) << key;
        }
        // What is written out reads back, without the preset being applied again.
        const config::Value again = config::parse_yaml(config::to_yaml(spec), "back", issues);
        EXPECT_EQ(config::read<CostsSpec>(resolve_costs(again, "", issues), "", issues), spec);
        EXPECT_TRUE(issues.empty());
    }
}

// VC-60 through YAML, to the cent.
TEST(CostPresets, H200GiantIsThePublishedServer) {
    const money::CostBook book =
        good("preset: h200-giant", "clusters: [{name: a, server: hgx-h200, nodes: 1}]\n");
    const money::Statement told = month(book, 8, "h200");
    EXPECT_EQ(money::capex(book), usd(361'255));
    EXPECT_NEAR(money::in_units(money::cost(told, money::CostKind::kDepreciation)), 6738.18, 5e-3);
    EXPECT_NEAR(money::in_units(money::cost(told, money::CostKind::kElectricity) +
                                money::cost(told, money::CostKind::kColocation)),
                2388.27, 5e-3);
    EXPECT_NEAR(money::in_units(money::total_cost(told)), 6738.18 + 2558.27, 1e-2);
    EXPECT_NEAR(money::in_units(money::total_cost(told)) / 5840, 1.5919, 5e-5);
}

// 96 servers: the same per GPU-hour.
TEST(CostPresets, CountPerServer) {
    const money::CostBook book =
        good("preset: h200-giant", "clusters: [{name: a, server: hgx-h200, nodes: 96}]\n");
    const money::Statement told = month(book, 768, "h200");
    EXPECT_NEAR(money::in_units(money::total_cost(told)) / 5840 / 96, 1.5919, 5e-5);
}

// 2,000 P of A800: 0.624 P each; 3,208 GPUs are 2,001.792 P.
TEST(CostPresets, CentreCostsHalfAMillionPerP) {
    const money::CostBook book =
        good("preset: centre-2000p", "clusters: [{name: a, server: hgx-a800, nodes: 401}]\n");
    EXPECT_EQ(money::capex(book), usd(1'000'896'000));
    EXPECT_EQ(book.currency, "CNY");
}

TEST(CompileCosts, OwnKeysGoOverThePreset) {
    const money::CostBook book = good(
        "preset: h100-neocloud-2to1\nelectricity: {price: 0.2 USD/kWh}\nmaintenance: 0\n"
        "capex: {items: [{name: all, cost: 1e6 USD}]}\n");
    EXPECT_EQ(book.electricity->price, 200'000'000);
    EXPECT_EQ(money::capex(book), usd(1e6));
    ASSERT_EQ(book.recurring.size(), 1u);
    EXPECT_EQ(book.recurring[0].name, "colocation");
    EXPECT_EQ(book.recurring[0].a_year, usd(130 * 12 * 20.4));
    EXPECT_THAT(only_problem("preset: h100-neoclod"), HasSubstr("'h100-neocloud'"));
}

TEST(CompileCosts, CountsByServerGpuPowerAndP) {
    const money::CostBook book = good(
        "capex:\n"
        "  items:\n"
        "    - {name: a, cost: 100 USD/server}\n"
        "    - {name: b, cost: 100 USD/gpu, life: 2 yr, residual: 25 %}\n"
        "    - {name: c, cost: 100 USD/kW}\n"
        "    - {name: d, cost: 100 USD/P}\n"
        "    - {name: e, cost: 100 USD}\n"
        "    - {name: f, cost: 100 USD/site}\n"
        "power: {storage: 600 W}\n"
        "maintenance: 10 %\n"
        "staff: 1 USD/d\n"
        "software: 4500 USD/gpu/y\n"
        "other: [{name: g, cost: 2 USD/server/h, kind: network}]\n");
    const auto& items = book.capital.items;
    ASSERT_EQ(items.size(), 6u);
    EXPECT_EQ(items[0].cost, usd(200));
    EXPECT_EQ(items[1].cost, usd(1600));
    EXPECT_EQ(items[1].residual, usd(400));
    EXPECT_EQ(items[1].life, 2 * money::kTicksPerYear);
    EXPECT_EQ(items[0].life, 5 * money::kTicksPerYear);
    EXPECT_EQ(items[2].cost, usd(2100));              // 2 x 10.2 + 0.6 kW
    EXPECT_EQ(items[3].cost, usd(100 * 16 * 1.978));  // 16 x 989 TFLOPS x 2
    EXPECT_EQ(items[4].cost, usd(100));
    EXPECT_EQ(items[5].cost, usd(100));
    ASSERT_EQ(book.recurring.size(), 4u);
    EXPECT_EQ(book.recurring[0].a_year.micro, money::capex(book).micro / 10);
    EXPECT_EQ(book.recurring[1].a_year, usd(365));
    EXPECT_EQ(book.recurring[2].a_year, usd(72'000));
    EXPECT_EQ(book.recurring[3].a_year, usd(2 * 2 * 8760));
    EXPECT_EQ(book.recurring[3].kind, money::CostKind::kNetwork);
    EXPECT_EQ(book.power->constant, 600'000u);
    EXPECT_EQ(book.power->models[0].milliwatts, 20'400'000u);
    EXPECT_EQ(book.power->models[0].gpus, 16u);
    EXPECT_EQ(book.outlook->months, 60u);
}

TEST(CompileCosts, TakesThePartsOfTheCatalogue) {
    const std::string pod = "preset: neocloud-1024\n";
    EXPECT_EQ(money::capex(good("capex: {catalog: low}", pod)),
              usd(128 * 256'400.0 + 48 * 36'000.0));
    EXPECT_EQ(money::capex(good("capex: {catalog: high}", pod)),
              usd(128 * 310'000.0 + 48 * 50'000.0));
    EXPECT_EQ(money::capex(good("capex: {catalog: mid}", pod)),
              usd(128 * 283'200.0 + 48 * 43'000.0));
    EXPECT_EQ(good("power: {}", pod).power->constant, 48u * 1'700'000);
    EXPECT_THAT(only_problem("capex: {catalog: mid}",
                             "clusters: [{name: a, server: hgx-h200, nodes: 1}]\n"),
                HasSubstr("c.yaml:1:18: costs.capex.catalog: the catalogue knows no price of: "
                          "server hgx-h200"));
}

TEST(CompileCosts, ChangesCurrencies) {
    const money::CostBook book = good(
        "currency: USD\nrates: {CNY: 7.2}\ncapex: {items: [{name: a, cost: 72 CNY}]}\n"
        "electricity: {price: 0.36 CNY/kWh}\nrent: {price: 14.4 CNY/gpu/h}\n");
    EXPECT_EQ(money::capex(book), usd(10));
    EXPECT_EQ(book.electricity->price, 50'000'000);
    EXPECT_EQ(money::charge(money::kTicksPerHour, book.rent->price), usd(2));
    EXPECT_THAT(only_problem("capex: {items: [{name: a, cost: 72 CNY}]}"),
                HasSubstr("no rate of this currency is known (got 'CNY')"));
}

TEST(CompileCosts, SplitsWindowsAtMidnight) {
    const money::CostBook book = good(
        "electricity:\n  price: 1 USD/kWh\n  run_starts: 6 h\n  time_of_use:\n"
        "    - {from: 22 h, until: 6 h, price: 0.5 USD/kWh}\n"
        "    - {from: 8 h, until: 12 h, price: 2 USD/kWh}\n");
    ASSERT_EQ(book.electricity->windows.size(), 3u);
    EXPECT_EQ(book.electricity->windows[0].until, 6 * money::kHour);
    EXPECT_EQ(book.electricity->windows[1].price, 2 * money::kBillion);
    EXPECT_EQ(book.electricity->windows[2].from, 22 * money::kHour);
    EXPECT_EQ(book.electricity->clock, 6 * money::kHour);
    ASSERT_TRUE(book.power);  // the defaults
    EXPECT_EQ(book.power->pue, 1'300'000);
}

TEST(CompileCosts, ReadsTheOutlook) {
    const money::CostBook book = good(
        "outlook: {years: 7, steady: [7 d, 30 d], price_change: -10 %, replace: false,\n"
        "          ramp: {over: 12 months, from: 20 %}}\n");
    EXPECT_EQ(book.outlook->months, 84u);
    EXPECT_EQ(book.outlook->steady_from, 7 * money::kTicksPerDay);
    EXPECT_EQ(book.outlook->steady_until, 30 * money::kTicksPerDay);
    EXPECT_DOUBLE_EQ(book.outlook->prices[2], 0.81);
    EXPECT_EQ(book.outlook->ramp, 12u);
    EXPECT_EQ(book.outlook->ramp_from, 0.2);
    EXPECT_FALSE(book.outlook->replace);
    EXPECT_THAT(good("outlook: {prices: [100 %, 50 %]}").outlook->prices, ElementsAre(1, 0.5));
    EXPECT_FALSE(good("rent: {price: 2 USD/gpu/h}").outlook);
}

TEST(CompileCosts, NamesPlaceAndProblem) {
    EXPECT_EQ(only_problem("colocation: 150 USD/kW"),
              "c.yaml:1:13: costs.colocation: needs a time (got '150 USD/kW'), per /h, /d, /mo or "
              "/y at its end");
    EXPECT_THAT(only_problem("colocation: -1 USD/kW/mo"), HasSubstr("must not be negative"));
    EXPECT_THAT(only_problem("staff: 1 USD/node/mo"), HasSubstr("cannot be counted like this"));
    EXPECT_THAT(only_problem("staff: 1 USD/mo/gpu"), HasSubstr("cannot be counted like this"));
    EXPECT_THAT(only_problem("capex: {items: [{name: a, cost: 1 USD/mo}]}"),
                HasSubstr("costs.capex.items[0].cost"));
    EXPECT_THAT(only_problem("capex: {items: [{name: a, cost: 1e12 USD/gpu}]}"),
                HasSubstr("more than 1e12"));
    EXPECT_THAT(only_problem("capex: {items: [{name: a, cost: 1 USD, residual: 101 %}]}"),
                HasSubstr("residual"));
    EXPECT_THAT(only_problem("capex: {items: [{name: tax, cost: 1 USD}]}"),
                HasSubstr("another cost has this name"));
    EXPECT_THAT(only_problem("capital: {loan: 80 %}"), HasSubstr("go together"));
    EXPECT_THAT(only_problem("capital: {loan: 80 %, interest: 10 %, charge: annuity}"),
                HasSubstr("an annuity pays interest already"));
    EXPECT_THAT(only_problem("rent: {price: 2 USD/h}"), HasSubstr("2 USD/gpu/h"));
    EXPECT_THAT(only_problem("electricity: {price: 0.1 USD}"), HasSubstr("per kWh"));
    EXPECT_THAT(only_problem("electricity: {price: 11 USD/kWh}"), HasSubstr("more than 10 USD"));
    EXPECT_THAT(only_problem("electricity:\n  price: 1 USD/kWh\n  time_of_use:\n"
                             "    - {from: 22 h, until: 6 h, price: 1 USD/kWh}\n"
                             "    - {from: 5 h, until: 8 h, price: 1 USD/kWh}\n"),
                HasSubstr("c.yaml:5:7: costs.electricity.time_of_use[1]: overlaps time_of_use[0]"));
    EXPECT_THAT(only_problem("electricity:\n  price: 1 USD/kWh\n  time_of_use:\n"
                             "    - {from: 8 h, until: 8 h, price: 1 USD/kWh}\n"),
                HasSubstr("needs some length"));
    EXPECT_THAT(only_problem("power: {}", "clusters: [{name: a, server: hgx-h200, nodes: 1}]\n"),
                HasSubstr("no power of: server hgx-h200"));
    EXPECT_THAT(only_problem("colocation: 1 USD/kW/mo",
                             "clusters: [{name: a, server: hgx-h200, nodes: 1}]\n"),
                HasSubstr("rated power of the datacenter is not known"));
    EXPECT_THAT(only_problem("power: {pue: 0.9}"), HasSubstr("pue"));
    EXPECT_THAT(only_problem("power: {server: 900 MW, network: 900 GW}"), HasSubstr("network"));
    EXPECT_THAT(only_problem("power: {server: 1 GW, storage: 1 GW}",
                             "clusters: [{name: a, server: hgx-h100, nodes: 12}]\n"),
                HasSubstr("more than 10 GW"));
    EXPECT_THAT(only_problem("outlook: {steady: [7 d]}"), HasSubstr("two whole days"));
    EXPECT_THAT(only_problem("outlook: {steady: [7 d, 30.5 d]}"), HasSubstr("two whole days"));
    EXPECT_THAT(only_problem("outlook: {prices: [1], price_change: 5 %}"),
                HasSubstr("a second time"));
    EXPECT_THAT(only_problem("carbon: {}"), HasSubstr("either `file` or `intensity`"));
    EXPECT_THAT(only_problem("carbon: {intensity: 380 kg}"), HasSubstr("380 g/kWh"));
    EXPECT_THAT(only_problem("carbon: {intensity: 380 g/kWh, from: x}"), HasSubstr("goes with"));
    EXPECT_THAT(only_problem("colo: 1 USD/kW/mo"), HasSubstr("colo"));
    // All at once.
    EXPECT_EQ(compiled("staff: 1 USD\nsoftware: 1 EUR/y\ncolocation: x\n").problems().size(), 3u);
}

// The example of docs/costs.md.
TEST(CompileCosts, TakesTheExampleOfItsPage) {
    std::ifstream page(TIDEPOOL_SOURCE_DIR "/docs/costs.md");
    std::stringstream text;
    text << page.rdbuf();
    const std::string all = text.str();
    const std::size_t begin = all.find("```yaml\ncosts:\n") + 8;
    const std::string yaml = all.substr(begin, all.find("```", begin) - begin);
    Issues issues;
    const std::string file = TIDEPOOL_SOURCE_DIR "/workloads/traces/c.yaml";
    const config::Value costs = *config::parse_yaml(yaml, file, issues).find("costs");
    const config::Value section = resolve_costs(costs, "costs", issues);
    const auto spec = config::read<CostsSpec>(section, "costs", issues);
    const auto topology = topology::good_topology("preset: neocloud-1024\n");
    const money::CostBook book =
        compile_costs(spec, topology, currencies_of(spec), section, "costs", issues);
    for (const Issue& issue : issues.list()) {
        ADD_FAILURE() << to_string(issue);
    }
    // 1,024 GPUs of 1.978 P at 500,000 / 7.2 USD.
    ASSERT_EQ(book.capital.items.size(), 4u);  // servers, leaves, spines, the centre
    EXPECT_NEAR(money::in_units(book.capital.items[3].cost), 1024 * 1.978 * 500'000 / 7.2, 1e-6);
    EXPECT_EQ(book.outlook->months, 180u);
    EXPECT_GT(book.carbon->until, 100 * money::kTicksPerDay);
}

}  // namespace
}  // namespace tidepool::scenario
