// Schedules drawn by hand. One line per job: `.` waits, `#` runs, one character per tick from tick
// 0; the number in brackets is its gang size.

#include "sim/core/schedule.h"

#include <gtest/gtest.h>

#include "tests/core/small_machine.h"

namespace tidepool::core {
namespace {

using properties::core_schedule;
using properties::Gpu;
using properties::kNever;
using properties::Schedule;
using properties::Step;

using Starts = std::vector<std::uint32_t>;

Starts starts(const Problem& problem) {
    Starts starts;
    for (const auto& job : core_schedule(problem).jobs) {
        starts.push_back(job.start);
    }
    return starts;
}

// One pod of nodes with 8 GPUs.
Problem nodes(std::uint32_t count, QueuePolicy queue, std::vector<SmallJob> jobs) {
    Problem problem;
    problem.queue = queue;
    problem.jobs = std::move(jobs);
    add_pod(problem, count, 8);
    return problem;
}

// With exact estimate.
SmallJob job(std::uint32_t submit, std::uint32_t duration, std::uint32_t gpus) {
    return {submit, duration, duration, gpus, 1};
}
SmallJob job(std::uint32_t submit, std::uint32_t duration, std::uint32_t gpus,
             std::uint32_t estimate) {
    return {submit, duration, estimate, gpus, 1};
}

// One node:      0    5    10
//   0 (6)        ####
//   1 (4)         ...###
//   2 (2)         ...##       waits behind 1, although it would fit
TEST(Fifo, AJobThatDoesNotFitBlocksAllBehindIt) {
    EXPECT_EQ(starts(nodes(1, QueuePolicy::kFifo, {job(0, 4, 6), job(1, 3, 4), job(1, 2, 2)})),
              (Starts{0, 4, 4}));
}

//   0 (6)        ####
//   1 (4)         ...###
//   2 (2)         ##
TEST(FirstFit, EveryJobThatFitsStarts) {
    EXPECT_EQ(starts(nodes(1, QueuePolicy::kFirstFit, {job(0, 4, 6), job(1, 3, 4), job(1, 2, 2)})),
              (Starts{0, 4, 1}));
}

// Small jobs keep the machine busy; the large one starves until they are through.
//   0 (4)        ####
//   1 (8)         .........##
//   2 (4)          ####
//   3 (4)            ####            4 free GPUs since tick 4
//   4 (4)              ####          since 6
TEST(FirstFit, LargeJobsMayStarve) {
    EXPECT_EQ(starts(nodes(1, QueuePolicy::kFirstFit,
                           {job(0, 4, 4), job(1, 2, 8), job(2, 4, 4), job(4, 4, 4), job(6, 4, 4)})),
              (Starts{0, 10, 2, 4, 6}));
}

// 1 is promised tick 4, when 0 ends. 2 ends by then; 3 would not, and 1 needs all GPUs.
//   0 (6)        ####
//   1 (8)         ...###
//   2 (2)         ###
//   3 (1)         ......#####
TEST(Easy, ALaterJobMayStartIfItEndsBeforeTheHeadStarts) {
    EXPECT_EQ(starts(nodes(1, QueuePolicy::kEasy,
                           {job(0, 4, 6), job(1, 3, 8), job(1, 3, 2), job(1, 5, 1)})),
              (Starts{0, 4, 1, 7}));
}

// 1 needs 5 of 8 GPUs at tick 4: 3 are left beside it. 2 and 4 (2 + 1) fit there, although they run
// past tick 4; 3 does not: of the 2 GPUs that 2 leaves free now, 1 is free then.
//   0 (4)        ####
//   1 (5)         ...###
//   2 (2)         #########
//   3 (2)         ......##      3 GPUs come free when 1 ends at 7
//   4 (1)         #########
TEST(Easy, ALaterJobMayStartBesideTheReservation) {
    EXPECT_EQ(starts(nodes(1, QueuePolicy::kEasy,
                           {job(0, 4, 4), job(1, 3, 5), job(1, 9, 2), job(1, 9, 2), job(1, 9, 1)})),
              (Starts{0, 4, 1, 7, 1}));
}

// Two nodes. 0 holds node 0, 1 half of node 1. The head 2 (16) is promised tick 6. 3 ends exactly
// then.
//   0 (8)        ######
//   1 (4)        ##
//   2 (16)        .....##
//   3 (4)         #####
//   4 (4)         .......#      at tick 2 it would fit, and run until 9
TEST(Easy, EndingExactlyAtTheShadowTimeIsInTime) {
    EXPECT_EQ(
        starts(nodes(2, QueuePolicy::kEasy,
                     {job(0, 6, 8), job(0, 2, 4), job(1, 2, 16), job(1, 5, 4), job(1, 7, 4)})),
        (Starts{0, 0, 6, 1, 8}));
}

// Reservation on nodes. 0 and 1 fill nodes 0 and 1; 2 (12 GPUs: one node and 4 of another) finds
// node 2 free, but no 4 GPUs more. It gets node 0 at tick 4 and is promised, packed: the lowest
// whole node, 0, and 4 of node 2. Job 3 (4) may use the other half of node 2 for long; job 4 (4)
// may not.
//   0 (8)        ####
//   1 (8)        ########
//   2 (12)        ...###
//   3 (4)         ####################
//   4 (4)         ......####################
TEST(Easy, KeepsTheNodesOfTheReservationFree) {
    const Problem problem =
        nodes(3, QueuePolicy::kEasy,
              {job(0, 4, 8), job(0, 8, 8), job(1, 3, 12), job(1, 20, 4), job(1, 20, 4)});
    EXPECT_EQ(starts(problem), (Starts{0, 0, 4, 1, 7}));
    const Schedule schedule = core_schedule(problem);
    EXPECT_EQ(schedule.jobs[3].held, (std::set<Gpu>{{2, 0}, {2, 1}, {2, 2}, {2, 3}}));
    std::set<Gpu> gang{{2, 4}, {2, 5}, {2, 6}, {2, 7}};
    for (std::uint32_t gpu = 0; gpu < 8; ++gpu) {
        gang.insert({0, gpu});
    }
    EXPECT_EQ(schedule.jobs[2].held, gang);
}

// 0 is believed to run for 2 ticks and runs for 6. While it is overdue, the head's shadow time is
// the next tick, so only jobs of one tick may pass.
//   0 (7, 2)     ######
//   1 (8)         .....##
//   2 (1)            #          submitted at 3, one tick
//   3 (1)            .....##    two ticks: too long
TEST(Easy, AnOverdueJobIsExpectedToEndAtTheNextTick) {
    EXPECT_EQ(starts(nodes(1, QueuePolicy::kEasy,
                           {job(0, 6, 7, 2), job(1, 2, 8), job(3, 1, 1), job(3, 2, 1)})),
              (Starts{0, 6, 3, 8}));
}

// 0 ends long before its estimate; the head starts at once, not at the shadow time.
//   0 (8, 50)    ###
//   1 (8)         ..##
//   2 (4, 30)     ....####      behind 1; at tick 1 nothing is free
TEST(Easy, AHeadStartsAsSoonAsItFits) {
    EXPECT_EQ(
        starts(nodes(1, QueuePolicy::kEasy, {job(0, 3, 8, 50), job(1, 2, 8), job(1, 4, 4, 30)})),
        (Starts{0, 3, 5}));
}

// One pool of 16 GPUs. 0 leaves 6; the head 1 wants 12 at tick 4 and leaves 4 beside it.
//   0 (10)       ####
//   1 (12)        ...##
//   2 (5)         .....#####    too large to run beside 1
//   3 (4)         #########
TEST(Easy, InAPoolOnlyNumbersCount) {
    Problem problem =
        nodes(2, QueuePolicy::kEasy, {job(0, 4, 10), job(1, 2, 12), job(1, 5, 5), job(1, 9, 4)});
    problem.fungible = true;
    EXPECT_EQ(starts(problem), (Starts{0, 4, 6, 1}));
}

// 20 GPUs on nodes of 8: two whole nodes and 4 GPUs of a third, beside which 4 GPUs fit.
TEST(Gang, LeavesTheRestOfItsLastNodeToOthers) {
    const Schedule schedule =
        core_schedule(nodes(3, QueuePolicy::kFifo, {job(0, 5, 20), job(0, 5, 4), job(0, 5, 1)}));
    EXPECT_EQ(schedule.jobs[0].held.size(), 20U);
    EXPECT_EQ(schedule.jobs[0].held.count({2, 3}), 1U);
    EXPECT_EQ(schedule.jobs[1].held, (std::set<Gpu>{{2, 4}, {2, 5}, {2, 6}, {2, 7}}));
    EXPECT_EQ(schedule.jobs[1].start, 0U);
    EXPECT_EQ(schedule.jobs[2].start, 5U);
}

// The lowest free GPUs: 0 frees 0-1 at tick 2, and 2 gets these and the next one, 5.
//   0 (2)        ##
//   1 (3)        #####
//   2 (3)          ##
TEST(Gpus, TheLowestFreeOnesAreTaken) {
    const Schedule schedule =
        core_schedule(nodes(1, QueuePolicy::kFifo, {job(0, 2, 2), job(0, 5, 3), job(2, 2, 3)}));
    EXPECT_EQ(schedule.jobs[1].held, (std::set<Gpu>{{0, 2}, {0, 3}, {0, 4}}));
    EXPECT_EQ(schedule.jobs[2].held, (std::set<Gpu>{{0, 0}, {0, 1}, {0, 5}}));
}

TEST(Time, CompletionsComeBeforeArrivalsAndTheLowestRankFirst) {
    const Schedule schedule =
        core_schedule(nodes(1, QueuePolicy::kFifo, {job(5, 1, 8), job(0, 5, 4), job(0, 5, 4)}));
    const std::vector<Step> expected{{0, Step::Kind::kStart, 1}, {0, Step::Kind::kStart, 2},
                                     {5, Step::Kind::kEnd, 1},   {5, Step::Kind::kEnd, 2},
                                     {5, Step::Kind::kStart, 0}, {6, Step::Kind::kEnd, 0}};
    EXPECT_EQ(schedule.steps, expected);
    EXPECT_EQ(schedule.over, 6U);
}

// Jobs of no duration hold the machine for the pass in which they start, then the tick goes on.
TEST(Time, AJobOfNoDurationEndsWithinItsTick) {
    const Schedule schedule =
        core_schedule(nodes(1, QueuePolicy::kFifo, {job(3, 0, 8), job(3, 0, 8), job(3, 2, 8)}));
    const std::vector<Step> expected{{3, Step::Kind::kStart, 0}, {3, Step::Kind::kEnd, 0},
                                     {3, Step::Kind::kStart, 1}, {3, Step::Kind::kEnd, 1},
                                     {3, Step::Kind::kStart, 2}, {5, Step::Kind::kEnd, 2}};
    EXPECT_EQ(schedule.steps, expected);
}

TEST(Time, NothingHappensAtTheHorizon) {
    Problem problem = nodes(1, QueuePolicy::kFifo, {job(0, 5, 8), job(0, 5, 8), job(4, 0, 1)});
    problem.horizon = 5;
    const Schedule schedule = core_schedule(problem);
    EXPECT_EQ(schedule.jobs[0].end, kNever);
    EXPECT_EQ(schedule.jobs[1].start, kNever);
    EXPECT_EQ(schedule.over, 5U);
    problem.horizon = 6;
    EXPECT_EQ(core_schedule(problem).jobs[0].end, 5U);
    EXPECT_EQ(core_schedule(problem).jobs[1].start, 5U);
}

// Rank 0 is submitted last and yet is considered first (`order: priority`).
//   1 (8)        ####
//   2 (8)         ......##
//   0 (8)           ..###   hence 2 waits until 7
TEST(Queue, IsOrderedByRankNotByArrival) {
    EXPECT_EQ(starts(nodes(1, QueuePolicy::kFifo, {job(2, 3, 8), job(0, 4, 8), job(1, 2, 8)})),
              (Starts{4, 0, 7}));
}

TEST(Queue, AnEmptyScenarioEndsAtOnce) {
    Problem problem = nodes(1, QueuePolicy::kEasy, {});
    EXPECT_EQ(core_schedule(problem).over, 0U);
    problem.horizon = 10;
    EXPECT_EQ(core_schedule(problem).over, 10U);
}

// A driver may stop the run; nothing happens at the tick at which it does.
TEST(Driver, MayStopTheRun) {
    const Problem problem = nodes(1, QueuePolicy::kFifo, {job(0, 5, 8), job(0, 5, 8)});
    const PlanBuilder builder(problem);
    const Plan plan = builder.plan();
    std::vector<std::uint64_t> memory(StateLayout(plan).bytes() / sizeof(std::uint64_t));
    State state = StateLayout(plan).make(Serial{}, memory.data());
    struct Stop : QuietDriver {
        std::uint32_t starts = 0, ends = 0;
        bool advance(std::uint32_t tick) { return tick < 5; }
        void started(std::uint32_t, std::uint32_t) { ++starts; }
        void finished(std::uint32_t, std::uint32_t) { ++ends; }
    };
    Told<Stop, false> driver;
    EXPECT_EQ(replay(Serial{}, plan, state, driver), 5U);
    EXPECT_EQ(driver.starts, 1U);
    EXPECT_EQ(driver.ends, 0U);
    EXPECT_EQ(state.allocated, 8U);
    EXPECT_EQ(state.queued_gpus, 8U);
}

}  // namespace
}  // namespace tidepool::core
