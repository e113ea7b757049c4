// What a run used comes back from its file as it was, and money can be changed without the rest.

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/issue.h"
#include "sim/results/kpi_table.h"
#include "sim/results/layout.h"
#include "sim/results/reprice.h"
#include "tests/results/read_back.h"
#include "tests/results/sample.h"

namespace tidepool::results {
namespace {

using money::Amount;
using money::Item;

// Two leases of one node each of a machine of two nodes, 4 GPUs, 100 ticks; one fails.
money::Usage small_usage() {
    money::Usage usage;
    usage.end = Ticks{100};
    usage.gpus = 4;
    usage.tenants = {"", "a <b> \"c\""};
    usage.models = {"h100-sxm"};
    usage.model_gpus = {4};
    usage.node_model = {0, 0};
    usage.node_gpus = {2, 2};
    money::Lease first;
    first.start = Ticks{0};
    first.end = Ticks{60};
    first.tenant = 1;
    first.gpus = 2;
    first.plan = money::Plan::kSpot;
    first.ended = money::LeaseEnd::kFailed;
    first.pause = 10;
    first.back = kNever;
    first.outage = 0;
    first.first_share = 0;
    first.shares = 1;
    money::Lease second;
    second.start = Ticks{20};
    second.end = Ticks{100};
    second.job = 1;
    second.gpus = 2;
    second.ended = money::LeaseEnd::kRunning;
    second.first_share = 1;
    second.shares = 1;
    second.service = 0;
    usage.leases = {first, second};
    usage.shares = {{0, 1, 2}, {1, 1, 2}};
    usage.waits = {{Ticks{60}, Ticks{100}, 1, money::kNone, 2}};
    usage.outages = {{Ticks{60}, Ticks{100}, 0, 1, 3, false}};
    usage.bin_width = Ticks{50};
    usage.states = {{{160, 40, 0}, {130, 0, 70}}};
    usage.services = {{"chat", 0, {"", "batch"}}};
    usage.tokens = {{0, 1, 1, 3, 300, 120, 40}};
    usage.spare_gpus = 0;
    usage.allocated = 290;
    usage.useful = 250;
    return usage;
}

money::Statement small_statement(std::int64_t micro) {
    money::Statement statement;
    statement.currency = "CNY";
    statement.revenue = {{0, 1, Item::kSpot, 0, 130, Amount{micro}},
                         {0, 1, Item::kRefund, 0, 10, Amount{-5}},
                         {1, 0, Item::kTokensOut, money::kNone, 40, Amount{7}}};
    statement.credits = {{0, 1, 0, 40, Amount{micro}, Amount{3}}};
    statement.costs = {{"servers", money::CostKind::kDepreciation, Amount{11}}};
    statement.billed = 130;
    statement.sellable = 400;
    return statement;
}

std::string write(const Folder& folder, const money::Usage& usage, std::int64_t micro) {
    model::Ledger ledger = model::small_ledger();
    ledger.usage = usage;
    ledger.statement = small_statement(micro);
    const std::string path = folder / "run.h5";
    std::ofstream(path, std::ios::binary)
        << final_image(sample_header(), Status::kComplete, ledger, kTextIds, {});
    return path;
}

TEST(MoneyTables, UsageComesBackAsItWas) {
    const Folder folder;
    const BilledRun run = read_billed_run(write(folder, small_usage(), 1000));
    EXPECT_EQ(run.usage, small_usage());
    EXPECT_EQ(money::problem_of(run.usage), "");
    EXPECT_EQ(run.title, "small run");
    EXPECT_EQ(run.origin, "2017-10-03T00:00:00+08:00");
}

TEST(MoneyTables, AmountsStandInTheFileToTheUnit) {
    const Folder folder;
    const std::string path = write(folder, small_usage(), 9'007'199'254'740'993);
    EXPECT_EQ(text_attribute(path, "money", "currency"), "CNY");
    EXPECT_EQ(text_attribute(path, "summary/revenue", "units"), "CNY");
    EXPECT_EQ(text_attribute(path, "summary/cost_per_sold_gpu_h", "units"), "CNY h-1");
    EXPECT_THAT(numbers(path, "money/revenue/amount"),
                testing::ElementsAre(9'007'199'254'740'993.0, -5.0, 7.0));
    EXPECT_EQ(enum_name(path, "money/revenue/item", 1), "refund");
    EXPECT_THAT(numbers(path, "money/revenue/gpu_model"), testing::ElementsAre(0, 0, -1));
    EXPECT_THAT(texts(path, "money/costs/name"), testing::ElementsAre("servers"));
    // 290 of 400 GPU-ticks would be wrong: 130 were charged.
    EXPECT_THAT(numbers(path, "summary/occupancy"), testing::ElementsAre(130.0 / 400));
}

TEST(MoneyTables, BilledAgainOnlyMoneyChanges) {
    const Folder folder;
    const std::string path = write(folder, small_usage(), 1'000'000);
    const BilledRun run = read_billed_run(path);
    const std::string again = folder / "again.h5";
    std::ofstream(again, std::ios::binary)
        << repriced_image(run, small_statement(2'000'000), "name: again\n", "prices: {}\n");
    EXPECT_EQ(links(again, "/").size(), links(path, "/").size());
    const BilledRun back = read_billed_run(again);
    EXPECT_EQ(back.usage, run.usage);
    EXPECT_EQ(back.resolved_yaml, "name: again\n");
    for (std::size_t k = 0; k < kKpis.size(); ++k) {
        const double before = run.kpis[k], after = back.kpis[k];
        if (kKpis[k].name == "revenue_billed") {
            EXPECT_EQ(before, 1.000007);
            EXPECT_EQ(after, 2.000007);
        } else if (kKpis[k].group != Group::kMoney) {
            EXPECT_TRUE(before == after || (before != before && after != after)) << kKpis[k].name;
        }
    }
    // Once more from there, back to the first: the same numbers.
    const std::string third = folder / "third.h5";
    std::ofstream(third, std::ios::binary)
        << repriced_image(back, small_statement(1'000'000), run.resolved_yaml, "");
    EXPECT_THAT(numbers(third, "summary/revenue"),
                testing::ElementsAreArray(numbers(path, "summary/revenue")));
    EXPECT_THAT(numbers(third, "jobs/gpus"), testing::ElementsAreArray(numbers(path, "jobs/gpus")));
}

TEST(MoneyTables, UsagesThatNoRunWritesAreRefused) {
    const auto with = [](auto change) {
        money::Usage usage = small_usage();
        change(usage);
        return money::problem_of(usage);
    };
    using money::Usage;
    EXPECT_EQ(with([](Usage&) {}), "");
    EXPECT_NE(with([](Usage& u) { u.leases[0].tenant = 2; }), "");
    EXPECT_NE(with([](Usage& u) { u.leases[0].model = 1; }), "");
    EXPECT_NE(with([](Usage& u) { u.leases[0].end = Ticks{101}; }), "");
    EXPECT_NE(with([](Usage& u) { u.leases[0].outage = 1; }), "");
    EXPECT_NE(with([](Usage& u) { u.leases[0].first_share = 2; }), "");
    EXPECT_NE(with([](Usage& u) { u.leases[1].service = 1; }), "");
    EXPECT_NE(with([](Usage& u) { u.leases[0].plan = static_cast<money::Plan>(3); }), "");
    EXPECT_NE(with([](Usage& u) { u.leases[0].gpus = 3; }), "");
    EXPECT_NE(with([](Usage& u) { u.shares[0].gpus = 3; }), "");
    EXPECT_NE(with([](Usage& u) { u.shares[1].first_node = 2; }), "");
    EXPECT_NE(with([](Usage& u) { u.waits[0].to = Ticks{101}; }), "");
    EXPECT_NE(with([](Usage& u) { u.tokens[0].cached = 301; }), "");
    EXPECT_NE(with([](Usage& u) { u.tokens[0].request_class = 2; }), "");
    EXPECT_NE(with([](Usage& u) { u.tokens[0].bin = 2; }), "");
    EXPECT_NE(with([](Usage& u) { u.states[0][0].allocated = 161; }), "");
    EXPECT_NE(with([](Usage& u) { u.allocated = 289; }), "");
    EXPECT_NE(with([](Usage& u) { u.useful = 291; }), "");
    EXPECT_NE(with([](Usage& u) { u.bin_width = Ticks{0}; }), "");
    EXPECT_NE(with([](Usage& u) { u.services[0].tenant = 9; }), "");
}

TEST(MoneyTables, OtherFilesAreRefused) {
    const Folder folder;
    const std::string text = folder / "text.h5";
    std::ofstream(text) << "no HDF5";
    EXPECT_THROW(read_billed_run(text), InputError);
    EXPECT_THROW(read_billed_run(folder / "absent.h5"), InputError);
    const std::string plain = folder / "plain.h5";
    std::ofstream(plain, std::ios::binary)
        << final_image(sample_header(), Status::kComplete, model::small_ledger(), kTextIds, {});
    EXPECT_THROW(read_billed_run(plain), InputError);
    const std::string early = folder / "early.h5";
    std::ofstream(early, std::ios::binary) << initial_image(sample_header());
    EXPECT_THROW(read_billed_run(early), InputError);
}

}  // namespace
}  // namespace tidepool::results
