// Nodes down at once: published tables, hand computations, and the binomial law in long double.
#include "sim/model/spares.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "sim/model/mtti.h"

namespace tidepool::model {
namespace {

Seconds days(double n) {
    return {n * kSecondsPerDay};
}

TEST(Unavailability, IsTheShareOfTimeInRepair) {
    // Up 3 d, down 1 d on average: a quarter.
    EXPECT_DOUBLE_EQ(unavailability({1 / (3 * kSecondsPerDay)}, days(1)), 0.25);
    EXPECT_EQ(unavailability({0}, days(1)), 0);
    EXPECT_EQ(unavailability({1}, {0}), 0);
    const double never = std::numeric_limits<double>::infinity();
    EXPECT_EQ(unavailability({1}, {never}), 1);
    EXPECT_EQ(unavailability({0}, {never}), 0);
    EXPECT_DEATH(unavailability({-1}, {1}), "not negative");
}

TEST(Spares, GiveThePublishedTable) {
    // 2,048 nodes, 6.5 failures per 1,000 node-days.
    const EventsPerSecond rate = from_thousand_node_days(6.5);
    const struct {
        double mttr_days, mean, tolerance;
        std::uint64_t p99, p999;
    } rows[] = {{0.5, 6.63, 5e-3, 13, 16}, {2, 26.28, 5e-3, 39, 43}, {5.535, 71.1, 0.05, 91, 98}};
    for (const auto& row : rows) {
        const Binomial down(2048, unavailability(rate, days(row.mttr_days)));
        EXPECT_NEAR(down.mean(), row.mean, row.tolerance);
        EXPECT_EQ(down.quantile(0.99), row.p99);
        EXPECT_EQ(down.quantile(0.999), row.p999);
    }
}

TEST(Spares, GiveTheSecondPublishedCase) {
    // 400 nodes, 4.195e-3 faults per node-day, mean repair 5.535 d: p = 0.0227.
    const double p = unavailability(from_thousand_node_days(4.195), days(5.535));
    EXPECT_NEAR(p, 0.0227, 5e-5);
    const Binomial down(400, p);
    EXPECT_NEAR(down.mean(), 9.08, 5e-3);
    EXPECT_EQ(down.quantile(0.99), 17u);
    EXPECT_EQ(down.quantile(0.999), 20u);
}

TEST(Binomial, OfThreeCoinsByHand) {
    const Binomial heads(3, 0.5);  // 1, 3, 3, 1 eighths
    EXPECT_DOUBLE_EQ(heads.at_most(0), 0.125);
    EXPECT_DOUBLE_EQ(heads.at_most(1), 0.5);
    EXPECT_DOUBLE_EQ(heads.at_most(2), 0.875);
    EXPECT_EQ(heads.at_most(3), 1);
    EXPECT_DOUBLE_EQ(heads.more_than(0), 0.875);
    EXPECT_DOUBLE_EQ(heads.more_than(2), 0.125);
    EXPECT_EQ(heads.more_than(3), 0);
    EXPECT_EQ(heads.quantile(0.5), 1u);
    EXPECT_EQ(heads.quantile(0.51), 2u);
    EXPECT_EQ(heads.quantile(0.1), 0u);
    EXPECT_EQ(heads.quantile(0.9), 3u);
    EXPECT_EQ(heads.quantile(0), 0u);
    EXPECT_EQ(heads.quantile(1), 3u);
}

TEST(Binomial, OfCertaintiesAndOfNothing) {
    const Binomial never(10, 0);
    EXPECT_EQ(never.at_most(0), 1);
    EXPECT_EQ(never.more_than(0), 0);
    EXPECT_EQ(never.quantile(1), 0u);
    const Binomial always(10, 1);
    EXPECT_EQ(always.at_most(9), 0);
    EXPECT_EQ(always.more_than(9), 1);
    EXPECT_EQ(always.quantile(0.5), 10u);
    const Binomial none(0, 0.5);
    EXPECT_EQ(none.at_most(0), 1);
    EXPECT_EQ(none.quantile(0.999), 0u);
    EXPECT_DEATH(Binomial(3, 1.5), "a probability");
    EXPECT_DEATH(never.quantile(1.5), "a probability");
}

// P(X = k) from the definition, in long double by logarithms of factorials.
long double term(std::uint64_t n, long double p, std::uint64_t k) {
    const auto factorial = [](std::uint64_t m) {
        return std::lgamma(static_cast<long double>(m) + 1);
    };
    return std::exp(factorial(n) - factorial(k) - factorial(n - k) +
                    static_cast<long double>(k) * std::log(p) +
                    static_cast<long double>(n - k) * std::log1p(-p));
}

TEST(Binomial, AgreesWithItsDefinition) {
    const struct {
        std::uint64_t n;
        double p;
    } cases[] = {{7, 0.9}, {2048, 0.0033}, {2048, 0.5}, {200'000, 0.035}, {200'000, 1e-7}};
    for (const auto& c : cases) {
        const Binomial law(c.n, c.p);
        const double deviation = std::sqrt(law.mean() * (1 - c.p)) + 1;
        long double sum = 0;
        std::uint64_t k = 0;
        for (; k <= c.n && static_cast<double>(k) < law.mean() + 8 * deviation; ++k) {
            sum += term(c.n, c.p, k);
            // lgammal(2e5) = 2.2e6 carries an error of some 1e-13
            ASSERT_NEAR(law.at_most(k), static_cast<double>(sum), 1e-11) << c.n << " " << k;
            ASSERT_NEAR(law.at_most(k) + law.more_than(k), 1, 1e-15);
        }
        // A far tail keeps its digits: it is its first terms.
        long double tail = 0;
        for (std::uint64_t j = k; j <= c.n && j < k + 2000; ++j) {
            tail += term(c.n, c.p, j);
        }
        if (tail > 1e-290L) {
            ASSERT_NEAR(law.more_than(k - 1) / static_cast<double>(tail), 1, 1e-10);
        }
    }
}

TEST(Binomial, OfABillionStaysQuickAndSymmetric) {
    const Binomial coins(1'000'000'000, 0.5);
    // P(X <= n/2) = (1 + P(X = n/2)) / 2, and by Stirling P(X = n/2) = sqrt(2 / (pi n))
    const double middle = std::sqrt(2 / (3.14159265358979 * 1e9));
    EXPECT_NEAR(coins.at_most(500'000'000), 0.5 + middle / 2, 1e-11);
    // 2.326348 standard deviations of sqrt(n) / 2 = 15811.4 above the middle
    EXPECT_NEAR(static_cast<double>(coins.quantile(0.99)), 5e8 + 2.326348 * 15811.388, 1.5);
    EXPECT_EQ(coins.more_than(900'000'000), 0);
    EXPECT_EQ(coins.at_most(100'000'000), 0);
}

TEST(Binomial, QuantileIsTheLeastThatIsEnough) {
    const Binomial law(200'000, 0.035);
    for (const double confidence : {0.001, 0.3, 0.5, 0.9, 0.99, 0.999, 0.999999}) {
        const std::uint64_t k = law.quantile(confidence);
        EXPECT_GE(law.at_most(k), confidence * (1 - 1e-12));
        EXPECT_LT(law.at_most(k - 1), confidence);
    }
    // Normal approximation with continuity correction: 7000 + 2.3263 * 82.19 - 0.5 + skew 0.7
    EXPECT_NEAR(static_cast<double>(law.quantile(0.99)), 7000 + 2.3263 * 82.19, 1.5);
}

}  // namespace
}  // namespace tidepool::model
