#include "sim/model/lattice_law.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "sim/base/assert.h"

namespace tidepool::model {
namespace {

constexpr double kRounding = 1e-15;  // masses up to this are rounding of the differences

// to[k] += sum of factors[i] * from[k - i], one after the other, k below `count`. `from` goes on
// for three places before its begin.
void add_scaled(double* __restrict__ to, const double* __restrict__ from,
                const std::array<double, 4>& factors, std::size_t count) {
    const double f0 = factors[0], f1 = factors[1], f2 = factors[2], f3 = factors[3];
    const double *from1 = from - 1, *from2 = from - 2, *from3 = from - 3;
    for (std::size_t k = 0; k < count; ++k) {
        to[k] = (((to[k] + f0 * from[k]) + f1 * from1[k]) + f2 * from2[k]) + f3 * from3[k];
    }
}

// What is before the begin of a law: nothing.
std::vector<double> padded(const LatticeLaw& law) {
    std::vector<double> padded(3);
    padded.insert(padded.end(), law.mass.begin(), law.mass.end());
    return padded;
}

}  // namespace

double LatticeLaw::covered() const {
    double sum = 0;
    for (const double each : mass) {
        sum += each;
    }
    return sum;
}

// Half of a point's mass lies before it and half behind, except at 0, whose mass is there.
double LatticeLaw::quantile(double q) const {
    double below = mass.empty() ? 0 : mass.front();
    if (q <= below) {
        return 0;
    }
    for (std::size_t i = 1; i < mass.size(); ++i) {
        if (below + mass[i] >= q) {
            const double inside = (q - below) / mass[i];
            return step * std::max(0.0, static_cast<double>(i) - 0.5 + inside);
        }
        below += mass[i];
    }
    return std::numeric_limits<double>::infinity();
}

double LatticeLaw::at_most(double t) const {
    return LatticeSums(*this).at_most(t);
}

LatticeSums::LatticeSums(const LatticeLaw& law) : law_(&law), below_{0} {
    for (const double each : law.mass) {
        below_.push_back(below_.back() + each);
    }
}

double LatticeSums::at_most(double t) const {
    const std::vector<double>& mass = law_->mass;
    if (t < 0 || mass.empty()) {
        return 0;
    }
    const double points = t / law_->step + 0.5;
    if (points < 1) {
        return mass.front();
    }
    if (points >= static_cast<double>(mass.size())) {
        return below_.back();
    }
    const auto i = static_cast<std::size_t>(points);
    return below_[i] + mass[i] * (points - static_cast<double>(i));
}

double LatticeLaw::mean_between(double q_low, double q_high) const {
    double below = 0;
    double sum = 0;
    double weight = 0;
    for (std::size_t i = 0; i < mass.size(); ++i) {
        const double taken =
            std::max(0.0, std::min(below + mass[i], q_high) - std::max(below, q_low));
        sum += taken * step * static_cast<double>(i);
        weight += taken;
        below += mass[i];
    }
    const double missing = std::max(0.0, q_high - q_low - weight);
    return (sum + missing * step * static_cast<double>(mass.size())) / (q_high - q_low);
}

LatticeLaw sum_of(const LatticeLaw& a, const LatticeLaw& b) {
    TP_ASSERT(a.step == b.step && a.mass.size() == b.mass.size(), "the same lattice");
    LatticeLaw sum{a.step, std::vector<double>(a.mass.size())};
    const std::vector<double> from = padded(b);
    const std::size_t count = a.mass.size();
    for (std::size_t i = 0; i < count; i += 4) {
        std::array<double, 4> masses{};
        for (std::size_t k = 0; k < 4 && i + k < count; ++k) {
            masses[k] = a.mass[i + k] > kRounding ? a.mass[i + k] : 0;
        }
        if (masses != std::array<double, 4>{}) {
            add_scaled(sum.mass.data() + i, from.data() + 3, masses, count - i);
        }
    }
    return sum;
}

LatticeLaw either(const LatticeLaw& a, const LatticeLaw& b, double part) {
    TP_ASSERT(a.step == b.step && a.mass.size() == b.mass.size(), "the same lattice");
    LatticeLaw law = a;
    for (std::size_t i = 0; i < law.mass.size(); ++i) {
        law.mass[i] += (b.mass[i] - a.mass[i]) * part;
    }
    return law;
}

LatticeLaw geometric_sum(const LatticeLaw& part, double share) {  // Panjer 1981
    TP_ASSERT(share >= 0 && share < 1, "a queue with a steady state");
    LatticeLaw sum{part.step, std::vector<double>(part.mass.size())};
    const double scale = 1 / (1 - share * part.mass.front());
    sum.mass.front() = (1 - share) * scale;
    // Four masses, once known, are handed on to all later ones: that runs along the arrays.
    const double factor = share * scale;
    const std::size_t count = sum.mass.size();
    for (std::size_t j = 0; j < count; j += 4) {
        std::array<double, 4> masses{};
        for (std::size_t k = 0; k < 4 && j + k < count; ++k) {
            double of = sum.mass[j + k];
            for (std::size_t i = 0; i < k; ++i) {
                of += masses[i] * part.mass[k - i];
            }
            masses[k] = sum.mass[j + k] = j + k == 0 ? of : factor * of;
        }
        if (j + 4 < count) {
            add_scaled(sum.mass.data() + j + 4, part.mass.data() + 4, masses, count - j - 4);
        }
    }
    return sum;
}

}  // namespace tidepool::model
