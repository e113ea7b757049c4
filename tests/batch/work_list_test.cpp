// Every row is handed out once, in order, in blocks that lie in one cell: whatever is left to do,
// whoever asks.

#include "sim/batch/work_list.h"

#include <algorithm>
#include <thread>

#include <gtest/gtest.h>

#include "tests/properties/random_problem.h"

namespace tidepool::batch {
namespace {

struct Left {
    std::vector<Rows> parts;
    std::uint32_t replicas = 1;
    std::vector<std::uint64_t> rows;  // one by one
};

// Parts that touch, parts with gaps, single rows, cells of any size; sometimes far up.
Left random_left(properties::Dice& dice) {
    Left left;
    left.replicas = dice.pick({1U, 2U, 3U, 7U, 64U, 1000U});
    std::uint64_t row = dice.chance(30) ? (std::uint64_t{1} << 40U) - 5000 : dice.below(50);
    for (std::uint32_t part = dice.below(8); part > 0; --part) {
        row += dice.chance(40) ? 0 : dice.below(100);
        const Rows next{row, row + dice.from(1, dice.chance(50) ? 3 : 400)};
        left.parts.push_back(next);
        for (; row < next.last; ++row) {
            left.rows.push_back(row);
        }
    }
    return left;
}

void expect_good(const Rows& block, std::uint64_t most, std::uint32_t replicas) {
    EXPECT_LT(block.first, block.last);
    EXPECT_LE(block.count(), std::max<std::uint64_t>(most, 1));
    EXPECT_EQ(block.first / replicas, (block.last - 1) / replicas) << "two cells";
}

TEST(WorkList, HandsOutEveryRowOnceInOrder) {
    for (std::uint32_t number = 0; number < 2000; ++number) {
        properties::Dice dice(number, 61);
        const Left left = random_left(dice);
        WorkList work(left.parts, left.replicas);
        std::vector<std::uint64_t> rows;
        ASSERT_EQ(work.left(), left.rows.size());
        while (true) {
            const std::uint64_t most = dice.pick({0U, 1U, 2U, 5U, 64U, 100'000U});
            const auto block = work.take(most);
            if (!block) {
                break;
            }
            expect_good(*block, most, left.replicas);
            for (std::uint64_t row = block->first; row < block->last; ++row) {
                rows.push_back(row);
            }
            EXPECT_EQ(work.left(), left.rows.size() - rows.size());
        }
        EXPECT_EQ(rows, left.rows);
        EXPECT_FALSE(work.take(1)) << "nothing comes after the end";
        ASSERT_FALSE(HasFailure()) << "case " << number;
    }
}

// Nothing is held back: a block ends where it must or is as large as was asked for.
TEST(WorkList, BlocksAreAsLargeAsTheyCanBe) {
    WorkList work({{3, 25}, {25, 26}, {38, 41}}, 10);
    const std::vector<Rows> expected{{3, 10},  {10, 18}, {18, 20}, {20, 25},
                                     {25, 26}, {38, 40}, {40, 41}};
    for (const Rows& block : expected) {
        EXPECT_EQ(work.take(8), block);
    }
    EXPECT_EQ(work.take(8), std::nullopt);
}

TEST(WorkList, HandsOutEveryRowOnceToEightThreads) {
    for (std::uint32_t number = 0; number < 40; ++number) {
        properties::Dice dice(number, 62);
        const Left left = random_left(dice);
        WorkList work(left.parts, left.replicas);
        std::vector<std::vector<std::uint64_t>> got(8);
        {
            std::vector<std::jthread> threads;
            for (std::uint32_t t = 0; t < 8; ++t) {
                threads.emplace_back([&work, &mine = got[t], &left, t] {
                    while (const auto block = work.take(t + 1)) {
                        expect_good(*block, t + 1, left.replicas);
                        for (std::uint64_t row = block->first; row < block->last; ++row) {
                            mine.push_back(row);
                        }
                    }
                });
            }
        }
        std::vector<std::uint64_t> all;
        for (const std::vector<std::uint64_t>& mine : got) {
            EXPECT_TRUE(std::ranges::is_sorted(mine)) << "a thread was sent back";
            all.insert(all.end(), mine.begin(), mine.end());
        }
        std::ranges::sort(all);
        EXPECT_EQ(all, left.rows);
        EXPECT_EQ(work.left(), 0U);
    }
}

}  // namespace
}  // namespace tidepool::batch
