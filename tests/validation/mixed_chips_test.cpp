// Gangs of two kinds of chips: the claim of 95 % for training on chips of several makers. Two equal
// pools of speeds 1.0 and 0.6, efficiency = achieved speed over the sum of the stand-alone speeds:
// equal shares 2 x 0.6 / 1.6 = 0.75, shares in proportion 1.0.

#include <gtest/gtest.h>

#include "tests/validation/whole_program.h"

namespace tidepool::validation {
namespace {

constexpr double kDay = 86400;

// One job on all 8 + 8 nodes, or on fewer.
double took(const std::string& mixed, std::uint32_t gpus = 128) {
    const Case on_two_kinds(
        "topology: {clusters: [{name: fast, server: hgx-h100, nodes: 8}, "
        "{name: slow, server: atlas-910b, nodes: 8}]}\n"
        "failures: {}\n"
        "mixed_chips: {models: [h100-sxm, ascend-910b], " +
            mixed + "}\n",
        equal_jobs(1, kDay, gpus));
    const model::Ledger ledger = on_two_kinds.run();
    expect_waterfall(ledger);
    return to_seconds(ledger.jobs[0].end).value;
}

// A run ends at a whole tick, at most one and a pace's rounding (2^-24) late.
void expect_time(double measured, double exact) {
    EXPECT_GE(measured, exact * (1 - 0x1p-24));
    EXPECT_LE(measured, exact * (1 + 0x1p-24) + 1.0 / 16);
}

TEST(MixedChips, WaitForTheirSlowestWithEqualShares) {
    const double time = took("speeds: [100 %, 60 %]");
    expect_time(time, kDay / 0.6);
    EXPECT_NEAR(kDay / time / ((1 + 0.6) / 2), 0.75, 1e-6);
}

TEST(MixedChips, AddUpWithSharesInProportion) {
    expect_time(took("speeds: [100 %, 60 %], share: proportional"), kDay / 0.8);
    expect_time(took("speeds: [100 %, 60 %], share: proportional, efficiency: 95 %"),
                kDay / (0.95 * 0.8));
}

TEST(MixedChips, PayForMixingOnlyWhereTheyMix) {
    const std::string rule = "speeds: [100 %, 60 %], share: proportional, efficiency: 95 %";
    expect_time(took(rule, 64), kDay);  // the fast half
}

// 8 + 4 nodes: (8 + 4 x 0.6) / 12 of the fast speed.
TEST(MixedChips, WeighSharesByGpus) {
    expect_time(took("speeds: [100 %, 60 %], share: proportional", 96), kDay * 12 / (8 + 2.4));
}

// Catalogue: 989 and 320 TFLOPS, dense BF16.
TEST(MixedChips, TakeTheirPeaksForSpeedsIfNoneAreGiven) {
    expect_time(took("share: equal"), kDay * 989 / 320);
}

TEST(MixedChips, SayWhatIsWrong) {
    const auto problem = [](const std::string& mixed) {
        try {
            took(mixed);
        } catch (const InputError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_NE(problem("speeds: [100 %]").find("one speed per model"), std::string::npos);
    EXPECT_NE(problem("speeds: [90 %, 60 %]").find("is 100 %"), std::string::npos);
    EXPECT_NE(problem("efficiency: 95 %").find("has no effect"), std::string::npos);
}

}  // namespace
}  // namespace tidepool::validation
