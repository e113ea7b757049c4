#pragma once
// Sums of two doubles, about 106 bits, where a result of 53 bits needs more on the way (powers, the
// gamma function). Error-free transformations: Knuth's two-sum, Dekker's product (1971). Exact for
// values below 2^996 that do not underflow; callers stay far inside.

namespace tidepool::portable {

struct DoubleDouble {
    double high = 0;
    double low = 0;  // at most half an ulp of high
};

constexpr DoubleDouble two_sum(double a, double b) {
    const double sum = a + b;
    const double b_part = sum - a;
    return {sum, (a - (sum - b_part)) + (b - b_part)};
}

constexpr DoubleDouble two_product(double a, double b) {
    constexpr double kSplit = 134217729;  // 2^27 + 1
    const double ca = kSplit * a;
    const double cb = kSplit * b;
    const double a1 = ca - (ca - a);
    const double b1 = cb - (cb - b);
    const double a2 = a - a1;
    const double b2 = b - b1;
    const double product = a * b;
    return {product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2};
}

constexpr DoubleDouble operator+(DoubleDouble a, DoubleDouble b) {
    const DoubleDouble s = two_sum(a.high, b.high);
    const DoubleDouble t = two_sum(a.low, b.low);
    const DoubleDouble u = two_sum(s.high, s.low + t.high);
    return two_sum(u.high, u.low + t.low);
}

constexpr DoubleDouble operator-(DoubleDouble a) {
    return {-a.high, -a.low};
}

constexpr DoubleDouble operator*(DoubleDouble a, DoubleDouble b) {
    const DoubleDouble p = two_product(a.high, b.high);
    return two_sum(p.high, p.low + (a.high * b.low + a.low * b.high));
}

constexpr DoubleDouble operator/(DoubleDouble a, DoubleDouble b) {
    const double first = a.high / b.high;
    const DoubleDouble rest = a + -(b * DoubleDouble{first, 0});
    const double second = rest.high / b.high;
    const DoubleDouble rest2 = rest + -(b * DoubleDouble{second, 0});
    return two_sum(first, second) + DoubleDouble{rest2.high / b.high, 0};
}

// Natural logarithm of a finite normal x > 0, to about 1e-22 relative away from 1.
DoubleDouble log_wide(double x);

// e^(x.high + x.low), rounded to a double. Over- and underflows as exp().
double exp_wide(DoubleDouble x);

}  // namespace tidepool::portable
