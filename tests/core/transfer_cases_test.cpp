// Checkpoints on shared storage: sums worked out by hand.

#include <gtest/gtest.h>

#include "tests/core/transfer_job.h"

namespace tidepool::core {
namespace {

// 250 ticks of work, a checkpoint after each 100, written to one shared tier in 10 ticks.
CheckpointRule small_rule(bool behind, std::uint32_t pause) {
    CheckpointRule rule;
    rule.interval = 100;
    rule.restart = 5;
    rule.tiers = 1;
    rule.shared = 0;
    rule.write = 10;
    rule.behind = behind;
    rule.tier[0].pause = behind ? pause : pause + rule.write;
    rule.tier[0].background = behind ? rule.write : 0;
    rule.tier[0].load = 20;
    return rule;
}

TEST(Transfer, StandsStillUntilABlockingWriteIsOver) {
    const CheckpointRule rule = small_rule(false, 0);
    EXPECT_EQ(TransferJob(rule, 250).finish({}), 250U + 2 * 10);
    EXPECT_EQ(TransferJob(rule, 250).finish({1024, kFullPace, kFullPace / 2}), 250U + 2 * 20);
    EXPECT_EQ(TransferJob(rule, 250).finish({1024, kFullPace / 2, kFullPace}), 500U + 2 * 10);
    EXPECT_EQ(TransferJob(rule, 250).finish({512, kFullPace / 2, kFullPace}), 1000U + 2 * 10);
    EXPECT_EQ(TransferJob(rule, 250).finish({1024, kFullPace, 0}), kEndless);
    EXPECT_EQ(TransferJob(rule, 100).finish({1024, kFullPace, 0}), 100U);  // none at the end
    // A third of the storage: 30.0000018 ticks per write, as the pace is 5592405 / 2^24.
    EXPECT_EQ(TransferJob(rule, 250).finish({1024, kFullPace, kFullPace / 3}), 250U + 2 * 31);
    // Other pauses of a checkpoint come before the writing, and are not slowed down.
    EXPECT_EQ(TransferJob(small_rule(false, 3), 250).finish({1024, kFullPace, kFullPace / 2}),
              250U + 2 * (3 + 20));
}

// A sixteenth of the storage: 160 ticks per write. Work until 100, snapshot until 102. The second
// checkpoint is due at 202 and waits until 262, snapshot until 264, the rest of the work until 314.
TEST(Transfer, WaitsForTheWriteBefore) {
    const CheckpointRule rule = small_rule(true, 2);
    const Paces slow{1024, kFullPace, kFullPace / 16};
    TransferJob job(rule, 250);
    job.set(slow);
    job.go(202);
    EXPECT_EQ(job.stage(), Stage::kHeld);
    job.go(59);
    EXPECT_EQ(job.stage(), Stage::kHeld);
    EXPECT_EQ(job.left_after(LossLevel::kNothing).index, 0U);
    job.go(1);
    EXPECT_EQ(job.stage(), Stage::kPausing);
    EXPECT_EQ(job.left_after(LossLevel::kNothing).index, 1U);  // safe when it is written
    job.go(2);
    EXPECT_EQ(job.stage(), Stage::kWorking);
    EXPECT_EQ(job.left_after(LossLevel::kNothing).index, 1U);
    EXPECT_EQ(job.now().attempt.checkpoint, 2U + 60 + 2);
    EXPECT_EQ(job.finish(slow), 50U);
    EXPECT_EQ(TransferJob(rule, 250).finish({}), 250U + 2 * 2);
}

// Only checkpoints that the shared tier gets wait: with `every` 2 it gets the second, the fourth
// and the sixth of six (650 ticks of work are six intervals and a half). A write takes 320 ticks,
// the first from 204 to 524; the fourth checkpoint is due at 204 + 202 = 406, waits until 524, ends
// at 526 and is written until 846; the sixth is due at 728, waits until 846, ends at 848; 50 more.
TEST(Transfer, WaitsOnlyWhereTheTierIsDue) {
    CheckpointRule rule = small_rule(true, 2);
    rule.tiers = 2;
    rule.tier[1].pause = 2;
    rule.tier[0].pause = 0;
    rule.tier[0].every = 2;
    TransferJob job(rule, 650);
    EXPECT_EQ(job.finish({1024, kFullPace, kFullPace / 32}), 898U);
    EXPECT_EQ(job.now().attempt.checkpoint, 6U * 2 + 118 + 118);
}

// Interrupted at 150, when checkpoint 1 is written: restart 5, load 20 at half the pace, the work
// after it, one more checkpoint.
TEST(Transfer, ReadsAfterTheRestart) {
    TransferJob job(small_rule(false, 0), 250);
    job.go(150);
    job.fall_back(LossLevel::kNothing);
    EXPECT_EQ(job.finish({1024, kFullPace, kFullPace / 2}), 5U + 40 + 150 + 20);
    EXPECT_EQ(job.now().restart, (5U + 40) * kJobGpus);
    TransferJob early(small_rule(false, 0), 250);
    early.go(109);  // a tick before it is written: starts anew, loads nothing
    early.fall_back(LossLevel::kNothing);
    EXPECT_EQ(early.finish({1024, kFullPace, kFullPace / 2}), 5U + 250 + 2 * 20);
}

// What has been moved stays moved: a write of 10 ticks of which 4 are at full pace, 4 at half, a
// pause of 1,000 when nothing moves, and then a quarter: 4 + 2 + 0 + 4 * 1/4 per tick = 16 ticks.
TEST(Transfer, GoesOnWhereItStood) {
    TransferJob job(small_rule(false, 0), 101);
    job.go(104);
    job.set({1024, kFullPace, kFullPace / 2});
    job.go(4);
    job.set({1024, kFullPace, 0});
    EXPECT_GE(job.next(), kEndless);
    job.go(1000);
    EXPECT_EQ(job.now().transfer.write, 4U * 1024);
    EXPECT_EQ(job.finish({1024, kFullPace, kFullPace / 4}), 16U + 1);
    EXPECT_EQ(job.now().attempt.checkpoint, 4U + 4 + 1000 + 16);
}

}  // namespace
}  // namespace tidepool::core
