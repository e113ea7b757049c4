// How far a job has come, in closed form, against a twin that goes tick by tick and against sums
// worked out by hand.

#include "sim/core/progress.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "tests/core/dice.h"
#include "tests/core/progress_twin.h"

namespace tidepool::core {
namespace {

CheckpointRule random_rule(Dice& dice) {
    CheckpointRule rule;
    rule.interval = dice.chance(10) ? 0 : dice.from(1, dice.chance(50) ? 8 : 60);
    rule.tiers = rule.interval == 0 ? 0 : dice.from(1, kMaxTiers);
    for (std::uint32_t i = 0; i < rule.tiers; ++i) {
        Tier& tier = rule.tier[i];
        tier.pause = dice.chance(35) ? 0 : dice.from(1, 7);
        tier.every = dice.chance(50) ? 1 : dice.from(1, 6);
        tier.background = dice.chance(40) ? 0 : dice.from(0, tier.every * rule.interval);
        tier.load = dice.from(0, 9);
        tier.survives = static_cast<LossLevel>(dice.from(0, 3));
    }
    return rule;
}

std::uint32_t pace(std::uint32_t speed) {
    return speed << kPaceBits;
}

std::uint32_t random_speed(Dice& dice) {
    return dice.chance(40)   ? kFullSpeed
           : dice.chance(50) ? dice.from(1, 1023)
                             : dice.from(400, 900);
}

void expect_equal(const Stretch& a, const Stretch& b) {
    EXPECT_EQ(a.work, b.work);
    EXPECT_EQ(a.stalled, b.stalled);
    EXPECT_EQ(a.checkpoint, b.checkpoint);
    EXPECT_EQ(a.checkpoints, b.checkpoints);
}

std::uint64_t ticks_to_the_end(ProgressTwin twin, std::uint32_t speed) {
    std::uint64_t ticks = 0;
    for (; !twin.done(); ++ticks) {
        twin.tick(speed);
    }
    return ticks;
}

// A job with its closed forms and its twin, moved on side by side.
class Pair {
public:
    Pair(const CheckpointRule& rule, std::uint32_t total)
        : rule_(rule), total_(total), twin_(rule, total) {}

    bool done() const { return twin_.done(); }
    const Progress& at() const { return at_; }

    void move(Dice& dice) {
        const std::uint32_t speed = random_speed(dice);
        const std::uint64_t left = ticks_left(rule_, total_, at_, pace(speed));
        ASSERT_EQ(left, ticks_to_the_end(twin_, speed));
        const std::uint64_t ticks =
            dice.chance(10) ? left : std::min<std::uint64_t>(left, dice.from(0, 40));
        twin_.forget_sums();
        for (std::uint64_t t = 0; t < ticks; ++t) {
            twin_.tick(speed);
        }
        expect_equal(move_on(rule_, total_, at_, ticks, pace(speed)), twin_.sums());
        EXPECT_EQ(work_done(rule_, at_), twin_.position());
        EXPECT_EQ(at_.index, twin_.index());
    }
    void compare_fallbacks() const {
        for (std::uint32_t level = 0; level < 4; ++level) {
            const Fallback to = fallback(rule_, copies_, from_, at_, LossLevel(level));
            const Left expected = twin_.left_after(LossLevel(level));
            EXPECT_EQ(to.index, expected.index);
            EXPECT_EQ(to.tier, expected.tier);
        }
    }
    void fall_back(LossLevel level) {
        const Fallback to = fallback(rule_, copies_, from_, at_, level);
        copies_ = to.copies;
        from_ = to.index;
        at_ = Progress{to.index, 0, 0, 0};
        twin_.fall_back(level);
        EXPECT_EQ(work_done(rule_, at_), twin_.position());
    }

private:
    CheckpointRule rule_;
    std::uint32_t total_ = 0;
    Progress at_;
    Copies copies_;
    std::uint32_t from_ = 0;
    ProgressTwin twin_;
};

TEST(Progress, IsThatOfTheTickByTickTwin) {
    std::uint32_t losses = 0, inside_pause = 0;
    for (std::uint32_t number = 0; number < 4000; ++number) {
        SCOPED_TRACE(number);
        Dice dice(number);
        const CheckpointRule rule = random_rule(dice);
        const std::uint32_t total = dice.chance(5) ? 0 : dice.from(1, 200);
        Pair pair(rule, total);
        for (std::uint32_t round = 0; !pair.done() && !HasFailure(); ++round) {
            pair.move(dice);
            pair.compare_fallbacks();
            inside_pause += pair.at().paused > 0 ? 1 : 0;
            if (!pair.done() && round < 12 && dice.chance(35)) {
                pair.fall_back(static_cast<LossLevel>(dice.from(0, 3)));
                pair.compare_fallbacks();
                ++losses;
            }
        }
        EXPECT_EQ(ticks_left(rule, total, pair.at(), pace(1)), 0U);
        EXPECT_EQ(pair.at().index, checkpoints_of(rule, total));
        ASSERT_FALSE(HasFailure());
    }
    EXPECT_GT(losses, 1000U);
    EXPECT_GT(inside_pause, 1000U);
}

TEST(Progress, IsTheSameInOneStretchAndInMany) {
    for (std::uint32_t number = 0; number < 3000; ++number) {
        SCOPED_TRACE(number);
        Dice dice(number);
        const CheckpointRule rule = random_rule(dice);
        const std::uint32_t total = dice.from(0, 5000);
        const std::uint32_t speed = random_speed(dice);
        const std::uint64_t all = ticks_left(rule, total, Progress{}, pace(speed));
        const std::uint64_t ticks =
            dice.chance(20) ? all : std::min<std::uint64_t>(all, dice.from(0, 9000));
        Progress one, many;
        const Stretch whole = move_on(rule, total, one, ticks, pace(speed));
        Stretch sum;
        for (std::uint64_t done = 0; done < ticks;) {
            const std::uint64_t part = std::min<std::uint64_t>(ticks - done, dice.from(1, 200));
            const Stretch more = move_on(rule, total, many, part, pace(speed));
            sum.work += more.work;
            sum.stalled += more.stalled;
            sum.checkpoint += more.checkpoint;
            sum.checkpoints += more.checkpoints;
            done += part;
        }
        expect_equal(sum, whole);
        EXPECT_EQ(many.index, one.index);
        EXPECT_EQ(many.paused, one.paused);
        EXPECT_EQ(many.work, one.work);
        EXPECT_EQ(whole.work + whole.stalled + whole.checkpoint * kFullSpeed, ticks * kFullSpeed);
        EXPECT_EQ(ticks_left(rule, total, one, pace(speed)), all - ticks);
        ASSERT_FALSE(HasFailure());
    }
}

TEST(Progress, HasNoCheckpointAtTheEnd) {
    CheckpointRule rule;
    rule.interval = 100;
    rule.tiers = 1;
    rule.tier[0].pause = 7;
    EXPECT_EQ(checkpoints_of(rule, 0), 0U);
    EXPECT_EQ(checkpoints_of(rule, 1), 0U);
    EXPECT_EQ(checkpoints_of(rule, 100), 0U);
    EXPECT_EQ(checkpoints_of(rule, 101), 1U);
    EXPECT_EQ(checkpoints_of(rule, 1000), 9U);
    EXPECT_EQ(ticks_left(rule, 0, Progress{}, kFullPace), 0U);
    EXPECT_EQ(ticks_left(rule, 100, Progress{}, kFullPace), 100U);
    EXPECT_EQ(ticks_left(rule, 101, Progress{}, kFullPace), 108U);
    EXPECT_EQ(ticks_left(rule, 1000, Progress{}, kFullPace), 1063U);
    // At half speed 200 ticks from one to the next; writing takes as long as ever.
    EXPECT_EQ(ticks_left(rule, 101, Progress{}, pace(512)), 200U + 7 + 2);
    // At 1000 of 1024: 102.4 ticks, rounded up, and 1.024 for the last one.
    EXPECT_EQ(ticks_left(rule, 101, Progress{}, pace(1000)), 103U + 7 + 2);
    rule.interval = 0;
    rule.tiers = 0;
    EXPECT_EQ(checkpoints_of(rule, 1000), 0U);
    EXPECT_EQ(ticks_left(rule, 1000, Progress{}, kFullPace), 1000U);
}

// 36,000 s of work, a checkpoint of 60 s after each 3,600 s; a failure costs 600 s until somebody
// deals with it, and 300 s of restart. Failures in those 600 s change nothing, in the restart they
// begin both anew. Returns the total time; in ticks, as all here.
std::uint64_t time_with_failures(const std::vector<std::uint64_t>& seconds) {
    constexpr std::uint32_t kTotal = 36000 * 16, kDown = 600 * 16, kRestart = 300 * 16;
    CheckpointRule rule;
    rule.interval = 3600 * 16;
    rule.tiers = 1;
    rule.tier[0].pause = 60 * 16;
    Progress at;
    std::uint64_t lost = 0, checkpoint = 0, down = 0, restart = 0;
    std::uint64_t up_from = 0, work_from = 0;
    for (const std::uint64_t second : seconds) {
        const std::uint64_t failure = second * 16;
        if (failure < up_from) {
            continue;
        }
        restart += std::min(failure, work_from) - up_from;
        if (failure > work_from) {
            checkpoint += move_on(rule, kTotal, at, failure - work_from, kFullPace).checkpoint;
        }
        const Fallback to = fallback(rule, Copies{}, 0, at, LossLevel::kReboot);
        lost += work_done(rule, at) - to.index * std::uint64_t{rule.interval} * kFullSpeed;
        at = Progress{to.index, 0, 0, 0};
        down += kDown;
        up_from = failure + kDown;
        work_from = up_from + kRestart;
    }
    restart += work_from - up_from;
    const std::uint64_t left = ticks_left(rule, kTotal, at, kFullPace);
    checkpoint += move_on(rule, kTotal, at, left, kFullPace).checkpoint;
    EXPECT_EQ(kTotal + checkpoint + lost / kFullSpeed + down + restart, work_from + left);
    return work_from + left;
}

TEST(Progress, FollowsTheHandTracesOfFailures) {
    EXPECT_EQ(time_with_failures({}), 36540U * 16);              // 9 checkpoints
    EXPECT_EQ(time_with_failures({10000}), 40120U * 16);         // lost 2,680
    EXPECT_EQ(time_with_failures({3630}), 41070U * 16);          // inside the first checkpoint
    EXPECT_EQ(time_with_failures({10000, 10700}), 40820U * 16);  // inside the restart
    EXPECT_EQ(time_with_failures({10000, 10100}), 40120U * 16);  // inside the downtime
}

// Jobs of years: the same sums, checkpoint by checkpoint.
std::uint64_t sum_of_rounds(const CheckpointRule& rule, std::uint32_t total, std::uint32_t speed) {
    std::uint64_t ticks = 0;
    std::uint32_t written = 0;
    for (std::uint64_t done = 0; done < total; done += rule.interval) {
        const std::uint64_t part = std::min<std::uint64_t>(rule.interval, total - done);
        ticks += (part * kFullSpeed + speed - 1) / speed;
        if (done + part < total) {
            ++written;
            for (std::uint32_t i = 0; i < rule.tiers; ++i) {
                ticks += written % rule.tier[i].every == 0 ? rule.tier[i].pause : 0;
            }
        }
    }
    EXPECT_EQ(checkpoints_of(rule, total), written);
    return ticks;
}

TEST(Progress, HoldsNearTheEndOfTheClock) {
    for (std::uint32_t number = 0; number < 200; ++number) {
        SCOPED_TRACE(number);
        Dice dice(number);
        CheckpointRule rule = random_rule(dice);
        const std::uint32_t total = 0xFFFF'FFFFu - dice.from(0, 100);
        rule.interval =
            dice.chance(50) ? dice.from(40'000, 200'000) : dice.from(1'000'000'000, 0xFFFF'FFFEu);
        for (std::uint32_t i = 0; i < rule.tiers; ++i) {
            rule.tier[i].pause *= dice.chance(50) ? 1 : 100'000'000;
        }
        const std::uint32_t speed = random_speed(dice);
        const std::uint64_t left = ticks_left(rule, total, Progress{}, pace(speed));
        ASSERT_EQ(left, sum_of_rounds(rule, total, speed));
        Progress at;
        Stretch sum;
        for (std::uint64_t done = 0; done < left;) {
            const std::uint64_t part =
                std::min(left - done, left / 50 + dice.from(0, 0xFFFF'FFFEu));
            const Stretch more = move_on(rule, total, at, part, pace(speed));
            EXPECT_EQ(more.work + more.stalled + more.checkpoint * kFullSpeed, part * kFullSpeed);
            sum.work += more.work;
            sum.checkpoints += more.checkpoints;
            done += part;
            EXPECT_EQ(ticks_left(rule, total, at, pace(speed)), left - done);
        }
        EXPECT_EQ(sum.work, std::uint64_t{total} * kFullSpeed);
        EXPECT_EQ(sum.checkpoints, checkpoints_of(rule, total));
        ASSERT_FALSE(HasFailure());
    }
}

}  // namespace
}  // namespace tidepool::core
