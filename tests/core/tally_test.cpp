// The tally of a run worked out by hand; buckets and order statistics against their definitions.

#include "sim/core/tally.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "sim/core/tally_driver.h"
#include "sim/core/wait_buckets.h"
#include "tests/core/emulated_warp.h"
#include "tests/core/small_machine.h"
#include "tests/properties/random_problem.h"

namespace tidepool::core {
namespace {

// docs/sweeps.md once more.
std::uint32_t bucket_by_definition(std::uint32_t w) {
    if (w < 64) {
        return w;
    }
    std::uint32_t e = 0;
    while ((std::uint64_t{2} << e) <= w) {
        ++e;
    }
    return 64 * (e - 5) + ((w >> (e - 6)) - 64);
}

TEST(WaitBucket, FollowsItsDefinition) {
    for (std::uint32_t w = 0; w < 100'000; ++w) {
        ASSERT_EQ(wait_bucket(w), bucket_by_definition(w)) << w;
    }
    properties::Dice dice(1);
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        const std::uint32_t w = dice.below(0xFFFF'FFFFu) >> dice.below(26);
        ASSERT_EQ(wait_bucket(w), bucket_by_definition(w)) << w;
    }
}

TEST(WaitBucket, TilesAllWaitsWithinOneSixtyFourth) {
    for (std::uint32_t b = 0; b < kWaitBuckets; ++b) {
        const std::uint64_t begin = wait_bucket_begin(b);
        const std::uint64_t end = wait_bucket_begin(b + 1);
        ASSERT_EQ(wait_bucket(static_cast<std::uint32_t>(begin)), b);
        ASSERT_EQ(wait_bucket(static_cast<std::uint32_t>(end - 1)), b);
        ASSERT_LE(64 * (end - begin), std::max<std::uint64_t>(begin, 64)) << b;
    }
}

std::vector<std::uint32_t> random_values(std::uint32_t number) {
    properties::Dice dice(number, 5);
    std::vector<std::uint32_t> values(dice.from(1, dice.pick({3U, 40U, 300U})));
    const std::uint32_t range = dice.pick({2U, 10U, 1000U, 0xFFFF'FFFFu});
    for (std::uint32_t& value : values) {
        value = dice.chance(20) ? 0 : dice.chance(10) ? kNone : dice.below(range);
    }
    return values;
}

TEST(NthSmallest, EqualsASort) {
    for (std::uint32_t number = 0; number < 2000; ++number) {
        const std::vector<std::uint32_t> values = random_values(number);
        const auto size = static_cast<std::uint32_t>(values.size());
        std::vector<std::uint32_t> sorted = values;
        std::sort(sorted.begin(), sorted.end());
        for (std::uint32_t n = 1; n <= size; ++n) {
            ASSERT_EQ(nth_smallest(Serial{}, values.data(), size, n, 0, kNone), sorted[n - 1]);
            ASSERT_EQ(nth_smallest(Serial{}, values.data(), size, n, sorted[n / 2], sorted.back()),
                      sorted[std::max(n, n / 2 + 1) - 1]);
        }
    }
}

TEST(NthSmallest, IsTheSameOnAWarp) {
    for (std::uint32_t number = 0; number < 60; ++number) {
        const std::vector<std::uint32_t> values = random_values(number);
        const auto size = static_cast<std::uint32_t>(values.size());
        const std::uint32_t n = properties::Dice(number).from(1, size);
        std::vector<std::uint32_t> sorted = values;
        std::nth_element(sorted.begin(), sorted.begin() + (n - 1), sorted.end());
        std::vector<std::uint32_t> found(32);
        Warp(number % 3).run([&](EmulatedWarp exec) {
            found[exec.lane()] = nth_smallest(exec, values.data(), size, n, 0, kNone);
        });
        ASSERT_EQ(found, std::vector<std::uint32_t>(32, sorted[n - 1])) << "case " << number;
    }
}

// splitmix64 as its authors publish it, on a state that has been advanced already.
std::uint64_t published_mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

TEST(DecisionHash, MixesAsSplitmix64) {
    // First output of splitmix64 from seed 0: its state is then the golden gamma.
    EXPECT_EQ(mix_in(0, 0x9E3779B97F4A7C15u), 0xE220A8397B1DCDAFu);
    EXPECT_EQ(mix_in(12345, 678), published_mix(12345 ^ 678));
}

// Two nodes of 4 GPUs, first come first served.
//   job 0: 8 GPUs, submitted at 0, 10 ticks: [0, 10) on both nodes
//   job 1: 3 GPUs, submitted at 3,  5 ticks: waits 7, [10, 15) on node 0, is cancelled
//   job 2: 6 GPUs, submitted at 4, 99 ticks: does not fit beside job 1: waits till 15,
//          [15, 20) on node 0 and two GPUs of node 1, then the run is over
//   job 3: 1 GPU, submitted at 16: waits 0 ticks, [16, 18) on node 1, fails
TEST(Tally, IsWhatPaperSays) {
    Problem problem;
    add_pod(problem, 2, 4);
    problem.jobs = {{0, 10, 10, 8, 1}, {3, 5, 5, 3, 1}, {4, 99, 99, 6, 1}, {16, 2, 2, 1, 1}};
    problem.horizon = 20;
    const PlanBuilder builder(problem);
    const Plan plan = builder.plan();
    const std::vector<std::uint8_t> job_end{0, 2, 0, 1};
    const TallyPlan rest{job_end.data(), 8, 0};
    std::vector<std::uint64_t> memory(StateLayout(plan).bytes() / 8);
    std::vector<std::uint64_t> tally_memory(TallyLayout(plan, rest).bytes() / 8);
    State state = StateLayout(plan).make(Serial{}, memory.data());
    const TallyMemory made = TallyLayout(plan, rest).make(Serial{}, tally_memory.data());
    TallyDriver<Serial, false> driver(Serial{}, plan, rest, state, made);
    driver.close(replay(Serial{}, plan, state, driver));
    const Tally& t = *made.tally;

    EXPECT_EQ(t.end, 20U);
    EXPECT_EQ(t.last_end, 18U);
    EXPECT_EQ(t.allocated, 80U + 15U + 30U + 2U);
    EXPECT_EQ(t.useful, 1024U * t.allocated);
    EXPECT_EQ(t.queue_length, 7U + 11U);
    EXPECT_EQ(t.queued_gpus, 3U * 7U + 6U * 11U);
    EXPECT_EQ(t.queue_length_max, 2U);
    EXPECT_EQ(t.completed, 1U);
    EXPECT_EQ(t.cancelled, 1U);
    EXPECT_EQ(t.failed, 1U);
    EXPECT_EQ(t.running, 1U);
    EXPECT_EQ(t.waits, 4U);
    EXPECT_EQ(t.wait_sum, 18U);
    EXPECT_EQ(t.wait_p50, 0U);  // 0, 0, 7, 11
    EXPECT_EQ(t.wait_p95, 11U);
    EXPECT_EQ(t.wait_p99, 11U);
    EXPECT_EQ(t.wait_max, 11U);
    EXPECT_EQ(t.out_of_queue, 10U + 5U + 5U + 2U);
    EXPECT_EQ(t.gpus_out_of_queue, 127U);
    EXPECT_EQ(t.gpus_queued, 87U);
    EXPECT_EQ(t.events, 4U + 3U);
    EXPECT_FALSE(t.overflow);
    EXPECT_TRUE(is_complete(t, plan));
    EXPECT_FALSE(all_ended(t, plan));

    const std::uint64_t words[] = {
        1ull << 56 | 0,  0ull << 32 | 2, 0ull << 32 | 4, 1ull << 32 | 4,  // job 0 starts
        2ull << 56 | 10, 0ull << 32,                                      // and ends
        1ull << 56 | 10, 1ull << 32 | 1, 0ull << 32 | 3,                  // job 1
        2ull << 56 | 15, 1ull << 32,                                      //
        1ull << 56 | 15, 2ull << 32 | 2, 0ull << 32 | 4, 1ull << 32 | 2,  // job 2
        1ull << 56 | 16, 3ull << 32 | 1, 1ull << 32 | 1,                  // job 3
        2ull << 56 | 18, 3ull << 32,
    };
    std::uint64_t hash = 0;
    for (const std::uint64_t word : words) {
        hash = published_mix(hash ^ word);
    }
    EXPECT_EQ(t.decisions, hash);
}

// 64 bits hold 4,294,967,294 ticks times 4,294,967,295 GPUs and a little more, not twice as much.
TEST(Tally, FlagsIntegralsBeyond64Bits) {
    const std::vector<std::uint8_t> job_end{0};
    const TallyPlan rest{job_end.data(), 1'000'000, 0};
    Plan plan;
    const auto overflows = [&](std::uint64_t gpus, std::uint32_t first, std::uint32_t then) {
        State state;
        Tally tally;
        TallyMemory memory;
        memory.tally = &tally;
        TallyDriver<Serial, false> driver(Serial{}, plan, rest, state, memory);
        state.queue_length = 1;
        state.queued_gpus = gpus;
        driver.advance(first);
        const bool early = tally.overflow;
        driver.advance(then);
        return std::pair(early, tally.overflow);
    };
    EXPECT_EQ(overflows(0xFFFF'FFFFu, 1, 0xFFFF'FFFEu), std::pair(false, false));
    EXPECT_EQ(overflows(std::uint64_t{1} << 40, (1U << 24) - 1, 1U << 24), std::pair(false, true));
    EXPECT_EQ(overflows(std::uint64_t{1} << 40, 1U << 24, 1U << 25), std::pair(true, true));
    EXPECT_EQ(overflows(~std::uint64_t{0}, 1, 2), std::pair(false, true));
    EXPECT_EQ(overflows(~std::uint64_t{0}, 2, 3), std::pair(true, true));
    EXPECT_EQ(overflows(~std::uint64_t{0} / 5, 2, 5), std::pair(false, false));
    EXPECT_EQ(overflows(~std::uint64_t{0} / 5 + 1, 2, 5), std::pair(false, true));
}

}  // namespace
}  // namespace tidepool::core
