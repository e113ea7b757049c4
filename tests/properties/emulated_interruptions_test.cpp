// Jobs that are interrupted and recover, decided by 32 lanes in shuffled order: the same bytes and
// the same story as with one thread.

#include <gtest/gtest.h>

#include "tests/properties/equal_in_all_orders.h"
#include "tests/properties/interruption_plan.h"
#include "tests/properties/random_interruptions.h"

namespace tidepool::properties {
namespace {

void expect_equal(const InterruptionProblem& problem, std::uint64_t orders) {
    expect_equal_in_all_orders<InterruptionPlan, InterruptionNotes>(problem, orders);
}

TEST(EmulatedWarp, InterruptsSmallProblemsAsOneThreadDoes) {
    for (std::uint32_t number = 0; number < 120; ++number) {
        expect_equal(random_interruptions(number), 3);
        expect_equal(with_locality(random_interruptions(number), number), 1);
    }
}

// More than 32 pods, jobs and waiting jobs: every search takes several rounds of 32 lanes.
TEST(EmulatedWarp, InterruptsLargeProblemsAsOneThreadDoes) {
    constexpr Sizes sizes{60, 6, 8, 2, 120, 60, 60};
    for (std::uint32_t number = 0; number < 6; ++number) {
        expect_equal(random_interruptions(number, sizes), 2);
        expect_equal(with_locality(random_interruptions(number, sizes), number), 1);
    }
}

}  // namespace
}  // namespace tidepool::properties
