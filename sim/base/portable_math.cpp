#include "sim/base/portable_math.h"

#include <array>
#include <bit>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <limits>

#include "sim/base/double_double.h"

// From <cmath> only what IEEE 754 defines to the bit: sqrt, floor, fabs, frexp, ldexp, tests.
static_assert(FLT_EVAL_METHOD == 0 && std::numeric_limits<double>::is_iec559,
              "portable functions need plain double arithmetic");

namespace tidepool::portable {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// ln 2 in two parts; the first has 32 bits, so that its product with an exponent is exact.
constexpr double kLn2High = 0x1.62e42fee00000p-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kPerLn2 = 0x1.71547652b82fep+0;

// x = power * ln 2 + high + low, |high| <= ln 2 / 2 (and a bit).
struct Reduced {
    int power = 0;
    double high = 0;
    double low = 0;
};

// |x.high| < 1000.
Reduced reduce(DoubleDouble x) {
    const double k = std::floor(x.high * kPerLn2 + 0.5);
    const DoubleDouble r = two_sum(x.high - k * kLn2High, x.low - k * kLn2Low);
    return {static_cast<int>(k), r.high, r.low};
}

// (e^r - 1 - r) for |r| < 0.4: Taylor's series, rest below 2^-57 of the first term.
double exp_rest(double r) {
    constexpr int kLast = 14;
    double factorial = 1;
    std::array<double, kLast + 1> one_per{};
    for (int n = 1; n <= kLast; ++n) {
        factorial *= n;  // exact: 14! < 2^53
        one_per[static_cast<std::size_t>(n)] = 1 / factorial;
    }
    double sum = one_per[kLast];
    for (std::size_t n = kLast - 1; n >= 2; --n) {
        sum = sum * r + one_per[n];
    }
    return r * r * sum;
}

// e^(high + low) - 1 - high; low is tiny.
double exp_tail(const Reduced& r) {
    return exp_rest(r.high) + (r.low + r.high * r.low);
}

// x = fraction * 2^power with fraction in [sqrt(1/2), sqrt(2)]. x > 0, finite.
double split(double x, int& power) {
    double fraction = x;
    if (x >= DBL_MIN) {
        const auto bits = std::bit_cast<std::uint64_t>(x);
        power = static_cast<int>(bits >> 52U) - 1022;
        fraction = std::bit_cast<double>((bits & 0x000F'FFFF'FFFF'FFFFu) | 0x3FE0'0000'0000'0000u);
    } else {
        fraction = std::frexp(x, &power);
    }
    if (fraction < 0.70710678118654752) {
        fraction *= 2;
        --power;
    }
    return fraction;
}

// 2 (s^2/3 + s^4/5 + ...) with s2 = s^2 <= 0.0295: what atanh adds to its first term.
// Odd and even powers of s^2 apart: two short chains of operations instead of a long one.
double atanh_rest(double s2) {
    const double s4 = s2 * s2;
    double odd = 0, even = 0;
    for (int n = 11; n >= 1; n -= 2) {
        odd = odd * s4 + 2.0 / (2 * n + 1);
        even = even * s4 + 2.0 / (2 * n + 3);
    }
    return s2 * odd + s4 * even;
}

// log(1 + f) + carry for 1 + f in [sqrt(1/2), sqrt(2)]. With s = f/(2 + f), the logarithm is
// 2 atanh(s) = f - s f + s rest, and f is exact.
double log_near_one(double f, double carry) {
    const double s = f / (2 + f);
    return f - (s * (f - atanh_rest(s * s)) - carry);
}

bool is_integer(double y) {
    return std::floor(y) == y;
}

// pow() where x or y is 0, infinite, or x negative; both are numbers, x != 1, y != 0.
double power_of_special(double x, double y) {
    if (std::isinf(y)) {
        const double size = std::fabs(x);
        if (size == 1) {
            return 1;
        }
        return (size > 1) == (y > 0) ? kInfinity : 0;
    }
    const bool odd = is_integer(y) && !is_integer(y / 2);
    if (x == 0 || std::isinf(x)) {
        const double size = (x == 0) == (y > 0) ? 0 : kInfinity;
        return odd ? std::copysign(size, x) : size;
    }
    if (!is_integer(y)) {
        return kNan;
    }
    const double size = pow(-x, y);
    return odd ? -size : size;
}

}  // namespace

double exp_wide(DoubleDouble x) {
    if (x.high > 710 || x.high < -746) {
        return x.high > 0 ? kInfinity : 0;
    }
    const Reduced r = reduce(x);
    return std::ldexp(1 + (r.high + exp_tail(r)), r.power);
}

DoubleDouble log_wide(double x) {
    int power = 0;
    const double m = split(x, power);
    const DoubleDouble s = DoubleDouble{m - 1, 0} / two_sum(m, 1);
    const DoubleDouble s2 = s * s;
    constexpr int kWide = 5;  // beyond, a term's own error is below 1e-16 * s^10
    double tail = 0;
    for (int n = 18; n > kWide; --n) {
        tail = (tail + 1.0 / (2 * n + 1)) * s2.high;
    }
    DoubleDouble sum{tail, 0};
    for (int n = kWide; n >= 1; --n) {
        sum = (sum + DoubleDouble{1, 0} / DoubleDouble{2.0 * n + 1, 0}) * s2;
    }
    sum = (sum + DoubleDouble{1, 0}) * s;
    const DoubleDouble twos =
        two_sum(power * kLn2High, 0) + two_product(static_cast<double>(power), kLn2Low);
    return twos + DoubleDouble{2 * sum.high, 2 * sum.low};
}

double exp(double x) {
    return std::isnan(x) ? x : exp_wide({x, 0});
}

double expm1(double x) {
    if (std::isnan(x) || x == 0) {
        return x;  // keeps the sign of zero
    }
    if (x > 40 || x < -40) {
        return exp(x) - 1;
    }
    const Reduced r = reduce({x, 0});
    const double tail = exp_tail(r);
    if (r.power == 0) {
        return r.high + tail;
    }
    // 2^k e^r - 1 = 2^k (e^r - 1) + (2^k - 1)
    const double scale = std::ldexp(1.0, r.power);
    const DoubleDouble whole = two_sum(scale - 1, scale * r.high);
    return whole.high + (whole.low + scale * tail);
}

double log(double x) {
    if (!(x > 0) || std::isinf(x)) {
        return x == 0 ? -kInfinity : (x < 0 ? kNan : x);
    }
    int power = 0;
    const double fraction = split(x, power);
    return power * kLn2High + log_near_one(fraction - 1, power * kLn2Low);
}

double log1p(double x) {
    if (!(x > -1) || std::isinf(x)) {
        return x == -1 ? -kInfinity : (x < -1 ? kNan : x);
    }
    if (x == 0) {
        return x;
    }
    if (x > -0.29 && x < 0.41) {
        return log_near_one(x, 0);
    }
    const DoubleDouble sum = x < 1 ? two_sum(1, x) : two_sum(x, 1);
    return log(sum.high) + sum.low / sum.high;
}

double pow(double x, double y) {
    if (x == 1 || y == 0) {
        return 1;
    }
    if (std::isnan(x) || std::isnan(y)) {
        return kNan;
    }
    if (!(x > 0) || std::isinf(x) || std::isinf(y)) {
        return power_of_special(x, y);
    }
    int scale = 0;
    if (x < std::numeric_limits<double>::min()) {  // subnormal
        x *= 0x1p60;
        scale = -60;
    }
    DoubleDouble exponent = log_wide(x);
    exponent = exponent + two_product(static_cast<double>(scale), kLn2High) +
               two_product(static_cast<double>(scale), kLn2Low);
    const double rough = exponent.high * y;
    if (std::fabs(rough) > 800) {
        return rough > 0 ? kInfinity : 0;
    }
    if (std::fabs(y) < 0x1p-900) {
        return 1;  // to the last bit; the exact product would underflow
    }
    return exp_wide(exponent * DoubleDouble{y, 0});
}

}  // namespace tidepool::portable
