#include "sim/model/kpis.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/model/small_ledger.h"

namespace tidepool::model {
namespace {

std::vector<Ticks> one_to(std::uint32_t n) {
    std::vector<Ticks> values;
    for (std::uint32_t i = n; i > 0; --i) {
        values.push_back(Ticks{i});
    }
    return values;
}

TEST(NearestRank, IsTheCeilingOfTheShare) {
    std::vector<Ticks> hundred = one_to(100);
    EXPECT_EQ(nearest_rank(hundred, 50).value, 50u);
    EXPECT_EQ(nearest_rank(hundred, 95).value, 95u);
    EXPECT_EQ(nearest_rank(hundred, 99).value, 99u);
    EXPECT_EQ(nearest_rank(hundred, 100).value, 100u);
    std::vector<Ticks> ten = one_to(10);  // ceil(9.5) = 10, ceil(0.1) = 1
    EXPECT_EQ(nearest_rank(ten, 50).value, 5u);
    EXPECT_EQ(nearest_rank(ten, 95).value, 10u);
    EXPECT_EQ(nearest_rank(ten, 1).value, 1u);
    std::vector<Ticks> three = one_to(3);  // ceil(1.5) = 2
    EXPECT_EQ(nearest_rank(three, 50).value, 2u);
}

TEST(NearestRank, OfOneValueIsThatValue) {
    std::vector<Ticks> one{Ticks{7}};
    EXPECT_EQ(nearest_rank(one, 1).value, 7u);
    EXPECT_EQ(nearest_rank(one, 99).value, 7u);
}

TEST(NearestRank, OfNothingIsABug) {
    std::vector<Ticks> none;
    EXPECT_DEATH(nearest_rank(none, 50), "a rank needs values");
}

TEST(Totals, AddUpASmallRun) {
    const Totals t = totals(small_ledger());
    EXPECT_EQ(t.capacity, 6400u);  // 4 * 1600
    EXPECT_EQ(t.allocated, 4640u);
    EXPECT_EQ(t.idle, 1760u);
    EXPECT_EQ(t.submitted, 5u);
    EXPECT_EQ(t.in(JobState::kQueued), 1u);
    EXPECT_EQ(t.in(JobState::kRunning), 1u);
    EXPECT_EQ(t.in(JobState::kCompleted), 1u);
    EXPECT_EQ(t.in(JobState::kFailed), 1u);
    EXPECT_EQ(t.in(JobState::kCancelled), 0u);
    EXPECT_EQ(t.in(JobState::kRejected), 1u);
    EXPECT_EQ(t.last_end.value, 1440u);
    EXPECT_EQ(t.queue_length, 2400u);
    EXPECT_EQ(t.queued_gpus, 6240u);
    EXPECT_EQ(t.queue_length_max, 2u);
}

TEST(Totals, WaitsAreThoseOfStartedJobs) {
    // 0, 480 and 1120 ticks; the 800 ticks of the job that never started do not count.
    EXPECT_EQ(totals(small_ledger()).waits,
              (Waits{3, 1600, Ticks{480}, Ticks{1120}, Ticks{1120}, Ticks{1120}}));
}

TEST(Totals, SumOfWaitsExceedsTheClock) {
    Ledger ledger;
    ledger.end = Ticks{0xF000'0000};
    ledger.gpus = 1;
    ledger.jobs.resize(3);
    for (JobRecord& job : ledger.jobs) {
        job.start = ledger.end;
        job.state = JobState::kRunning;
    }
    EXPECT_EQ(totals(ledger).waits.sum, 3 * 0xF000'0000ull);  // 1.2e10, beyond 32 bits
}

TEST(Totals, OfAnEmptyRunAreZeroAndNothingEnded) {
    const Totals t = totals(Ledger{});
    EXPECT_EQ(t.capacity, 0u);
    EXPECT_EQ(t.submitted, 0u);
    EXPECT_EQ(t.waits, Waits{});
    EXPECT_EQ(t.last_end, kNever);
}

TEST(Totals, AJobThatEndsAtTickZeroHasEnded) {
    Ledger ledger;
    ledger.jobs.resize(1);
    ledger.jobs[0].start = ledger.jobs[0].end = Ticks{0};
    ledger.jobs[0].state = JobState::kCompleted;
    EXPECT_EQ(totals(ledger).last_end, Ticks{0});
}

TEST(Totals, MoreAllocatedThanInstalledIsABug) {
    Ledger ledger = small_ledger();
    ledger.total.allocated = 6401;
    EXPECT_DEATH(totals(ledger), "more GPUs than there are");
    ledger.total.allocated = 6400;
    ledger.total.spare = 1;
    EXPECT_DEATH(totals(ledger), "more GPUs than there are");
    ledger.total = {.absent = 6401};
    EXPECT_DEATH(totals(ledger), "will be installed");
}

TEST(GpuHours, OneHourOfOneGpuIs57600Ticks) {
    EXPECT_DOUBLE_EQ(gpu_hours(57'600), 1.0);
    EXPECT_DOUBLE_EQ(gpu_hours(100'000ull * 57'600), 100'000.0);
}

TEST(GpuHours, WorkIsCountedIn1024ths) {
    EXPECT_DOUBLE_EQ(gpu_hours_of_work(57'600 * 1024), 1.0);
}

TEST(Ratio, OverZeroIsUndefined) {
    EXPECT_DOUBLE_EQ(ratio(1, 4), 0.25);
    EXPECT_TRUE(std::isnan(ratio(0, 0)));
    EXPECT_TRUE(std::isnan(ratio(1, 0)));
}

}  // namespace
}  // namespace tidepool::model
