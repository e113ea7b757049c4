#include "sim/model/conservation.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/small_ledger.h"

namespace tidepool::model {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> after(const std::function<void(Ledger&)>& damage) {
    Ledger ledger = small_ledger();
    damage(ledger);
    return check_conservation(ledger);
}

TEST(Conservation, HoldsForASmallRun) {
    EXPECT_THAT(check_conservation(small_ledger()), IsEmpty());
}

TEST(Conservation, HoldsForARunOfNoLength) {
    Ledger ledger;
    ledger.bin_width = Ticks{16};
    EXPECT_THAT(check_conservation(ledger), IsEmpty());
}

TEST(Conservation, HoldsForJobsThatTakeNoTimeAtTheVeryEnd) {
    Ledger ledger = small_ledger();
    JobRecord job;
    job.submit = job.start = job.end = ledger.end;
    job.gpus = 1;
    job.nodes = job.attempts = 1;
    job.state = JobState::kCompleted;
    ledger.jobs.push_back(job);
    EXPECT_THAT(check_conservation(ledger), IsEmpty());
}

TEST(Conservation, CatchesEveryLostTick) {
    // 1024 * 4640 = 4,751,360; job 0 holds 1024 * 1280 = 1,310,720 of it.
    EXPECT_THAT(
        after([](Ledger& l) { --l.total.allocated; }),
        ElementsAre(
            "allocated summed over bins = total: 4640 != 4639",
            "1024 * allocated = sum over jobs and units of their GPU time: 4750336 != 4751360"));
    EXPECT_THAT(after([](Ledger& l) { ++l.bins[1].queued_gpus; }),
                ElementsAre("queued_gpus summed over bins = total: 6241 != 6240"));
    EXPECT_THAT(after([](Ledger& l) { ++l.total.queue_length; }),
                ElementsAre("queue_length summed over bins = total: 2400 != 2401",
                            "queue_length = sum over jobs of queued: 2401 != 2400"));
    EXPECT_THAT(
        after([](Ledger& l) { ++l.jobs[1].time.useful; }),
        ElementsAre(
            "job 1 (and 0 more): the GPU time it held does not fit the time it was running "
            "or recovering",
            "1024 * allocated = sum over jobs and units of their GPU time: 4751360 != 4751361"));
    EXPECT_THAT(after([](Ledger& l) { ++l.jobs[1].end.value; }),
                ElementsAre("job 1 (and 0 more): the GPU time it held does not fit the time it was "
                            "running or recovering"));
    EXPECT_THAT(after([](Ledger& l) { --l.jobs[3].submit.value, ++l.jobs[3].queued.value; }),
                ElementsAre("queue_length = sum over jobs of queued: 2400 != 2401",
                            "queued_gpus = sum over jobs of gpus * queued: 6240 != 6244"));
    for (std::uint64_t Bin::*column : {&Bin::down, &Bin::spare, &Bin::absent}) {
        EXPECT_THAT(after([&](Ledger& l) { ++(l.bins[0].*column); }),
                    ElementsAre(HasSubstr(" summed over bins = total: 1 != 0")));
    }
}

TEST(Conservation, CatchesPoolsThatAreNotTheWhole) {
    const auto with_pools = [](const std::function<void(std::vector<PoolRecord>&)>& damage) {
        return after([&](Ledger& l) {
            l.pools = {{"a", 0, 3, {{1280, 0, 0}, {0, 0, 0}, {200, 0, 0}}},
                       {"b", 0, 1, {{0, 0, 0}, {2560, 0, 0}, {600, 0, 0}}}};
            damage(l.pools);
        });
    };
    EXPECT_THAT(with_pools([](auto&) {}), IsEmpty());
    EXPECT_THAT(with_pools([](auto& pools) { ++pools[1].bins[2].held; }),
                ElementsAre("allocated summed over pools = of all in bin 2: 801 != 800"));
    EXPECT_THAT(with_pools([](auto& pools) {
                    pools[0].bins[1] = {0, 7, 9};
                }),
                ElementsAre("down summed over pools = of all in bin 1: 7 != 0",
                            "absent summed over pools = of all in bin 1: 9 != 0"));
    EXPECT_THAT(with_pools([](auto& pools) { pools[0].gpus = 2; }),
                ElementsAre("gpus summed over pools = gpus: 3 != 4"));
    EXPECT_THAT(with_pools([](auto& pools) { pools[0].bins.pop_back(); }),
                ElementsAre("bins of a pool = bins: 2 != 3"));
}

TEST(Conservation, CatchesMoreTakenThanInstalled) {
    // Three GPUs hold 3 * 640 = 1920 GPU-ticks in a bin and 4800 in the run: only bin 1 is too
    // full.
    EXPECT_THAT(
        after([](Ledger& l) { l.gpus = 3; }),
        ElementsAre("absent + down + spare + allocated <= gpus * time in bin 1: 2560 > 1920"));
    EXPECT_THAT(after([](Ledger& l) { l.gpus = 2; }),
                Contains("absent + down + spare + allocated <= gpus * time: 4640 > 3200"));
    // Bin 1 has no idle GPU, so nothing can be spare or down in it, either.
    for (std::uint64_t Bin::*column : {&Bin::down, &Bin::spare, &Bin::absent}) {
        EXPECT_THAT(after([&](Ledger& l) { ++(l.bins[1].*column); }),
                    Contains("absent + down + spare + allocated <= gpus * time in bin 1: 2561 > "
                             "2560"));
    }
}

TEST(Conservation, CatchesBinsThatDoNotCoverTheRun) {
    EXPECT_THAT(after([](Ledger& l) { l.bins.push_back({}); }),
                ElementsAre("bins = ceil(end / bin_width): 4 != 3"));
    EXPECT_THAT(after([](Ledger& l) { l.bin_width = Ticks{0}; }), ElementsAre("bins have a width"));
}

TEST(Conservation, CatchesAQueueLongerThanItsMaximum) {
    // Bin 1 holds 1120 job-ticks in 640 ticks: more than one job on average.
    EXPECT_THAT(after([](Ledger& l) { l.queue_length_max = 1; }),
                Contains("queue_length <= queue_length_max * time in bin 1: 1120 > 640"));
}

TEST(Conservation, CatchesRecordsThatContradictTheirState) {
    const auto expect = [](const char* problem, const std::function<void(Ledger&)>& damage) {
        EXPECT_THAT(after(damage), Contains(HasSubstr(problem))) << problem;
    };
    expect("job 1 (and 0 more): its times are out of order",
           [](Ledger& l) { l.jobs[1].start = Ticks{159}; });
    expect("its times are out of order", [](Ledger& l) { l.jobs[1].end = Ticks{1601}; });
    expect("job 0 (and 0 more): it must have ended", [](Ledger& l) { l.jobs[0].end = kNever; });
    expect("it must have started and not ended", [](Ledger& l) { l.jobs[2].end = l.end; });
    expect("its times are out of order", [](Ledger& l) { l.jobs[2].start = Ticks{1601}; });
    expect("job 3 (and 0 more): it must not have started",
           [](Ledger& l) { l.jobs[3].start = Ticks{900}, l.jobs[3].nodes = 1; });
    expect("job 3 (and 0 more): it was submitted after the end of the run",
           [](Ledger& l) { l.jobs[3].submit = Ticks{1601}; });
    expect("job 0 (and 0 more): it has not as many attempts as it says",
           [](Ledger& l) { l.jobs[0].attempts = 2; });
    expect("job 4 (and 0 more): rejected jobs spend no time",
           [](Ledger& l) { l.jobs[4].queued = Ticks{1}; });
    expect("job 3 (and 0 more): it was queued for less than its waits",
           [](Ledger& l) { --l.jobs[3].queued.value; });
    expect("job 3 (and 0 more): it was queued for less than its waits, or longer than it was there",
           [](Ledger& l) { ++l.jobs[3].queued.value; });
    expect("attempts are listed if jobs can be interrupted: 1 != 0",
           [](Ledger& l) { l.attempts.resize(1); });
    expect("have a reason", [](Ledger& l) { l.jobs[4].rejection = Rejection::kNone; });
    expect("have a reason", [](Ledger& l) { l.jobs[0].rejection = Rejection::kGpuModel; });
    expect("job 4 (and 0 more): it was submitted before the end of the run",
           [](Ledger& l) { l.jobs[4].rejection = Rejection::kHorizon; });
    expect("job 0 (and 4 more): its tenant", [](Ledger& l) { l.tenants.clear(); });
    expect("job 0 (and 2 more): its tenant or GPU model", [](Ledger& l) { l.gpu_models.clear(); });
    expect("job 3 (and 0 more): it holds nodes", [](Ledger& l) { l.jobs[3].nodes = 1; });
}

}  // namespace
}  // namespace tidepool::model
