// 32 lanes in shuffled order tally as one thread does, to the last bit.

#include <algorithm>

#include <gtest/gtest.h>

#include "sim/core/replay.h"
#include "sim/core/tally_driver.h"
#include "sim/core/wait_buckets.h"
#include "tests/batch/random_cells.h"
#include "tests/core/emulated_warp.h"

namespace tidepool::batch {
namespace {

template <bool kCanInterrupt, class Exec>
void tally_lane(Exec exec, const core::Plan& plan, const core::TallyPlan& rest,
                std::uint64_t* state_memory, std::uint64_t* tally_memory,
                std::vector<std::uint64_t>& counted) {
    core::State state = core::StateLayout(plan).make(exec, state_memory);
    const core::TallyMemory memory = core::TallyLayout(plan, rest).make(exec, tally_memory);
    core::TallyDriver<Exec, kCanInterrupt> driver(exec, plan, rest, state, memory);
    driver.close(core::replay(exec, plan, state, driver));
    core::count_waits(exec, memory.wait, plan.jobs,
                      [&](std::uint32_t bucket) { ++counted[bucket]; });
}

struct Tallied {
    Tallied(const core::Plan& plan, const core::TallyPlan& rest)
        : state(core::StateLayout(plan).bytes() / 8),
          tally(core::TallyLayout(plan, rest).bytes() / 8, 0xABCD'ABCD'ABCD'ABCDu),
          histogram(kWaitBuckets) {}
    const core::Tally& made() const {
        return *static_cast<const core::Tally*>(static_cast<const void*>(tally.data()));
    }
    std::vector<std::uint64_t> state, tally, histogram;
};

template <bool kCanInterrupt>
void expect_equal_in_all_orders(const RandomCell& made, std::uint64_t orders) {
    const core::Plan plan = plan_of(made.cell, made.luck, made.seed);
    const core::TallyPlan rest = tally_plan_of(made.cell, made.luck);
    Tallied one(plan, rest);
    tally_lane<kCanInterrupt>(core::Serial{}, plan, rest, one.state.data(), one.tally.data(),
                              one.histogram);
    for (std::uint64_t order = 0; order < orders; ++order) {
        Tallied warp(plan, rest);
        core::Warp(order).run([&](core::EmulatedWarp exec) {
            tally_lane<kCanInterrupt>(exec, plan, rest, warp.state.data(), warp.tally.data(),
                                      warp.histogram);
        });
        EXPECT_EQ(warp.made(), one.made()) << "order " << order;
        EXPECT_TRUE(std::equal(one.tally.begin() + sizeof(core::Tally) / 8, one.tally.end(),
                               warp.tally.begin() + sizeof(core::Tally) / 8))
            << "order " << order;
        EXPECT_EQ(warp.histogram, one.histogram);
    }
}

TEST(EmulatedReplica, TalliesWhatCannotFailAsOneThreadDoes) {
    for (std::uint32_t number = 0; number < 90; ++number) {
        expect_equal_in_all_orders<false>(quiet_cell(number), 3);
        ASSERT_FALSE(HasFailure()) << "case " << number;
    }
}

TEST(EmulatedReplica, TalliesWhatFailsAsOneThreadDoes) {
    for (std::uint32_t number = 0; number < 120; ++number) {
        expect_equal_in_all_orders<true>(fragile_cell(number), 3);
        ASSERT_FALSE(HasFailure()) << "case " << number;
    }
}

// More than 32 jobs and waits.
TEST(EmulatedReplica, TalliesManyJobsAsOneThreadDoes) {
    constexpr properties::Sizes sizes{9, 6, 8, 2, 150, 100, 60};
    for (std::uint32_t number = 0; number < 6; ++number) {
        expect_equal_in_all_orders<false>(quiet_cell(number, sizes), 2);
        expect_equal_in_all_orders<true>(fragile_cell(number, sizes), 2);
        ASSERT_FALSE(HasFailure()) << "case " << number;
    }
}

}  // namespace
}  // namespace tidepool::batch
