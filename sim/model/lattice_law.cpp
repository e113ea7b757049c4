#include "sim/model/lattice_law.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/base/assert.h"

namespace tidepool::model {

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
    double below = 0;
    for (std::size_t i = 0; i < mass.size(); ++i) {
        const double begin = i == 0 ? 0 : (static_cast<double>(i) - 0.5) * step;
        if (t < begin) {
            return below;
        }
        if (i > 0 && t < begin + step) {
            return below + mass[i] * (t - begin) / step;
        }
        below += mass[i];
    }
    return below;
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

LatticeLaw on_lattice(double step, std::size_t points,
                      const std::function<double(double)>& shortfall) {
    LatticeLaw law{step, std::vector<double>(points)};
    double before = 0;  // of the point before, none before 0
    double here = 0;
    for (std::size_t i = 0; i < points; ++i) {
        const double next = shortfall(step * static_cast<double>(i + 1));
        law.mass[i] = std::max(0.0, (next - here - (here - before)) / step);
        before = here;
        here = next;
    }
    return law;
}

LatticeLaw sum_of(const LatticeLaw& a, const LatticeLaw& b) {
    TP_ASSERT(a.step == b.step && a.mass.size() == b.mass.size(), "the same lattice");
    LatticeLaw sum{a.step, std::vector<double>(a.mass.size())};
    for (std::size_t i = 0; i < a.mass.size(); ++i) {
        if (a.mass[i] > 0) {
            for (std::size_t j = 0; i + j < sum.mass.size(); ++j) {
                sum.mass[i + j] += a.mass[i] * b.mass[j];
            }
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
    for (std::size_t j = 1; j < sum.mass.size(); ++j) {
        double of = 0;
        for (std::size_t i = 1; i <= j; ++i) {
            of += part.mass[i] * sum.mass[j - i];
        }
        sum.mass[j] = share * scale * of;
    }
    return sum;
}

}  // namespace tidepool::model
