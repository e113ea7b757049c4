// SimGrid's rates and our own make the same run, job by job and decision by decision. Every case
// runs in a process of its own, as SimGrid needs it.

#include <gtest/gtest.h>

#include "sim/engine/engine.h"
#include "tests/properties/network_run.h"

namespace tidepool::properties {
namespace {

class NetworkBackEnds : public testing::TestWithParam<std::uint32_t> {};

TEST_P(NetworkBackEnds, MakeTheSameRun) {
    constexpr std::uint32_t kApart = 100;  // more than one after the other are refused
    std::uint32_t number = 10'000 + kApart * GetParam();
    std::unique_ptr<NetworkRun> run = compiled_run(random_network(number));
    while (run == nullptr) {
        run = compiled_run(random_network(++number));
    }
    const model::Ledger own = batch::run(run->compiled, {});
    const model::Ledger reference =
        engine::run(*run->loaded.topology, run->compiled, engine::Rates::kSimGrid, {});
    EXPECT_EQ(fates_of(reference), fates_of(own));
    EXPECT_EQ(reference.decisions, own.decisions);
    EXPECT_EQ(reference.end, own.end);
    EXPECT_EQ(reference.network.stalled, own.network.stalled);
    ASSERT_EQ(reference.network.tiers.size(), own.network.tiers.size());
    for (std::size_t t = 0; t < own.network.tiers.size(); ++t) {
        EXPECT_NEAR(reference.network.tiers[t].bytes, own.network.tiers[t].bytes,
                    1e-6 * own.network.tiers[t].bytes);
    }
}

INSTANTIATE_TEST_SUITE_P(Scenarios, NetworkBackEnds, testing::Range(0U, 32U));

}  // namespace
}  // namespace tidepool::properties
