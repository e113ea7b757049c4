#include "sim/model/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "sim/base/assert.h"

namespace tidepool::model {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kNormal975 = 1.95996398454005423552;

// Of 0 <= x < inf. atan(x) = 2 atan(x / (1 + sqrt(1 + x^2))) three times brings x below 0.2, where
// twelve terms of the series are enough.
double arc_tangent(double x) {
    constexpr int kHalvings = 3, kTerms = 12;
    for (int i = 0; i < kHalvings; ++i) {
        x /= 1 + std::sqrt(1 + x * x);
    }
    double sum = 0;
    for (int k = kTerms; k-- > 0;) {
        sum = 1.0 / (2 * k + 1) - x * x * sum;
    }
    return 8 * x * sum;
}

struct Central {
    double probability;  // P(|T| <= t)
    double density;      // its derivative by arctan(t / sqrt(degrees))
};

// Abramowitz & Stegun 26.7.3 (odd degrees) and 26.7.4 (even), which are exact.
Central central(double t, std::uint64_t degrees) {
    const auto nu = static_cast<double>(degrees);
    const double cosine = std::sqrt(nu / (nu + t * t));
    const double sine = t / std::sqrt(nu + t * t);
    const bool odd = degrees % 2 != 0;
    double term = odd ? cosine : 1;  // c_k cosine^k for k = 1, 3, ... or 0, 2, ... to degrees - 2
    double last = 0, sum = 0;
    for (std::uint64_t k = odd ? 1 : 0; k + 2 <= degrees; k += 2) {
        last = term;
        sum += term;
        term *= cosine * cosine * (static_cast<double>(k + 1) / static_cast<double>(k + 2));
    }
    const double density = degrees == 1 ? 1 : (nu - 1) * last * cosine;
    if (odd) {
        return {2 / kPi * (arc_tangent(t / std::sqrt(nu)) + sine * sum), 2 / kPi * density};
    }
    return {sine * sum, density};
}

// Newton's method from below: the probability is concave in t, so every step falls short of the
// root or, at the end, no longer leads upwards.
double exact(std::uint64_t degrees) {
    const auto nu = static_cast<double>(degrees);
    double t = kNormal975;
    while (true) {
        const Central at = central(t, degrees);
        const double by_t = at.density * std::sqrt(nu) / (nu + t * t);
        const double next = t + (0.95 - at.probability) / by_t;
        if (next <= t + 1e-14 * t) {
            return std::max(next, t);
        }
        t = next;
    }
}

// Abramowitz & Stegun 26.7.5: the first terms of an expansion in 1 / degrees.
double expanded(std::uint64_t degrees) {
    constexpr double x = kNormal975, x2 = x * x;
    constexpr double g1 = x * (x2 + 1) / 4;
    constexpr double g2 = x * ((5 * x2 + 16) * x2 + 3) / 96;
    constexpr double g3 = x * (((3 * x2 + 19) * x2 + 17) * x2 - 15) / 384;
    constexpr double g4 = x * ((((79 * x2 + 776) * x2 + 1482) * x2 - 1920) * x2 - 945) / 92160;
    const auto nu = static_cast<double>(degrees);
    return x + (g1 + (g2 + (g3 + g4 / nu) / nu) / nu) / nu;
}

// The ceil(percent n / 100)-th smallest.
double quantile(std::span<const double> sorted, std::size_t percent) {
    return sorted[(percent * sorted.size() + 99) / 100 - 1];
}

}  // namespace

double student_t975(std::uint64_t degrees) {
    TP_ASSERT(degrees > 0, "an interval needs at least two values");
    constexpr std::uint64_t kFew = 200;  // there the two ways differ by less than 1e-11
    return degrees < kFew ? exact(degrees) : expanded(degrees);
}

Spread spread(std::span<const double> values) {
    std::vector<double> known;
    known.reserve(values.size());
    double sum = 0;
    for (const double value : values) {
        if (!std::isnan(value)) {
            known.push_back(value);
            sum += value;
        }
    }
    Spread result;
    result.n = known.size();
    if (known.empty()) {
        return result;
    }
    const auto n = static_cast<double>(known.size());
    result.mean = sum / n;
    if (known.size() >= 2) {
        double squares = 0;
        for (const double value : known) {
            squares += (value - result.mean) * (value - result.mean);
        }
        result.se = std::sqrt(squares / (n - 1) / n);
        const double half = student_t975(known.size() - 1) * result.se;
        result.low = result.mean - half;
        result.high = result.mean + half;
    }
    std::ranges::sort(known);
    result.p05 = quantile(known, 5);
    result.p50 = quantile(known, 50);
    result.p95 = quantile(known, 95);
    return result;
}

}  // namespace tidepool::model
