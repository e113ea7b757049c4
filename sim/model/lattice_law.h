#pragma once
// Laws of times on a lattice 0, h, 2h, ...: what is left over by numeric convolution. Every law is
// laid on the lattice so that its mean stays exact (each value is split between its two
// neighbours); what lies beyond the last point is left out, so a law may sum to less than 1.

#include <algorithm>
#include <cstddef>
#include <vector>

namespace tidepool::model {

struct LatticeLaw {
    double step = 1;           // h, > 0
    std::vector<double> mass;  // of 0, h, 2h, ...

    double covered() const;  // sum of all masses
    // Least t with P(X <= t) >= q, linear between the points; infinity if not covered.
    double quantile(double q) const;
    double at_most(double t) const;  // P(X <= t), linear likewise
    // Mean of the values between two quantiles; what is not covered counts as the last point.
    double mean_between(double q_low, double q_high) const;
};

// Sums of its masses, to ask at_most() often.
class LatticeSums {
public:
    explicit LatticeSums(const LatticeLaw& law);
    double at_most(double t) const;

private:
    const LatticeLaw* law_;      // must outlive this
    std::vector<double> below_;  // mass of the points before each one
};

// `shortfall(t)` is E[(t - X)+], the integral of P(X <= s) from 0 to t, of a time X >= 0.
// It is asked in ascending order.
template <class Shortfall>
LatticeLaw on_lattice(double step, std::size_t points, Shortfall&& shortfall) {
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
// Of a sum of independent times on the same lattice.
LatticeLaw sum_of(const LatticeLaw& a, const LatticeLaw& b);
// Of `b` with probability `part`, else of `a`, on the same lattice.
LatticeLaw either(const LatticeLaw& a, const LatticeLaw& b, double part);
// Of a sum of K independent times like `part`, P(K = k) = (1 - share) * share^k: the wait of M/G/1
// if `part` is the residual service and `share` the load (Pollaczek-Khinchine), 0 <= share < 1.
LatticeLaw geometric_sum(const LatticeLaw& part, double share);

}  // namespace tidepool::model
