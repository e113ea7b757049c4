// How services and jobs share GPUs: docs/tide.md, sentence by sentence, by hand.

#include <gtest/gtest.h>

#include "tests/core/tide_story.h"

namespace tidepool::core {
namespace {

// A checkpoint after every 30 ticks of work: 2 ticks of pause, 1 more until it is safe. 4 ticks to
// restart and 1 to load.
CheckpointRule saved_in_three_ticks() {
    CheckpointRule rule;
    rule.interval = 30;
    rule.restart = 4;
    rule.tiers = 1;
    rule.tier[0] = {2, 1, 1, 1, LossLevel::kRequeue};
    return rule;
}

// One node, one job on all of it from 0 on; a unit of that size is wanted from 20 to 40.
Tide flood(std::uint32_t notice, const CheckpointRule& rule, std::uint32_t end = 200) {
    Tide t(1, 8, end);
    t.service(1, 8, 5);
    t.job(0, 100, 8, rule);
    t.look(0, 0);
    t.look(20, 1);
    t.look(40, 0);
    t.tide.notice = notice;
    return t;
}

// Asked at 20, it goes at 30 and needs 3 ticks to save its work: that of 27 ticks. From 40 on it
// starts again: at work from 45 on, checkpoints at 30, 60 and 90 ticks of work of 2 ticks each, 73
// ticks of work: 45 + 73 + 6 = 124.
TEST(Notice, LetsAJobSaveItsWork) {
    EXPECT_EQ(flood(10, saved_in_three_ticks()).story(),
              "0 start j0, 20 asked j0, 30 left j0, 30 requeued j0, 30 start u0, 35 ready u0, "
              "40 closing u0, 40 end u0, 40 start j0, 124 end j0");
}

// 27 ticks of work, 3 of checkpoint.
TEST(Notice, CountsAsCheckpointWhileAJobStandsStill) {
    std::uint32_t left = 0;
    for (const auto& h : properties::core_chronicle(flood(10, saved_in_three_ticks())).happenings) {
        if (h.kind == Kind::kLeft) {
            ++left;
            EXPECT_EQ(h.work, 27U * kFullSpeed);
            EXPECT_EQ(h.checkpoint, 3U);
        }
    }
    EXPECT_EQ(left, 1U);
}

// 2 ticks are not enough, so it works to 22, and all of it is lost. It starts anew at 40 (and
// restarts: 4 ticks): 44 + 100 + 6 = 150.
TEST(Notice, TooShortToSaveLosesTheWork) {
    EXPECT_EQ(flood(2, saved_in_three_ticks()).story(),
              "0 start j0, 20 asked j0, 22 left j0, 22 requeued j0 lost 22, 22 start u0, "
              "27 ready u0, 40 closing u0, 40 end u0, 40 start j0, 150 end j0");
}

TEST(Notice, OfNoTicksIsOverAtOnce) {
    EXPECT_EQ(flood(0, {}, 40).story(),
              "0 start j0, 20 asked j0, 20 left j0, 20 requeued j0 lost 20, 20 start u0, "
              "25 ready u0");
}

// Of the two tiers that survive a requeue the second takes less: 1 tick, so it works until 29.
TEST(Notice, IsUsedForTheQuickestTierThatSurvives) {
    CheckpointRule rule = saved_in_three_ticks();
    rule.tiers = 3;
    rule.tier[1] = {1, 0, 1, 7, LossLevel::kRequeue};
    rule.tier[2] = {0, 0, 1, 0, LossLevel::kSwap};
    std::uint32_t asked = 0;
    for (const auto& h : properties::core_chronicle(flood(10, rule, 31)).happenings) {
        if (h.kind == Kind::kAsked) {
            ++asked;
            EXPECT_EQ(h.work, 30U);     // leaves
            EXPECT_EQ(h.stalled, 29U);  // stands still
        }
    }
    EXPECT_EQ(asked, 1U);
}

// At 27 it would have to stand still.
TEST(Notice, DoesNotMatterToAJobThatEndsInTime) {
    for (const std::uint32_t duration : {25U, 27U}) {
        Tide t = flood(10, saved_in_three_ticks(), 40);
        t.jobs[1].duration = duration;
        const std::string end = std::to_string(duration);
        EXPECT_EQ(t.story(), "0 start j0, 20 asked j0, " + end + " end j0, " + end + " start u0, " +
                                 std::to_string(duration + 5) + " ready u0");
    }
}

TEST(Notice, EndsWithAnInterruption) {
    Tide t = flood(10, saved_in_three_ticks(), 30);
    t.recovery[1] = {OnFailure::kWait, 100, 0, 0, 0};
    t.interruption(24, 0);
    EXPECT_EQ(t.story(),
              "0 start j0, 20 asked j0, 24 interrupted j0, 24 requeued j0 lost 24, 24 start u0, "
              "29 ready u0");
}

// It stands still from 27 on, but has not written everything yet.
TEST(Notice, SavesNothingIfItIsCutShort) {
    Tide t = flood(10, saved_in_three_ticks(), 30);
    t.interruption(29, 0);
    EXPECT_EQ(t.story(),
              "0 start j0, 20 asked j0, 29 interrupted j0, 29 requeued j0 lost 27, 29 start u0");
}

// It would have been silent until 110.
TEST(Notice, IsNotGivenToAJobThatRecovers) {
    Tide t = flood(10, {}, 24);
    t.recovery[1] = {OnFailure::kWait, 100, 0, 0, 0};
    t.interruption(10, 0);
    EXPECT_EQ(t.story(),
              "0 start j0, 10 interrupted j0, 20 asked j0, 20 requeued j0 lost 10, 20 start u0");
}

// As above it is at work again from 45 on, after 27 ticks of work. At 47 it loses 2 of them and
// starts again: at work from 52 on, the checkpoint at 30 is written from 55 to 57 and safe at 58.
// At 67 it has 10 ticks more.
TEST(SavedWork, IsFallenBackToUntilTheNextCheckpoint) {
    Tide t = flood(10, saved_in_three_ticks(), 68);
    t.interruption(47, 0);
    t.interruption(67, 0);
    EXPECT_EQ(t.story(),
              "0 start j0, 20 asked j0, 30 left j0, 30 requeued j0, 30 start u0, 35 ready u0, "
              "40 closing u0, 40 end u0, 40 start j0, 47 interrupted j0, 47 requeued j0 lost 2, "
              "47 start j0, 67 interrupted j0, 67 requeued j0 lost 10, 67 start j0");
}

// The checkpoint is not safe at 57 (written, as at 50 above without the failure, from 48 to 50): at
// 50 the work of 27 ticks still counts.
TEST(SavedWork, IsKeptUntilTheNextCheckpointIsSafe) {
    Tide t = flood(10, saved_in_three_ticks(), 51);
    t.interruption(50, 0);
    EXPECT_EQ(t.story(),
              "0 start j0, 20 asked j0, 30 left j0, 30 requeued j0, 30 start u0, 35 ready u0, "
              "40 closing u0, 40 end u0, 40 start j0, 50 interrupted j0, 50 requeued j0 lost 3, "
              "50 start j0");
}

// One node of 8 GPUs with two jobs of 4; a unit is wanted from 20 on.
Tide two_jobs(std::uint32_t unit, std::uint32_t end = 40) {
    Tide t(1, 8, end);
    t.service(1, unit);
    t.job(0, 30, 4);
    t.job(0, 100, 4);
    t.look(0, 0);
    t.look(20, 1);
    t.tide.notice = 5;
    return t;
}

TEST(Order, HighestRankGoesFirstAmongEquals) {
    EXPECT_EQ(two_jobs(4, 30).story(),
              "0 start j0, 0 start j1, 20 asked j1, 25 left j1, 25 requeued j1 lost 25, "
              "25 start u0, 25 ready u0");
}

TEST(Order, LastStartGoesBeforeHighestRank) {
    Tide t = two_jobs(4, 25);
    t.jobs[1].submit = 1;
    EXPECT_EQ(t.story(), "0 start j1, 1 start j0, 20 asked j0");
}

TEST(Order, LowestPriorityGoesBeforeLastStart) {
    Tide t = two_jobs(4, 25);
    t.jobs[1].submit = 1;
    t.priority[2] = -1;
    EXPECT_EQ(t.story(), "0 start j1, 1 start j0, 20 asked j1");
}

// Node 0: j0. Node 1: j1, j2, of which j2 may not be asked. j1 comes first, but only j0 leaves a
// whole node: j1 stays.
TEST(Order, WhoIsNotNeededStays) {
    Tide t(2, 4, 21);
    t.service(1, 4);
    t.job(0, 100, 4);
    t.job(0, 100, 2);
    t.may_be_asked[t.job(0, 100, 2)] = 0;
    t.priority[2] = -1;
    t.look(0, 0);
    t.look(20, 1);
    t.tide.notice = 5;
    EXPECT_EQ(t.story(), "0 start j0, 0 start j1, 0 start j2, 20 asked j0");
}

// Both would have to go, and 4 GPUs must stay in the hands of jobs: nobody is asked. The unit has
// no promise, so j2 starts at 30, when j0 ends.
TEST(Floor, KeepsJobsAndAUnitWithoutPromiseBlocksNobody) {
    Tide t = two_jobs(8);
    t.job(25, 100, 4);
    t.tide.jobs_floor = 4;
    EXPECT_EQ(t.story(), "0 start j0, 0 start j1, 30 end j0, 30 start j2");
}

TEST(Floor, IsReachedExactly) {
    Tide t = two_jobs(4, 21);
    t.tide.jobs_floor = 4;
    EXPECT_EQ(t.story(), "0 start j0, 0 start j1, 20 asked j1");
    t.tide.jobs_floor = 5;
    EXPECT_EQ(t.story(), "0 start j0, 0 start j1");
}

// j1 would fit into the GPU that is free, until the unit has started.
TEST(Promise, KeepsJobsFromStarting) {
    Tide t(1, 8, 50);
    t.service(1, 7);
    t.job(0, 100, 7);
    t.job(22, 100, 1);
    t.look(0, 0);
    t.look(20, 1);
    t.tide.notice = 10;
    EXPECT_EQ(t.story(),
              "0 start j0, 20 asked j0, 30 left j0, 30 requeued j0 lost 30, 30 start u0, "
              "30 ready u0, 30 start j1");
}

// u0 drains from 20 to 30: the unit of the other service gets its place, and j0 is left alone.
TEST(Promise, CountsOnUnitsThatClose) {
    Tide t(1, 8, 40);
    t.service(1, 4).drain = 10;
    t.service(1, 4);
    t.job(0, 100, 4);
    t.look(0, 1, 0);
    t.look(0, 0, 1);
    t.look(20, 0, 0);
    t.look(21, 1, 1);
    EXPECT_EQ(t.story(),
              "0 start u0, 0 ready u0, 0 start j0, 20 closing u0, 30 end u0, 30 start u1, "
              "30 ready u1");
}

// Then u0 stays after all, and j0 has to go.
TEST(Promise, IsMadeAnewWhenAUnitStaysAfterAll) {
    Tide t(1, 8, 26);
    t.service(1, 4).drain = 10;
    t.service(1, 4);
    t.job(0, 100, 4);
    t.look(0, 1, 0);
    t.look(0, 0, 1);
    t.look(20, 0, 0);
    t.look(21, 1, 1);
    t.look(25, 1, 0);
    t.tide.notice = 5;
    EXPECT_EQ(t.story(),
              "0 start u0, 0 ready u0, 0 start j0, 20 closing u0, 25 reopened u0, 25 ready u0, "
              "25 asked j0");
}

TEST(UnitsCeiling, LeavesTheRestToJobs) {
    Tide t(1, 8, 40);
    t.service(3, 2);
    t.job(5, 100, 4);
    t.look(0, 3);
    t.tide.units_ceiling = 5;
    EXPECT_EQ(t.story(), "0 start u0, 0 ready u0, 0 start u1, 0 ready u1, 5 start j0");
}

// At the ceiling, u0 closes at 10: its GPUs are promised to the other service's unit at once, so j0
// does not get the other four.
TEST(UnitsCeiling, HasRoomForAPromiseWhenAUnitCloses) {
    Tide t(1, 8, 30);
    t.service(1, 4).drain = 10;
    t.service(1, 4);
    t.job(15, 100, 4);
    t.look(0, 1, 0);
    t.look(0, 1, 1);
    t.look(10, 0, 0);
    t.tide.units_ceiling = 4;
    EXPECT_EQ(t.story(),
              "0 start u0, 0 ready u0, 10 closing u0, 20 end u0, 20 start u1, 20 ready u1, "
              "20 start j0");
}

// With fifo, j1 waits for the whole node; a unit is not behind it.
TEST(Pass, BeginsWithUnitsUnderEveryQueuePolicy) {
    for (const auto& kind : kQueueKinds) {
        Tide t(1, 8, 40);
        t.service(1, 2);
        t.job(0, 100, 4);
        t.job(1, 100, 8);
        t.look(0, 0);
        t.look(5, 1);
        t.tide.reclaim = false;
        t.queue = kind.value;
        EXPECT_EQ(t.story(), "0 start j0, 5 start u0, 5 ready u0") << kind.name;
    }
}

// Jobs may hold 5 GPUs: j1 is too much beside j0, j2 is not. Behind a head that the limit holds
// back, only first-fit lets it start.
TEST(Limit, HoldsBackTheHeadAndUnderEasyAllBehindIt) {
    for (const auto& kind : kQueueKinds) {
        if (is_by_tenant(kind.value)) {  // they have passes of their own
            continue;
        }
        Tide t(1, 8, 40);
        t.service(1, 1);
        t.job(0, 10, 4);
        t.job(1, 100, 2);
        t.job(1, 5, 1);
        t.limit(0, 5);
        t.look(0, 0);
        t.queue = kind.value;
        EXPECT_EQ(t.story(), kind.value == QueuePolicy::kFirstFit
                                 ? "0 start j0, 1 start j2, 6 end j2, 10 end j0, 10 start j1"
                                 : "0 start j0, 10 end j0, 10 start j1, 10 start j2, 15 end j2")
            << kind.name;
    }
}

// A window that ends at 20 and opens again at 40: of 8 GPUs in the hands of jobs 4 may stay. The
// floor does not help.
TEST(Limit, MakesJobsGoWhenItFalls) {
    Tide t(1, 8, 41);
    t.service(1, 1);
    t.job(0, 100, 4);
    t.job(0, 100, 4);
    t.look(0, 0);
    t.limit(20, 4);
    t.limit(40, 8);
    t.tide.notice = 5;
    t.tide.jobs_floor = 6;
    EXPECT_EQ(t.story(),
              "0 start j0, 0 start j1, 20 asked j1, 25 left j1, 25 requeued j1 lost 25, "
              "40 start j1");
}

// j0 ends at 10 on GPUs that are down: nothing comes free, but jobs hold less, so j1 starts.
TEST(Limit, HasRoomAlsoWhenNoGpuComesFree) {
    Tide t(2, 4, 20);
    t.service(1, 1);
    t.job(0, 10, 4);
    t.job(0, 10, 4);
    t.limit(0, 4);
    t.look(0, 0);
    model::Outage outage;  // felt by nobody on one node
    outage.begin.value = 5;
    outage.end.value = 50;
    outage.last_node = 1;
    outage.reach = model::Reach::kMultiNode;
    outage.kind = model::OutageKind::kRepair;
    t.outages.push_back(outage);
    EXPECT_EQ(t.story(), "0 start j0, 10 end j0, 10 start j1");
}

TEST(Split, AsksNobody) {
    Tide t = two_jobs(4);
    t.tide.reclaim = false;
    EXPECT_EQ(t.story(), "0 start j0, 0 start j1, 30 end j0, 30 start u0, 30 ready u0");
}

// The head needs all 8 GPUs; j0 is expected to end at 100, but goes at 30, and the unit that it
// goes for is given up at 24. So there is room for the head at 30, and j2, which would take until
// 45, must not start; j3 may. (At 30 j0 waits again, before the head.)
TEST(Easy, ExpectsWhoWasAskedToEndWhenHeGoes) {
    Tide t(1, 8, 31);
    t.service(1, 8);
    t.job(0, 100, 6);
    t.job(22, 100, 8);
    t.job(22, 21, 2);
    t.job(22, 5, 2);
    t.look(0, 0);
    t.look(20, 1);
    t.look(24, 0);
    t.tide.notice = 10;
    t.queue = QueuePolicy::kEasy;
    EXPECT_EQ(t.story(),
              "0 start j0, 20 asked j0, 24 start j3, 29 end j3, 30 left j0, "
              "30 requeued j0 lost 30, 30 start j0, 30 start j2");
}

// The same with a unit that drains until 30.
TEST(Easy, ExpectsAUnitThatClosesToEndWhenItGoes) {
    Tide t(1, 8, 31);
    t.service(1, 6).drain = 10;
    t.job(21, 100, 8);
    t.job(21, 21, 2);
    t.job(21, 5, 2);
    t.look(0, 1);
    t.look(20, 0);
    t.queue = QueuePolicy::kEasy;
    EXPECT_EQ(t.story(),
              "0 start u0, 0 ready u0, 20 closing u0, 21 start j2, 26 end j2, 30 end u0, "
              "30 start j0");
}

}  // namespace
}  // namespace tidepool::core
