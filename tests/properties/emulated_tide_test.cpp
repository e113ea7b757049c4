// Services, jobs and the tide, decided by 32 lanes in shuffled order: the same bytes and the same
// story as with one thread.

#include <gtest/gtest.h>

#include "tests/properties/equal_in_all_orders.h"
#include "tests/properties/random_tide.h"
#include "tests/properties/tide_plan.h"

namespace tidepool::properties {
namespace {

void expect_equal(const TideProblem& problem, std::uint64_t orders) {
    expect_equal_in_all_orders<TidePlan, TideNotes>(problem, orders);
}

TEST(EmulatedWarp, ServesSmallProblemsAsOneThreadDoes) {
    for (std::uint32_t number = 0; number < 60; ++number) {
        expect_equal(
            number % 4 != 0 ? random_tide(number) : with_locality(random_tide(number), number), 1);
    }
}

// More than 32 units, jobs and pods: every search takes several rounds of 32 lanes.
TEST(EmulatedWarp, ServesLargeProblemsAsOneThreadDoes) {
    constexpr Sizes sizes{60, 6, 8, 2, 120, 60, 60};
    for (std::uint32_t number = 0; number < 4; ++number) {
        expect_equal(random_tide(number, sizes), 1);
    }
}

}  // namespace
}  // namespace tidepool::properties
