// Checkpoints on shared storage, event by event, against a twin that goes tick by tick, and against
// the closed form where nobody is in the way.

#include "sim/core/transfer.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/core/dice.h"
#include "tests/core/transfer_job.h"

namespace tidepool::core {
namespace {

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

class Pair {
public:
    Pair(const CheckpointRule& rule, std::uint32_t total)
        : rule_(rule), job_(rule, total), twin_(rule, total) {}

    bool done() const { return job_.done(); }
    const TransferJob& job() const { return job_; }

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
        EXPECT_EQ(a.restart, sums.restart * kJobGpus);
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
    TransferJob job_;
    TransferTwin twin_;
};

// What has been met on the way: a test of random cases is worth what they contain.
struct Met {
    std::uint32_t losses = 0, held = 0, writing = 0, loading = 0, behind = 0, done = 0;

    void add(const TransferJob& job) {
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

// Nobody in the way: the closed form of progress.h, which knows nothing of transfers. A write
// behind the work is over before the next one to the same tier, as docs/interruptions.md demands.
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
        TransferJob job(rule, total);
        Progress at;
        Copies copies;
        std::uint32_t from = 0, restart = 0;
        for (std::uint32_t round = 0; round < 4; ++round) {
            const std::uint64_t left = ticks_left(rule, total, at, kFullPace);
            EXPECT_EQ(TransferJob(job).finish({}), restart + left);
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
        TransferJob job(rule, total);
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

}  // namespace
}  // namespace tidepool::core
