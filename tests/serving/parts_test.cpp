// The parts of the replay that are quick because they are clever, against plain ones.

#include <algorithm>
#include <list>

#include <gtest/gtest.h>

#include "sim/serving/block_cache.h"
#include "sim/serving/iteration_time.h"
#include "sim/serving/min_tree.h"
#include "tests/core/dice.h"

namespace tidepool::serving {
namespace {

TEST(MinTree, FindsTheFirstOfTheLeast) {
    core::Dice dice(1);
    for (const std::uint32_t n : {1U, 2U, 3U, 8U, 37U}) {
        MinTree tree(n);
        std::vector<std::uint64_t> keys(n, MinTree::kNone);
        for (int change = 0; change < 2000; ++change) {
            const std::uint32_t who = dice.from(0, n - 1);
            keys[who] = dice.chance(20) ? MinTree::kNone : dice.from(0, 9);
            tree.set(who, keys[who]);
            const auto least = std::min_element(keys.begin(), keys.end());
            ASSERT_EQ(tree.min(), *least);
            ASSERT_TRUE(*least == MinTree::kNone || tree.first() == least - keys.begin());
        }
    }
}

TEST(Iterations, EndWhenTheyDoOneByOne) {
    for (std::uint32_t number = 0; number < 300; ++number) {
        core::Dice dice(number);
        model::UnitModel unit;
        unit.decode = {{1, dice.from(0, 50)},
                       {4, dice.chance(20) ? 40'000'000 : dice.from(50, 90)}};
        unit.context_cost = dice.chance(30) ? 0 : dice.from(1, 1U << 22U);
        unit.batch_limit = 4;
        const IterationTimes times(unit);
        const Stretch stretch{dice.from(0, 1000), unit.context_cost == 0 ? 0 : dice.from(0, 99),
                              dice.from(1, 20'000), dice.from(1, 4)};
        std::uint64_t parts = stretch.fraction, context = stretch.context;
        std::int64_t before = stretch.from;
        for (std::uint64_t k = 1; k <= 60; ++k) {
            parts += (times.decode(stretch.batch) << 20U) + unit.context_cost * context;
            context += stretch.batch;
            const std::int64_t end = stretch.from + static_cast<std::int64_t>(parts >> 20U);
            std::uint64_t fraction = 0;
            ASSERT_EQ(times.end(stretch, k, &fraction), end);
            ASSERT_EQ(fraction, parts % (1U << 20U));
            ASSERT_EQ(times.first_from(stretch, end), k);
            ASSERT_EQ(times.first_from(stretch, before + 1), k);
            before = end;
        }
    }
}

TEST(Iterations, NeverPassTheEndOfTime) {
    model::UnitModel unit;
    unit.decode = {{1, ~std::uint64_t{0}}};
    unit.context_cost = (std::uint64_t{1} << 40U) - 1;
    const IterationTimes times(unit);
    EXPECT_EQ(times.end({kFar - 1, 0, 1U << 25U, 1}, 1U << 24U, nullptr), kFar);
}

TEST(Tables, AreLinearBetweenTheirPointsAndBeyond) {
    const model::TimeTable table = {{2, 10}, {4, 15}, {10, 16}};
    EXPECT_EQ(model::time_at(table, 0), 10U);
    EXPECT_EQ(model::time_at(table, 3), 12U);  // 12.5
    EXPECT_EQ(model::time_at(table, 4), 15U);
    EXPECT_EQ(model::time_at(table, 9), 15U);   // 15.8
    EXPECT_EQ(model::time_at(table, 22), 18U);  // 1 more for every 6
    EXPECT_EQ(model::time_at({{5, 7}}, 100), 7U);
    // 2^33 more per token: beyond 32 bits.
    EXPECT_EQ(model::time_at({{0, 0}, {1, 1ULL << 33U}}, 1U << 20U), 1ULL << 53U);
}

TEST(BlockCache, ForgetsWhatWasUsedLongestAgo) {
    core::Dice dice(3);
    BlockCache cache(10);
    std::list<std::uint64_t> twin;  // newest first
    for (int round = 0; round < 3000; ++round) {
        std::vector<std::uint64_t> blocks(dice.from(0, 14));
        for (std::uint64_t& block : blocks) {
            block = dice.from(0, 25);
        }
        std::uint32_t hits = 0;
        while (hits < blocks.size() &&
               std::find(twin.begin(), twin.end(), blocks[hits]) != twin.end()) {
            ++hits;
        }
        ASSERT_EQ(cache.hits(blocks), hits);
        for (std::size_t i = blocks.size(); i-- > 0;) {
            twin.remove(blocks[i]);
            twin.push_front(blocks[i]);
        }
        std::uint64_t fallen = 0;
        for (; twin.size() > 10; ++fallen) {
            twin.pop_back();
        }
        ASSERT_EQ(cache.use(blocks), fallen);
        if (dice.chance(2)) {
            cache.clear();
            twin.clear();
        }
    }
}

}  // namespace
}  // namespace tidepool::serving
