// Who shares what with whom: small cases worked out by hand.

#include "sim/network/contention.h"

#include <gtest/gtest.h>

#include "sim/network/max_min.h"
#include "tests/network/small_fabric.h"

namespace tidepool::network {
namespace {

constexpr std::uint32_t kHalf = kFullPace / 2, kQuarter = kFullPace / 4;

// Two groups of four nodes that send 100 B/s each. Jobs of two copies of half their nodes, so that
// with as many nodes in either group everything they send goes from one to the other.
struct Small {
    SmallFabric fabric;
    NetworkPlan plan;
    std::vector<CapacityStep> steps;
    std::unique_ptr<Contention> contention;

    explicit Small(double trunk) {
        fabric.sizes = {4, 4};
        fabric.leaf = {trunk, trunk};
        fabric.rails = 8;
        plan = fabric.plan();
        plan.storage_of_rule = {kNoTrunk};
    }
    // A job that communicates for `line_time` of its step.
    std::uint32_t kind(double line_time, double hidden, std::uint32_t replica_nodes) {
        Traffic traffic;
        traffic.profile = {line_time, hidden};
        traffic.replica_nodes = replica_nodes;
        plan.kinds.push_back(traffic);
        return static_cast<std::uint32_t>(plan.kinds.size()) - 1;
    }
    void start(Ticks bin = Ticks{0}) {
        std::vector<BytesPerSecond> capacities;
        for (const Link& link : plan.links) {
            capacities.push_back(link.capacity);
        }
        contention =
            std::make_unique<Contention>(plan, steps, 1, bin, make_max_min_solver(capacities));
    }
    void enter(std::uint32_t slot, const std::vector<std::uint32_t>& nodes, Activity activity) {
        contention->enter(slot, slot, 0, slot, nodes);
        contention->act(slot, activity);
    }
    // Pace of each slot, 2^24 where nothing is said.
    void settle(std::uint32_t tick) {
        contention->advance(Ticks{tick});
        for (const Pace& pace : contention->settle()) {
            paces.resize(std::max<std::size_t>(paces.size(), pace.slot + 1),
                         Pace{0, kFullPace, kFullPace});
            paces[pace.slot] = pace;
        }
    }
    std::uint32_t work(std::uint32_t slot) const {
        return slot < paces.size() ? paces[slot].work : kFullPace;
    }
    std::uint32_t transfer(std::uint32_t slot) const {
        return slot < paces.size() ? paces[slot].transfer : kFullPace;
    }
    model::NetworkLedger close(std::uint32_t end) {
        return contention->close(Ticks{end}, [](std::uint32_t rank) { return rank; });
    }
    std::vector<Pace> paces;
};

constexpr Activity kTrains{true, false, false}, kWrites{false, true, false},
    kReads{false, false, true};
const std::vector<std::uint32_t> kAll{0, 1, 2, 3, 4, 5, 6, 7};

double bytes_of(const model::NetworkLedger& ledger, const std::string& name) {
    for (const model::LinkRecord& link : ledger.links) {
        if (link.name == name) {
            return link.bytes;
        }
    }
    return -1;
}

std::uint64_t stalled_by(const model::NetworkLedger& ledger, const std::string& name) {
    for (const model::LinkRecord& link : ledger.links) {
        if (link.name == name) {
            return link.stalled;
        }
    }
    return 0;
}

// Four nodes send 400 B/s up, the trunk has them. In 80 ticks = 5 s, half of the time:
// 1/2 x 100 B/s x 4 x 5 s = 1,000 bytes on a trunk, 8 x 250 on all cards.
TEST(Contention, LeavesAJobAloneOnANonBlockingFabric) {
    Small small(400);
    small.plan.kind_of_job = {small.kind(0.5, 0, 4)};
    small.start();
    small.enter(0, kAll, kTrains);
    small.settle(0);
    EXPECT_EQ(small.work(0), kFullPace);
    const model::NetworkLedger ledger = small.close(80);
    EXPECT_EQ(bytes_of(ledger, "group0"), 1000);
    EXPECT_EQ(bytes_of(ledger, "group1"), 1000);
    EXPECT_EQ(ledger.tiers[0].bytes, 2000);
    ASSERT_EQ(ledger.flows.size(), 1U);
    EXPECT_EQ(ledger.flows[0].asked.value, 100);
    EXPECT_EQ(ledger.flows[0].granted.value, 100);
    EXPECT_EQ(ledger.flows[0].leaf_groups, 2U);
    EXPECT_EQ(ledger.stalled, 0U);
}

// A quarter of the line rate. Half of a step on the network: 1/2 + 1/2 x 4 = 5/2 steps. The same
// half hidden behind compute as far as 1/4: the step shows 1/2 - 1/4 of it at line rate, so
// 1 - 1/4 + 2 - 1/4 = 5/2. A fifth, with room to hide 1/2: 1 + 4/5 - 1/2 = 13/10. A tenth, with as
// much room: nothing shows. Bytes are those of the pace: f x 100 B/s x pace x 4.
TEST(Contention, SlowsAJobByWhatShowsOfItsStep) {
    struct Case {
        double f, h, time;
    };
    for (const Case& c :
         {Case{0.5, 0, 2.5}, Case{0.5, 0.25, 2.5}, Case{0.2, 0.5, 1.3}, Case{0.1, 0.5, 1}}) {
        Small small(100);
        small.plan.kind_of_job = {small.kind(c.f, c.h, 4)};
        small.start();
        small.enter(0, kAll, kTrains);
        small.settle(0);
        const auto pace = static_cast<std::uint32_t>(std::lround(kFullPace / c.time));
        EXPECT_EQ(small.work(0), pace);
        EXPECT_NEAR(bytes_of(small.close(16), "group0"), c.f * 400 / c.time, 1e-4);
    }
}

// Two jobs with two nodes in either group each, on a trunk for one of them; a third that stays in
// its group is in nobody's way. When one leaves, the other has it all.
TEST(Contention, SharesATrunkEqually) {
    Small small(200);
    small.plan.kind_of_job = {small.kind(1, 0, 2), 0, 0};
    small.start();
    small.enter(0, {0, 1, 4, 5}, kTrains);
    small.enter(1, {2, 3, 6, 7}, kTrains);
    small.enter(2, {0, 1, 2, 3}, kTrains);
    small.settle(0);
    EXPECT_EQ(small.work(0), kHalf);
    EXPECT_EQ(small.work(1), kHalf);
    EXPECT_EQ(small.work(2), kFullPace);
    small.contention->advance(Ticks{10});
    small.contention->drop(1);
    small.settle(10);
    EXPECT_EQ(small.work(0), kFullPace);
}

// Rates of nodes are what is equal, however the weights of a job are scaled. Eight nodes all to all
// put 16/7 on a trunk, two neighbours 1 (a ring of one node each): at equal rates x,
// (16/7 + 1) x = 46 makes x = 14.
TEST(Contention, SharesEquallyBetweenJobsOfDifferentScale) {
    Small small(46);
    Traffic exchange;
    exchange.profile = {1, 0};
    exchange.ring = 0;
    exchange.all_to_all = 1;
    exchange.expert_nodes = 8;
    small.plan.kinds = {exchange};
    small.plan.kind_of_job = {0, small.kind(1, 0, 1)};
    small.start();
    small.enter(0, kAll, kTrains);
    small.enter(1, {3, 4}, kTrains);
    small.settle(0);
    EXPECT_EQ(small.work(0), std::lround(0.14 * kFullPace));
    EXPECT_EQ(small.work(1), std::lround(0.14 * kFullPace));
    for (const model::FlowRecord& flow : small.close(1).flows) {
        EXPECT_DOUBLE_EQ(flow.granted.value, 14);
    }
}

// A trunk of 400 for 400. Without 1 of 16 spines: 15/16. Also without 1 of its 8 leaves:
// 15/16 x 7/8. With spines all gone the job stands still, and goes on when they are back.
TEST(Contention, FollowsTheCapacityOfItsTrunks) {
    Small small(400);
    small.plan.kind_of_job = {small.kind(1, 0, 4)};
    const std::uint32_t trunk = small.fabric.leaf_link(1);
    small.steps = {{10, trunk, Part::kAbove, 1024},      {20, trunk, Part::kOwn, 1024},
                   {30, trunk, Part::kOwn, -1024},       {30, trunk, Part::kAbove, 15 * 1024},
                   {40, trunk, Part::kAbove, -8 * 1024}, {50, trunk, Part::kAbove, -8 * 1024}};
    small.start();
    small.enter(0, kAll, kTrains);
    const std::uint32_t expected[] = {
        kFullPace, kFullPace / 16 * 15, kFullPace / 128 * 105, 0, kHalf, kFullPace};
    for (std::uint32_t i = 0; i < 6; ++i) {
        small.settle(10 * i);
        EXPECT_EQ(small.work(0), expected[i]) << i;
        small.contention->blame(0, 0);
        if (i < 5) {
            EXPECT_EQ(small.contention->next_change(), Ticks{10 * i + 10});
        }
    }
    EXPECT_EQ(small.contention->next_change(), kNever);
    // f x 100 B/s x 4 x pace x 10/16 s, five times, and 10/16 s more at the end.
    const double seconds = 10.0 / 16 * (1 + 15.0 / 16 + 105.0 / 128 + 0 + 0.5 + 1);
    EXPECT_NEAR(bytes_of(small.close(60), "group0"), 400 * seconds, 1e-6);
}

// One of eight cards of one node: all its job's nodes send 7/8. All its cards: it stands still, and
// the job that does not run there does not.
TEST(Contention, IsAsSlowAsTheNodeWithTheFewestCards) {
    Small small(400);
    small.plan.kind_of_job = {small.kind(1, 0, 2), 0};
    small.steps = {
        {10, 5, Part::kOwn, 1024}, {20, 5, Part::kOwn, 7 * 1024}, {30, 5, Part::kOwn, -8 * 1024}};
    small.start();
    small.enter(0, {0, 1, 4, 5}, kTrains);
    small.enter(1, {2, 3, 6, 7}, kTrains);
    const std::uint32_t expected[] = {kFullPace, kFullPace / 8 * 7, 0, kFullPace};
    for (std::uint32_t i = 0; i < 4; ++i) {
        small.settle(10 * i);
        EXPECT_EQ(small.work(0), expected[i]) << i;
        EXPECT_EQ(small.work(1), kFullPace);
        small.contention->blame(0, i < 2 ? 0 : 100);  // of the time before
    }
    const model::NetworkLedger ledger = small.close(30);
    EXPECT_EQ(ledger.stalled, 200U);
    EXPECT_EQ(stalled_by(ledger, "node5"), 200U);
}

// Whoever held the job up is to blame for what it lost since: first the narrower trunk of group 1,
// then, when that is whole again and group 0 has lost more, that one.
TEST(Contention, BlamesTheFullestLink) {
    Small small(400);
    small.plan.kind_of_job = {small.kind(1, 0, 4)};
    const std::uint32_t one = small.fabric.leaf_link(1), zero = small.fabric.leaf_link(0);
    small.steps = {{10, one, Part::kAbove, 4 * 1024},
                   {20, one, Part::kAbove, -4 * 1024},
                   {20, zero, Part::kAbove, 8 * 1024}};
    small.start();
    small.enter(0, kAll, kTrains);
    const std::uint64_t lost[] = {0, 0, 111, 222};
    for (std::uint32_t i = 0; i < 4; ++i) {
        small.settle(10 * i);
        small.contention->blame(0, lost[i]);
    }
    const model::NetworkLedger ledger = small.close(30);
    EXPECT_EQ(stalled_by(ledger, "group1"), 111U);
    EXPECT_EQ(stalled_by(ledger, "group0"), 222U);
    EXPECT_EQ(ledger.stalled, 333U);
    ASSERT_EQ(ledger.flows.size(), 1U);
    EXPECT_EQ(ledger.links.at(ledger.flows[0].held_by).name, "group0");
}

// Three jobs of equal size write at once: a third each. Then one of two nodes and one of six: nodes
// are served alike, 1/4 and 3/4. Clients that could not take more anyway (100 B/s each of 800) do
// not notice one another.
TEST(Contention, ServesNodesAlikeNotJobs) {
    for (const double per_client : {0.0, 100.0}) {
        Small small(400);
        small.plan.kind_of_job = {small.kind(0, 0, 1), 0, 0};
        small.plan.storage_of_rule = {add_storage(small.plan, 800, per_client, false)};
        small.start();
        small.enter(0, {0, 1}, kWrites);
        small.enter(1, {2, 3}, kWrites);
        small.enter(2, {4, 5}, kWrites);
        small.settle(0);
        const std::uint32_t third = per_client > 0 ? kFullPace : (kFullPace + 1) / 3;
        EXPECT_EQ(small.transfer(0), third);
        EXPECT_EQ(small.transfer(1), third);
        EXPECT_EQ(small.transfer(2), third);
        small.contention->advance(Ticks{10});
        small.contention->act(0, {});
        small.contention->drop(1);
        small.contention->drop(2);
        small.enter(1, {2, 3, 4, 5, 6, 7}, kReads);
        small.contention->act(0, kWrites);
        small.settle(10);
        EXPECT_EQ(small.transfer(0), per_client > 0 ? kFullPace : kQuarter);
        EXPECT_EQ(small.transfer(1), per_client > 0 ? kFullPace : 3 * kQuarter);
        EXPECT_NEAR(bytes_of(small.close(26), "storage"),
                    (per_client > 0 ? 600 : 800) * 10.0 / 16 + 800, 1e-3);
    }
}

// Storage reached through the fabric: four writers below a trunk of 100 have 100 of its 400; what
// is read passes the trunks the other way and is not in their way. Training shares the trunk with
// the writers at equal rates per node: (4 + 4) x = 100.
TEST(Contention, SharesTrunksWithStorageOnTheFabric) {
    Small small(100);
    small.plan.kind_of_job = {small.kind(0, 0, 1), 0, small.kind(1, 0, 4)};
    small.plan.storage_of_rule = {add_storage(small.plan, 1000, 0, true)};
    small.start();
    small.enter(0, {0, 1, 2, 3}, kWrites);
    small.settle(0);
    EXPECT_EQ(small.transfer(0), kQuarter);
    small.contention->advance(Ticks{10});
    small.enter(1, {0, 1, 2, 3}, kReads);
    small.settle(10);
    EXPECT_EQ(small.transfer(0), kQuarter);
    EXPECT_EQ(small.transfer(1), kQuarter);
    small.contention->advance(Ticks{20});
    small.contention->drop(1);
    small.enter(2, kAll, kTrains);
    small.settle(20);
    EXPECT_EQ(small.transfer(0), kFullPace / 8);
    EXPECT_EQ(small.work(2), kFullPace / 8);
}

// 10 ticks at full pace from tick 5 on, in bins of 8: 3, 7 ticks of 1/16 s at 400 B/s.
TEST(Contention, CountsBytesByBins) {
    Small small(400);
    small.plan.kind_of_job = {small.kind(1, 0, 4)};
    small.start(Ticks{8});
    small.settle(0);
    small.enter(0, kAll, kTrains);
    small.settle(5);
    small.contention->advance(Ticks{15});
    small.contention->drop(0);
    small.settle(15);
    const model::NetworkLedger ledger = small.close(100);
    ASSERT_FALSE(ledger.links.empty());
    EXPECT_EQ(ledger.links[0].binned, (std::vector<double>{75, 175}));
    EXPECT_EQ(ledger.links[0].bytes, 250);
    EXPECT_EQ(ledger.links[0].busiest, 7.0 / 8);
    EXPECT_TRUE(ledger.flows.empty());
}

}  // namespace
}  // namespace tidepool::network
