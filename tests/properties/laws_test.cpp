// What must hold for every schedule, whatever the jobs: conservation of GPU time, exclusive use of
// every GPU, order in the queue, and the promise of EASY.

#include <sstream>

#include <gtest/gtest.h>

#include "tests/properties/plan_builder.h"
#include "tests/properties/random_problem.h"
#include "tests/properties/schedule_oracle.h"

namespace tidepool::properties {
namespace {

constexpr Sizes kCrowd{12, 40, 16, 4, 900, 1500, 200};

std::string text(const Problem& problem) {
    std::ostringstream out;
    out << problem;
    return out.str();
}

// 2000 small problems, then 60 large ones.
template <class Law>
void for_each_problem(Law&& law) {
    for (std::uint32_t number = 0; number < 2060; ++number) {
        const Problem problem = random_problem(number, number < 2000 ? kSmall : kCrowd);
        law(problem);
        if (testing::Test::HasFailure()) {
            FAIL() << "case " << number << "\n" << (number < 2000 ? text(problem) : "");
        }
    }
}

std::uint64_t all_gpus(const Problem& problem) {
    std::uint64_t sum = 0;
    for (const SmallNode& node : problem.nodes) {
        sum += node.gpus;
    }
    return sum;
}

// Sums up, between events, what the state says is held, free and queued.
class Meter : public Notes {
public:
    Meter(const Problem& problem, const PlanBuilder& builder, const core::State& state,
          Schedule& schedule)
        : Notes(problem, builder, state, schedule), problem_(problem), state_(state) {}

    bool advance(std::uint32_t tick) {
        const std::uint64_t time = tick - last_;
        last_ = tick;
        std::uint64_t free = 0;
        for (std::size_t n = 0; !problem_.fungible && n < problem_.nodes.size(); ++n) {
            EXPECT_EQ(state_.now.free[n], core::count_bits(state_.gpu_mask[n]));
            free += state_.now.free[n];
        }
        if (!problem_.fungible) {
            EXPECT_EQ(state_.allocated + free, all_gpus(problem_));
        }
        EXPECT_LE(state_.allocated, all_gpus(problem_));
        busy += state_.allocated * time;
        queued += state_.queued_gpus * time;
        return Notes::advance(tick);
    }

    std::uint64_t busy = 0, queued = 0;  // GPU ticks

private:
    const Problem& problem_;
    const core::State& state_;
    std::uint32_t last_ = 0;
};

TEST(Laws, GpuTimeAddsUpExactly) {
    for_each_problem([](const Problem& problem) {
        const PlanBuilder builder(problem);
        const core::Plan plan = builder.plan();
        const core::StateLayout layout(plan);
        std::vector<std::uint64_t> memory(layout.bytes() / 8);
        core::State state = layout.make(core::Serial{}, memory.data());
        Schedule schedule;
        schedule.jobs.resize(problem.jobs.size());
        Meter meter(problem, builder, state, schedule);
        const std::uint64_t over = core::replay(core::Serial{}, plan, state, meter);
        std::uint64_t busy = 0;
        std::uint64_t queued = 0;
        for (std::uint32_t a = 0; a < plan.arrivals; ++a) {
            const SmallJob& job = problem.jobs[plan.arrival[a]];
            if (job.submit < over) {
                const std::uint64_t start =
                    std::min<std::uint64_t>(schedule.jobs[plan.arrival[a]].start, over);
                queued += job.gpus * (start - job.submit);
                busy += job.gpus * (std::min(start + job.duration, over) - start);
            }
        }
        EXPECT_EQ(meter.busy, busy);
        EXPECT_EQ(meter.queued, queued);
        EXPECT_LE(meter.busy, over * all_gpus(problem));
        if (problem.horizon == kNever) {
            EXPECT_EQ(state.queue_length, 0U);
            EXPECT_EQ(state.allocated, 0U);
            EXPECT_EQ(state.queued_gpus, 0U);
        }
    });
}

TEST(Laws, NoGpuIsHeldTwiceAndEveryJobHoldsItsGang) {
    for_each_problem([](const Problem& problem) {
        const Schedule schedule = core_schedule(problem);
        std::map<std::uint32_t, std::uint64_t> pool;  // fungible: GPUs of each model
        for (const SmallNode& node : problem.nodes) {
            pool[node.model] += node.gpus;
        }
        std::set<Gpu> held;
        for (const Step& step : schedule.steps) {
            const Outcome& job = schedule.jobs[step.rank];
            const bool start = step.kind == Step::Kind::kStart;
            EXPECT_EQ(job.held.size(), problem.jobs[step.rank].gpus);
            for (const Gpu& gpu : job.held) {
                const std::uint32_t model =
                    problem.fungible ? gpu.first : problem.nodes[gpu.first].model;
                EXPECT_TRUE((problem.jobs[step.rank].models >> model & 1) != 0);
                if (problem.fungible) {
                    EXPECT_TRUE(!start || pool[model] > 0);
                    pool[model] += start ? ~std::uint64_t{0} : 1;
                } else {
                    EXPECT_LT(gpu.second, problem.nodes[gpu.first].gpus);
                    EXPECT_TRUE(start ? held.insert(gpu).second : held.erase(gpu) == 1);
                }
            }
        }
    });
}

TEST(Laws, JobsStartAfterTheirSubmissionAndRunTheirTime) {
    for_each_problem([](const Problem& problem) {
        const Schedule schedule = core_schedule(problem);
        std::uint32_t tick = 0;
        for (const Step& step : schedule.steps) {
            const SmallJob& job = problem.jobs[step.rank];
            EXPECT_GE(step.tick, tick);
            EXPECT_LT(step.tick, problem.horizon);
            EXPECT_GE(schedule.jobs[step.rank].start, job.submit);
            tick = step.tick;
            if (step.kind == Step::Kind::kEnd) {
                EXPECT_EQ(step.tick, schedule.jobs[step.rank].start + job.duration);
            }
        }
    });
}

TEST(Laws, FifoNeverOvertakes) {
    for_each_problem([](Problem problem) {
        problem.queue = core::QueuePolicy::kFifo;
        const PlacementOracle oracle(problem);
        std::set<std::uint32_t> not_started;
        for (std::uint32_t rank = 0; rank < problem.jobs.size(); ++rank) {
            if (oracle.fits_empty_machine(rank)) {
                not_started.insert(rank);
            }
        }
        for (const Step& step : core_schedule(problem).steps) {
            if (step.kind == Step::Kind::kEnd) {
                continue;
            }
            not_started.erase(step.rank);
            for (const std::uint32_t ahead : not_started) {
                EXPECT_TRUE(ahead > step.rank || problem.jobs[ahead].submit > step.tick)
                    << step.rank << " overtakes " << ahead;
            }
        }
    });
}

// What happens before the horizon does not depend on it.
TEST(Laws, TheHorizonCutsAndChangesNothing) {
    for_each_problem([](Problem problem) {
        const std::uint32_t horizon = problem.horizon == kNever ? 30 : problem.horizon;
        problem.horizon = kNever;
        Schedule whole = core_schedule(problem);
        problem.horizon = horizon;
        std::erase_if(whole.steps, [&](const Step& step) { return step.tick >= horizon; });
        const Schedule cut = core_schedule(problem);
        EXPECT_EQ(cut.steps, whole.steps);
        EXPECT_EQ(cut.over, horizon);
    });
}

// Exact estimates, queue in the order of submission.
Problem exact_easy(std::uint32_t number, std::uint32_t shortest) {
    Problem problem = random_problem(number);
    problem.queue = core::QueuePolicy::kEasy;
    problem.horizon = kNever;
    for (SmallJob& job : problem.jobs) {
        job.duration = std::max(job.duration, shortest);
        job.estimate = job.duration;
    }
    std::stable_sort(problem.jobs.begin(), problem.jobs.end(),
                     [](const SmallJob& a, const SmallJob& b) { return a.submit < b.submit; });
    return problem;
}

TEST(Laws, EasyStartsTheHeadAtItsShadowTimeAtTheLatest) {
    for (std::uint32_t number = 0; number < 1500; ++number) {
        const Problem problem = exact_easy(number, 0);
        const Schedule schedule = core_schedule(problem);
        Oracle oracle(problem);
        oracle.run();
        for (const Oracle::Reservation& r : oracle.reservations()) {
            ASSERT_LE(schedule.jobs[r.rank].start, r.shadow) << number << "\n" << problem;
        }
    }
}

// A blocked head starts at the very tick at which it would start if nothing of what stands behind
// it were started any more: backfilled jobs take only what the head does not need (so it is not
// later), and more free GPUs never make a job unfit (so it is not earlier). To keep ranks, on which
// random words depend, jobs that stand behind are made to come much later. Jobs of no duration are
// left out: one that has started in this pass counts as overdue, although it will be gone within
// the tick.
TEST(Laws, EasyNeverDelaysTheHead) {
    std::size_t backfilled = 0;
    for (std::uint32_t number = 0; number < 1500; ++number) {
        const Problem problem = exact_easy(number, 1);
        const Schedule schedule = core_schedule(problem);
        Oracle oracle(problem);
        oracle.run();
        std::set<std::uint32_t> heads;
        for (const Oracle::Reservation& r : oracle.reservations()) {
            if (!heads.insert(r.rank).second) {
                continue;  // blocked before
            }
            Problem alone = problem;
            for (std::size_t i = r.steps; i < schedule.steps.size(); ++i) {
                const Step& step = schedule.steps[i];
                if (step.kind == Step::Kind::kStart && step.rank > r.rank) {
                    alone.jobs[step.rank].submit = 1'000'000;
                    backfilled += step.tick < schedule.jobs[r.rank].start ? 1 : 0;
                }
            }
            ASSERT_EQ(core_schedule(alone).jobs[r.rank].start, schedule.jobs[r.rank].start)
                << number << "\n"
                << problem;
        }
    }
    EXPECT_GT(backfilled, 1000U) << "the problems do not ask the question often enough";
}

// A gang as large as the machine runs alone; one GPU more never fits.
TEST(Laws, TheMachineIsTheLimit) {
    for (std::uint32_t number = 0; number < 300; ++number) {
        Problem problem = random_problem(number);
        problem.horizon = kNever;
        const SmallNode first = problem.nodes.front();
        std::erase_if(problem.nodes, [&](const SmallNode& node) {
            return node.model != first.model || node.gpus != first.gpus;
        });
        const auto all = static_cast<std::uint32_t>(all_gpus(problem));
        const std::uint32_t models = 1U << first.model;
        problem.jobs = {{0, 5, 5, all, models},
                        {0, 5, 5, 1, models},
                        {0, 5, 5, all, models},
                        {0, 5, 5, all + 1, models}};
        const Schedule schedule = core_schedule(problem);
        EXPECT_EQ(schedule.jobs[0].start, 0U);
        EXPECT_EQ(schedule.jobs[1].start, 5U);
        EXPECT_EQ(schedule.jobs[2].start, 10U);
        EXPECT_EQ(schedule.jobs[3].start, kNever);
        EXPECT_EQ(schedule.over, 15U);
        const PlanBuilder builder(problem);
        EXPECT_TRUE(core::can_ever_fit(builder.plan(), 2));
        EXPECT_FALSE(core::can_ever_fit(builder.plan(), 3));
    }
}

TEST(Laws, TheCoreKnowsWhatNeverFits) {
    for_each_problem([](const Problem& problem) {
        const PlacementOracle oracle(problem);
        const PlanBuilder builder(problem);
        for (std::uint32_t rank = 0; rank < problem.jobs.size(); ++rank) {
            EXPECT_EQ(core::can_ever_fit(builder.plan(), rank), oracle.fits_empty_machine(rank))
                << "job " << rank;
        }
    });
}

}  // namespace
}  // namespace tidepool::properties
