// Slow-down by a network that grants less: by hand, in every corner, and against the step model.
#include "sim/model/comm_profile.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace tidepool::model {
namespace {

TEST(RelativeStepTime, ByHand) {
    // Half of the step on the network, all shown: at half the rate it takes half a step longer.
    EXPECT_EQ(relative_step_time({0.5, 0}, 0.5), 1.5);
    EXPECT_EQ(relative_step_time({0.5, 0}, 0.25), 2.5);
    // A quarter of a step hides: 0.25 of it shows at full rate, 0.75 at half.
    EXPECT_EQ(relative_step_time({0.5, 0.25}, 0.5), 1.5);
    // Room for a whole step: nothing shows down to half the rate, then 0.5 / 0.25 - 1.
    EXPECT_EQ(relative_step_time({0.5, 1}, 0.5), 1);
    EXPECT_EQ(relative_step_time({0.5, 1}, 0.25), 2);
    EXPECT_EQ(relative_step_time({0, 0}, 1e-9), 1);
}

TEST(RelativeStepTime, IsOneAtLineRateAndNeverRisesWithIt) {
    for (double f = 0; f < 1; f += 0.037) {
        for (double h = 0; h < 2; h += 0.13) {
            EXPECT_EQ(relative_step_time({f, h}, 1), 1) << f << ' ' << h;
            double slower = relative_step_time({f, h}, 1e-3);
            for (double g = 2e-3; g <= 1; g += 1e-3) {
                const double now = relative_step_time({f, h}, g);
                ASSERT_LE(now, slower) << f << ' ' << h << ' ' << g;
                slower = now;
            }
            EXPECT_GE(relative_step_time({f, h}, 1e-3),
                      relative_step_time({f, h + 0.1}, 1e-3) - 1e-12 * f / 1e-3);
        }
    }
}

TEST(RelativeStepTime, RefusesNonsense) {
    EXPECT_DEATH(relative_step_time({0.1, 0}, 0), "granted");
    EXPECT_DEATH(relative_step_time({0.1, 0}, 1.1), "granted");
    EXPECT_DEATH(relative_step_time({-0.1, 0}, 1), "negative");
}

TEST(TracedProfile, IsBytesOverRateOverStep) {
    // 100 GB at 400 GB/s in a step of 1 s, 80 % of it hidden.
    const CommProfile profile = traced_profile({1}, {100e9}, {400e9}, 0.8);
    EXPECT_DOUBLE_EQ(profile.line_time, 0.25);
    EXPECT_DOUBLE_EQ(profile.hidden, 0.2);
    EXPECT_EQ(traced_profile({1}, {0}, {400e9}, 0), CommProfile{});
}

// A step of 10 s that sends 2 s of gradients and 1 s of what never hides.
StepTime step(double window, double share) {
    StepTime step;
    step.total = {10};
    step.traffic.dp = {2};
    step.dp = step.dp_line = {2};
    step.line = {3};
    step.exposed_line = {1};
    step.dp_window = {window};
    step.dp_exposed_share = share;
    step.dp_exposed = {std::max(share * 2, 2 - window)};
    return step;
}

TEST(ProfileOfAStep, AgreesAtFullAndAtHalfRate) {
    for (const double window : {0.0, 1.0, 3.0, 100.0}) {
        for (const double share : {0.0, 0.15, 1.0}) {
            const StepTime given = step(window, share);
            const CommProfile profile = profile_of(given);
            EXPECT_DOUBLE_EQ(profile.line_time, 0.3);
            const auto model = [&](double g) { return step_total_at(given, g).value / 10; };
            EXPECT_EQ(model(1), 1);
            EXPECT_NEAR(relative_step_time(profile, 0.5), model(0.5), 1e-12);
            for (const double g : {0.3, 0.1, 0.01}) {
                EXPECT_GE(relative_step_time(profile, g), model(g) - 1e-12);
            }
            for (const double g : {0.6, 0.8, 0.99}) {
                EXPECT_LE(relative_step_time(profile, g), model(g) + 1e-12);
            }
        }
    }
}

TEST(StepAtASlowerNetwork, ByHand) {
    // Half the rate: 1 s more that never hides; gradients 4 s, of which 3 s hide.
    EXPECT_DOUBLE_EQ(step_total_at(step(3, 0), 0.5).value, 10 + 1 + 1);
    // A quarter: 3 s more, and 8 - 3.
    EXPECT_DOUBLE_EQ(step_total_at(step(3, 0), 0.25).value, 10 + 3 + 5);
}

TEST(ProfileOfAStep, WithNothingToShowHasAllItsRoom) {
    StepTime quiet = step(8, 0);
    quiet.exposed_line = {0};
    quiet.line = {2};
    EXPECT_EQ(profile_of(quiet), (CommProfile{0.2, 0.8}));
    EXPECT_EQ(profile_of(StepTime{}), CommProfile{});
}

TEST(CommPreset, StandsForItsClass) {
    EXPECT_EQ(comm_preset(CommClass::kNone).profile, CommProfile{});
    const CommProfile small = comm_preset(CommClass::kDataParallel).profile;
    const CommProfile dense = comm_preset(CommClass::kLlm3d).profile;
    const CommProfile experts = comm_preset(CommClass::kMoe).profile;
    // 1.7B parameters on 4 nodes of 8 A100: two rounds of 31/32 x 3.4 GB over one ring per node at
    // 200 GB/s, in a step of about 3.5 s (published).
    EXPECT_NEAR(small.line_time, 2 * 31.0 / 32 * 3.4e9 / 200e9 / 3.528, 0.1 * small.line_time);
    // Experts exchange far more than gradients and stage borders; all stay below a step.
    EXPECT_GT(experts.line_time, 3 * dense.line_time);
    for (const CommProfile& profile : {small, dense, experts}) {
        EXPECT_GT(profile.line_time, 0);
        EXPECT_LT(profile.line_time, 1);
        EXPECT_GE(profile.hidden, profile.line_time);  // gradients hide
        EXPECT_LT(relative_step_time(profile, 0.5), 1 + profile.line_time);
    }
}

}  // namespace
}  // namespace tidepool::model
