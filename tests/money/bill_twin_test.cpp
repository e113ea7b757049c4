// The biller against its twin on random books and usages.

#include "tests/money/bill_twin.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/random.h"

namespace tidepool::money {
namespace {

class Dice {
public:
    explicit Dice(std::uint32_t entity) : entity_(entity) {}
    std::uint32_t below(std::uint32_t n) {
        return bounded(draw(7, Purpose::kSynthetic, entity_, next_++)[0], n);
    }
    std::uint32_t between(std::uint32_t low, std::uint32_t high) {
        return low + below(high - low + 1);
    }
    bool one_in(std::uint32_t n) { return below(n) == 0; }

private:
    std::uint32_t entity_, next_ = 0;
};

constexpr std::uint32_t kModels = 2, kTenants = 4, kNodes = 4;
constexpr std::uint32_t kHourTicks = static_cast<std::uint32_t>(kTicksPerHour);

struct World {
    Usage usage;
    PriceBook book;
    twin::Prices prices;
};

Rate random_rate(Dice& dice) {
    constexpr std::array<std::int64_t, 4> kDenominators{1, 7, 144, 57'600};
    return {dice.between(0, 5'000'000), kDenominators[dice.below(4)]};
}

// Any tick, often one of an hour, so that things meet.
std::uint32_t random_tick(Dice& dice, std::uint32_t end) {
    return dice.one_in(2) ? dice.below(end + 1) : dice.below(end / kHourTicks + 1) * kHourTicks;
}

void make_prices(Dice& dice, World& world) {
    for (int plan = 0; plan < 3; ++plan) {
        for (std::uint32_t model = 0; model < kModels; ++model) {
            std::map<std::uint32_t, Rate> at{{0, random_rate(dice)}};
            for (std::uint32_t s = dice.below(4); s > 0; --s) {
                at[random_tick(dice, world.usage.end.value)] = random_rate(dice);
            }
            std::vector<PricePath::Step> steps;
            for (const auto& [tick, rate] : at) {
                steps.push_back({Ticks{tick}, rate});
                world.prices[{plan, model}].push_back({tick, rate});
            }
            world.book.list[static_cast<std::size_t>(plan)].push_back(PricePath::make(steps));
        }
        auto& rule = world.book.billed_time[static_cast<std::size_t>(plan)];
        rule.granularity = dice.between(1, 100'000);
        rule.minimum = dice.one_in(2) ? 0 : dice.below(200'000);
        world.book.commission[static_cast<std::size_t>(plan)] = {dice.below(3), 10};
    }
    world.book.refund_failed_time = dice.one_in(2);
}

void make_rules(Dice& dice, World& world) {
    for (std::uint32_t c = dice.below(4); c > 0; --c) {
        Contract contract;
        contract.tenant = dice.below(kTenants);
        contract.model = dice.below(kModels);
        contract.gpus = dice.between(1, 8);
        contract.price = random_rate(dice);
        contract.from = {random_tick(dice, world.usage.end.value)};
        contract.to = contract.from.value + 1 + random_tick(dice, 2 * world.usage.end.value);
        contract.block = dice.one_in(3);
        world.book.contracts.push_back(contract);
    }
    world.book.spot.by_bids = dice.one_in(2);
    world.book.spot.reserve = random_rate(dice);
    for (std::uint32_t t = 0; t < kTenants; ++t) {
        Rate bid = random_rate(dice);
        const Rate& least = world.book.spot.reserve;
        if (Wide{bid.numerator} * least.denominator < Wide{least.numerator} * bid.denominator) {
            bid = least;
        }
        world.book.spot.bid.emplace_back(bid);
    }
    Sla sla;
    sla.tiers = {{{999, 1000}, {1, 10}}, {{99, 100}, {1, 4}}, {{95, 100}, {1, 1}}};
    sla.cap = {dice.between(1, 4), 4};
    sla.claimed = {dice.between(1, 3), 3};
    sla.grace = dice.below(2 * kHourTicks);
    sla.whole_gang = dice.one_in(2);
    sla.plans = {true, true, dice.one_in(3)};
    world.book.sla = sla;
}

void make_usage(Dice& dice, Usage& usage) {
    const std::uint32_t end = usage.end.value;
    for (std::uint32_t o = dice.between(1, 4); o > 0; --o) {
        const std::uint32_t a = random_tick(dice, end), b = random_tick(dice, end);
        const std::uint32_t node = dice.below(kNodes);
        usage.outages.push_back({{std::min(a, b)},
                                 {std::max(a, b)},
                                 node,
                                 dice.between(node + 1, kNodes),
                                 dice.one_in(5) ? 0U : 255U,
                                 dice.one_in(5)});
    }
    for (std::uint32_t l = dice.below(12); l > 0; --l) {
        Lease lease;
        const std::uint32_t a = random_tick(dice, end), b = random_tick(dice, end);
        lease.start = {std::min(a, b)};
        lease.end = {std::max(a, b)};
        lease.tenant = dice.below(kTenants);
        lease.model = dice.below(kModels);
        lease.plan = static_cast<Plan>(dice.below(3));
        lease.ended = static_cast<LeaseEnd>(dice.below(5));
        const NodeShare share{dice.below(kNodes), 1, dice.between(1, 4)};
        lease.first_share = static_cast<std::uint32_t>(usage.shares.size());
        lease.shares = 1;
        usage.shares.push_back(share);
        lease.gpus = share.gpus;
        if (dice.one_in(3) && share.first_node + 1 < kNodes) {
            usage.shares.push_back({share.first_node + 1, 1, 2});
            lease.gpus += 2;
            lease.shares = 2;
        }
        const std::uint64_t held =
            std::uint64_t{lease.gpus} * (lease.end.value - lease.start.value);
        lease.failed_time = dice.one_in(2) || held == 0 ? 0 : dice.below(1U << 20U) % held;
        lease.pause = dice.one_in(2) ? 0 : dice.below(1'000'000);
        if (lease.ended == LeaseEnd::kFailed) {
            lease.outage = dice.below(static_cast<std::uint32_t>(usage.outages.size()));
            lease.back = dice.one_in(3) ? kNever : Ticks{dice.between(lease.end.value, end)};
        }
        usage.leases.push_back(lease);
    }
    for (std::uint32_t w = dice.below(5); w > 0; --w) {
        const std::uint32_t a = random_tick(dice, end), b = random_tick(dice, end);
        usage.waits.push_back({{std::min(a, b)},
                               {std::max(a, b)},
                               dice.below(kTenants),
                               dice.one_in(3) ? kNone : dice.below(kModels),
                               1});
    }
}

World make_world(std::uint32_t entity) {
    Dice dice(entity);
    World world;
    Usage& usage = world.usage;
    usage.end = {dice.between(1, 70) * 24 * kHourTicks + dice.below(1000)};
    usage.gpus = 16;
    usage.tenants.assign(kTenants, "t");
    usage.models.assign(kModels, "m");
    usage.node_gpus.assign(kNodes, 8);
    usage.node_model.assign(kNodes, 0);
    usage.bin_width = {kHourTicks};
    usage.states.resize(kModels);
    make_prices(dice, world);
    make_rules(dice, world);
    make_usage(dice, usage);
    return world;
}

TEST(BillTwin, AgreesOnRandomBooksAndUsages) {
    std::size_t credits = 0, overage = 0, refunds = 0;
    for (std::uint32_t entity = 0; entity < 3000; ++entity) {
        const World world = make_world(entity);
        const Statement statement = bill(world.usage, world.book);
        twin::Twin twin(world.usage, world.book, world.prices);
        std::map<twin::Key, std::pair<std::int64_t, std::int64_t>> lines;
        for (const RevenueLine& line : statement.revenue) {
            const twin::Key key{line.day, line.tenant, static_cast<int>(line.item), line.model};
            EXPECT_TRUE(lines
                            .emplace(key, std::pair(line.amount.micro,
                                                    static_cast<std::int64_t>(line.pieces)))
                            .second);
            overage += line.item == Item::kOverage ? 1 : 0;
            refunds += line.item == Item::kRefund ? 1 : 0;
        }
        ASSERT_EQ(lines, twin.lines()) << entity;
        decltype(twin.credits()) given;
        for (const Credit& credit : statement.credits) {
            given[{credit.month, credit.tenant, credit.node}] = {credit.down, credit.fee.micro,
                                                                 credit.amount.micro};
            EXPECT_LE(credit.amount, credit.fee);
        }
        ASSERT_EQ(given, twin.credits()) << entity;
        credits += given.size();
    }
    EXPECT_GT(credits, 100U);  // the cases reach what they are meant to
    EXPECT_GT(overage, 100U);
    EXPECT_GT(refunds, 100U);
}

}  // namespace
}  // namespace tidepool::money
