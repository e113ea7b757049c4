// The laws of interruptions, each broken once.

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/model/conservation.h"
#include "tests/model/interrupted_ledger.h"

namespace tidepool::model {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void expect(const char* problem, const std::function<void(Ledger&)>& damage) {
    Ledger ledger = interrupted_ledger();
    damage(ledger);
    EXPECT_THAT(check_conservation(ledger), Contains(HasSubstr(problem))) << problem;
}

TEST(AttemptLaws, HoldForARunWithInterruptions) {
    EXPECT_THAT(check_conservation(interrupted_ledger()), IsEmpty());
}

TEST(AttemptLaws, CapacityIsWhatTheNodesAreThereFor) {
    // Four nodes for 1600 ticks and one for 800, 2 GPUs each: 14,400.
    expect("gpus * time - absent = time the nodes are there: 14401 != 14400",
           [](Ledger& l) { --l.total.absent; });
    expect("gpus * time - absent = time the nodes are there: 14400 != 14398",
           [](Ledger& l) { ++l.outages.list[0].end.value; });
    expect("absent = time before the nodes arrived: 1600 != 0", [](Ledger& l) {
        l.node_gpus.clear();
        l.outages.list.clear();
        l.effects.clear();
        l.attempts.clear();
        l.jobs.clear();
    });
}

TEST(AttemptLaws, NothingIsDownWithoutAnOutage) {
    // Node 1 alone: 2 * (800 + 100).
    expect("down <= down time of the outages: 1801 > 1800", [](Ledger& l) { ++l.total.down; });
    expect("down <= down time of the outages: 1800 > 1798",
           [](Ledger& l) { --l.outages.list[2].end.value; });
    expect("down <= down time of the outages: 1800 > 1600", [](Ledger& l) {
        l.outages.list[3].kind = OutageKind::kDegraded;
        l.outages.list[3].speed = 1;
    });
}

TEST(AttemptLaws, OutagesAreInOrderAndOnNodes) {
    expect("outage 4 (and 0 more): it does not begin within the run",
           [](Ledger& l) { l.outages.list[4].begin = l.outages.list[4].end = l.end; });
    expect("outage 2 (and 0 more): it does not begin within the run, or ends before",
           [](Ledger& l) { l.outages.list[2].end = Ticks{275}; });
    expect("outage 3 (and 0 more): it comes after its place in the list",
           [](Ledger& l) { std::swap(l.outages.list[2], l.outages.list[3]); });
    expect("outage 2 (and 0 more): its cause or nodes",
           [](Ledger& l) { l.outages.list[2].cause = 4; });
    expect("outage 0 (and 0 more): its cause or nodes",
           [](Ledger& l) { l.outages.list[0].last_node = 6; });
    expect("outage 0 (and 0 more): its cause or nodes",
           [](Ledger& l) { l.outages.list[0].first_node = 6; });
    expect("outage 4 (and 0 more): nothing is to be repaired",
           [](Ledger& l) { l.outages.list[4].end = Ticks{1551}; });
    expect("outage 1 (and 0 more): it does not slow down",
           [](Ledger& l) { l.outages.list[1].speed = kFullSpeed; });
    expect("outage 1 (and 0 more): nodes do not leave",
           [](Ledger& l) { l.outages.list[1].kind = OutageKind::kNotInstalled; });
    expect("effects = outages: 4 != 5", [](Ledger& l) { l.effects.pop_back(); });
    expect("outage 2 (and 0 more): its effect", [](Ledger& l) { l.effects[2].jobs = 2; });
    expect("outage 2 (and 0 more): its effect", [](Ledger& l) { l.effects[2].gpus = 2; });
    expect("outage 3 (and 0 more): its effect", [](Ledger& l) { l.effects[3].jobs = 1; });
}

TEST(AttemptLaws, AttemptsAreWithinTheRunAndEndForAReason) {
    expect("attempt 5 (and 0 more): its job", [](Ledger& l) { l.attempts[5].job = 5; });
    expect("attempt 5 (and 0 more): its times are out of order",
           [](Ledger& l) { l.attempts[5].end = Ticks{1601}; });
    expect("attempt 3 (and 0 more): its times are out of order",
           [](Ledger& l) { l.attempts[3].start = Ticks{733}; });
    expect("attempt 3 (and 0 more): it comes after its place",
           [](Ledger& l) { std::swap(l.attempts[2], l.attempts[3]); });
    expect("attempt 0 (and 0 more): its times are out of order",
           [](Ledger& l) { l.attempts[0].recovered = Ticks{275}; });
    expect("attempt 0 (and 0 more): those that an outage ended",
           [](Ledger& l) { l.attempts[0].outage = kNoOutage; });
    expect("attempt 1 (and 0 more): those that an outage ended",
           [](Ledger& l) { l.attempts[1].outage = 2; });
    expect("attempt 0 (and 0 more): its outage is unknown",
           [](Ledger& l) { l.attempts[0].outage = 5; });
    expect("attempt 0 (and 0 more): its outage does not interrupt, or not then",
           [](Ledger& l) { l.attempts[0].outage = 3; });
    expect("attempt 0 (and 0 more): its outage does not interrupt", [](Ledger& l) {
        l.outages.list[2].kind = OutageKind::kDegraded, l.outages.list[2].speed = 1;
    });
    expect("attempt 3 (and 0 more): it did not run until the end",
           [](Ledger& l) { l.attempts[3].ended = AttemptEnd::kRunning; });
}

TEST(AttemptLaws, AnAttemptHoldsWhatItHas) {
    const auto set = [](std::size_t attempt, std::uint64_t GpuTime::*part, std::uint64_t value) {
        return [=](Ledger& l) { l.attempts[attempt].time.*part = value; };
    };
    // Attempt 3 has 2 GPUs for 200 ticks and uses all of it.
    const char* third = "attempt 3 (and 0 more): the GPU time it held does not fit its length";
    for (std::uint64_t GpuTime::*part :
         {&GpuTime::lost, &GpuTime::stalled, &GpuTime::checkpoint, &GpuTime::restart}) {
        expect(third, set(3, part, 1));
    }
    expect(third, set(3, &GpuTime::useful, 1024 * 400 - 1));
    // Attempt 1 uses all of its 1000 GPU-ticks. In the 200 ticks until the next start it may hold
    // none to 400 more, but not spend them on anything else.
    const char* first = "attempt 1 (and 0 more): the GPU time it held does not fit its length";
    expect(first, set(1, &GpuTime::restart, 401));
    expect(first, set(1, &GpuTime::checkpoint, 1));
    for (const std::uint64_t fine : {0, 400}) {
        Ledger ledger = interrupted_ledger();
        set(1, &GpuTime::restart, fine)(ledger);
        EXPECT_THAT(check_conservation(ledger), Not(Contains(HasSubstr("attempt 1")))) << fine;
    }
}

TEST(AttemptLaws, AttemptsFollowEachOther) {
    expect("job 0 (and 0 more): its attempts do not follow each other",
           [](Ledger& l) { l.attempts[0].recovered = Ticks{325}; });
    expect("job 0 (and 0 more): its attempts do not follow each other",
           [](Ledger& l) { l.attempts[0].recovered = kNever; });
    expect("job 2 (and 0 more): its attempts do not follow each other",
           [](Ledger& l) { l.attempts[3].recovered = Ticks{800}; });
    expect("job 1 (and 0 more): its attempts do not follow each other", [](Ledger& l) {
        l.attempts[1].ended = AttemptEnd::kFailed, l.attempts[1].time.restart = 0;
    });
    expect("job 2 (and 0 more): its first attempt does not start",
           [](Ledger& l) { l.jobs[2].start = Ticks{531}; });
    expect("job 2 (and 0 more): its first attempt does not start, or its last one end",
           [](Ledger& l) { l.jobs[2].end = Ticks{731}; });
    expect("job 2 (and 0 more): its first attempt does not start, or its last one end",
           [](Ledger& l) { l.jobs[2].state = JobState::kFailed; });
    expect("job 3 (and 0 more): its first attempt does not start, or its last one end",
           [](Ledger& l) { l.attempts[5].ended = AttemptEnd::kPreempted; });
    expect("job 1 (and 0 more): its first attempt does not start, or its last one end",
           [](Ledger& l) { l.jobs[1].state = JobState::kRunning; });
}

TEST(AttemptLaws, AJobIsTheSumOfItsAttempts) {
    expect("job 0 (and 0 more): it has not as many attempts",
           [](Ledger& l) { l.jobs[0].attempts = 1; });
    const char* counts = "interruptions, preemptions or checkpoints are not those";
    expect(counts, [](Ledger& l) { l.jobs[0].interruptions = 2; });
    expect(counts, [](Ledger& l) { l.jobs[1].preemptions = 2; });
    expect(counts, [](Ledger& l) { l.jobs[0].checkpoints = 3; });
    expect(counts, [](Ledger& l) { l.attempts[4].checkpoints = 1; });
    for (std::uint64_t GpuTime::*part : {&GpuTime::useful, &GpuTime::lost, &GpuTime::stalled,
                                         &GpuTime::checkpoint, &GpuTime::restart}) {
        expect("job 0 (and 0 more): its attempts' GPU time does not add up",
               [&](Ledger& l) { ++(l.jobs[0].time.*part); });
    }
}

TEST(AttemptLaws, GpuTimeFitsTheTimeOutOfTheQueue) {
    const char* fits = "job 1 (and 0 more): the GPU time it held does not fit";
    // Job 1 ran for 800 ticks and recovered for 32 with 2 GPUs: it held 1600 to 1664 GPU-ticks.
    const auto restart = [](std::uint64_t gpu_ticks) {
        return [=](Ledger& l) {
            l.attempts[1].time.restart = gpu_ticks;
            l.jobs[1].time.restart = gpu_ticks + 80;
        };
    };
    expect(fits, restart(65));
    for (const std::uint64_t fine : {0, 1, 64}) {  // it may have lost some of its GPUs meanwhile
        Ledger ledger = interrupted_ledger();
        restart(fine)(ledger);
        EXPECT_THAT(check_conservation(ledger), Not(Contains(HasSubstr("job 1")))) << fine;
    }
    // After its preemption it waited for all of 600 ticks.
    expect("job 1 (and 0 more): it was queued for less than its waits",
           [](Ledger& l) { l.jobs[1].queued = Ticks{599}; });
    expect("job 1 (and 0 more): it was queued for less than its waits, or longer than it was there",
           [](Ledger& l) { l.jobs[1].queued = Ticks{1601}; });
}

TEST(AttemptLaws, AnUndisturbedJobLosesNothing) {
    const char* undisturbed = "job 2 (and 0 more): nothing interrupted it, yet it lost time";
    const auto moved = [](std::uint64_t GpuTime::*to, std::uint64_t amount) {
        return [=](Ledger& l) {
            for (GpuTime* time : {&l.attempts[3].time, &l.jobs[2].time}) {
                time->useful -= 1024;
                time->*to += amount;
            }
        };
    };
    expect(undisturbed, moved(&GpuTime::lost, 1024));
    expect(undisturbed, moved(&GpuTime::restart, 1));
    expect("job 2 (and 0 more): it writes no checkpoints", moved(&GpuTime::checkpoint, 1));
}

TEST(AttemptLaws, CheckpointsNeedAnInterval) {
    expect("job 0 (and 0 more): it writes no checkpoints",
           [](Ledger& l) { l.jobs[0].interval = Ticks{0}; });
    // 200 ticks of work in intervals of 100 have one checkpoint between them, not two.
    const auto writes = [](std::uint32_t count) {
        return [=](Ledger& l) {
            l.jobs[2].interval = Ticks{100};
            l.jobs[2].checkpoints = l.attempts[3].checkpoints = count;
        };
    };
    expect("job 2 (and 0 more): it wrote more checkpoints than it has intervals", writes(2));
    Ledger ledger = interrupted_ledger();
    writes(1)(ledger);
    EXPECT_THAT(check_conservation(ledger), IsEmpty());
    // A 1/1024 of a GPU-tick of useful work became lost work: no ticks of all GPUs any more.
    expect("job 0 (and 0 more): the work of a job that ended is whole ticks", [](Ledger& l) {
        for (GpuTime* time : {&l.attempts[0].time, &l.jobs[0].time}) {
            --time->useful;
            ++time->lost;
        }
    });
}

}  // namespace
}  // namespace tidepool::model
