// What holds for every run with services and jobs on one machine, whatever the scenario.

#include <map>

#include <gtest/gtest.h>

#include "tests/properties/random_tide.h"
#include "tests/properties/tide_plan.h"

namespace tidepool::properties {
namespace {

using Kind = Happening::Kind;

bool is_of_service(const Happening& h) {
    return h.kind == Kind::kWants;
}

// Useful, lost, stalled, checkpoint and restart are all the GPU time that units and jobs hold.
TEST(TideLaws, GpuTimeAddsUp) {
    for (std::uint32_t number = 0; number < 2000; ++number) {
        const TideProblem problem = random_tide(number);
        const Chronicle chronicle = core_chronicle(problem);
        std::uint64_t held = 0, spent = 0;  // units
        for (const Usage& usage : chronicle.usage) {
            held += usage.allocated * core::kFullSpeed;
        }
        for (const Happening& h : chronicle.happenings) {
            if (!is_of_service(h) && h.kind != Kind::kAsked) {
                spent += (h.work + h.stalled + h.checkpoint * core::kFullSpeed) *
                             problem.jobs[h.rank].gpus +
                         h.restart * core::kFullSpeed;
            }
        }
        ASSERT_EQ(spent, held) << "case " << number << "\n" << problem << chronicle;
    }
}

// GPUs that units, jobs, and jobs that have not been asked to go hold, as a run goes on.
class Holders {
public:
    explicit Holders(const TideProblem& problem) : problem_(problem) {}
    void follow(const Happening& h) {
        if (is_of_service(h)) {
            return;
        }
        if (h.kind == Kind::kStart) {
            (h.rank < problem_.units() ? units : jobs) += problem_.jobs[h.rank].gpus;
        } else if (h.kind == Kind::kAsked) {
            asked_.insert(h.rank);
            asked += problem_.jobs[h.rank].gpus;
        } else if (h.kind == Kind::kEnd || h.kind == Kind::kRequeued) {
            (h.rank < problem_.units() ? units : jobs) -= problem_.jobs[h.rank].gpus;
            asked -= asked_.erase(h.rank) > 0 ? problem_.jobs[h.rank].gpus : 0;
        }
    }

    std::uint64_t units = 0, jobs = 0, asked = 0;

private:
    const TideProblem& problem_;
    std::set<std::uint32_t> asked_;  // ranks
};

TEST(TideLaws, UnitsKeepBelowTheirCeilingAndJobsBelowTheirLimit) {
    std::uint32_t starts = 0;
    for (std::uint32_t number = 0; number < 2000; ++number) {
        const TideProblem problem = random_tide(number);
        Holders holders(problem);
        for (const Happening& h : core_chronicle(problem).happenings) {
            holders.follow(h);
            ASSERT_LE(holders.units, problem.tide.units_ceiling) << "case " << number;
            std::uint64_t limit = ~std::uint64_t{0};
            for (const core::CeilingStep& step : problem.ceiling) {
                limit = step.tick <= h.tick ? step.gpus : limit;
            }
            if (h.kind == Kind::kStart && h.rank >= problem.units()) {
                ASSERT_LE(holders.jobs, limit) << "case " << number;
                starts += problem.ceiling.empty() ? 0 : 1;
            }
        }
    }
    EXPECT_GT(starts, 1000U);
}

// Without a limit on jobs, those that are asked go for units.
TEST(TideLaws, JobsAreNotAskedBelowTheFloorNorWithoutNeed) {
    std::uint32_t asked = 0;
    for (std::uint32_t number = 0; number < 2000; ++number) {
        TideProblem problem = random_tide(number);
        problem.ceiling.clear();
        Holders holders(problem);
        for (const Happening& h : core_chronicle(problem).happenings) {
            holders.follow(h);
            if (h.kind == Kind::kAsked) {
                ++asked;
                ASSERT_TRUE(problem.tide.reclaim) << "case " << number;
                ASSERT_NE(problem.may_be_asked[h.rank], 0) << "case " << number;
                ASSERT_GE(holders.jobs - holders.asked, problem.tide.jobs_floor)
                    << "case " << number;
            }
        }
    }
    EXPECT_GT(asked, 500U);
}

// Nothing fails, every job has a tier that outlives it, and there is time to write to it.
TideProblem calm(std::uint32_t number) {
    TideProblem problem = random_tide(number);
    problem.outages.clear();
    for (std::size_t r = problem.units(); r < problem.jobs.size(); ++r) {
        core::CheckpointRule& rule = problem.checkpoint[r];
        rule.interval = rule.interval == 0 ? 7 : rule.interval;
        rule.tiers = rule.tiers == 0 ? 1 : rule.tiers;
        rule.tier[0].survives = core::LossLevel::kRequeue;
        problem.tide.notice =
            std::max(problem.tide.notice, rule.tier[0].pause + rule.tier[0].background);
    }
    for (core::RecoveryRule& rule : problem.recovery) {
        rule.own_mean = 0;
    }
    return problem;
}

TEST(TideLaws, NothingIsLostWithEnoughNotice) {
    std::uint32_t left = 0;
    for (std::uint32_t number = 0; number < 2000; ++number) {
        const TideProblem problem = calm(number);
        std::map<std::uint32_t, std::uint64_t> work;  // units, by rank
        for (const Happening& h : core_chronicle(problem).happenings) {
            ASSERT_EQ(h.lost, 0U) << "case " << number << "\n" << problem;
            work[h.rank] += h.kind == Kind::kLeft || h.kind == Kind::kEnd ? h.work : 0;
            left += h.kind == Kind::kLeft ? 1 : 0;
            if (h.kind == Kind::kEnd && h.rank >= problem.units()) {
                ASSERT_EQ(work[h.rank],
                          std::uint64_t{problem.jobs[h.rank].duration} * core::kFullSpeed)
                    << "case " << number << "\n"
                    << problem;
            }
        }
    }
    EXPECT_GT(left, 300U);
}

TEST(TideLaws, JobsGoWhenTheirNoticeEnds) {
    std::uint32_t left = 0;
    for (std::uint32_t number = 0; number < 2000; ++number) {
        std::map<std::uint32_t, std::uint64_t> leaves;  // tick, by rank
        for (const Happening& h : core_chronicle(random_tide(number)).happenings) {
            if (h.kind == Kind::kAsked) {
                leaves[h.rank] = h.work;
            } else if (h.kind == Kind::kLeft) {
                ASSERT_EQ(h.tick, leaves.at(h.rank)) << "case " << number;
                ++left;
            }
        }
    }
    EXPECT_GT(left, 500U);
}

}  // namespace
}  // namespace tidepool::properties
