#include "sim/core/bits.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/core/emulated_warp.h"
#include "tests/properties/random_problem.h"

namespace tidepool::core {
namespace {

constexpr Serial kSerial;

TEST(Bits, ClipKeepsTheBitsOfTheRangeOnly) {
    constexpr std::uint64_t all = ~std::uint64_t{0};
    EXPECT_EQ(clip(all, 0, 0, 64), all);
    EXPECT_EQ(clip(all, 0, 4, 8), 0xF0U);
    EXPECT_EQ(clip(all, 1, 64, 65), 1U);
    EXPECT_EQ(clip(all, 1, 0, 128), all);
    EXPECT_EQ(clip(all, 1, 127, 1000), std::uint64_t{1} << 63);
    EXPECT_EQ(clip(0x5, 0, 1, 64), 0x4U);
}

// Bits 3, 64, 65 and 190.
const std::vector<std::uint64_t> kWords{0x8, 0x3, std::uint64_t{1} << 62};

TEST(Bits, FirstSetIsTheLowestInTheRange) {
    EXPECT_EQ(first_set(kSerial, kWords.data(), 0, 192), 3U);
    EXPECT_EQ(first_set(kSerial, kWords.data(), 3, 192), 3U);
    EXPECT_EQ(first_set(kSerial, kWords.data(), 4, 192), 64U);
    EXPECT_EQ(first_set(kSerial, kWords.data(), 66, 191), 190U);
    EXPECT_EQ(first_set(kSerial, kWords.data(), 66, 190), kNone);
    EXPECT_EQ(first_set(kSerial, kWords.data(), 4, 4), kNone);
    EXPECT_EQ(first_set(kSerial, kWords.data(), 5, 4), kNone);
}

TEST(Bits, NthSetStepsOverThatMany) {
    EXPECT_EQ(nth_set(kSerial, kWords.data(), 0, 192, 0), 3U);
    EXPECT_EQ(nth_set(kSerial, kWords.data(), 0, 192, 2), 65U);
    EXPECT_EQ(nth_set(kSerial, kWords.data(), 0, 192, 3), 190U);
    EXPECT_EQ(nth_set(kSerial, kWords.data(), 0, 192, 4), kNone);
    EXPECT_EQ(nth_set(kSerial, kWords.data(), 65, 191, 1), 190U);
    EXPECT_EQ(nth_set(kSerial, kWords.data(), 65, 190, 1), kNone);
    EXPECT_EQ(nth_set(kSerial, kWords.data(), 4, 4, 0), kNone);
}

// 5,000 bits are 79 words: three rounds of 32 lanes.
TEST(Bits, SearchesAgreeWithACountThroughTheBitsInAnyGroup) {
    for (std::uint32_t number = 0; number < 40; ++number) {
        properties::Dice dice(number);
        const std::uint32_t percent = dice.pick({1U, 10U, 90U});
        std::vector<std::uint64_t> words(79, 0);
        const std::uint32_t lo = dice.below(5000);
        const std::uint32_t hi = dice.from(lo, 5000);
        std::vector<std::uint32_t> set;  // those in [lo, hi)
        for (std::uint32_t i = 0; i < 5000; ++i) {
            if (dice.chance(percent)) {
                words[i / 64] |= std::uint64_t{1} << (i % 64);
                if (i >= lo && i < hi) {
                    set.push_back(i);
                }
            }
        }
        const std::uint32_t first = set.empty() ? kNone : set.front();
        const auto skip = dice.below(static_cast<std::uint32_t>(set.size()) + 2);
        const std::uint32_t nth = skip < set.size() ? set[skip] : kNone;
        EXPECT_EQ(first_set(kSerial, words.data(), lo, hi), first);
        EXPECT_EQ(nth_set(kSerial, words.data(), lo, hi, skip), nth);
        Warp(number).run([&](EmulatedWarp exec) {
            EXPECT_EQ(first_set(exec, words.data(), lo, hi), first);
            EXPECT_EQ(nth_set(exec, words.data(), lo, hi, skip), nth);
        });
    }
}

}  // namespace
}  // namespace tidepool::core
