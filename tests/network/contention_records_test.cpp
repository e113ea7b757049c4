#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/network/contention.h"
#include "sim/network/max_min.h"

namespace tidepool::network {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Four nodes of 40 B/s, two below each of two leaf groups with 20 B/s to the spines. Jobs send all
// the time, half of their step at line rate, in a ring over all their nodes.
NetworkPlan small_plan(std::uint32_t jobs) {
    NetworkPlan plan;
    plan.nodes = 4;
    for (std::uint32_t n = 0; n < 4; ++n) {
        Link node;
        node.name = "n" + std::to_string(n);
        node.capacity = {40};
        node.parent = 4 + n / 2;
        plan.links.push_back(node);
    }
    for (const char* name : {"leaf0", "leaf1"}) {
        Link leaf;
        leaf.name = name;
        leaf.tier = model::LinkTier::kLeaf;
        leaf.capacity = {20};
        plan.links.push_back(leaf);
    }
    Traffic traffic;
    traffic.profile.line_time = 0.5;
    plan.kinds = {traffic};
    plan.kind_of_job.assign(jobs, 0);
    return plan;
}

struct Fixture {
    explicit Fixture(std::uint32_t jobs, std::span<const CapacityStep> steps = {},
                     std::uint64_t most_link_bins = kMostLinkBins)
        : plan(small_plan(jobs)),
          contention(plan, steps, 1, Ticks{160}, solver(), most_link_bins) {}

    std::unique_ptr<RateSolver> solver() const {
        std::vector<BytesPerSecond> capacities;
        for (const Link& link : plan.links) {
            capacities.push_back(link.capacity);
        }
        return make_max_min_solver(capacities);
    }
    void start(std::uint32_t slot, std::vector<std::uint32_t> nodes) {
        contention.enter(slot, slot, 0, slot, nodes);
        contention.act(slot, {.trains = true});
    }
    std::vector<Pace> settle(std::uint32_t tick) {
        contention.advance(Ticks{tick});
        const auto changed = contention.settle();
        return {changed.begin(), changed.end()};
    }
    model::NetworkLedger close(std::uint32_t end) {
        return contention.close(Ticks{end}, [](std::uint32_t rank) { return rank; });
    }

    NetworkPlan plan;
    Contention contention;
};

TEST(Contention, AJobThatLeavesHasSentUntilThen) {
    // Nodes 1 and 2 send 20 of 40 B/s: a step takes 0.5 + 0.5 * 2 = 1.5, and in 1 of these they
    // send, 40/3 B/s in the mean. Nothing happens between 0 and 320 ticks = 20 s.
    Fixture f(1);
    f.start(0, {1, 2});
    ASSERT_EQ(f.settle(0).size(), 1u);
    f.contention.advance(Ticks{320});
    f.contention.drop(0);
    EXPECT_THAT(f.settle(320), IsEmpty());
    const model::NetworkLedger ledger = f.close(480);
    ASSERT_EQ(ledger.links.size(), 2u);
    for (const model::LinkRecord& leaf : ledger.links) {
        EXPECT_DOUBLE_EQ(leaf.bytes, 800 / 3.0);
        EXPECT_THAT(leaf.binned, ElementsAre(DoubleEq(400 / 3.0), DoubleEq(400 / 3.0)));
        EXPECT_DOUBLE_EQ(leaf.busiest, 2 / 3.0);
    }
    EXPECT_DOUBLE_EQ(ledger.tiers[0].bytes, 2 * 800 / 3.0);  // both nodes
    EXPECT_THAT(ledger.flows, IsEmpty());
    ASSERT_EQ(ledger.rates.size(), 1u);
    EXPECT_DOUBLE_EQ(ledger.rates[0].granted, 400);  // 20 B/s for 20 s
    EXPECT_EQ(ledger.rates[0].ticks, 320u);
}

TEST(Contention, RatesOfAJobAreMeansOverItsTimeAtWork) {
    // Alone for 160 ticks a node gets 20 B/s, beside another job for 320 ticks 10 B/s, and for 80
    // ticks it does not work: (20 * 10 + 10 * 20) B in 480 ticks.
    Fixture f(2);
    f.start(0, {0, 2});
    f.settle(0);
    f.start(1, {1, 3});
    f.settle(160);
    f.contention.act(0, {});
    f.settle(480);
    const model::NetworkLedger ledger = f.close(560);
    ASSERT_EQ(ledger.rates.size(), 2u);
    EXPECT_DOUBLE_EQ(ledger.rates[0].granted, 400);
    EXPECT_EQ(ledger.rates[0].ticks, 480u);
    EXPECT_DOUBLE_EQ(ledger.rates[1].granted, 10 * 20 + 20 * 5);
    EXPECT_EQ(ledger.rates[1].ticks, 400u);
}

TEST(Contention, AJobBelowOneLeafGetsItsLine) {
    Fixture f(1);
    f.start(0, {0, 1});
    f.settle(0);
    const model::NetworkLedger ledger = f.close(160);
    EXPECT_DOUBLE_EQ(ledger.rates[0].granted, 400);
    EXPECT_DOUBLE_EQ(ledger.tiers[0].bytes, 400);  // two nodes, 20 B/s in the mean, 10 s
    EXPECT_DOUBLE_EQ(ledger.tiers[1].bytes, 0);
    EXPECT_THAT(ledger.flows, IsEmpty());  // it shares nothing
}

TEST(Contention, KeepsBinsOfLinksUntilTheyAreTooMany) {
    // Two links in three bins of 10 s are six; the nodes' sum does not count.
    for (const std::uint64_t most : {6, 5, 1, 0}) {
        Fixture f(1, {}, most);
        f.start(0, {1, 2});
        f.settle(0);
        f.contention.act(0, {.trains = true});
        f.settle(160);
        f.contention.drop(0);
        f.settle(160);
        f.start(0, {1, 2});
        f.settle(320);
        const model::NetworkLedger ledger = f.close(480);
        EXPECT_EQ(ledger.binned, most == 6) << most;
        for (const model::LinkRecord& leaf : ledger.links) {
            EXPECT_DOUBLE_EQ(leaf.bytes, 800 / 3.0) << most;
            EXPECT_EQ(leaf.binned.size(), most == 6 ? 3u : 0u) << most;
        }
        EXPECT_THAT(ledger.tiers[0].binned,
                    ElementsAre(DoubleEq(800 / 3.0), 0, DoubleEq(800 / 3.0)));
        EXPECT_THAT(ledger.tiers[1].binned,
                    ElementsAre(DoubleEq(800 / 3.0), 0, DoubleEq(800 / 3.0)))
            << most;
    }
}

TEST(Contention, SaysWhoStandsStillAndWhere) {
    // leaf1 loses all that hangs above it, and later gets it back.
    const std::vector<CapacityStep> steps{{160, 5, Part::kAbove, 1024},
                                          {800, 5, Part::kAbove, -1024}};
    Fixture f(2, steps);
    f.start(0, {1, 2});
    f.start(1, {0, 1});
    f.settle(0);
    EXPECT_EQ(f.contention.next_change(), Ticks{160});
    ASSERT_EQ(f.settle(160).size(), 1u);
    const model::NetworkLedger ledger = f.close(320);
    EXPECT_EQ(ledger.cut_off, 1u);
    ASSERT_EQ(ledger.flows.size(), 1u);
    const model::FlowRecord& flow = ledger.flows[0];
    EXPECT_EQ(flow.job, 0u);
    EXPECT_EQ(flow.pace, 0u);
    EXPECT_EQ(flow.asked.value, 40);
    EXPECT_EQ(flow.granted.value, 0);
    EXPECT_EQ(ledger.links[flow.held_by].name, "leaf1");
    EXPECT_EQ(ledger.links[1].left.value, 0);
    EXPECT_EQ(ledger.links[0].left.value, 20);
    EXPECT_DOUBLE_EQ(ledger.rates[0].granted, 200);  // standing still counts as time at work
    EXPECT_EQ(ledger.rates[0].ticks, 320u);
}

}  // namespace
}  // namespace tidepool::network
