// Bills that can be checked on paper, and laws that every bill keeps.

#include "sim/money/bill.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tidepool::money {
namespace {

constexpr std::uint32_t kHourTicks = static_cast<std::uint32_t>(kTicksPerHour);

// Micro-units per GPU-tick.
Rate dollars_per_hour(std::int64_t cents) {
    return {cents * 10'000, kHourTicks};
}

PricePath flat(Rate rate) {
    return *PricePath::make({{Ticks{0}, rate}});
}

struct World {
    Usage usage;
    PriceBook book;
};

// Two tenants besides the nameless one; every plan costs 2 USD per hour and GPU.
World small_world(std::uint32_t hours) {
    World world;
    world.usage.end = {hours * kHourTicks};
    world.usage.tenants = {"", "ann", "bob"};
    world.usage.models = {"a"};
    world.usage.model_gpus = {64};
    world.usage.gpus = 64;
    world.usage.bin_width = {kHourTicks};
    world.usage.states.resize(1);
    world.usage.node_gpus.assign(8, 8);
    world.usage.node_model.assign(8, 0);
    world.book.currency = "USD";
    for (auto& paths : world.book.list) {
        paths.emplace_back(flat(dollars_per_hour(200)));
    }
    return world;
}

Lease lease(std::uint32_t tenant, Plan plan, std::uint32_t from, std::uint32_t to,
            std::uint32_t gpus) {
    Lease made;
    made.start = {from};
    made.end = {to};
    made.tenant = tenant;
    made.plan = plan;
    made.gpus = gpus;
    return made;
}

Amount usd(std::int64_t cents) {
    return {cents * 10'000};
}

// VC-40 (DeepSeek's day): 342e9 cached and 266e9 other prompt tokens, 168e9 of answers at the
// prices of R1 (0.14, 0.55, 2.19 USD per million): 47,880 + 146,300 + 367,920 = 562,100 USD; and
// 226.75 nodes of 8 GPUs for a day = 43,536 GPU-hours at 2 USD: 87,072 USD.
TEST(Bill, OfDeepSeeksDay) {
    World world = small_world(24);
    world.usage.services = {{"chat", 1, {""}}};
    for (std::uint32_t hour = 0; hour < 20; ++hour) {  // that divides all three
        world.usage.tokens.push_back(
            {0, 0, hour, 1, 608'000'000'000 / 20, 342'000'000'000 / 20, 168'000'000'000 / 20});
    }
    TokenPrice price;
    price.input = {55, 100};
    price.cached = {14, 100};
    price.output = {219, 100};
    world.book.tokens = {price};
    Lease units = lease(1, Plan::kOnDemand, 0, 24 * kHourTicks, 1814);
    units.service = 0;
    world.usage.leases = {units, lease(2, Plan::kOnDemand, 0, 24 * kHourTicks, 1814)};
    const Statement statement = bill(world.usage, world.book);
    EXPECT_EQ(billed(statement, Item::kTokensCached), usd(4'788'000));
    EXPECT_EQ(billed(statement, Item::kTokensIn), usd(14'630'000));
    EXPECT_EQ(billed(statement, Item::kTokensOut), usd(36'792'000));
    EXPECT_EQ(billed(statement, Item::kOnDemand), usd(8'707'200));  // bob's; ann's earn tokens
    EXPECT_EQ(statement.tokens, 776'000'000'000u);
}

// Half price from 00:30 to 08:30, so 8 of 24 equal hours: 1/3 of the tokens at half.
TEST(Bill, SellsTokensCheaperOffPeak) {
    World world = small_world(24);
    world.usage.bin_width = {kHourTicks / 2};
    world.usage.services = {{"chat", 1, {""}}};
    for (std::uint32_t bin = 0; bin < 48; ++bin) {
        world.usage.tokens.push_back({0, 0, bin, 1, 1'000'000, 0, 0});
    }
    TokenPrice price;
    price.input = {1, 1};  // 1 USD per million
    price.off_peak = TokenPrice::OffPeak{kHourTicks / 2, 8 * kHourTicks + kHourTicks / 2, {1, 2}};
    world.book.tokens = {price};
    EXPECT_EQ(billed(bill(world.usage, world.book)), usd(4'000));                   // 32 + 16 / 2
    price.off_peak = TokenPrice::OffPeak{20 * kHourTicks, 4 * kHourTicks, {1, 2}};  // as long
    world.book.tokens = {price};
    EXPECT_EQ(billed(bill(world.usage, world.book)), usd(4'000));
    world.usage.tokens.resize(2);  // the run starts at 20:00, so the first hour is cheap
    world.book.midnight = 20 * kHourTicks;
    EXPECT_EQ(billed(bill(world.usage, world.book)), usd(100));
}

// 61 s at a granularity of a minute are two minutes; 1 s is the minimum of 5 min. A running one is
// charged as it is.
TEST(Bill, RoundsTimeOfEndedLeasesUp) {
    World world = small_world(1);
    for (BilledTime& rule : world.book.billed_time) {
        rule = {60 * kTicksPerSecond, 300 * kTicksPerSecond};
    }
    Lease running = lease(1, Plan::kOnDemand, 0, 61 * kTicksPerSecond, 60);
    running.ended = LeaseEnd::kRunning;
    world.usage.leases = {running};
    EXPECT_EQ(billed(bill(world.usage, world.book)), usd(203) + Amount{3'333});  // 61/60 h: 2.03333
    world.usage.leases = {lease(1, Plan::kOnDemand, 0, 16, 60)};
    EXPECT_EQ(billed(bill(world.usage, world.book)), usd(1'000));  // 60 GPUs for 5 min
    world.usage.leases = {lease(1, Plan::kOnDemand, 0, 301 * kTicksPerSecond, 60)};
    EXPECT_EQ(billed(bill(world.usage, world.book)), usd(1'200));
}

// 10 GPUs for a day at 1 USD, 6 used for 12 h, 14 for the other 12: the contract costs 240 USD,
// the 4 more 4 * 12 * 2 = 96 USD.
TEST(Bill, ChargesCommitmentsUsedOrNotAndWhatIsBeyond) {
    World world = small_world(24);
    Contract contract;
    contract.tenant = 1;
    contract.gpus = 10;
    contract.price = {10'000'000, kHourTicks};
    contract.to = 48ULL * kHourTicks;
    world.book.contracts = {contract};
    world.usage.leases = {lease(1, Plan::kReserved, 0, 24 * kHourTicks, 6),
                          lease(1, Plan::kReserved, 12 * kHourTicks, 24 * kHourTicks, 8),
                          lease(2, Plan::kReserved, 0, kHourTicks, 1)};
    const Statement statement = bill(world.usage, world.book);
    EXPECT_EQ(billed(statement, Item::kReserved), usd(24'000) + usd(200));  // bob's has no contract
    EXPECT_EQ(billed(statement, Item::kOverage), usd(9'600));
    EXPECT_EQ(statement.billed, (240ULL + 48 + 1) * kHourTicks);
    world.book.contracts.push_back(contract);  // a second one covers all
    const Statement covered = bill(world.usage, world.book);
    EXPECT_EQ(billed(covered, Item::kReserved), usd(48'200));
    EXPECT_EQ(billed(covered, Item::kOverage), Amount{});
    world.usage.leases.clear();
    EXPECT_EQ(billed(bill(world.usage, world.book)), usd(48'000));
}

// A node of 8 GPUs at 2 USD for a month of 730 h: 11,680 USD. 99.5 % is 3.65 h: a downtime of 4 h
// gives 10 % back, of what the node cost in the 726 h in which it was held: 1,161.60 USD.
TEST(Bill, GivesCreditsBelowTheTier) {
    World world = small_world(730);
    world.usage.outages = {{{100 * kHourTicks}, {104 * kHourTicks}, 0, 1, 255, false}};
    Lease before = lease(1, Plan::kOnDemand, 0, 100 * kHourTicks, 8);
    before.ended = LeaseEnd::kFailed;
    before.outage = 0;
    before.back = {104 * kHourTicks};
    before.shares = 1;
    Lease after = lease(1, Plan::kOnDemand, 104 * kHourTicks, 730 * kHourTicks, 8);
    after.shares = 1;
    world.usage.leases = {before, after};
    world.usage.shares = {{0, 1, 8}};
    Sla sla;
    sla.tiers = {{{995, 1000}, {1, 10}}, {{99, 100}, {3, 10}}};
    sla.grace = 60 * kTicksPerSecond;
    world.book.sla = sla;
    EXPECT_EQ(credits(bill(world.usage, world.book)), usd(116'160));
    world.usage.outages[0].end =
        world.usage.leases[0].back = {100 * kHourTicks + kHourTicks * 73 / 20};
    EXPECT_EQ(credits(bill(world.usage, world.book)), Amount{});  // 99.5 % to the tick
    world.usage.outages[0].planned = true;
    world.usage.outages[0].end = world.usage.leases[0].back = {108 * kHourTicks};
    EXPECT_EQ(credits(bill(world.usage, world.book)), Amount{});  // planned ones are no downtime
    world.usage.outages[0].planned = false;
    EXPECT_EQ(credits(bill(world.usage, world.book)), usd(348'480));  // 8 h: below 99 %
    world.book.sla->cap = {1, 4};
    world.book.sla->claimed = {1, 2};
    EXPECT_EQ(credits(bill(world.usage, world.book)), usd(145'200));
}

// Two downtimes of 40 s of one node, one after the other, are one of 80 s: longer than the grace.
TEST(Bill, JoinsDowntimesThatMeet) {
    World world = small_world(2);
    const std::uint32_t once = kHourTicks + 640, twice = once + 640;  // 40 s, 80 s
    world.usage.outages = {{{kHourTicks}, {once}, 0, 1, 255, false},
                           {{once}, {twice}, 0, 1, 255, false}};
    world.usage.shares = {{0, 1, 4}};
    for (std::uint32_t l = 0; l < 2; ++l) {
        Lease failed = lease(1, Plan::kOnDemand, 0, l == 0 ? kHourTicks : once, 4);
        failed.ended = LeaseEnd::kFailed;
        failed.outage = l;
        failed.shares = 1;
        world.usage.leases.push_back(failed);
    }
    Sla sla;
    sla.tiers = {{kWhole, {1, 10}}};
    sla.grace = 60 * kTicksPerSecond;
    world.book.sla = sla;
    const Statement statement = bill(world.usage, world.book);
    ASSERT_EQ(statement.credits.size(), 1u);
    EXPECT_EQ(statement.credits[0].down, 1280u);
    world.usage.outages[1].begin.value += 1;  // a tick between them: none is long enough
    world.usage.leases[1].end.value += 1;
    EXPECT_TRUE(bill(world.usage, world.book).credits.empty());
}

// The failed job holds 8 GPUs for an hour longer, and comes back in 30 min of the next lease.
TEST(Bill, GivesFailedTimeBack) {
    World world = small_world(10);
    Lease before = lease(1, Plan::kOnDemand, 0, 2 * kHourTicks, 8);
    before.ended = LeaseEnd::kFailed;
    before.pause = 8ULL * kHourTicks;
    Lease after = lease(1, Plan::kOnDemand, 3 * kHourTicks, 5 * kHourTicks, 8);
    after.failed_time = 4ULL * kHourTicks;
    world.usage.leases = {before, after};
    EXPECT_EQ(net_revenue(bill(world.usage, world.book)), usd(8'000));  // 8 * 5 h * 2
    world.book.refund_failed_time = true;
    const Statement statement = bill(world.usage, world.book);
    EXPECT_EQ(billed(statement, Item::kRefund), -usd(2'400));
    EXPECT_EQ(net_revenue(statement), usd(5'600));
}

// Ann bids 3, bob 1.50, the reserve is 1: alone ann pays the reserve, while bob waits what he bids;
// when he is served the lowest bid served is no bound below what nobody outbids.
TEST(Bill, ClearsSpotAtTheHighestBidThatWaits) {
    World world = small_world(4);
    world.book.spot.by_bids = true;
    world.book.spot.reserve = dollars_per_hour(100);
    world.book.spot.bid = {std::nullopt, dollars_per_hour(300), dollars_per_hour(150)};
    world.usage.leases = {lease(1, Plan::kSpot, 0, 4 * kHourTicks, 10)};
    EXPECT_EQ(billed(bill(world.usage, world.book)), usd(4'000));
    world.usage.waits = {{{kHourTicks}, {2 * kHourTicks}, 2, 0, 8}};
    EXPECT_EQ(billed(bill(world.usage, world.book)), usd(4'500));
    world.usage.waits[0].tenant = 1;  // ann outbids herself at most
    EXPECT_EQ(billed(bill(world.usage, world.book)), usd(6'000));
}

TEST(Bill, OutbidIsWhileTheListIsAboveTheBid) {
    World world = small_world(10);
    world.book.list[2][0] = PricePath::make({{Ticks{0}, dollars_per_hour(100)},
                                             {Ticks{100}, dollars_per_hour(151)},
                                             {Ticks{200}, dollars_per_hour(300)},
                                             {Ticks{300}, dollars_per_hour(150)},
                                             {Ticks{400}, dollars_per_hour(200)}});
    world.book.spot.bid = {std::nullopt, std::nullopt, dollars_per_hour(150)};
    using Stretches = std::vector<std::pair<Ticks, Ticks>>;
    EXPECT_EQ(outbid(world.book, 2, 0, Ticks{500}),
              (Stretches{{Ticks{100}, Ticks{300}}, {Ticks{400}, Ticks{500}}}));
    EXPECT_EQ(outbid(world.book, 1, 0, Ticks{500}), Stretches{});
    EXPECT_EQ(outbid(world.book, 2, 0, Ticks{150}), (Stretches{{Ticks{100}, Ticks{150}}}));
}

// Of the world of all items at once, with prices that are whole cents per hour.
World busy_world() {
    World world = small_world(100);
    Contract contract;
    contract.tenant = 1;
    contract.gpus = 4;
    contract.price = {4'800'000, kHourTicks};
    contract.to = 80ULL * kHourTicks;
    contract.prepaid = {1, 4};
    world.book.contracts = {contract};
    world.book.commission = {Share{0, 1}, {15, 100}, {1, 5}};
    world.book.refund_failed_time = true;
    world.usage.leases = {lease(1, Plan::kReserved, 5, 50 * kHourTicks, 6),
                          lease(2, Plan::kOnDemand, kHourTicks, 60 * kHourTicks, 3),
                          lease(2, Plan::kSpot, 3 * kHourTicks, 61 * kHourTicks + 7, 5)};
    world.usage.leases[1].failed_time = 12'345;
    world.usage.leases[1].pause = 999;
    return world;
}

// Doubling one list price doubles its own lines (and the commission on them) and no other.
TEST(BillLaws, DoublingAPriceDoublesItsLines) {
    World world = busy_world();
    world.book.commission = {Share{0, 1}, {0, 1}, {0, 1}};
    world.book.refund_failed_time = false;
    world.book.list[2][0] = flat({36, 1});
    const Statement once = bill(world.usage, world.book);
    world.book.list[2][0] = flat({72, 1});
    const Statement twice = bill(world.usage, world.book);
    ASSERT_EQ(once.revenue.size(), twice.revenue.size());
    for (std::size_t l = 0; l < once.revenue.size(); ++l) {
        const std::int64_t factor = once.revenue[l].item == Item::kSpot ? 2 : 1;
        EXPECT_EQ(twice.revenue[l].amount.micro, factor * once.revenue[l].amount.micro);
    }
    EXPECT_GT(billed(once, Item::kSpot), Amount{});
}

// Every line is posted to two accounts; what is prepaid waits in `contract liability` and becomes
// revenue with the days of the contract.
TEST(BillLaws, BooksBalance) {
    const World world = busy_world();
    const Statement statement = bill(world.usage, world.book);
    std::map<std::string, std::int64_t> debit, credit;
    const auto post = [&](const std::string& to, const std::string& from, std::int64_t micro) {
        debit[to] += micro;
        credit[from] += micro;
    };
    const std::int64_t prepaid = billed(statement, Item::kReserved).micro / 4;
    post("cash", "contract liability", prepaid);
    std::int64_t left = prepaid;
    for (const RevenueLine& line : statement.revenue) {
        if (line.item == Item::kCommission) {
            post("commission", "payable", -line.amount.micro);
        } else if (line.item == Item::kRefund) {
            post("refunds", "receivable", -line.amount.micro);
        } else if (line.item == Item::kReserved) {
            const std::int64_t part = std::min(left, line.amount.micro);
            left -= part;
            post("contract liability", "revenue", part);
            post("receivable", "revenue", line.amount.micro - part);
        } else {
            post("receivable", "revenue", line.amount.micro);
        }
    }
    std::int64_t debits = 0, credits_posted = 0;
    for (const auto& [name, micro] : debit) {
        debits += micro;
    }
    for (const auto& [name, micro] : credit) {
        credits_posted += micro;
    }
    EXPECT_EQ(debits, credits_posted);
    EXPECT_EQ(debit["contract liability"], credit["contract liability"]);
    EXPECT_EQ(credit["revenue"], billed(statement).micro);
    EXPECT_EQ(credit["revenue"] - debit["refunds"] - debit["commission"],
              net_revenue(statement).micro);
    // By hand: 4 GPUs for 80 h at 1.20; 2 more for 50 h less 5 ticks and 6 from hour 80 on: none.
    EXPECT_EQ(billed(statement, Item::kReserved), usd(38'400));
    EXPECT_GT(debit["commission"], 0);
    EXPECT_GT(debit["refunds"], 0);
}

TEST(BillLaws, BillingAgainGivesTheSame) {
    const World world = busy_world();
    const Statement a = bill(world.usage, world.book), b = bill(world.usage, world.book);
    ASSERT_EQ(a.revenue.size(), b.revenue.size());
    for (std::size_t l = 0; l < a.revenue.size(); ++l) {
        EXPECT_EQ(a.revenue[l].amount, b.revenue[l].amount);
        EXPECT_EQ(a.revenue[l].day, b.revenue[l].day);
    }
}

}  // namespace
}  // namespace tidepool::money
