// The simulator's decision core against the brute-force oracle: on every random problem the same
// jobs start at the same ticks on the same GPUs, in the same order.

#include <sstream>

#include <gtest/gtest.h>

#include "tests/properties/plan_builder.h"
#include "tests/properties/random_problem.h"
#include "tests/properties/schedule_oracle.h"

namespace tidepool::properties {
namespace {

bool differs(const Problem& problem) {
    return !(Oracle(problem).run() == core_schedule(problem));
}

// Leaves out jobs, then nodes, one by one, for as long as the two still differ.
Problem shrunk(Problem problem) {
    const auto without_some = [&](auto member) {
        bool smaller = false;
        for (std::size_t i = (problem.*member).size(); i-- > 0 && (problem.*member).size() > 1;) {
            Problem fewer = problem;
            (fewer.*member).erase((fewer.*member).begin() + static_cast<std::ptrdiff_t>(i));
            if (differs(fewer)) {
                problem = fewer;
                smaller = true;
            }
        }
        return smaller;
    };
    while (without_some(&Problem::jobs) || without_some(&Problem::nodes)) {
    }
    return problem;
}

std::string difference(const Problem& problem) {
    if (!differs(problem)) {
        return "";
    }
    const Problem least = shrunk(problem);
    std::ostringstream text;
    text << least << "by the rules:\n"
         << Oracle(least).run() << "by the core:\n"
         << core_schedule(least);
    return text.str();
}

TEST(DecisionCore, SchedulesSmallProblemsByTheRules) {
    for (std::uint32_t number = 0; number < 6000; ++number) {
        const std::string found = difference(random_problem(number));
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
}

TEST(DecisionCore, SchedulesLargeProblemsByTheRules) {
    for (std::uint32_t number = 0; number < 90; ++number) {
        const std::string found = difference(random_problem(number, kLarge));
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
}

TEST(DecisionCore, PlacesCompactlyByTheRules) {
    for (std::uint32_t number = 0; number < 6000; ++number) {
        const std::string found = difference(on_a_fabric(random_problem(number), number));
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
    for (std::uint32_t number = 0; number < 40; ++number) {
        const std::string found = difference(on_a_fabric(random_problem(number, kLarge), number));
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
}

TEST(DecisionCore, WaitsForNearPlacesByTheRules) {
    for (std::uint32_t number = 0; number < 9000; ++number) {
        const std::string found = difference(with_locality(random_problem(number), number));
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
    for (std::uint32_t number = 0; number < 40; ++number) {
        const std::string found = difference(with_locality(random_problem(number, kLarge), number));
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
}

// The core leaves out jobs that it refused before if nothing has changed for them. These two cases,
// of hundreds of thousands, are the first in which a weaker reason for it is wrong: an overdue job
// has moved the reservation of a pool; a job started beside the head has moved its reserved nodes.
TEST(DecisionCore, LooksAgainAtARefusedJobWhenTheReservationMoves) {
    for (const std::uint32_t number : {32894U, 127676U}) {
        const std::string found = difference(random_problem(number));
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
}

}  // namespace
}  // namespace tidepool::properties
