// From `prices` and `sla` in YAML to a price book: texts, presets, dates, what is refused.

#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/read.h"
#include "sim/config/write.h"
#include "sim/money/bill.h"
#include "sim/scenario/compile_prices.h"
#include "sim/scenario/price_presets.h"
#include "sim/scenario/price_series.h"
#include "sim/scenario/price_text.h"

namespace tidepool::scenario {
namespace {

using money::Plan;
using money::PriceBook;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint32_t kHour = static_cast<std::uint32_t>(money::kTicksPerHour);
constexpr std::uint32_t kDay = 24 * kHour;

PriceNames small_names() {
    PriceNames names;
    names.tenants = {"", "ann", "bob"};
    names.models = {{"h100-sxm", 1'978'000, 64}, {"a800-80", 624'000, 64}, {"other", 0, 8}};
    names.services = {{"chat", {"", "fast"}}};
    names.end = Ticks{100 * kDay};
    names.bin = {kHour / 2};
    return names;
}

struct Made {
    PriceBook book;
    std::vector<std::string> problems;
};

Made made(const std::string& yaml, const PriceNames& names = small_names()) {
    Issues issues;
    Made result;
    config::Value root = config::parse_yaml(yaml, "p.yaml", issues);
    resolve_price_presets(root, issues);
    const config::Value* prices = root.find("prices");
    if (issues.empty() && prices != nullptr) {
        const auto spec = config::read<PricesSpec>(*prices, "prices", issues);
        std::optional<SlaSpec> sla;
        if (root.find("sla") != nullptr) {
            sla = config::read<SlaSpec>(*root.find("sla"), "sla", issues);
        }
        if (issues.empty()) {
            result.book = compile_prices(spec, sla, names, root, "", issues);
        }
    }
    for (const Issue& issue : issues.list()) {
        result.problems.push_back(to_string(issue));
    }
    return result;
}

PriceBook good(const std::string& yaml, const PriceNames& names = small_names()) {
    Made result = made(yaml, names);
    EXPECT_THAT(result.problems, IsEmpty()) << yaml;
    return result.book;
}

void refused(const std::string& yaml, const std::string& because,
             const PriceNames& names = small_names()) {
    EXPECT_THAT(made(yaml, names).problems, ElementsAre(HasSubstr(because))) << yaml;
}

// Of one GPU, in millionths.
std::int64_t cost(const PriceBook& book, Plan plan, std::uint32_t model, std::uint32_t from,
                  std::uint32_t to) {
    const money::PricePath* path = book.price(plan, model);
    return path == nullptr ? -1 : path->charge(Ticks{from}, Ticks{to}, 1).micro;
}

TEST(PriceText, ReadsDecimalsExactly) {
    EXPECT_EQ(parse_billionths("2.99").value, 2'990'000'000);
    EXPECT_EQ(parse_billionths("0.000000001").value, 1);
    EXPECT_EQ(parse_billionths("1000000000").value, 1'000'000'000'000'000'000);
    for (const char* text : {"", "-1", "1.2.3", ".", "1e3", "0.0000000001", "1000000001", "x"}) {
        EXPECT_FALSE(parse_billionths(text).ok()) << text;
    }
    for (const char* text : {"2.99", "2.99 USD", "2.99 USD/gpu", "2.99 usd/gpu/h", "USD/gpu/h",
                             "2.99 USD/gpu/fortnight", "2.99 USD/node/h", "-2 USD/gpu/h",
                             "2.99 USD/gpu/h/h", "2.99 USD/h/gpu"}) {
        EXPECT_FALSE(parse_price(text).ok()) << text;
    }
    EXPECT_EQ(parse_price("120000 CNY/P/y").value.basis, PriceBasis::kPflops);
    EXPECT_EQ(parse_price("3 USD / gpu / month").value.ticks, 730ULL * kHour);
    EXPECT_EQ(billionths(0.3), 300'000'000);
    EXPECT_EQ(billionths(7.2), 7'200'000'000);
    EXPECT_FALSE(billionths(1e-10 / 3));
}

// VC-63: 8 A800 of 0.624 P each are 4.992 P, 599,040 CNY a year and 8.548 CNY per GPU-hour.
// VC-62: 2,000 P at CNY 120,000 are 240 M a year; here 1,000 P, of 1,602 GPUs.
TEST(Prices, OfComputingPowerByTheP) {
    PriceNames names = small_names();
    names.end = Ticks{365 * kDay};
    names.models[1].gpus = 3300;
    const PriceBook book = good(
        "prices: {preset: a800-qinghai, contracts: [{tenant: ann, gpu: a800-80, quantity: "
        "2000 P, term: 365 d, price: 120000 CNY/P/y}]}",
        names);
    EXPECT_EQ(book.currency, "CNY");
    EXPECT_EQ(cost(book, Plan::kOnDemand, 1, 0, 365 * kDay), 74'880'000'000);  // 599,040 / 8
    EXPECT_EQ(cost(book, Plan::kOnDemand, 1, 0, kHour), 8'547'945);            // 74,880 / 8,760
    EXPECT_EQ(cost(book, Plan::kOnDemand, 2, 0, kHour), -1);                   // its P is not known
    ASSERT_EQ(book.contracts.size(), 1u);
    EXPECT_EQ(book.contracts[0].gpus, 3205u);  // 2000 / 0.624 = 3205.1
    EXPECT_EQ(money::charge(365LL * kDay, book.contracts[0].price).micro, 240'000'000'000'000);
}

// VC-64: the path of domain.md 5.1 by date.
TEST(Prices, FollowTheDatesOfThePreset) {
    PriceNames names = small_names();
    names.end = Ticks{400 * kDay};
    const PriceBook book = good("prices: {preset: h100-path, starts: 2025-03-01}", names);
    const auto hour = [&](std::uint32_t day) {
        return cost(book, Plan::kOnDemand, 0, day * kDay, day * kDay + kHour);
    };
    EXPECT_EQ(hour(0), 2'990'000);
    EXPECT_EQ(hour(91), 2'990'000);   // 2025-05-31
    EXPECT_EQ(hour(92), 2'300'000);   // 2025-06-01
    EXPECT_EQ(hour(214), 1'700'000);  // 2025-10-01
    EXPECT_EQ(hour(365), 2'350'000);  // 2026-03-01
    refused(
        "prices: {preset: h100-path, list: [{plan: spot, price: 1 USD/gpu/h, from: 2025-03-01}]}",
        "nobody says when the run starts", names);
}

TEST(Prices, ConvertByTheRate) {
    const PriceBook book =
        good("prices: {rates: {CNY: 7.2}, list: [{plan: spot, price: 14.4 CNY/gpu/h}]}");
    EXPECT_EQ(cost(book, Plan::kSpot, 0, 0, kHour), 2'000'000);
}

TEST(Prices, TakeTheModelsOwnLinesFirst) {
    const PriceBook book = good(
        "prices:\n  list:\n    - {plan: on-demand, price: 1 USD/gpu/h}\n"
        "    - {plan: on-demand, gpu: h100-sxm, price: 3 USD/gpu/h, until: 10 d}\n"
        "    - {plan: on-demand, gpu: h100-sxm, price: 2 USD/gpu/h, from: 10 d}\n");
    EXPECT_EQ(cost(book, Plan::kOnDemand, 0, 9 * kDay, 11 * kDay), 24 * 5'000'000);
    EXPECT_EQ(cost(book, Plan::kOnDemand, 1, 9 * kDay, 11 * kDay), 48 * 1'000'000);
}

TEST(Prices, ReadContractsTokensBidsAndPromises) {
    const PriceBook book = good(
        "prices:\n"
        "  list: [{plan: on-demand, price: 3 USD/gpu/h}]\n"
        "  billing: {granularity: 1 min, minimum: 5 min, failed_time: refund}\n"
        "  contracts:\n"
        "    - {tenant: ann, gpu: h100-sxm, quantity: 10 GPU, from: 1 d, term: 2 d, discount: 30 %,"
        " prepaid: 25 %, kind: block}\n"
        "  tokens: [{preset: deepseek-r1, service: chat, output: 2 USD/M}]\n"
        "  spot: {bids: [{tenant: bob, bid: 1.2 USD/gpu/h}], notice: 30 s}\n"
        "  commission: {on-demand: 15 %}\n"
        "sla: {preset: aws-p5, claimed: 50 %}\n");
    ASSERT_EQ(book.contracts.size(), 1u);
    EXPECT_EQ(money::charge(kHour, book.contracts[0].price).micro, 21'000'000);  // 10 * 3 * 0.7
    EXPECT_EQ(book.contracts[0].from.value, kDay);
    EXPECT_EQ(book.contracts[0].to, 3ULL * kDay);
    EXPECT_TRUE(book.contracts[0].block);
    EXPECT_EQ(book.contracts[0].prepaid, (money::Share{1, 4}));
    EXPECT_EQ(book.billed_time[1].granularity, 960u);
    EXPECT_TRUE(book.refund_failed_time);
    ASSERT_EQ(book.tokens.size(), 1u);
    EXPECT_EQ(money::charge(1'000'000, book.tokens[0].input).micro, 550'000);
    EXPECT_EQ(money::charge(1'000'000, book.tokens[0].output).micro, 2'000'000);
    EXPECT_EQ(book.tokens[0].off_peak->charged, (money::Share{1, 4}));
    EXPECT_EQ(book.tokens[0].off_peak->to, 17ULL * kHour / 2);
    EXPECT_EQ(money::charge(kHour, *book.spot.bid[2]).micro, 1'200'000);
    EXPECT_FALSE(book.spot.bid[1]);
    EXPECT_EQ(book.commission[1], (money::Share{3, 20}));
    EXPECT_EQ(book.sla->tiers.size(), 3u);
    EXPECT_EQ(book.sla->tiers[0].below, (money::Share{199, 200}));
    EXPECT_EQ(book.sla->claimed, (money::Share{1, 2}));
}

TEST(Prices, RefuseWhatCannotBe) {
    const auto list = [](const std::string& line) { return "prices: {list: [" + line + "]}"; };
    refused(list("{plan: spot, price: 2 USD}"), "has to say what it is for");
    refused(list("{plan: spot, price: -2 USD/gpu/h}"), "must not be negative");
    refused(list("{plan: spot}"), "needs either `price` or `series`");
    refused(list("{plan: spot, price: 2 EUR/gpu/h}"), "without a rate to USD (got 'EUR')");
    refused(list("{plan: spot, gpu: h100-sxn, price: 2 USD/gpu/h}"), "did you mean 'h100-sxm'?");
    refused(list("{plan: spot, price: 2 USD/gpu/h, from: 2 d, until: 1 d}"), "has to be after");
    refused(
        "prices:\n  list:\n    - {plan: spot, price: 2 USD/gpu/h}\n"
        "    - {plan: spot, price: 2 USD/gpu/h, until: 5 d}\n",
        "prices.list[0] at p.yaml:3");
}

TEST(Prices, RefuseContractsThatCannotBe) {
    const auto contract = [](const std::string& keys) {
        return "prices: {list: [{plan: on-demand, price: 3 USD/gpu/h}], contracts: [{" + keys +
               "}]}";
    };
    const std::string price = ", price: 2 USD/gpu/h";
    refused(contract("tenant: anne, gpu: h100-sxm, quantity: 8 GPU, term: 1 d" + price),
            "did you mean 'ann'?");
    refused(contract("tenant: ann, gpu: h100-sxm, quantity: 8 GPU, term: 0 d" + price), "term");
    refused(contract("tenant: ann, gpu: h100-sxm, quantity: 65 GPU, term: 1 d" + price),
            "more than the 64 GPUs");
    refused(contract("tenant: ann, gpu: h100-sxm, quantity: 8.5 GPU, term: 1 d" + price),
            "whole number of GPUs");
    refused(contract("tenant: ann, gpu: other, quantity: 8 P, term: 1 d" + price), "not known");
    refused(contract("tenant: ann, gpu: h100-sxm, quantity: 1 P, term: 1 d" + price),
            "less than one GPU");
    refused(contract("tenant: ann, gpu: h100-sxm, quantity: 8 GPU, term: 1 d"),
            "needs either `price` or `discount`");
}

TEST(Prices, RefuseTokensBidsAndPromisesThatCannotBe) {
    const std::string token = "prices: {tokens: [{input: 1 USD/M, output: 1 USD/M, ";
    refused(token + "service: chap}]}", "did you mean 'chat'?");
    refused(token + "service: chat, class: fasd}]}", "did you mean 'fast'?");
    refused(token + "service: chat, class: fast}]}", "no price for requests without a class");
    refused(token + "off_peak: {from: 15 min, until: 8 h, discount: 50 %}}]}", "inside a bin");
    refused(token + "off_peak: {from: 8 h, until: 8 h, discount: 50 %}}]}", "differ from `from`");
    refused("prices: {tokens: [{preset: deepseek-r2}]}", "did you mean 'deepseek-r1'?");
    refused(
        "prices: {spot: {rule: bids, reserve: 1 USD/gpu/h, bids: [{tenant: ann, bid: 0.5 "
        "USD/gpu/h}]}}",
        "less than `reserve`");
    refused("prices: {}\nsla: {preset: aws-p6}", "did you mean 'aws-p5'?");
    refused("prices: {}\nsla: {tiers: [{below: 99 %, credit: 10 %}, {below: 99.5 %, credit: 5 %}]}",
            "have to fall");
    refused("prices: {currency: usd}", "no currency code");
}

TEST(Prices, RefuseWorkWithoutAPrice) {
    PriceNames names = small_names();
    names.used = {{Plan::kOnDemand, 0, 1, money::kNone}};
    refused("prices: {list: [{plan: spot, price: 1 USD/gpu/h}]}",
            "`on-demand` is used on GPU model 'h100-sxm', but has no price", names);
    refused("prices: {list: [{plan: on-demand, price: 1 USD/gpu/h, until: 90 d}]}",
            "has no price from 90 d on", names);
    names.used = {{Plan::kOnDemand, 0, 1, 0}};  // of the service, whose tokens are sold
    good("prices: {tokens: [{preset: deepseek-v3}]}", names);
    names.used = {{Plan::kSpot, 0, 1, money::kNone}};
    refused("prices: {spot: {rule: bids}}", "the tenant 'ann' has work under the plan `spot`",
            names);
    names.used = {{Plan::kReserved, 0, 1, money::kNone}};
    refused(
        "prices: {contracts: [{tenant: ann, gpu: h100-sxm, quantity: 8 GPU, term: 1 d, price: 2 "
        "USD/gpu/h}]}",
        "the plan `on-demand` is used", names);
}

TEST(PricePresets, AreGoodAndReadBack) {
    EXPECT_EQ(price_presets().size(), 3u);
    EXPECT_EQ(token_presets().size(), 3u);
    EXPECT_EQ(sla_presets().size(), 5u);
    for (const PricePreset& preset : price_presets()) {
        EXPECT_FALSE(preset.about.empty());
        good("prices: {starts: 2026-04-01, preset: " + preset.name + "}");
    }
    for (const PricePreset& preset : token_presets()) {
        good("prices: {tokens: [{preset: " + preset.name + "}]}");
    }
    for (const PricePreset& preset : sla_presets()) {
        good("prices: {}\nsla: {preset: " + preset.name + "}");
    }
    Issues issues;
    config::Value root = config::parse_yaml(
        "prices: {preset: h100-2026, tokens: [{preset: deepseek-r1}]}", "p.yaml", issues);
    resolve_price_presets(root, issues);
    const auto spec = config::read<PricesSpec>(*root.find("prices"), "prices", issues);
    const config::Value again = config::parse_yaml(config::to_yaml(spec), "q.yaml", issues);
    EXPECT_EQ(config::read<PricesSpec>(again, "prices", issues), spec);
    EXPECT_TRUE(issues.empty());
}

// Three changes in two zones; 7.344 USD an hour for 8 GPUs are 0.918.
TEST(PriceSeries, ReadsWhatAwsPrints) {
    const std::string path = testing::TempDir() + "spot_prices.json";
    const auto row = [](const char* zone, const char* price, const char* time) {
        return std::string("{\"AvailabilityZone\": \"") + zone +
               "\", \"InstanceType\": \"p3\", \"ProductDescription\": \"Linux\", \"SpotPrice\": "
               "\"" +
               price + "\", \"Timestamp\": \"" + time + "\"}";
    };
    std::ofstream(path) << "{\"NextToken\": \"\", \"SpotPriceHistory\": ["
                        << row("z-a", "9.600000", "2020-01-11T00:00:00.000Z") << ", "
                        << row("z-b", "1.000000", "2020-01-05T00:00:00.000Z") << ", "
                        << row("z-a", "7.344000", "2020-01-01T00:00:00.000Z") << "]}";
    const auto yaml = [&](const std::string& keys, const std::string& more = "") {
        return "prices: {" + more + "list: [{plan: spot, series: {file: '" + path +
               "', format: aws-spot, per: 8 GPU" + keys + "}}]}";
    };
    const PriceBook book = good(yaml(", zone: z-a"));
    EXPECT_EQ(cost(book, Plan::kSpot, 0, 9 * kDay, 9 * kDay + kHour), 918'000);
    EXPECT_EQ(cost(book, Plan::kSpot, 0, 10 * kDay, 10 * kDay + kHour), 1'200'000);
    const PriceBook later = good(yaml(", zone: z-a, scale: 1.5", "starts: 2020-01-11, "));
    EXPECT_EQ(cost(later, Plan::kSpot, 0, 0, kHour), 1'800'000);
    refused(yaml(""), "z-a, z-b");
    refused(yaml(", zone: z-c"), "no price of the zone 'z-c'");
    refused(yaml(", zone: z-a", "starts: 2019-12-30, "), "has no price before 2 d");
}

TEST(PriceSeries, ReadsCsv) {
    const std::string path = testing::TempDir() + "prices.csv";
    std::ofstream(path) << "time,price\n0,1.5\n3600,2\n";
    const PriceBook book =
        good("prices: {list: [{plan: on-demand, series: {file: '" + path + "'}}]}");
    EXPECT_EQ(cost(book, Plan::kOnDemand, 0, 0, 2 * kHour), 3'500'000);
    std::ofstream(path) << "time,price\n0,-1\nx,2\n";
    EXPECT_EQ(
        made("prices: {list: [{plan: on-demand, series: {file: '" + path + "'}}]}").problems.size(),
        2u);
}

}  // namespace
}  // namespace tidepool::scenario
