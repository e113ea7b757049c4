#include "sim/model/failure_time.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

namespace tidepool::model {
namespace {

using topology::FailureLaw;
using topology::FailureLawSpec;
using topology::RepairLaw;
using topology::RepairSpec;

constexpr std::uint32_t kThings = 100'000;
constexpr double kMean = 1e6;  // ticks: rounding to ticks is far below the tests' tolerance
constexpr std::uint32_t kDay = 86'400 * kTicksPerSecond;
constexpr Seconds kOneDay{86'400};

using Cdf = std::function<double(double)>;

// Kolmogorov and Smirnov: the largest distance between the sample's distribution and the law,
// which 2.3 / sqrt(n) bounds but for 5 in 100,000 samples (2 exp(-2 * 2.3^2)).
void expect_law(std::vector<double> sample, const Cdf& cdf) {
    std::sort(sample.begin(), sample.end());
    const auto n = static_cast<double>(sample.size());
    double distance = 0;
    for (std::size_t i = 0; i < sample.size(); ++i) {
        const double f = cdf(sample[i]);
        const auto below = static_cast<double>(i);
        distance = std::max({distance, f - below / n, (below + 1) / n - f});
    }
    EXPECT_LT(distance, 2.3 / std::sqrt(n));
}

// The mean and the variance within 4 standard errors; those of the variance from the fourth
// moment of the sample.
void expect_moments(const std::vector<double>& sample, double mean, double variance) {
    const auto n = static_cast<double>(sample.size());
    double sum = 0, square = 0, fourth = 0;
    for (const double x : sample) {
        sum += x;
        square += (x - mean) * (x - mean);
        fourth += std::pow(x - mean, 4);
    }
    EXPECT_NEAR(sum / n, mean, 4 * std::sqrt(variance / n) + 1);
    EXPECT_NEAR(square / n, variance,
                4 * std::sqrt((fourth / n - variance * variance) / n) + 4 * std::sqrt(variance));
}

// First failures of many things; kNever's value where there is none.
std::vector<double> first_failures(const FailureLawSpec& law, double mean, Ticks end = kNever) {
    const FailureTime failure(law, mean, end);
    std::vector<double> times;
    for (std::uint32_t i = 0; i < kThings; ++i) {
        FailureCursor at;
        times.push_back(failure.next(Luck{1, 2, i}, at) ? at.time.value : kNever.value);
    }
    return times;
}

// Failures of each of many things in [0, end), without repairs.
std::vector<std::vector<double>> all_failures(const FailureLawSpec& law, double mean, Ticks end,
                                              Ticks born = {}) {
    const FailureTime failure(law, mean, end);
    std::vector<std::vector<double>> times(20'000);
    for (std::uint32_t i = 0; i < times.size(); ++i) {
        FailureCursor at;
        at.born = at.time = born;
        while (failure.next(Luck{3, 4, i}, at)) {
            times[i].push_back(at.time.value);
        }
    }
    return times;
}

double count_in(const std::vector<std::vector<double>>& times, double from, double to) {
    double count = 0;
    for (const auto& of_thing : times) {
        count += static_cast<double>(std::count_if(of_thing.begin(), of_thing.end(),
                                                   [&](double t) { return from <= t && t < to; }));
    }
    return count;
}

// A Poisson count.
void expect_count(double count, double expected) {
    EXPECT_NEAR(count, expected, 4 * std::sqrt(expected));
}

TEST(FailureTime, IsExponential) {
    const std::vector<double> times = first_failures({}, kMean);
    expect_law(times, [](double t) { return 1 - std::exp(-t / kMean); });
    expect_moments(times, kMean, kMean * kMean);
}

// The scale is mean / Gamma(1 + 1/shape); the variance scale^2 Gamma(1 + 2/shape) - mean^2.
TEST(FailureTime, IsWeibull) {
    for (const double shape : {0.7, 3.0}) {
        FailureLawSpec law;
        law.law = FailureLaw::kWeibull;
        law.shape = shape;
        const double scale = kMean / std::tgamma(1 + 1 / shape);
        const std::vector<double> times = first_failures(law, kMean);
        expect_law(times, [&](double t) { return 1 - std::exp(-std::pow(t / scale, shape)); });
        expect_moments(times, kMean, scale * scale * std::tgamma(1 + 2 / shape) - kMean * kMean);
    }
}

// A mean of 100 billion ticks (198 years): of 100,000 things 4,120 fail within the clock's 2^32
// ticks, evenly over them, since 1 - exp(-0.0429) is nearly linear.
TEST(FailureTime, HoldsForMeansBeyondTheClock) {
    const double mean = 1e11;
    std::vector<double> times = first_failures({}, mean);
    std::erase(times, kNever.value);
    const double share = 1 - std::exp(-double{kNever.value} / mean);
    EXPECT_NEAR(static_cast<double>(times.size()), kThings * share,
                4 * std::sqrt(kThings * share * (1 - share)));
    expect_law(times, [&](double t) { return (1 - std::exp(-t / mean)) / share; });
    // Not on the grid of a coarse logarithm: half of the ticks are odd.
    const auto odd =
        std::count_if(times.begin(), times.end(), [](double t) { return std::fmod(t, 2) == 1; });
    const auto n = static_cast<double>(times.size());
    EXPECT_NEAR(static_cast<double>(odd), n / 2, 4 * std::sqrt(n) / 2);
}

TEST(FailureTime, IsNeverForAnInfiniteMean) {
    FailureLawSpec weibull;
    weibull.law = FailureLaw::kWeibull;
    weibull.shape = 1;
    for (const FailureLawSpec& law : {FailureLawSpec{}, weibull}) {
        EXPECT_EQ(first_failures(law, INFINITY), std::vector<double>(kThings, kNever.value));
    }
}

TEST(FailureTime, EndsBeforeTheEnd) {
    std::vector<double> short_run = first_failures({}, kMean, Ticks{500'000});
    const std::vector<double> long_run = first_failures({}, kMean);
    for (std::size_t i = 0; i < short_run.size(); ++i) {
        EXPECT_EQ(short_run[i], long_run[i] < 500'000 ? long_run[i] : kNever.value);
    }
}

// Expected in [0, T): T/mean + factor * decay/mean * (1 - exp(-T/decay)).
TEST(FailureTime, OfABathtubFallsToItsRate) {
    FailureLawSpec law;
    law.law = FailureLaw::kBathtub;
    law.factor = 4;
    law.decay = Seconds{14 * 86'400};
    const double mean = 50.0 * kDay, decay = 14.0 * kDay;
    const auto times = all_failures(law, mean, Ticks{100 * kDay});
    const auto integral = [&](double t) {
        return (t + 4 * decay * (1 - std::exp(-t / decay))) / mean;
    };
    for (const auto& [from, to] : {std::pair{0.0, 3.0}, {3.0, 14.0}, {14.0, 60.0}, {60.0, 100.0}}) {
        expect_count(count_in(times, from * kDay, to * kDay),
                     20'000 * (integral(to * kDay) - integral(from * kDay)));
    }
    // Ages count from the arrival: 10 days later everything happens 10 days later.
    const auto later = all_failures(law, mean, Ticks{110 * kDay}, Ticks{10 * kDay});
    EXPECT_EQ(count_in(later, 0, 10.0 * kDay), 0);
    expect_count(count_in(later, 10.0 * kDay, 13.0 * kDay), 20'000 * integral(3.0 * kDay));
}

TEST(FailureTime, OfPiecewiseRatesFollowsTheSteps) {
    FailureLawSpec law;
    law.law = FailureLaw::kPiecewise;
    law.steps = {{{10 * 86'400}, 3}, {{20 * 86'400}, 0}, {{30 * 86'400}, 0.5}};
    const auto times = all_failures(law, 20.0 * kDay, Ticks{50 * kDay});
    const auto between = [&](double from, double to) {
        return count_in(times, from * kDay, to * kDay);
    };
    expect_count(between(0, 10), 20'000 * 0.5);
    expect_count(between(10, 12), 20'000 * 0.3);
    expect_count(between(12, 20), 20'000 * 1.2);
    EXPECT_EQ(between(20, 30), 0);
    expect_count(between(30, 50), 20'000 * 0.5);
}

// Twenty times the rate: a twentieth of the time, thing by thing.
TEST(FailureTime, OfALemonComesSooner) {
    for (const FailureLaw which : {FailureLaw::kExponential, FailureLaw::kWeibull}) {
        FailureLawSpec law;
        law.law = which;
        law.shape = 0.8;
        const FailureTime failure(law, kMean, kNever);
        for (std::uint32_t i = 0; i < 100; ++i) {
            FailureCursor plain, lemon;
            lemon.rate = 20;
            ASSERT_TRUE(failure.next(Luck{1, 2, i}, plain));
            ASSERT_TRUE(failure.next(Luck{1, 2, i}, lemon));
            EXPECT_NEAR(lemon.time.value, plain.time.value / 20.0, 1.1);
        }
    }
}

std::vector<double> repairs(const RepairSpec& spec) {
    const RepairTime repair(spec);
    std::vector<double> lengths;
    for (std::uint32_t i = 0; i < kThings; ++i) {
        const Ticks begin{1000};
        lengths.push_back(
            static_cast<double>(repair.end(begin, Luck{5, 6, i}.block(0)).value - begin.value));
    }
    return lengths;
}

TEST(RepairTime, IsFixedToTheTick) {
    RepairSpec spec;
    spec.mean = Seconds{3960.0000000000005};  // 1.1 h in doubles
    EXPECT_EQ(repairs(spec), std::vector<double>(kThings, 63'360));
    spec.mean = Seconds{0.01};  // rounded up
    EXPECT_EQ(repairs(spec), std::vector<double>(kThings, 1));
    spec.mean = Seconds{0};
    EXPECT_EQ(repairs(spec), std::vector<double>(kThings, 0));
}

TEST(RepairTime, IsExponential) {
    RepairSpec spec;
    spec.law = RepairLaw::kExponential;
    spec.mean = kOneDay;
    const std::vector<double> lengths = repairs(spec);
    expect_law(lengths, [](double t) { return 1 - std::exp(-t / kDay); });
    expect_moments(lengths, kDay, double{kDay} * kDay);
    EXPECT_GE(*std::min_element(lengths.begin(), lengths.end()), 1);
}

double normal_cdf(double z) {
    return std::erfc(-z / std::sqrt(2.0)) / 2;
}

// Mean exp(mu + sigma^2/2) = median exp(sigma^2/2); variance mean^2 (exp(sigma^2) - 1).
TEST(RepairTime, IsLognormal) {
    RepairSpec by_median;
    by_median.law = RepairLaw::kLognormal;
    by_median.median = kOneDay;
    by_median.sigma = 0.5;
    const std::vector<double> lengths = repairs(by_median);
    expect_law(lengths, [](double t) { return normal_cdf(std::log(t / kDay) / 0.5); });
    const double mean = kDay * std::exp(0.125);
    expect_moments(lengths, mean, mean * mean * (std::exp(0.25) - 1));
    RepairSpec by_mean = by_median;
    by_mean.median.reset();
    by_mean.mean = Seconds{86'400 * std::exp(0.125)};
    const std::vector<double> same = repairs(by_mean);
    for (std::size_t i = 0; i < same.size(); ++i) {
        EXPECT_NEAR(same[i], lengths[i], 1);
    }
}

TEST(RepairTime, IsOneOfTheValues) {
    RepairSpec spec;
    spec.law = RepairLaw::kEmpirical;
    spec.values = {Seconds{1}, Seconds{2}, Seconds{4}, Seconds{4}};
    const std::vector<double> lengths = repairs(spec);
    const auto share = [&](double ticks) {
        return static_cast<double>(std::count(lengths.begin(), lengths.end(), ticks)) / kThings;
    };
    const double four_sigma = 4 * 0.5 / std::sqrt(kThings);
    EXPECT_NEAR(share(16), 0.25, four_sigma);
    EXPECT_NEAR(share(32), 0.25, four_sigma);
    EXPECT_NEAR(share(64), 0.5, four_sigma);
}

// 0.9 exponential of 2 h, 0.1 of 48 h: mean 6.6 h, second moment 2 (0.9 * 4 + 0.1 * 2304) h^2.
TEST(RepairTime, IsAMixOfSoftAndHard) {
    constexpr double kHour = 3600.0 * kTicksPerSecond;
    const std::vector<double> lengths = repairs(topology::default_repair());
    expect_law(lengths, [](double t) {
        return 1 - 0.9 * std::exp(-t / (2 * kHour)) - 0.1 * std::exp(-t / (48 * kHour));
    });
    expect_moments(lengths, 6.6 * kHour, (2 * (0.9 * 4 + 0.1 * 2304) - 6.6 * 6.6) * kHour * kHour);
}

TEST(RepairTime, NeverEndsBeyondTheClock) {
    RepairSpec spec;
    spec.mean = kOneDay;
    EXPECT_EQ(RepairTime(spec).end(Ticks{kNever.value - 5}, {}), kNever);
}

}  // namespace
}  // namespace tidepool::model
