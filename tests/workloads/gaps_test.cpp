// Gaps against the closed forms of their laws: moments, and the whole distribution
// (Kolmogorov-Smirnov: the largest distance exceeds 2.4 / sqrt(n) once in 50,000 times).
#include "workloads/gaps.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "tests/workloads/demand_rig.h"

namespace tidepool::workloads {
namespace {

constexpr std::size_t kN = 200'000;

std::vector<double> gaps_of(GapLaw law, double shape) {
    GapStream stream{7, 0, 0, 0};
    Gaps gaps(law, shape);
    std::vector<double> drawn(kN);
    for (double& gap : drawn) {
        gap = gaps.next(stream);
    }
    return drawn;
}

std::vector<double> firsts_of(GapLaw law, double shape) {
    GapStream stream{7, 0, 0, 1};
    const Gaps gaps(law, shape);
    std::vector<double> drawn(kN);
    for (double& gap : drawn) {
        gap = gaps.first(stream);
    }
    return drawn;
}

void expect_law(std::vector<double> drawn, const std::function<double(double)>& cdf) {
    std::sort(drawn.begin(), drawn.end());
    double distance = 0;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        const double p = cdf(drawn[i]);
        distance = std::max({distance, std::abs(p - static_cast<double>(i) / kN),
                             std::abs(p - static_cast<double>(i + 1) / kN)});
    }
    EXPECT_LT(distance, 2.4 / std::sqrt(kN));
}

// Moments of order n of a gap with mean 1.
double moment(GapLaw law, double k, int n) {
    if (law == GapLaw::kWeibull) {
        return std::tgamma(1 + n / k) / std::pow(std::tgamma(1 + 1 / k), n);
    }
    double product = 1;
    for (int i = 0; i < n; ++i) {
        product *= (k + i) / k;
    }
    return product;
}

TEST(Gaps, HaveTheirMeanAndVariance) {
    for (const GapLaw law : {GapLaw::kGamma, GapLaw::kWeibull}) {
        for (const double shape : {0.3, 0.7, 1.0, 2.5, 100.0}) {
            Sums sums, squares, firsts;
            for (const double gap : gaps_of(law, shape)) {
                sums.add(gap);
                squares.add((gap - 1) * (gap - 1));
            }
            for (const double gap : firsts_of(law, shape)) {
                firsts.add(gap);
            }
            EXPECT_NEAR(sums.mean(), 1, 4 * sums.error()) << shape;
            EXPECT_NEAR(squares.mean(), moment(law, shape, 2) - 1, 4 * squares.error()) << shape;
            // From a random instant: mean m2 / 2, second moment m3 / 3 (Cox 1962, section 5.2).
            EXPECT_NEAR(firsts.mean(), moment(law, shape, 2) / 2, 4 * firsts.error()) << shape;
            if (shape > 0.5) {  // else too rare values decide
                EXPECT_NEAR(firsts.variance() + firsts.mean() * firsts.mean(),
                            moment(law, shape, 3) / 3, 0.03 * moment(law, shape, 3))
                    << shape;
            }
        }
    }
}

// Gamma of shape 1/2 and mean 1 is the square of a standard normal number.
TEST(Gaps, FollowTheirLaws) {
    expect_law(gaps_of(GapLaw::kGamma, 1), [](double x) { return 1 - std::exp(-x); });
    expect_law(gaps_of(GapLaw::kGamma, 0.5), [](double x) { return std::erf(std::sqrt(x / 2)); });
    expect_law(gaps_of(GapLaw::kGamma, 2),
               [](double x) { return 1 - std::exp(-2 * x) * (1 + 2 * x); });
    const double scale = 1 / std::tgamma(1 + 1 / 0.6);
    expect_law(gaps_of(GapLaw::kWeibull, 0.6),
               [&](double x) { return 1 - std::exp(-std::pow(x / scale, 0.6)); });
}

// The time to the next request has the density 1 - F.
TEST(Gaps, BeginInEquilibrium) {
    expect_law(firsts_of(GapLaw::kGamma, 1), [](double x) { return 1 - std::exp(-x); });
    expect_law(firsts_of(GapLaw::kGamma, 2),
               [](double x) { return 1 - std::exp(-2 * x) * (1 + x); });
    // Weibull of shape 1/2, mean 1: F = 1 - exp(-sqrt(2 x)).
    expect_law(firsts_of(GapLaw::kWeibull, 0.5), [](double x) {
        const double root = std::sqrt(2 * x);
        return 1 - std::exp(-root) * (1 + root);
    });
}

TEST(Gaps, DependOnTheirStreamOnly) {
    const auto third = [](GapStream stream) {
        Gaps gaps(GapLaw::kGamma, 0.3);
        gaps.next(stream);
        gaps.next(stream);
        return gaps.next(stream);
    };
    const double base = third({1, 2, 3, 4});
    EXPECT_EQ(base, third({1, 2, 3, 4}));
    EXPECT_NE(base, third({0, 2, 3, 4}));
    EXPECT_NE(base, third({1, 0, 3, 4}));
    EXPECT_NE(base, third({1, 2, 0, 4}));
    EXPECT_NE(base, third({1, 2, 3, 0}));
}

}  // namespace
}  // namespace tidepool::workloads
