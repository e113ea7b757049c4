// Checkpoints on shared storage, event by event, against a twin that goes tick by tick, against the
// closed form where nobody is in the way, and against sums worked out by hand.

#include "sim/core/transfer.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "sim/core/activity.h"
#include "tests/core/dice.h"
#include "tests/core/transfer_twin.h"

namespace tidepool::core {
namespace {

constexpr std::uint32_t kGpus = 24;

CheckpointRule random_rule(Dice& dice) {
    CheckpointRule rule;
    rule.interval = dice.chance(5) ? 0 : dice.from(1, dice.chance(50) ? 8 : 40);
    rule.restart = dice.chance(50) ? 0 : dice.from(1, 9);
    rule.tiers = dice.from(1, kMaxTiers);
    rule.shared = dice.from(0, rule.tiers - 1);
    rule.write = dice.chance(5) ? 0 : dice.from(1, 12);
    rule.behind = dice.chance(60);
    for (std::uint32_t i = 0; i < rule.tiers; ++i) {
        Tier& tier = rule.tier[i];
        tier.pause = dice.chance(40) ? 0 : dice.from(1, 6);
        tier.every = dice.chance(50) ? 1 : dice.from(1, 5);
        tier.background = dice.chance(40) ? 0 : dice.from(0, tier.every * rule.interval);
        tier.load = dice.chance(30) ? 0 : dice.from(1, 12);
        tier.survives = static_cast<LossLevel>(dice.from(0, 3));
    }
    Tier& shared = rule.tier[rule.shared];
    shared.pause += rule.behind ? 0 : rule.write;
    shared.background = rule.behind ? rule.write : 0;
    return rule;
}

// Round ones, and any; fast, slow, hardly at all, not at all.
std::uint32_t random_pace(Dice& dice) {
    switch (dice.from(0, 7)) {
        case 0:
            return 0;
        case 1:
            return dice.from(1, 40'000);
        case 2:
            return dice.from(1, 1023) << kPaceBits;
        case 3:
        case 4:
            return dice.from(kFullPace / 4, kFullPace);
        case 5:
            return dice.from(1, kFullPace);
        default:
            return kFullPace;
    }
}

Paces random_paces(Dice& dice) {
    const std::uint32_t speed = dice.chance(80) ? kFullSpeed : dice.from(1, 1023);
    return {speed, random_pace(dice), random_pace(dice)};
}

// A job under the functions of transfer.h, as the core drives it.
class Job {
public:
    Job(const CheckpointRule& rule, std::uint32_t total) : rule_(rule), total_(total) { begin(); }

    const Activity& now() const { return a_; }
    Stage stage() const { return stage_of(rule_, total_, a_); }
    bool done() const { return stage() == Stage::kDone; }
    Fallback left_after(LossLevel level) const {
        return fallback(rule_, life_.copies, life_.saved, a_.progress, level);
    }

    void set(const Paces& paces) {
        a_.speed = paces.speed;
        a_.pace = paces.network;
        a_.transfer.pace = paces.transfer;
    }
    std::uint64_t next() const { return ticks_to_step(rule_, total_, a_, detail::pace_of(a_)); }
    // Returns the events that have happened, those at its end included.
    std::uint32_t go(std::uint64_t ticks) {
        std::uint32_t events = 0;
        while (ticks > 0 && !done()) {
            const std::uint64_t part = std::min(next(), ticks);
            EXPECT_GT(part, 0U);
            events += part == next() ? 1 : 0;
            step_on(rule_, total_, kGpus, part, detail::pace_of(a_), a_);
            ticks -= part;
        }
        return events;
    }
    // To the end at these paces; ticks.
    std::uint64_t finish(const Paces& paces) {
        set(paces);
        std::uint64_t ticks = 0;
        while (!done()) {
            const std::uint64_t part = next();
            if (part >= kEndless) {
                return kEndless;
            }
            go(part);
            ticks += part;
        }
        return ticks;
    }
    void fall_back(LossLevel level) {
        const Fallback to = left_after(level);
        life_.saved = to.index;
        life_.tier = to.tier;
        life_.copies = to.copies;
        begin();
    }

private:
    void begin() {
        a_ = Activity{};
        if (life_.attempts > 0) {
            a_.restart_left =
                rule_.restart + (life_.tier == kNone ? 0 : rule_.tier[life_.tier].load);
        }
        a_.progress.index = life_.saved;
        begin_transfers(rule_, total_, life_, a_);
        ++life_.attempts;
    }

    CheckpointRule rule_;
    std::uint32_t total_ = 0;
    Life life_;
    Activity a_;
};

class Pair {
public:
    Pair(const CheckpointRule& rule, std::uint32_t total)
        : rule_(rule), job_(rule, total), twin_(rule, total) {}

    bool done() const { return job_.done(); }
    const Job& job() const { return job_; }

    void move(Dice& dice) {
        const Paces paces = random_paces(dice);
        job_.set(paces);
        twin_.touch();
        expect_same_next_event(paces);
        const std::uint32_t ticks = dice.chance(10) ? 0 : dice.from(1, dice.chance(20) ? 200 : 30);
        job_.go(ticks);
        for (std::uint32_t t = 0; t < ticks && !twin_.done(); ++t) {
            twin_.tick(paces);
        }
    }
    void fall_back(LossLevel level) {
        job_.fall_back(level);
        twin_.fall_back(level);
    }

    void compare() const {
        const Activity& a = job_.now();
        EXPECT_EQ(job_.done(), twin_.done());
        EXPECT_EQ(work_done(rule_, a.progress), twin_.position());
        EXPECT_EQ(a.progress.index, twin_.index());
        EXPECT_EQ(a.restart_left, twin_.restart_left());
        EXPECT_EQ(a.transfer.load, twin_.to_read());
        const bool writes = a.transfer.behind || job_.stage() == Stage::kWriting;
        EXPECT_EQ(writes ? a.transfer.write : 0, twin_.to_write());
        EXPECT_EQ(a.transfer.behind, twin_.writes_behind());
        const TransferTwin::Sums& sums = twin_.sums();
        EXPECT_EQ(a.attempt.work, sums.stretch.work);
        EXPECT_EQ(a.attempt.stalled, sums.stretch.stalled);
        EXPECT_EQ(a.attempt.network, sums.stretch.network);
        EXPECT_EQ(a.attempt.checkpoint, sums.stretch.checkpoint);
        EXPECT_EQ(a.attempt.checkpoints, sums.stretch.checkpoints);
        EXPECT_EQ(a.restart, sums.restart * kGpus);
        for (std::uint32_t level = 0; level < 4; ++level) {
            const Fallback to = job_.left_after(LossLevel(level));
            const Fallback expected = twin_.left_after(LossLevel(level));
            EXPECT_EQ(to.index, expected.index) << level;
            EXPECT_EQ(to.tier, expected.tier) << level;
        }
    }

private:
    void expect_same_next_event(const Paces& paces) const {
        constexpr std::uint64_t kPatience = 400;
        TransferTwin ahead = twin_;
        const std::uint64_t events = ahead.events();
        std::uint64_t ticks = 0;
        while (ticks < kPatience && !ahead.done() && ahead.events() == events) {
            ahead.tick(paces);
            ++ticks;
        }
        if (ahead.events() != events || ahead.done()) {
            EXPECT_EQ(job_.next(), ticks);
        } else {
            EXPECT_GT(job_.next(), kPatience);
        }
    }

    CheckpointRule rule_;
    Job job_;
    TransferTwin twin_;
};

// What has been met on the way: a test of random cases is worth what they contain.
struct Met {
    std::uint32_t losses = 0, held = 0, writing = 0, loading = 0, behind = 0, done = 0;

    void add(const Job& job) {
        const Stage stage = job.stage();
        held += stage == Stage::kHeld ? 1 : 0;
        writing += stage == Stage::kWriting ? 1 : 0;
        loading += stage == Stage::kLoading ? 1 : 0;
        behind += job.now().transfer.behind && stage == Stage::kWorking ? 1 : 0;
        done += stage == Stage::kDone ? 1 : 0;
    }
};

TEST(Transfer, IsThatOfTheTickByTickTwin) {
    Met met;
    for (std::uint32_t number = 0; number < 4000; ++number) {
        SCOPED_TRACE(number);
        Dice dice(number);
        const CheckpointRule rule = random_rule(dice);
        const std::uint32_t total = dice.chance(5) ? 0 : dice.from(1, 200);
        Pair pair(rule, total);
        for (std::uint32_t round = 0; !pair.done() && round < 60; ++round) {
            pair.move(dice);
            pair.compare();
            met.add(pair.job());
            if (!pair.done() && dice.chance(12)) {
                pair.fall_back(static_cast<LossLevel>(dice.from(0, 3)));
                pair.compare();
                ++met.losses;
            }
            ASSERT_FALSE(HasFailure());
        }
    }
    EXPECT_GT(met.losses, 5000U);
    EXPECT_GT(met.held, 3000U);
    EXPECT_GT(met.writing, 3000U);
    EXPECT_GT(met.loading, 1000U);
    EXPECT_GT(met.behind, 3000U);
    EXPECT_GT(met.done, 1500U);
}

// Nobody in the way: the closed form of progress.h, which knows nothing of transfers. A write behind
// the work is over before the next one to the same tier, as docs/interruptions.md demands.
TEST(Transfer, TakesOnIdleStorageAsLongAsTheClosedForm) {
    for (std::uint32_t number = 0; number < 3000; ++number) {
        SCOPED_TRACE(number);
        Dice dice(number);
        CheckpointRule rule = random_rule(dice);
        const std::uint32_t every = rule.tier[rule.shared].every;
        if (rule.behind) {
            rule.write = std::min(rule.write, every * rule.interval);
            rule.tier[rule.shared].background = rule.write;
        }
        const std::uint32_t total = dice.from(0, 5000);
        Job job(rule, total);
        Progress at;
        Copies copies;
        std::uint32_t from = 0, restart = 0;
        for (std::uint32_t round = 0; round < 4; ++round) {
            const std::uint64_t left = ticks_left(rule, total, at, kFullPace);
            EXPECT_EQ(Job(job).finish({}), restart + left);
            const std::uint64_t ticks = std::min<std::uint64_t>(left, dice.from(0, 1000));
            job.go(restart + ticks);
            move_on(rule, total, at, ticks, kFullPace);
            EXPECT_EQ(job.now().progress.index, at.index);
            EXPECT_EQ(work_done(rule, job.now().progress), work_done(rule, at));
            const auto level = static_cast<LossLevel>(dice.from(0, 3));
            const Fallback to = fallback(rule, copies, from, at, level);
            EXPECT_EQ(job.left_after(level).index, to.index);
            EXPECT_EQ(job.left_after(level).tier, to.tier);
            job.fall_back(level);
            copies = to.copies;
            from = to.index;
            at = Progress{to.index, 0, 0, {}};
            restart = rule.restart + (to.tier == kNone ? 0 : rule.tier[to.tier].load);
        }
        ASSERT_FALSE(HasFailure());
    }
}

// Without rounding, W units of work take W / (1,024 pace) ticks. Each touch costs less than a unit,
// and a job ends at the first tick at which all is done.
TEST(Transfer, LosesLessThanAUnitPerTouch) {
    for (std::uint32_t number = 0; number < 2000; ++number) {
        SCOPED_TRACE(number);
        Dice dice(number);
        CheckpointRule rule;
        rule.tiers = 1;
        rule.shared = 0;
        const std::uint32_t total = dice.from(1, 2000);
        const std::uint32_t pace = dice.from(kFullPace / 50, kFullPace);
        Job job(rule, total);
        job.set({kFullSpeed, pace, kFullPace});
        std::uint64_t ticks = 0, touches = 0;
        while (!job.done()) {
            const std::uint64_t part = std::min<std::uint64_t>(job.next(), dice.from(1, 100));
            job.go(part);
            ticks += part;
            ++touches;
            ASSERT_LE(job.now().progress.work, std::uint64_t{total} * 1024);
        }
        EXPECT_EQ(job.now().progress.work, std::uint64_t{total} * 1024);
        const std::uint64_t units = std::uint64_t{total} * 1024;
        EXPECT_GE(ticks * pace, units * 16384);
        EXPECT_LT((ticks - 1) * pace, (units + touches - 1) * 16384);
        ASSERT_FALSE(HasFailure());
    }
}

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
    EXPECT_EQ(Job(rule, 250).finish({}), 250U + 2 * 10);
    EXPECT_EQ(Job(rule, 250).finish({1024, kFullPace, kFullPace / 2}), 250U + 2 * 20);
    EXPECT_EQ(Job(rule, 250).finish({1024, kFullPace / 2, kFullPace}), 500U + 2 * 10);
    EXPECT_EQ(Job(rule, 250).finish({512, kFullPace / 2, kFullPace}), 1000U + 2 * 10);
    EXPECT_EQ(Job(rule, 250).finish({1024, kFullPace, 0}), kEndless);
    EXPECT_EQ(Job(rule, 100).finish({1024, kFullPace, 0}), 100U);  // none at the end
    // A third of the storage: 30.0000018 ticks per write, as the pace is 5592405 / 2^24.
    EXPECT_EQ(Job(rule, 250).finish({1024, kFullPace, kFullPace / 3}), 250U + 2 * 31);
    // Other pauses of a checkpoint come before the writing, and are not slowed down.
    EXPECT_EQ(Job(small_rule(false, 3), 250).finish({1024, kFullPace, kFullPace / 2}),
              250U + 2 * (3 + 20));
}

// A sixteenth of the storage: 160 ticks per write. Work until 100, snapshot until 102. The second
// checkpoint is due at 202 and waits until 262, snapshot until 264, the rest of the work until 314.
TEST(Transfer, WaitsForTheWriteBefore) {
    const CheckpointRule rule = small_rule(true, 2);
    const Paces slow{1024, kFullPace, kFullPace / 16};
    Job job(rule, 250);
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
    EXPECT_EQ(Job(rule, 250).finish({}), 250U + 2 * 2);
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
    Job job(rule, 650);
    EXPECT_EQ(job.finish({1024, kFullPace, kFullPace / 32}), 898U);
    EXPECT_EQ(job.now().attempt.checkpoint, 6U * 2 + 118 + 118);
}

// Interrupted at 150, when checkpoint 1 is written: restart 5, load 20 at half the pace, the work
// after it, one more checkpoint.
TEST(Transfer, ReadsAfterTheRestart) {
    Job job(small_rule(false, 0), 250);
    job.go(150);
    job.fall_back(LossLevel::kNothing);
    EXPECT_EQ(job.finish({1024, kFullPace, kFullPace / 2}), 5U + 40 + 150 + 20);
    EXPECT_EQ(job.now().restart, (5U + 40) * kGpus);
    Job early(small_rule(false, 0), 250);
    early.go(109);  // a tick before it is written: starts anew, loads nothing
    early.fall_back(LossLevel::kNothing);
    EXPECT_EQ(early.finish({1024, kFullPace, kFullPace / 2}), 5U + 250 + 2 * 20);
}

// What has been moved stays moved: a write of 10 ticks of which 4 are at full pace, 4 at half, a
// pause of 1,000 when nothing moves, and then a quarter: 4 + 2 + 0 + 4 * 1/4 per tick = 16 ticks.
TEST(Transfer, GoesOnWhereItStood) {
    Job job(small_rule(false, 0), 101);
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
