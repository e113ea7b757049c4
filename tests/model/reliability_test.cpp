#include "sim/model/reliability.h"

#include <cmath>

#include <gtest/gtest.h>

#include "sim/model/downtime.h"
#include "sim/model/kpis.h"
#include "tests/model/interrupted_ledger.h"

namespace tidepool::model {
namespace {

TEST(Reliability, AddsUpARunByHand) {
    const Reliability r = reliability(interrupted_ledger());
    EXPECT_EQ(r.outages, 2u);  // the repair and the interruption
    EXPECT_EQ(r.planned, 1u);
    EXPECT_EQ(r.degradations, 1u);
    EXPECT_EQ(r.interruptions, 2u);
    EXPECT_EQ(r.preemptions, 1u);
    EXPECT_EQ(r.checkpoints, 2u);
    EXPECT_EQ(r.out_of_queue, 700u + 832u + 200u + 600u);
    EXPECT_EQ(r.gpus_out_of_queue, 4 * 700u + 2 * 832u + 2 * 200u + 8 * 600u);
    EXPECT_EQ(r.gpus_queued, 2 * 768u + 2 * 332u);  // job 4 never started
    EXPECT_EQ(r.repairs.count, 1u);                 // [276, 1076); the other downtime was planned
    EXPECT_EQ(r.repairs.sum, 800u);
    EXPECT_EQ(r.recoveries.count, 2u);  // 48 and 200 ticks; a preemption is none
    EXPECT_EQ(r.recoveries.sum, 248u);
    EXPECT_EQ(r.blast.count, 1u);
    EXPECT_EQ(r.blast.sum, 4u);
    EXPECT_EQ(r.blast_max, 4u);
    EXPECT_EQ(r.installed, 14'400u);
    EXPECT_EQ(r.down, 1800u);
    EXPECT_TRUE(std::isnan(r.node_month_min));
    EXPECT_TRUE(std::isnan(r.node_month_p1));
}

TEST(Reliability, OfAnEmptyRunIsNothing) {
    const Reliability r = reliability(Ledger{});
    EXPECT_EQ(r.outages + r.interruptions + r.out_of_queue, 0u);
    EXPECT_TRUE(std::isnan(r.repairs.mean()));
    EXPECT_TRUE(std::isnan(r.node_month_p1));
}

TEST(Reliability, TheWorstPercentOfTheNodeMonthsIsByNearestRank) {
    // 100 nodes for two months: 200 node-months, so the 1 % point is the second lowest.
    Ledger ledger;
    ledger.node_gpus.assign(100, 1);
    ledger.end = Ticks{2 * kTicksPerMonth};
    EXPECT_DOUBLE_EQ(reliability(ledger).node_month_min, 1);
    const auto down = [&](std::uint32_t node, std::uint32_t month, std::uint32_t days) {
        const std::uint32_t begin = month * kTicksPerMonth;
        Outage outage{Ticks{begin}, Ticks{begin + days * kTicksPerDay}};
        outage.first_node = node;
        outage.last_node = node + 1;
        ledger.outages.list.push_back(outage);
    };
    down(7, 0, 3);
    EXPECT_DOUBLE_EQ(reliability(ledger).node_month_min, 0.9);
    EXPECT_DOUBLE_EQ(reliability(ledger).node_month_p1, 1);
    down(8, 1, 6);
    EXPECT_DOUBLE_EQ(reliability(ledger).node_month_min, 0.8);
    EXPECT_DOUBLE_EQ(reliability(ledger).node_month_p1, 0.9);
}

TEST(Ettr, IsUsefulWorkOverTimeOutOfTheQueue) {
    // 2 GPUs, submitted at 100, started at 150, ended at 1100: 1000 ticks, of which 50 + 150 in the
    // queue. It held one GPU only while it recovered, which makes no difference: 600 of 800 ticks.
    JobRecord job;
    job.gpus = 2;
    job.submit = Ticks{100};
    job.start = Ticks{150};
    job.end = Ticks{1100};
    job.queued = Ticks{200};
    job.time.useful = 2 * 600 * 1024;
    EXPECT_EQ(out_of_queue(job, Ticks{5000}), 800u);
    EXPECT_DOUBLE_EQ(ettr(job, Ticks{5000}), 0.75);
    EXPECT_DOUBLE_EQ(ettr_with_queue(job, Ticks{5000}), 0.6);
    job.end = kNever;  // up to the end of the run: 1900 ticks, 200 in the queue
    EXPECT_EQ(out_of_queue(job, Ticks{2000}), 1700u);
}

TEST(Ettr, OfAJobThatDidNotStartIsUndefined) {
    JobRecord job;
    job.gpus = 2;
    job.queued = Ticks{50};
    EXPECT_EQ(out_of_queue(job, Ticks{50}), 0u);
    EXPECT_TRUE(std::isnan(ettr(job, Ticks{50})));
    EXPECT_TRUE(std::isnan(ettr_with_queue(job, Ticks{50})));
}

TEST(Totals, SayWhereTheGpuTimeWent) {
    const Totals t = totals(interrupted_ledger());
    EXPECT_EQ(t.capacity, 14'400u);
    EXPECT_EQ(t.down, 1800u);
    EXPECT_EQ(t.spare, 1400u);
    EXPECT_EQ(t.idle, 1536u);
    EXPECT_EQ(t.allocated, 9664u);
    // Useful 4 * 480 + 2 * 200 + 8 * 600, lost 4 * 100 + 2 * 660, restart 4 * 88 + 2 * 72.
    EXPECT_EQ(t.time, (GpuTime{1024 * 7120, 1024 * 1720, 1024 * 200, 128, 496}));
    EXPECT_EQ(held(t.time), 1024 * t.allocated);
    EXPECT_DOUBLE_EQ(t.spares_in_use, 2 - 1400 / 1600.0);
    EXPECT_DOUBLE_EQ(t.spares_in_use_max, 2 - 408 / 640.0);  // the bins: 552/640, 408/640, 440/320
}

}  // namespace
}  // namespace tidepool::model
