#include "sim/core/end_order.h"

#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "tests/core/emulated_warp.h"
#include "tests/properties/random_problem.h"

namespace tidepool::core {
namespace {

constexpr Serial kSerial;

struct Arrays {
    std::vector<std::uint64_t> keys = std::vector<std::uint64_t>(400);
    std::vector<std::uint32_t> slots = std::vector<std::uint32_t>(400);
    EndOrder order() { return {keys.data(), slots.data(), 0}; }
};

TEST(EndOrder, TheNextToEndIsAtTheBack) {
    Arrays arrays;
    EndOrder order = arrays.order();
    EXPECT_EQ(next_end(order), 0xFFFF'FFFFu);  // nothing runs
    insert(kSerial, order, end_key(20, 0), 5);
    insert(kSerial, order, end_key(10, 1), 6);
    insert(kSerial, order, end_key(30, 2), 7);
    EXPECT_EQ(next_end(order), 10U);
    EXPECT_EQ(order.slots[2], 6U);
    --order.size;  // that one ends
    EXPECT_EQ(next_end(order), 20U);
}

TEST(EndOrder, TheLowerRankEndsFirstAtOneTick) {
    Arrays arrays;
    EndOrder order = arrays.order();
    insert(kSerial, order, end_key(10, 4), 0);
    insert(kSerial, order, end_key(10, 2), 1);
    insert(kSerial, order, end_key(10, 3), 2);
    EXPECT_EQ(order.slots[2], 1U);
    EXPECT_EQ(order.slots[1], 2U);
    EXPECT_EQ(order.slots[0], 0U);
}

TEST(EndOrder, EraseTakesOutFromAnywhere) {
    Arrays arrays;
    EndOrder order = arrays.order();
    for (std::uint32_t rank = 0; rank < 4; ++rank) {
        insert(kSerial, order, end_key(10 * rank, rank), rank);
    }
    erase(kSerial, order, end_key(20, 2));
    erase(kSerial, order, end_key(0, 0));
    ASSERT_EQ(order.size, 2U);
    EXPECT_EQ(order.slots[0], 3U);
    EXPECT_EQ(order.slots[1], 1U);
    EXPECT_EQ(next_end(order), 10U);
}

// Up to some 200 entries, so that a group of 32 moves them in several rounds.
template <class Exec>
void insert_and_erase(Exec exec, std::uint32_t number, Arrays& arrays) {
    properties::Dice dice(number);
    EndOrder order = arrays.order();
    std::map<std::uint64_t, std::uint32_t> expected;
    for (std::uint32_t rank = 0; rank < 350; ++rank) {
        if (dice.chance(75)) {
            const std::uint64_t key = end_key(dice.below(100), rank);
            expected[key] = rank * 3;
            insert(exec, order, key, rank * 3);
        } else if (!expected.empty()) {
            auto victim = expected.begin();
            std::advance(victim, dice.below(static_cast<std::uint32_t>(expected.size())));
            erase(exec, order, victim->first);
            expected.erase(victim);
        }
        ASSERT_EQ(order.size, expected.size());
        ASSERT_EQ(next_end(order), expected.empty() ? 0xFFFF'FFFFu : expected.begin()->first >> 32);
    }
    std::uint32_t i = order.size;
    for (const auto& [key, slot] : expected) {
        --i;
        ASSERT_EQ(order.keys[i], key);
        ASSERT_EQ(order.slots[i], slot);
    }
}

TEST(EndOrder, AgreesWithASortedMapInAnyGroup) {
    for (std::uint32_t number = 0; number < 5; ++number) {
        Arrays one;
        insert_and_erase(kSerial, number, one);
        Arrays warp;
        Warp(number).run([&](EmulatedWarp exec) { insert_and_erase(exec, number, warp); });
        EXPECT_EQ(warp.keys, one.keys);
        EXPECT_EQ(warp.slots, one.slots);
    }
}

}  // namespace
}  // namespace tidepool::core
