// The special functions of portable_math.h: gamma, normal quantile, Lambert W.
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include "sim/base/double_double.h"
#include "sim/base/portable_math.h"

namespace tidepool::portable {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kStirlingFrom = 16;  // from here nine terms are good for 1e-22

// log gamma(x) for x >= kStirlingFrom: (x - 1/2) ln x - x + ln(2 pi)/2 + sum
// B2k/(2k(2k-1)x^(2k-1)).
DoubleDouble stirling(double x) {
    constexpr DoubleDouble kHalfLog2Pi{0x1.d67f1c864beb5p-1, -0x1.65b5a1b7ff5dfp-55};
    constexpr std::array<double, 8> kSeries{-1.0 / 360,       1.0 / 1260,      -1.0 / 1680,
                                            1.0 / 1188,       -691.0 / 360360, 1.0 / 156,
                                            -3617.0 / 122400, 43867.0 / 244188};
    const double per_square = 1 / (x * x);
    double tail = 0;
    for (std::size_t n = kSeries.size(); n-- > 0;) {
        tail = tail * per_square + kSeries[n];
    }
    tail *= per_square / x;
    return two_sum(x, -0.5) * log_wide(x) + DoubleDouble{-x, 0} + kHalfLog2Pi +
           DoubleDouble{1, 0} / (DoubleDouble{12, 0} * DoubleDouble{x, 0}) + DoubleDouble{tail, 0};
}

// gamma(x) = gamma(x + n) / (x (x + 1) ... (x + n - 1)): the product that lifts x to Stirling's
// range, and x + n, rounded. Steps of one are exact enough in double-double.
struct Lifted {
    double x = 0;
    double x_low = 0;
    DoubleDouble product{1, 0};
};

Lifted lift(double x) {
    DoubleDouble at{x, 0};
    DoubleDouble product{1, 0};
    while (at.high < kStirlingFrom) {
        product = product * at;
        at = at + DoubleDouble{1, 0};
    }
    return {at.high, at.low, product};
}

// Stirling at x + x_low; the derivative of log gamma is ln x - 1/(2x) - 1/(12 x^2) + ...
DoubleDouble stirling(const Lifted& lifted) {
    const double slope = log(lifted.x) - 0.5 / lifted.x;
    return stirling(lifted.x) + DoubleDouble{slope * lifted.x_low, 0};
}

// Numerator or denominator of AS 241, highest power first.
double polynomial(const std::array<double, 8>& coefficients, double r) {
    double sum = 0;
    for (const double c : coefficients) {
        sum = sum * r + c;
    }
    return sum;
}

struct Rational {
    std::array<double, 8> numerator;
    std::array<double, 8> denominator;
};

double ratio(const Rational& f, double r) {
    return polynomial(f.numerator, r) / polynomial(f.denominator, r);
}

// Wichura 1988, table of PPND16: |p - 1/2| <= 0.425, r <= 5, beyond.
constexpr Rational kCentral{
    {2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4,
     4.5921953931549871457e+4, 1.3731693765509461125e+4, 1.9715909503065514427e+3,
     1.3314166789178437745e+2, 3.3871328727963666080e+0},
    {5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4,
     2.1213794301586595867e+4, 5.3941960214247511077e+3, 6.8718700749205790830e+2,
     4.2313330701600911252e+1, 1.0}};
constexpr Rational kShoulder{
    {7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
     1.27045825245236838258e+0, 3.64784832476320460504e+0, 5.76949722146069140550e+0,
     4.63033784615654529590e+0, 1.42343711074968357734e+0},
    {1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
     1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e+0,
     2.05319162663775882187e+0, 1.0}};
constexpr Rational kTail{
    {2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
     2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e+0,
     5.46378491116411436990e+0, 6.65790464350110377720e+0},
    {2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
     7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
     5.99832206555887937690e-1, 1.0}};

// v + e^-v - 1 = v^2/2 - v^3/6 + ..., for v >= 0.
double convex_gap(double v) {
    if (v > 0.5) {
        return v + expm1(-v);
    }
    double sum = 0;
    for (int n = 18; n >= 3; --n) {
        sum = (1 - sum) * v / n;
    }
    return (1 - sum) * v * v / 2;
}

// The v >= 0 with v + e^-v - 1 = c. Newton from above on a convex function: falls to the root.
double solve_convex_gap(double c) {
    double v = c + std::sqrt(2 * c);
    for (int step = 0; step < 60; ++step) {
        const double next = v - (convex_gap(v) - c) / -expm1(-v);
        if (!(next < v)) {
            break;
        }
        v = next;
    }
    return v;
}

}  // namespace

double gamma(double x) {
    if (std::isnan(x) || x < 0) {
        return kNan;
    }
    if (x == 0 || x > 172) {
        return kInfinity;
    }
    if (x < 0x1p-60) {
        return 1 / x;  // gamma(x) = 1/x - 0.577...
    }
    const Lifted lifted = lift(x);
    return exp_wide(stirling(lifted)) / lifted.product.high *
           (1 - lifted.product.low / lifted.product.high);
}

double normal_quantile(double p) {
    if (!(p >= 0 && p <= 1)) {
        return kNan;
    }
    if (p == 0 || p == 1) {
        return p == 0 ? -kInfinity : kInfinity;
    }
    const double q = p - 0.5;
    if (std::fabs(q) <= 0.425) {
        return q * ratio(kCentral, 0.180625 - q * q);
    }
    const double r = std::sqrt(-log(q < 0 ? p : 1 - p));
    const double size = r <= 5 ? ratio(kShoulder, r - 1.6) : ratio(kTail, r - 5);
    return q < 0 ? -size : size;
}

double one_plus_lambert_w0(double c) {
    if (std::isnan(c) || c < 0) {
        return kNan;
    }
    // W = -e^-v turns W e^W = -e^(-c-1) into v + e^-v = 1 + c.
    return c > 800 ? 1 : -expm1(-solve_convex_gap(c));
}

}  // namespace tidepool::portable
