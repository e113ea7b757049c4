// Damaged and extreme `prices` and `sla`: reading and compiling them must end, report and never
// fail an assertion; what is accepted must bill.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "sim/base/issue.h"
#include "sim/base/random.h"
#include "sim/config/read.h"
#include "sim/money/bill.h"
#include "sim/scenario/compile_prices.h"
#include "sim/scenario/price_presets.h"

namespace tidepool::scenario {
namespace {

constexpr std::string_view kSeed =
    "prices:\n"
    "  preset: h100-2026\n"
    "  currency: USD\n"
    "  starts: 2026-03-01\n"
    "  rates: {CNY: 7.2}\n"
    "  list:\n"
    "    - {plan: on-demand, gpu: a, price: 2.99 USD/gpu/h, from: 0 d, until: 90 d}\n"
    "    - {plan: on-demand, gpu: a, price: 2.35 USD/gpu/h, from: 2026-05-30}\n"
    "    - {plan: reserved, price: 120000 CNY/P/y}\n"
    "    - {plan: spot, price: 0.5 USD/gpu/h}\n"
    "  billing: {granularity: 1 s, minimum: 1 min, failed_time: refund}\n"
    "  contracts:\n"
    "    - {tenant: ann, gpu: a, quantity: 12 GPU, term: 30 d, discount: 30 %, prepaid: 25 %}\n"
    "    - {tenant: bob, gpu: a, quantity: 12 P, from: 1 d, term: 30 d, price: 9 CNY/P/month}\n"
    "  spot: {rule: list, bids: [{tenant: bob, bid: 1.2 USD/gpu/h}], notice: 2 min}\n"
    "  tokens:\n"
    "    - {preset: deepseek-r1, service: chat, input: 0.55 USD/M}\n"
    "  commission: {on-demand: 15 %, spot: 20 %}\n"
    "sla: {preset: aws-p5, cap: 80 %, grace: 1 min, claimed: 50 %, gang: whole}\n";

constexpr std::array<std::string_view, 30> kPieces{
    "0",           "9",    "99999999", "1e15", "-",          ".",  "/gpu", "/P",
    "/h",          "/y",   " USD",     " CNY", " %",         " d", " GPU", "100 %",
    "0.000000001", "{",    "}",        "[",    "]",          ",",  ": ",   "\n",
    "bids",        "list", "spot",     "\xC3", "2020-01-01", "nan"};

class Dice {
public:
    explicit Dice(std::uint32_t entity) : entity_(entity) {}
    std::size_t below(std::size_t n) {
        const Block block = draw(20'261'202, Purpose::kSynthetic, entity_, next_++);
        return n == 0 ? 0 : bounded(block[0], static_cast<std::uint32_t>(n));
    }

private:
    std::uint32_t entity_, next_ = 0;
};

std::string damaged(Dice& dice) {
    std::string text(kSeed);
    for (std::size_t changes = 1 + dice.below(4); changes > 0; --changes) {
        const std::size_t at = dice.below(text.size());
        const std::size_t length = dice.below(2) == 0 ? 0 : dice.below(12);
        text.replace(at, length,
                     dice.below(3) == 0 ? std::string_view() : kPieces[dice.below(kPieces.size())]);
    }
    return text;
}

money::Usage some_usage() {
    money::Usage usage;
    usage.end = {20 * static_cast<std::uint32_t>(money::kTicksPerDay)};
    usage.gpus = 64;
    usage.tenants = {"", "ann", "bob"};
    usage.models = {"a"};
    usage.model_gpus = {64};
    usage.bin_width = {28'800};
    usage.states.resize(1);
    usage.services = {{"chat", 1, {""}}};
    usage.tokens = {{0, 0, 3, 5, 1'000'000'000, 1'000, 1'000'000'000}};
    usage.node_gpus = {8};
    usage.node_model = {0};
    usage.shares = {{0, 1, 8}};
    usage.outages = {{{1000}, {900'000}, 0, 1, 255, false}};
    for (int plan = 0; plan < 3; ++plan) {
        for (std::uint32_t tenant = 1; tenant < 3; ++tenant) {
            money::Lease lease;
            lease.end = {1000};
            lease.tenant = tenant;
            lease.plan = static_cast<money::Plan>(plan);
            lease.gpus = 8;
            lease.shares = 1;
            lease.pause = 77;
            lease.ended = money::LeaseEnd::kFailed;
            lease.outage = 0;
            usage.leases.push_back(lease);
        }
    }
    return usage;
}

TEST(PricesFuzz, DamagedTextIsRefusedOrBills) {
    const money::Usage usage = some_usage();
    PriceNames names;
    names.tenants = usage.tenants;
    names.models = {{"a", 1'978'000, 64}};
    names.services = {{"chat", {""}}};
    names.end = usage.end;
    names.bin = usage.bin_width;
    for (const money::Lease& lease : usage.leases) {
        names.used.push_back({lease.plan, 0, lease.tenant, money::kNone});
    }
    std::size_t accepted = 0;
    for (std::uint32_t entity = 0; entity < 20'000; ++entity) {
        Dice dice(entity);
        Issues issues;
        const std::string text = entity == 0 ? std::string(kSeed) : damaged(dice);
        config::Value root = config::parse_yaml(text, "p.yaml", issues);
        if (!issues.empty()) {
            continue;
        }
        resolve_price_presets(root, issues);
        const config::Value* prices = root.find("prices");
        const config::Value* promise = root.find("sla");
        if (prices == nullptr || promise == nullptr) {
            continue;
        }
        const auto spec = config::read<PricesSpec>(*prices, "prices", issues);
        const std::optional<SlaSpec> sla = config::read<SlaSpec>(*promise, "sla", issues);
        if (!issues.empty()) {
            continue;
        }
        const money::PriceBook book = compile_prices(spec, sla, names, root, "", issues);
        if (issues.empty()) {
            const money::Statement statement = money::bill(usage, book);
            EXPECT_GE(money::credits(statement), money::Amount{});
            ++accepted;
        }
        ASSERT_TRUE(entity > 0 || issues.empty()) << to_string(issues.list()[0]);
    }
    EXPECT_GT(accepted, 1000u);
}

}  // namespace
}  // namespace tidepool::scenario
