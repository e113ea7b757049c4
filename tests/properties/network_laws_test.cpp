// What must hold of runs with a network, whatever the rules in detail.

#include <gtest/gtest.h>

#include "tests/properties/network_run.h"

namespace tidepool::properties {
namespace {

// Nothing fails, nothing is saved.
NetworkScenario quiet(std::uint32_t number) {
    NetworkScenario s = random_network(number);
    s.failures.clear();
    s.horizon = 1'000'000;
    return s;
}

NetworkScenario alone(std::uint32_t number) {
    NetworkScenario s = quiet(number);
    s.jobs = {s.jobs.front()};
    s.jobs[0].nodes = s.nodes;
    return s;
}

std::vector<NetworkFate> ends_of(const NetworkScenario& scenario) {
    const auto run = compiled_run(scenario);
    return run == nullptr ? std::vector<NetworkFate>{} : fates_of(batch::run(run->compiled, {}));
}

// All its time but that of checkpoints, which take as long as on idle storage. (Over the fabric, a
// write behind the work is in its way.)
TEST(NetworkLaws, AJobAloneOnANonBlockingFabricRunsAsItsTraceSays) {
    std::uint32_t runs = 0, saved = 0;
    for (std::uint32_t number = 0; number < 150; ++number) {
        NetworkScenario s = alone(number);
        s.over = s.pod_over = 1;
        s.on_fabric = s.on_fabric && !s.saving.overlap;
        const auto run = compiled_run(s);
        if (run == nullptr) {
            continue;
        }
        const NetworkFate fate = fates_of(batch::run(run->compiled, {})).at(0);
        const core::Plan plan = run->compiled.plan.view();
        core::CheckpointRule rule = plan.checkpoint_rules[plan.checkpoint_rule_of[0]];
        const std::uint32_t duration = s.jobs[0].duration;
        const std::uint64_t ideal =
            core::ticks_left(rule, duration, core::Progress{}, core::kFullPace);
        EXPECT_EQ(fate.end - fate.start, ideal) << number;
        EXPECT_EQ(fate.stalled, 0U);
        EXPECT_EQ(fate.work, std::uint64_t{1024} * duration * 8 * s.nodes);
        ++runs;
        saved += fate.checkpoints > 0 ? 1 : 0;
    }
    EXPECT_GT(runs, 100U);
    EXPECT_GT(saved, 30U);
}

// Pairs of nodes below one leaf group whose peers sit on any rail, all of one size and length.
TEST(NetworkLaws, EqualJobsThatStartTogetherEndTogether) {
    std::uint32_t slowed = 0;
    for (std::uint32_t number = 0; number < 150; ++number) {
        NetworkScenario s = quiet(number);
        s.groups_of = 4;
        s.nodes = 12;
        s.pods_of = number % 2 == 0 ? 0 : 4;
        s.top_of_rack = false;
        s.saving.jitter = false;
        s.traffic = "{step: 1 s, bytes: 300 GB, ranks: unaligned}";
        const NetworkJob job{0, s.jobs[0].duration, 2};
        s.jobs.assign(6, job);
        const std::vector<NetworkFate> fates = ends_of(s);
        ASSERT_EQ(fates.size(), 6U) << number;
        for (const NetworkFate& fate : fates) {
            EXPECT_EQ(fate, fates[0]) << number;
        }
        slowed += fates[0].network > 0 ? 1 : 0;
    }
    EXPECT_GT(slowed, 75U);
}

// Of a job alone; among others that is not so (see network/sharing_laws_test.cpp).
TEST(NetworkLaws, TwiceTheLinksAndStorageNeverSlowAJobAlone) {
    std::uint32_t faster = 0;
    for (std::uint32_t number = 0; number < 150; ++number) {
        NetworkScenario s = alone(number);
        s.over += 2;
        s.saving.shared_every = 1;
        const std::vector<NetworkFate> slow = ends_of(s);
        s.over /= 2;
        s.bandwidth *= 2;
        s.per_client *= 2;
        const std::vector<NetworkFate> fast = ends_of(s);
        ASSERT_EQ(slow.size(), fast.size());
        if (!slow.empty()) {
            EXPECT_LE(fast[0].end, slow[0].end) << number;
            faster += fast[0].end < slow[0].end ? 1 : 0;
        }
    }
    EXPECT_GT(faster, 50U);
}

}  // namespace
}  // namespace tidepool::properties
