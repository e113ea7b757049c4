#pragma once
// How many of n nodes are down at once, and how many spares that takes. Nodes fail independently at
// constant rate and are repaired as fast as they fail however many are down; then in steady state
// each is down with the same probability whatever the law of repair times (M/G/infinity seen from
// one machine), and the number down is binomial. Correlated failures need more spares than this.
//
// Probabilities are sums of terms relative to the mode, by their recurrence, outwards until nothing
// more counts. All terms are positive, so the relative error is about 1e-16 times the number of
// terms passed (some thousand for n = 200,000), in both tails. Portable arithmetic: same bits
// everywhere.

#include <cstdint>

#include "sim/base/quantity.h"

namespace tidepool::model {

// Steady-state probability that a node is down: rate * mttr / (1 + rate * mttr), where rate counts
// failures per time up. mttr >= 0, rate >= 0; an infinite mttr gives 1 (0 if nothing fails).
double unavailability(EventsPerSecond rate, Seconds mttr);

// Number of successes among n, each with probability p.
class Binomial {
public:
    Binomial(std::uint64_t n, double p);  // n <= 1e9, 0 <= p <= 1

    double mean() const { return static_cast<double>(n_) * p_; }
    double at_most(std::uint64_t k) const;    // P(X <= k); 0 below 1e-300
    double more_than(std::uint64_t k) const;  // P(X > k); 0 below 1e-300

    // The least k with P(X <= k) >= confidence (up to rounding, 1e-12), 0 <= confidence <= 1: so
    // many spares are enough in that share of the time.
    std::uint64_t quantile(double confidence) const;

private:
    double sum_down(std::uint64_t from) const;  // weights from, from - 1, ..., 0; from <= mode
    double sum_up(std::uint64_t from) const;    // weights from, from + 1, ..., n; from >= mode

    std::uint64_t n_;
    double p_;
    std::uint64_t mode_;
    double total_ = 1;  // sum of all weights; the mode's is 1
};

}  // namespace tidepool::model
