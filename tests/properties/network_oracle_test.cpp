// Whole runs with a network against a twin of docs/network.md that goes tick by tick: the same jobs
// end at the same ticks, and their time went into the same.

#include <gtest/gtest.h>

#include "tests/properties/network_run.h"

namespace tidepool::properties {
namespace {

struct Met {
    std::uint32_t runs = 0, slowed = 0, saved = 0, interrupted = 0, cut = 0, unended = 0, lost = 0;

    void add(const std::vector<NetworkFate>& fates) {
        ++runs;
        for (const NetworkFate& fate : fates) {
            slowed += fate.network > 0 ? 1 : 0;
            saved += fate.checkpoints > 0 ? 1 : 0;
            interrupted += fate.interruptions > 0 ? 1 : 0;
            lost += fate.lost > 0 ? 1 : 0;
            unended += fate.start != kNever.value && fate.end == kNever.value ? 1 : 0;
        }
    }
};

// What was compiled is what the page says of the scenario.
void expect_same_plan(const NetworkOracle& oracle, const scenario::Compiled& compiled) {
    const network::NetworkPlan& links = oracle.plan();
    ASSERT_EQ(compiled.network.links.size(), links.links.size());
    for (std::size_t l = 0; l < links.links.size(); ++l) {
        const network::Link& found = compiled.network.links[l];
        const network::Link& expected = links.links[l];
        EXPECT_NEAR(found.capacity.value, expected.capacity.value, 1e-12 * expected.capacity.value);
        EXPECT_EQ(found.parent, expected.parent) << l;
        EXPECT_EQ(found.tier, expected.tier) << l;
        EXPECT_EQ(found.own_parts, expected.own_parts) << l;
        EXPECT_EQ(found.above_parts, expected.above_parts) << l;
    }
    const core::Plan plan = compiled.plan.view();
    for (std::uint32_t rank = 0; rank < plan.jobs; ++rank) {
        EXPECT_EQ(plan.checkpoint_rules[plan.checkpoint_rule_of[rank]], oracle.rule(rank)) << rank;
    }
}

void expect_same_run(std::uint32_t number, Met& met) {
    const NetworkScenario scenario = random_network(number);
    const auto run = compiled_run(scenario);
    if (run == nullptr) {
        return;
    }
    NetworkOracle oracle(scenario, run->luck);
    expect_same_plan(oracle, run->compiled);
    const std::vector<NetworkFate> expected = oracle.run();
    const model::Ledger ledger = batch::run(run->compiled, {});
    const std::vector<NetworkFate> found = fates_of(ledger);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t j = 0; j < found.size(); ++j) {
        EXPECT_EQ(found[j], expected[j]) << "job " << j;
    }
    std::uint64_t by_job = 0, by_link = 0;
    for (const model::JobRecord& job : ledger.jobs) {
        by_job += job.network_stalled;
    }
    for (const model::LinkRecord& link : ledger.network.links) {
        by_link += link.stalled;
    }
    EXPECT_EQ(ledger.network.stalled, by_job);
    EXPECT_EQ(by_link, by_job);
    using model::LinkTier;
    const auto bytes = [&](LinkTier tier) {
        return ledger.network.tiers[static_cast<std::size_t>(tier)].bytes;
    };
    EXPECT_NEAR(bytes(LinkTier::kNode), oracle.sent(), 1e-6 * oracle.sent());
    // Over the fabric with a rounded load.
    EXPECT_NEAR(bytes(LinkTier::kStorage), oracle.stored(),
                (scenario.on_fabric ? 1.0 / 128 : 1e-6) * oracle.stored());
    met.add(expected);
    if (testing::Test::HasFailure()) {
        FAIL() << "case " << number << "\n" << scenario.yaml() << scenario.csv();
    }
}

TEST(NetworkOracle, SaysWhatBecomesOfEveryJob) {
    Met met;
    for (std::uint32_t number = 0; number < 700; ++number) {
        ASSERT_NO_FATAL_FAILURE(expect_same_run(number, met));
    }
    EXPECT_GT(met.runs, 300U);
    EXPECT_GT(met.slowed, 300U);
    EXPECT_GT(met.saved, 300U);
    EXPECT_GT(met.interrupted, 50U);
    EXPECT_GT(met.lost, 50U);
    EXPECT_GT(met.unended, 50U);
}

}  // namespace
}  // namespace tidepool::properties
