// A limit of the slots is not a rule: a run that gets by with them decides as one without a limit,
// and any other says so and stops.

#include <gtest/gtest.h>

#include "tests/core/emulated_warp.h"
#include "tests/properties/interruption_plan.h"
#include "tests/properties/random_interruptions.h"

namespace tidepool::properties {
namespace {

// Both runs return whether the slots were enough.
template <class Exec>
bool run_limited(Exec exec, const Problem& problem, const PlanBuilder& builder, std::uint32_t slots,
                 std::vector<std::uint64_t>& memory, Schedule& schedule) {
    const core::Plan plan = builder.plan();
    core::State state = core::StateLayout(plan, slots).make(exec, memory.data());
    Notes notes(problem, builder, state, schedule, exec.lane() == 0);
    schedule.over = core::replay(exec, plan, state, notes);
    return !state.too_many_slots;
}

template <class Exec>
bool run_limited(Exec exec, const InterruptionProblem& problem, const core::Plan& plan,
                 std::uint32_t slots, std::vector<std::uint64_t>& memory, Chronicle& chronicle) {
    core::State state = core::StateLayout(plan, slots).make(exec, memory.data());
    InterruptionNotes notes(problem, plan, state, chronicle, exec.lane() == 0);
    const std::uint32_t over = core::replay(exec, plan, state, notes);
    if (exec.lane() == 0 && !state.too_many_slots) {
        notes.close(over);
    }
    return !state.too_many_slots;
}

bool limited(const Problem& problem, std::uint32_t slots, bool warp, Schedule& schedule) {
    const PlanBuilder builder(problem);
    std::vector<std::uint64_t> memory(core::StateLayout(builder.plan(), slots).bytes() / 8);
    schedule = {};
    schedule.jobs.resize(problem.jobs.size());
    if (!warp) {
        return run_limited(core::Serial{}, problem, builder, slots, memory, schedule);
    }
    std::uint32_t enough = 0;
    core::Warp(slots).run([&](core::EmulatedWarp exec) {
        enough += run_limited(exec, problem, builder, slots, memory, schedule) ? 1 : 0;
    });
    EXPECT_TRUE(enough == 0 || enough == 32);
    return enough != 0;
}

bool limited(const InterruptionProblem& problem, std::uint32_t slots, bool warp,
             Chronicle& chronicle) {
    const InterruptionPlan builder(problem);
    const core::Plan plan = builder.plan();
    std::vector<std::uint64_t> memory(core::StateLayout(plan, slots).bytes() / 8);
    chronicle = {};
    if (!warp) {
        return run_limited(core::Serial{}, problem, plan, slots, memory, chronicle);
    }
    std::uint32_t enough = 0;
    core::Warp(slots).run([&](core::EmulatedWarp exec) {
        enough += run_limited(exec, problem, plan, slots, memory, chronicle) ? 1 : 0;
    });
    EXPECT_TRUE(enough == 0 || enough == 32);
    return enough != 0;
}

// From one slot on, doubled until they are enough. Returns how often they were not.
template <class Case, class Story>
std::uint32_t expect_equal_with_enough(const Case& problem, const Story& expected, bool warp) {
    for (std::uint32_t slots = 1, tries = 0;; slots *= 2, ++tries) {
        Story story;
        if (limited(problem, slots, warp, story)) {
            EXPECT_EQ(story, expected) << slots << " slots\n" << problem;
            return tries;
        }
        EXPECT_LT(slots, problem.jobs.size()) << "a slot for every job is always enough";
        if (slots >= problem.jobs.size()) {
            return tries;
        }
    }
}

TEST(SlotLimit, ChangesNoDecision) {
    std::uint32_t too_few = 0;
    for (std::uint32_t number = 0; number < 1500; ++number) {
        const Problem problem = random_problem(number);
        too_few += expect_equal_with_enough(problem, core_schedule(problem), false);
    }
    EXPECT_GT(too_few, 1500U);
}

TEST(SlotLimit, ChangesNoDecisionAboutInterruptedJobs) {
    std::uint32_t too_few = 0;
    for (std::uint32_t number = 0; number < 1500; ++number) {
        const InterruptionProblem problem = random_interruptions(number);
        too_few += expect_equal_with_enough(problem, core_chronicle(problem), false);
    }
    EXPECT_GT(too_few, 1000U);
}

TEST(SlotLimit, IsMetByAllLanes) {
    for (std::uint32_t number = 0; number < 40; ++number) {
        const Problem problem = random_problem(number);
        expect_equal_with_enough(problem, core_schedule(problem), true);
        const InterruptionProblem interrupted = random_interruptions(number);
        expect_equal_with_enough(interrupted, core_chronicle(interrupted), true);
    }
}

}  // namespace
}  // namespace tidepool::properties
