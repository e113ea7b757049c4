// Student's quantile against its published table and its own integral, spreads against sums by
// hand.

#include "sim/model/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/random.h"

namespace tidepool::model {
namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN();

// Any textbook: percentage points of Student's t, two-sided 5 %.
TEST(StudentT975, IsTheOneOfThePublishedTable) {
    const std::vector<std::pair<std::uint64_t, double>> table{
        {1, 12.706}, {2, 4.303},  {3, 3.182},  {4, 2.776},   {5, 2.571},   {6, 2.447},
        {7, 2.365},  {8, 2.306},  {9, 2.262},  {10, 2.228},  {11, 2.201},  {12, 2.179},
        {13, 2.160}, {14, 2.145}, {15, 2.131}, {16, 2.120},  {17, 2.110},  {18, 2.101},
        {19, 2.093}, {20, 2.086}, {21, 2.080}, {22, 2.074},  {23, 2.069},  {24, 2.064},
        {25, 2.060}, {26, 2.056}, {27, 2.052}, {28, 2.048},  {29, 2.045},  {30, 2.042},
        {40, 2.021}, {60, 2.000}, {80, 1.990}, {100, 1.984}, {120, 1.980}, {1'000, 1.962}};
    for (const auto& [degrees, t] : table) {
        EXPECT_NEAR(student_t975(degrees), t, 0.0005001) << degrees;
    }
}

// One degree: Cauchy, t = tan(0.475 pi). Two: A = t / sqrt(2 + t^2), so t = A sqrt(2 / (1 - A^2)).
TEST(StudentT975, HasClosedFormsForOneAndTwoDegrees) {
    EXPECT_NEAR(student_t975(1), std::tan(0.475 * std::acos(-1.0)), 1e-11);
    EXPECT_NEAR(student_t975(2), 0.95 * std::sqrt(2 / (1 - 0.95 * 0.95)), 1e-12);
}

// The density integrated from 0 to t by Simpson's rule is 0.475.
double integral(double t, std::uint64_t degrees) {
    const auto nu = static_cast<double>(degrees);
    const double scale =
        std::exp(std::lgamma((nu + 1) / 2) - std::lgamma(nu / 2)) / std::sqrt(nu * std::acos(-1.0));
    const auto density = [&](double x) {
        return scale * std::exp(-(nu + 1) / 2 * std::log1p(x * x / nu));
    };
    constexpr int kSteps = 20'000;
    const double h = t / kSteps;
    double sum = density(0) + density(t);
    for (int i = 1; i < kSteps; ++i) {
        sum += (i % 2 == 0 ? 2 : 4) * density(i * h);
    }
    return sum * h / 3;
}

TEST(StudentT975, LeavesTheRightShareOfTheDensityBelow) {
    for (const std::uint64_t degrees :
         {1ull,   2ull,   3ull,   4ull,   5ull,      6ull,      7ull,   9ull,
          10ull,  19ull,  30ull,  49ull,  99ull,     150ull,    198ull, 199ull,
          200ull, 201ull, 500ull, 999ull, 10'000ull, 999'999ull}) {
        // lgamma loses digits with its size.
        const double tolerance = 1e-11 + 1e-15 * static_cast<double>(degrees);
        EXPECT_NEAR(integral(student_t975(degrees), degrees), 0.475, tolerance) << degrees;
    }
}

TEST(StudentT975, FallsWithoutAStepTowardsTheNormalQuantile) {
    double before = student_t975(1);
    for (std::uint64_t degrees = 2; degrees <= 1'000'000; ++degrees) {
        const double t = student_t975(degrees);
        ASSERT_LT(t, before) << degrees;
        ASSERT_GT(t, 1.959963984540054) << degrees;
        if (degrees > 100) {  // the slope is about 2.37 / degrees^2
            const auto nu = static_cast<double>(degrees);
            ASSERT_NEAR((before - t) * nu * (nu - 1), 2.37, 0.08) << degrees;
        }
        before = t;
    }
    EXPECT_NEAR(student_t975(~std::uint64_t{0}), 1.959963984540054, 1e-14);
}

// The fifth differences of t fade like 120 * 2.4 / degrees^6, here below 1e-11, while a jump of J
// shows in them as 10 J.
TEST(StudentT975, HasNoJumpWhereTheMethodsMeet) {
    for (std::uint64_t n = 180; n < 210; ++n) {
        const auto t = [&](std::uint64_t more) { return student_t975(n + more); };
        EXPECT_NEAR(t(5) - 5 * t(4) + 10 * t(3) - 10 * t(2) + 5 * t(1) - t(0), 0, 5e-11) << n;
    }
}

TEST(Spread, OfNothingIsUndefined) {
    for (const std::vector<double>& values : {std::vector<double>{}, {kNan, kNan}}) {
        const Spread s = spread(values);
        EXPECT_EQ(s.n, 0u);
        for (const double x : {s.mean, s.se, s.low, s.high, s.p05, s.p50, s.p95}) {
            EXPECT_TRUE(std::isnan(x));
        }
    }
}

TEST(Spread, OfOneValueHasNoInterval) {
    const Spread s = spread(std::vector<double>{kNan, 3.5});
    EXPECT_EQ(s.n, 1u);
    for (const double x : {s.mean, s.p05, s.p50, s.p95}) {
        EXPECT_EQ(x, 3.5);
    }
    for (const double x : {s.se, s.low, s.high}) {
        EXPECT_TRUE(std::isnan(x));
    }
}

// 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squares 32, so se = sqrt(32 / 7 / 8) = sqrt(4 / 7); t(7)
// = 2.3646.
TEST(Spread, OfEightValuesIsTheOneByHand) {
    const Spread s = spread(std::vector<double>{9, 4, kNan, 2, 5, 4, 7, 4, 5});
    EXPECT_EQ(s.n, 8u);
    EXPECT_EQ(s.mean, 5);
    EXPECT_DOUBLE_EQ(s.se, std::sqrt(4.0 / 7));
    EXPECT_NEAR(s.low, 5 - 2.364624251 * std::sqrt(4.0 / 7), 1e-9);
    EXPECT_NEAR(s.high, 5 + 2.364624251 * std::sqrt(4.0 / 7), 1e-9);
    EXPECT_EQ(s.p05, 2);
    EXPECT_EQ(s.p50, 4);  // the fourth of eight
    EXPECT_EQ(s.p95, 9);
}

TEST(Spread, TakesQuantilesByNearestRank) {
    for (const std::size_t n : {1u, 2u, 19u, 20u, 21u, 39u, 40u, 41u, 100u, 101u, 1000u}) {
        std::vector<double> values;
        for (std::size_t i = 0; i < n; ++i) {
            values.push_back(static_cast<double>(n - i));  // the k-th smallest is k
        }
        const auto rank = [&](int percent) {
            std::size_t k = 1;
            while (100 * k < static_cast<std::size_t>(percent) * n) {
                ++k;
            }
            return static_cast<double>(k);
        };
        const Spread s = spread(values);
        EXPECT_EQ(s.p05, rank(5)) << n;
        EXPECT_EQ(s.p50, rank(50)) << n;
        EXPECT_EQ(s.p95, rank(95)) << n;
    }
}

// Samples of six numbers that are nearly normal, each the sum of twelve uniform ones: the true mean
// is in 95 of 100 intervals. With the normal quantile instead of Student's it would be in 89.
TEST(Spread, ItsIntervalsHoldTheTruthNineteenTimesInTwenty) {
    constexpr std::uint32_t kSamples = 20'000;
    int held = 0;
    for (std::uint32_t sample = 0; sample < kSamples; ++sample) {
        std::vector<double> values;
        for (std::uint32_t i = 0; i < 6; ++i) {
            double sum = 0;  // of 12 uniforms: normal, mean 6
            for (std::uint32_t j = 0; j < 3; ++j) {
                for (const std::uint32_t word : draw(1, Purpose::kSynthetic, sample, 3 * i + j)) {
                    sum += word / 4294967296.0;
                }
            }
            values.push_back(sum);
        }
        const Spread s = spread(values);
        held += s.low <= 6 && 6 <= s.high ? 1 : 0;
    }
    EXPECT_NEAR(held, 0.95 * kSamples, 4 * std::sqrt(0.05 * 0.95 * kSamples));
}

}  // namespace
}  // namespace tidepool::model
