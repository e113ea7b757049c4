#include "sim/model/spares.h"

#include <algorithm>
#include <cmath>

#include "sim/base/assert.h"

namespace tidepool::model {
namespace {

// A term this small beside the sum so far is many standard deviations out, where terms fall faster
// than a geometric series: the rest adds nothing to a double.
constexpr double kNegligible = 1e-25;

// Beside the mode's 1, when the sum has not begun. Not 0: a subnormal times 0.9 stays what it is.
constexpr double kVanishing = 1e-300;

// Where a probability equals the confidence, rounding must not ask for one more.
constexpr double kRounding = 1e-12;

}  // namespace

double unavailability(EventsPerSecond rate, Seconds mttr) {
    TP_ASSERT(rate.value >= 0 && mttr.value >= 0, "rates and repair times are not negative");
    if (rate.value == 0 || mttr.value == 0) {
        return 0;
    }
    const double load = rate.value * mttr.value;
    return std::isinf(load) ? 1 : load / (1 + load);
}

Binomial::Binomial(std::uint64_t n, double p)
    : n_(n),
      p_(p),
      mode_(std::min(n, static_cast<std::uint64_t>((static_cast<double>(n) + 1) * p))) {
    TP_ASSERT(n <= 1'000'000'000 && p >= 0 && p <= 1, "a number of nodes and a probability");
    total_ = sum_down(mode_) + sum_up(mode_) - 1;
}

double Binomial::sum_down(std::uint64_t from) const {
    const double odds = (1 - p_) / p_;
    double weight = 1;
    double sum = mode_ == from ? 1 : 0;
    for (std::uint64_t k = mode_; k > 0 && p_ > 0; --k) {  // from weight k to weight k - 1
        weight *= static_cast<double>(k) / static_cast<double>(n_ - k + 1) * odds;
        if (weight < kNegligible * sum || weight < kVanishing) {
            break;
        }
        sum += k - 1 <= from ? weight : 0;
    }
    return sum;
}

double Binomial::sum_up(std::uint64_t from) const {
    const double odds = p_ / (1 - p_);
    double weight = 1;
    double sum = mode_ == from ? 1 : 0;
    for (std::uint64_t k = mode_; k < n_ && p_ < 1; ++k) {  // from weight k to weight k + 1
        weight *= static_cast<double>(n_ - k) / static_cast<double>(k + 1) * odds;
        if (weight < kNegligible * sum || weight < kVanishing) {
            break;
        }
        sum += k + 1 >= from ? weight : 0;
    }
    return sum;
}

double Binomial::at_most(std::uint64_t k) const {
    if (k >= n_) {
        return 1;
    }
    return k >= mode_ ? 1 - sum_up(k + 1) / total_ : sum_down(k) / total_;
}

double Binomial::more_than(std::uint64_t k) const {
    if (k >= n_) {
        return 0;
    }
    return k >= mode_ ? sum_up(k + 1) / total_ : 1 - sum_down(k) / total_;
}

std::uint64_t Binomial::quantile(double confidence) const {
    TP_ASSERT(confidence >= 0 && confidence <= 1, "a confidence is a probability");
    if (confidence == 1) {
        return p_ > 0 ? n_ : 0;
    }
    std::uint64_t low = 0;
    std::uint64_t high = n_;  // enough
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        const bool enough = middle < mode_
                                ? at_most(middle) >= confidence * (1 - kRounding)
                                : more_than(middle) <= (1 - confidence) * (1 + kRounding);
        (enough ? high : low) = enough ? middle : middle + 1;
    }
    return low;
}

}  // namespace tidepool::model
