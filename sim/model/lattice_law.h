#pragma once
// Laws of times on a lattice 0, h, 2h, ...: what is left over by numeric convolution. Every law is
// laid on the lattice so that its mean stays exact (each value is split between its two
// neighbours); what lies beyond the last point is left out, so a law may sum to less than 1.

#include <cstddef>
#include <functional>
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

// `shortfall(t)` is E[(t - X)+], the integral of P(X <= s) from 0 to t, of a time X >= 0.
LatticeLaw on_lattice(double step, std::size_t points,
                      const std::function<double(double)>& shortfall);
// Of a sum of independent times on the same lattice.
LatticeLaw sum_of(const LatticeLaw& a, const LatticeLaw& b);
// Of `b` with probability `part`, else of `a`, on the same lattice.
LatticeLaw either(const LatticeLaw& a, const LatticeLaw& b, double part);
// Of a sum of K independent times like `part`, P(K = k) = (1 - share) * share^k: the wait of M/G/1
// if `part` is the residual service and `share` the load (Pollaczek-Khinchine), 0 <= share < 1.
LatticeLaw geometric_sum(const LatticeLaw& part, double share);

}  // namespace tidepool::model
