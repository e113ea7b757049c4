// The closed forms of Model Q against its rules, played out: an independent program that knows
// nothing of renewal arguments. Means must agree within four standard errors.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/portable_math.h"
#include "sim/base/random.h"
#include "sim/model/checkpoint.h"

namespace tidepool::model {
namespace {

// One run: seconds, and the number of interruptions.
struct Outcome {
    double work = 0, checkpoint = 0, recovery = 0, interruptions = 0;
    double wall() const { return work + checkpoint + recovery; }
};

class Play {
public:
    Play(const InterruptedJob& job, std::vector<double> segments, bool write_last,
         std::uint32_t run)
        : job_(job), segments_(std::move(segments)), write_last_(write_last), run_(run) {}

    Outcome outcome() {
        double fails = exponential();
        while (!works_to_the_end(fails)) {
            ++sum_.interruptions;
            fails = recover();
        }
        return sum_;
    }

private:
    double exponential() {
        const Block block = draw(3, Purpose::kSynthetic, run_, next_++);
        return -job_.mtti.value * portable::log((block[0] + 0.5) * 0x1p-32);
    }

    // Downtime and restart until a restart ends; how long after it the next interruption comes.
    double recover() {
        while (true) {
            const double fails = exponential();
            sum_.recovery += job_.downtime.value + std::min(fails, job_.restart.value);
            if (fails > job_.restart.value) {
                return fails - job_.restart.value;
            }
            ++sum_.interruptions;
        }
    }

    // From the safe checkpoint on, until the end or `fails` later.
    bool works_to_the_end(double fails) {
        double now = 0;
        std::vector<double> safe_at;
        const auto passes = [&](double time, double& account) {
            account += std::min(time, fails - now);
            now += time;
            return now <= fails;
        };
        for (std::size_t j = safe_; j < segments_.size(); ++j) {
            const bool last = j + 1 == segments_.size();
            if (!passes(segments_[j], sum_.work)) {
                break;
            }
            if (last && !write_last_) {
                return true;
            }
            if (!passes(job_.write.value, sum_.checkpoint)) {
                break;
            }
            if (last) {
                return true;
            }
            safe_at.push_back(now + job_.background.value);
        }
        safe_ += static_cast<std::size_t>(std::count_if(
            safe_at.begin(), safe_at.end(), [&](double time) { return time <= fails; }));
        return false;
    }

    InterruptedJob job_;
    std::vector<double> segments_;
    bool write_last_;
    std::uint32_t run_;
    std::uint32_t next_ = 0;
    std::size_t safe_ = 0;
    Outcome sum_;
};

struct Mean {
    double sum = 0, squares = 0, n = 0;
    void add(double x) {
        sum += x;
        squares += x * x;
        ++n;
    }
    double value() const { return sum / n; }
    double deviation() const { return std::sqrt(squares / n - value() * value()); }
};

// Plays N runs and holds every mean against the closed form; returns the standard deviation.
double agree(const InterruptedJob& job, const std::vector<double>& segments, bool write_last,
             std::uint32_t runs, const ExpectedTime& expected) {
    std::array<Mean, 5> means;
    for (std::uint32_t run = 0; run < runs; ++run) {
        const Outcome one = Play(job, segments, write_last, run).outcome();
        means[0].add(one.wall());
        means[1].add(one.work);
        means[2].add(one.checkpoint);
        means[3].add(one.recovery);
        means[4].add(one.interruptions);
    }
    const std::array<double, 5> truth{
        expected.wall.value, expected.useful.value + expected.lost.value, expected.checkpoint.value,
        expected.recovery.value, expected.interruptions};
    for (std::size_t i = 0; i < means.size(); ++i) {
        EXPECT_NEAR(means[i].value(), truth[i], 4 * means[i].deviation() / std::sqrt(runs) + 1e-9)
            << "part " << i;
    }
    EXPECT_NEAR(expected.wall.value,
                expected.useful.value + expected.checkpoint.value + expected.lost.value +
                    expected.recovery.value,
                1e-12 * expected.wall.value);
    return means[0].deviation();
}

std::vector<double> segments_of(double work, double interval) {
    std::vector<double> segments;
    for (; work > interval; work -= interval) {
        segments.push_back(interval);
    }
    segments.push_back(work);
    return segments;
}

double agree(const InterruptedJob& job, double work, double interval, std::uint32_t runs) {
    return agree(job, segments_of(work, interval), false, runs,
                 expected_job(job, {work}, {interval}));
}

TEST(PlayedSegment, TakesTheExpectedTime) {
    const InterruptedJob first{{11124}, {60}, {300}, {120}, {0}};
    agree(first, {1800}, true, 200'000, expected_segment(first, {1800}));
    const InterruptedJob third{{6480}, {120}, {300}, {600}, {0}};
    agree(third, {3600}, true, 200'000, expected_segment(third, {3600}));
}

TEST(PlayedJob, TakesTheExpectedTime) {
    // Published with the closed form: standard deviations 4563 s and 8504 s.
    EXPECT_NEAR(agree({{11134.8}, {60}, {300}, {120}, {0}}, 86400, 1800, 20'000), 4563, 100);
    EXPECT_NEAR(agree({{28440}, {300}, {600}, {300}, {0}}, 172800, 3600, 20'000), 8504, 200);
}

TEST(PlayedJob, WithBackgroundWritesTakesTheExpectedTime) {
    // Checkpoints safe within the next segment, across several, and the last ones too late.
    agree({{5000}, {20}, {100}, {200}, {600}}, 9000, 1000, 40'000);
    agree({{5000}, {20}, {100}, {200}, {2500}}, 12'500, 1000, 40'000);
    agree({{5000}, {20}, {100}, {200}, {600}}, 4100, 1000, 40'000);
    agree({{5000}, {20}, {100}, {200}, {1e6}}, 4100, 1000, 40'000);
    agree({{5000}, {0}, {0}, {0}, {900}}, 4100, 1000, 40'000);
}

}  // namespace
}  // namespace tidepool::model
