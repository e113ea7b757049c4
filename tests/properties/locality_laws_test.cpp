// Laws of `locality`: what waiting for a near place promises.

#include <gtest/gtest.h>

#include "tests/properties/plan_builder.h"
#include "tests/properties/random_problem.h"
#include "tests/properties/schedule_oracle.h"

namespace tidepool::properties {
namespace {

constexpr std::uint32_t kCases = 1500;

Problem problem_of(std::uint32_t number) {
    Problem problem = with_locality(random_problem(number), number);
    problem.horizon = kNever;
    return problem;
}

TEST(LocalityLaws, WhoStartsWithinItsWaitLiesWithinItsLevel) {
    std::uint32_t near = 0;
    std::uint32_t far = 0;
    for (std::uint32_t number = 0; number < kCases; ++number) {
        const Problem problem = problem_of(number);
        const PlacementOracle oracle(problem);
        const Schedule schedule = core_schedule(problem);
        for (std::uint32_t rank = 0; rank < problem.jobs.size(); ++rank) {
            const Near level = oracle.level(rank, {});
            if (level == Near::kAnywhere || schedule.jobs[rank].start == kNever) {
                continue;
            }
            std::set<std::uint32_t> domains;
            for (const Gpu& gpu : schedule.jobs[rank].held) {
                const SmallNode& node = problem.nodes[gpu.first];
                domains.insert(level == Near::kLeaf ? node.leaf : node.pod);
            }
            const bool waited =
                schedule.jobs[rank].start - problem.jobs[rank].submit >= problem.wait;
            ASSERT_TRUE(waited || domains.size() == 1) << number << " job " << rank << "\n"
                                                       << problem;
            near += waited ? 0 : 1;
            far += domains.size() > 1 ? 1 : 0;
        }
    }
    EXPECT_GT(near, 1000U);
    EXPECT_GT(far, 100U);
}

// With exact estimates, in the order of submission: at its shadow time or when its wait is over.
TEST(LocalityLaws, EasyDelaysNoHeadBeyondItsWait) {
    std::uint32_t waited = 0;
    for (std::uint32_t number = 0; number < kCases; ++number) {
        Problem problem = problem_of(number);
        problem.queue = core::QueuePolicy::kEasy;
        for (SmallJob& job : problem.jobs) {
            job.estimate = job.duration;
        }
        std::stable_sort(problem.jobs.begin(), problem.jobs.end(),
                         [](const SmallJob& a, const SmallJob& b) { return a.submit < b.submit; });
        const Schedule schedule = core_schedule(problem);
        Oracle oracle(problem);
        oracle.run();
        const PlacementOracle places(problem);
        for (const Oracle::Reservation& r : oracle.reservations()) {
            const bool choosy = places.level(r.rank, {}) != Near::kAnywhere;
            const std::uint64_t latest =
                choosy ? std::max(r.shadow, oracle.end_of_wait(r.rank)) : r.shadow;
            ASSERT_LE(schedule.jobs[r.rank].start, latest) << number << "\n" << problem;
            waited += schedule.jobs[r.rank].start > r.shadow ? 1 : 0;
        }
    }
    EXPECT_GT(waited, 300U);
}

TEST(LocalityLaws, NoWaitIsNoLocality) {
    for (std::uint32_t number = 0; number < kCases; ++number) {
        Problem problem = problem_of(number);
        problem.wait = 0;
        const Schedule schedule = core_schedule(problem);
        problem.within = Near::kAnywhere;
        ASSERT_EQ(schedule, core_schedule(problem)) << number << "\n" << problem;
    }
}

}  // namespace
}  // namespace tidepool::properties
