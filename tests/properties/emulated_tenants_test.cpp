// Jobs of tenants, decided by 32 lanes in shuffled order: the same bytes and the same
// story as with one thread.

#include <gtest/gtest.h>

#include "tests/properties/equal_in_all_orders.h"
#include "tests/properties/random_tenants.h"
#include "tests/properties/tenants_plan.h"

namespace tidepool::properties {
namespace {

void expect_equal(const TenantProblem& problem, std::uint64_t orders) {
    expect_equal_in_all_orders<TenantPlan, TenantNotes>(problem, orders);
}

TEST(EmulatedWarp, RulesTenantsOfSmallProblemsAsOneThreadDoes) {
    for (std::uint32_t number = 0; number < 60; ++number) {
        expect_equal(random_tenants(number), 1);
    }
}

// More than 32 jobs and pods: every search takes several rounds of 32 lanes.
TEST(EmulatedWarp, RulesTenantsOfLargeProblemsAsOneThreadDoes) {
    constexpr Sizes sizes{60, 6, 8, 2, 120, 60, 60};
    for (std::uint32_t number = 0; number < 4; ++number) {
        expect_equal(random_tenants(number, sizes), 1);
    }
}

}  // namespace
}  // namespace tidepool::properties
