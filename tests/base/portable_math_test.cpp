// Accuracy of the portable functions against long double (64-bit mantissa), known constants and
// identities; special values as the header states them.
#include "sim/base/portable_math.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/random.h"

namespace tidepool::portable {
namespace {

static_assert(std::numeric_limits<long double>::digits >= 64, "the oracle needs more bits");

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// `count` points, uniform in [low, high].
std::vector<double> points(double low, double high, std::uint32_t count = 20'000) {
    std::vector<double> all{low, high};
    for (std::uint32_t k = 0; k < count; ++k) {
        const Block block = draw(1, Purpose::kSynthetic, 0, k);
        all.push_back(low + (high - low) * (block[0] * 0x1p-32 + block[1] * 0x1p-64));
    }
    return all;
}

// The same, uniform in the exponent: from 2^low to 2^high.
std::vector<double> powers(double low, double high) {
    std::vector<double> all;
    for (const double e : points(low, high)) {
        all.push_back(std::exp2(e));
    }
    return all;
}

template <class Ours, class Truth>
double worst_error(const std::vector<double>& arguments, Ours ours, Truth truth) {
    double worst = 0;
    for (const double x : arguments) {
        const long double expected = truth(static_cast<long double>(x));
        const long double error = std::fabs((ours(x) - expected) / expected);
        worst = std::fmax(worst, expected == 0 ? std::fabs(ours(x)) : static_cast<double>(error));
    }
    return worst;
}

const auto kExp = [](long double x) { return std::exp(x); };
const auto kExpm1 = [](long double x) { return std::expm1(x); };
const auto kLog = [](long double x) { return std::log(x); };
const auto kLog1p = [](long double x) { return std::log1p(x); };

TEST(PortableExp, AgreesWithLongDouble) {
    EXPECT_LT(worst_error(points(-708, 709), exp, kExp), 2.5e-16);
    EXPECT_LT(worst_error(points(-1, 1), exp, kExp), 2.5e-16);
    EXPECT_EQ(exp(0), 1);
    EXPECT_EQ(exp(1), 2.718281828459045);
}

TEST(PortableExp, MeetsItsEnds) {
    EXPECT_EQ(exp(-kInf), 0);
    EXPECT_EQ(exp(kInf), kInf);
    EXPECT_EQ(exp(709.79), kInf);
    EXPECT_LT(exp(709.78), kInf);
    EXPECT_EQ(exp(-745.14), 0);
    EXPECT_EQ(exp(-745.13), std::numeric_limits<double>::denorm_min());
    EXPECT_TRUE(std::isnan(exp(kNan)));
}

TEST(PortableExpm1, AgreesWithLongDoubleAlsoNearZero) {
    EXPECT_LT(worst_error(points(-45, 45), expm1, kExpm1), 5e-16);
    EXPECT_LT(worst_error(points(-1.5, 1.5), expm1, kExpm1), 5e-16);
    EXPECT_LT(worst_error(powers(-300, 0), expm1, kExpm1), 5e-16);
    EXPECT_EQ(expm1(1e-300), 1e-300);
    EXPECT_TRUE(std::signbit(expm1(-0.0)));
    EXPECT_EQ(expm1(-kInf), -1);
    EXPECT_EQ(expm1(kInf), kInf);
    EXPECT_TRUE(std::isnan(expm1(kNan)));
}

TEST(PortableLog, AgreesWithLongDouble) {
    EXPECT_LT(worst_error(powers(-1070, 1023), log, kLog), 2.5e-16);
    EXPECT_LT(worst_error(points(0.5, 2), log, kLog), 3e-16);
    EXPECT_LT(worst_error(points(0.9999, 1.0001), log, kLog), 3e-16);
    EXPECT_EQ(log(1), 0);
    EXPECT_EQ(log(2), 0.6931471805599453);
}

TEST(PortableLog, MeetsItsEnds) {
    EXPECT_EQ(log(0), -kInf);
    EXPECT_EQ(log(-0.0), -kInf);
    EXPECT_EQ(log(kInf), kInf);
    EXPECT_TRUE(std::isnan(log(-1)));
    EXPECT_TRUE(std::isnan(log(-kInf)));
    EXPECT_TRUE(std::isnan(log(kNan)));
}

TEST(PortableLog1p, AgreesWithLongDoubleAlsoNearZero) {
    EXPECT_LT(worst_error(points(-0.999, 3), log1p, kLog1p), 4e-16);
    EXPECT_LT(worst_error(powers(-300, 200), log1p, kLog1p), 3e-16);
    EXPECT_EQ(log1p(1e-300), 1e-300);
    EXPECT_TRUE(std::signbit(log1p(-0.0)));
    EXPECT_EQ(log1p(-1), -kInf);
    EXPECT_EQ(log1p(kInf), kInf);
    EXPECT_TRUE(std::isnan(log1p(-1.5)));
    EXPECT_TRUE(std::isnan(log1p(kNan)));
}

TEST(PortablePow, AgreesWithLongDouble) {
    double worst = 0;
    for (std::uint32_t k = 0; k < 40'000; ++k) {
        const Block block = draw(2, Purpose::kSynthetic, 0, k);
        const double x = std::exp2(block[0] * 0x1p-25 - 64);  // 2^-64 .. 2^64
        const double y = block[1] * 0x1p-28 - 8;              // x^y: 2^-512 .. 2^512
        const long double truth =
            std::pow(static_cast<long double>(x), static_cast<long double>(y));
        worst = std::fmax(worst, static_cast<double>(std::fabs((pow(x, y) - truth) / truth)));
    }
    EXPECT_LT(worst, 3e-16);
}

TEST(PortablePow, IsExactForSmallIntegers) {
    for (int base = -9; base <= 9; ++base) {
        double expected = 1;
        for (int exponent = 0; exponent <= 16; ++exponent) {  // 9^16 < 2^53
            EXPECT_EQ(pow(base, exponent), expected) << base << " ^ " << exponent;
            expected *= base;
        }
    }
    EXPECT_EQ(pow(std::numeric_limits<double>::denorm_min(), 0.5), 0x1p-537);
    EXPECT_EQ(pow(2, 1023), 0x1p1023);
    EXPECT_EQ(pow(2, -1074), 0x1p-1074);
    EXPECT_EQ(pow(2, 1e300), kInf);
    EXPECT_EQ(pow(2, 1e-300), 1);
    EXPECT_EQ(pow(1 + 0x1p-52, -1e300), 0);
}

TEST(PortablePow, TreatsSpecialValuesAsTheStandardDoes) {
    const std::vector<double> values{0.0, -0.0, 1,  -1,  0.5,  -0.5,  2,
                                     -2,  3,    -3, 2.5, kInf, -kInf, kNan};
    for (const double x : values) {
        for (const double y : values) {
            const double theirs = std::pow(x, y);
            const double ours = pow(x, y);
            if (std::isnan(theirs)) {
                EXPECT_TRUE(std::isnan(ours)) << x << " ^ " << y;
            } else {
                EXPECT_DOUBLE_EQ(ours, theirs) << x << " ^ " << y;
                EXPECT_EQ(std::signbit(ours), std::signbit(theirs)) << x << " ^ " << y;
            }
        }
    }
}

TEST(PortableGamma, AgreesWithLongDoubleAndWithFactorials) {
    const auto truth = [](long double x) { return std::tgamma(x); };
    EXPECT_LT(worst_error(points(0.01, 170), gamma, truth), 6e-16);
    EXPECT_LT(worst_error(points(0.5, 3), gamma, truth), 6e-16);
    EXPECT_LT(worst_error(powers(-200, 0), gamma, truth), 6e-16);
    double factorial = 1;
    for (int n = 1; n <= 22; ++n) {  // 22! has 51 significant bits
        EXPECT_EQ(gamma(n), factorial) << n;
        factorial *= n;
    }
    EXPECT_NEAR(gamma(0.5), 1.7724538509055160273, 4e-16);  // root of pi
    EXPECT_NEAR(gamma(1.5), 0.88622692545275801365, 2e-16);
}

TEST(PortableGamma, MeetsItsEnds) {
    EXPECT_EQ(gamma(0), kInf);
    EXPECT_EQ(gamma(kInf), kInf);
    EXPECT_EQ(gamma(171.63), kInf);
    EXPECT_LT(gamma(171.62), kInf);
    EXPECT_TRUE(std::isnan(gamma(-0.5)));
    EXPECT_TRUE(std::isnan(gamma(kNan)));
}

TEST(PortableNormalQuantile, InvertsTheDistribution) {
    for (const double z : points(-8, 6)) {
        const long double p = std::erfc(-static_cast<long double>(z) / std::sqrt(2.0L)) / 2;
        const double rounded = static_cast<double>(p);
        // p's own rounding moves z by half an ulp of p over the density
        const double density = std::exp(-z * z / 2) * 0.3989422804014327;
        EXPECT_NEAR(normal_quantile(rounded), z,
                    2e-15 * std::fabs(z) + 1e-16 * rounded / density + 1e-16)
            << z;
    }
}

TEST(PortableNormalQuantile, GivesTheTabulatedValuesAndItsEnds) {
    EXPECT_EQ(normal_quantile(0.5), 0);
    EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 4e-15);
    EXPECT_NEAR(normal_quantile(0.99), 2.3263478740408411, 4e-15);
    EXPECT_NEAR(normal_quantile(1e-20), -9.262340089798408, 2e-14);  // Wichura 1988, check values
    EXPECT_EQ(normal_quantile(0.25), -normal_quantile(0.75));
    EXPECT_EQ(normal_quantile(0), -kInf);
    EXPECT_EQ(normal_quantile(1), kInf);
    EXPECT_TRUE(std::isnan(normal_quantile(-0.1)));
    EXPECT_TRUE(std::isnan(normal_quantile(1.1)));
    EXPECT_TRUE(std::isnan(normal_quantile(kNan)));
}

TEST(PortableLambertW, MeetsItsEnds) {
    EXPECT_EQ(one_plus_lambert_w0(0), 0);
    EXPECT_EQ(one_plus_lambert_w0(kInf), 1);
    EXPECT_TRUE(std::isnan(one_plus_lambert_w0(-1e-9)));
    EXPECT_TRUE(std::isnan(one_plus_lambert_w0(kNan)));
}

TEST(PortableLambertW, KeepsItsDigitsBesideTheBranchPoint) {
    // u = 1 + W solves c = -u - log(1 - u) = u^2/2 + u^3/3 + ...; choose u, sum c, invert.
    for (const double u : powers(-300, -2)) {
        long double c = 0;
        long double power = u;
        for (int n = 2; n <= 40; ++n) {
            power *= u;
            c += power / n;
        }
        EXPECT_NEAR(one_plus_lambert_w0(static_cast<double>(c)) / u, 1, 1e-15) << u;
    }
    for (const double c : points(0.05, 30)) {
        const long double u = one_plus_lambert_w0(c);
        EXPECT_NEAR(static_cast<double>(-(u + std::log1p(-u))) / c, 1,
                    static_cast<double>(1e-15L / (1 - u)))
            << c;
    }
}

}  // namespace
}  // namespace tidepool::portable
