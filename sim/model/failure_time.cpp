#include "sim/model/failure_time.h"

#include <cmath>
#include <limits>
#include <optional>

#include "sim/base/assert.h"
#include "sim/base/portable_math.h"

namespace tidepool::model {
namespace {

using topology::FailureLaw;
using topology::RepairLaw;

constexpr double kDefaultFactor = 4;            // new things without burn-in
constexpr double kDefaultDecay = 14 * 86'400;   // s
constexpr std::uint32_t kThinning = 1U << 31U;  // blocks that accept or refuse proposals
constexpr double kNowhere = std::numeric_limits<double>::infinity();

double to_double_ticks(Seconds time) {
    return time.value * kTicksPerSecond;
}

// Uniform in (0, 1): the middle of one of 2^52 (2^32) equal parts, so never 0 or 1.
double uniform52(const Block& block) {
    const std::uint64_t bits = (std::uint64_t{block[0]} << 20U) | (block[3] >> 12U);
    return (static_cast<double>(bits) + 0.5) * 0x1p-52;
}
double uniform32(std::uint32_t word) {
    return (word + 0.5) * 0x1p-32;
}

// A time in whole ticks, rounded up but for the rounding of a few operations, as to_ticks() does.
double whole_ticks(Seconds time) {
    const std::optional<Ticks> ticks = to_ticks(time);
    return ticks ? ticks->value : kNowhere;
}

}  // namespace

FailureTime::FailureTime(const topology::FailureLawSpec& law, double mean, Ticks end)
    : law_(law.law), mean_(mean), power_(1), end_(end.value) {
    if (law_ == FailureLaw::kWeibull) {
        power_ = 1 / *law.shape;
        mean_ = mean / portable::gamma(1 + power_);
    }
    factor_ = law.factor.value_or(kDefaultFactor);
    decay_ = to_double_ticks(law.decay.value_or(Seconds{kDefaultDecay}));
    for (const topology::RateStepSpec& step : law.steps) {
        steps_.emplace_back(to_double_ticks(step.from), step.factor);
    }
    never_below_ = portable::exp(-end_ / mean_) * (1 - 1e-12);
}

// Proposals at the rate that holds now; each is a failure with the rate's share that is left then.
double FailureTime::bathtub(const Luck& luck, FailureCursor& at, double time) const {
    const double born = at.born.value;
    double hazard = 1 + factor_ * portable::exp((born - time) / decay_);
    for (;;) {
        time += -portable::log(uniform52(at.block)) * mean_ / (at.rate * hazard);
        if (!(time < end_)) {
            return kNowhere;
        }
        const double later = 1 + factor_ * portable::exp((born - time) / decay_);
        const Block accept = luck.block((at.k - 1) | kThinning);
        if (uniform52(accept) * hazard <= later) {
            return time;
        }
        hazard = later;
        at.block = luck.block(at.k++);
    }
}

// The time at which `work`, in ticks at factor 1, has been consumed.
double FailureTime::piecewise(double time, double work) const {
    double factor = 1;
    for (const auto& [from, next] : steps_) {
        if (from > time) {
            const double here = (from - time) * factor;
            if (work < here) {
                break;
            }
            work -= here;
            time = from;
        }
        factor = next;
    }
    return factor > 0 ? time + work / factor : kNowhere;
}

bool FailureTime::next(const Luck& luck, FailureCursor& at) const {
    TP_ASSERT(at.k < kThinning, "generate_outages stops long before");
    at.block = luck.block(at.k++);
    const double from = at.time.value;
    const double u = uniform52(at.block);
    double time = kNowhere;
    switch (law_) {
        case FailureLaw::kExponential:
            if (u < never_below_ && at.rate <= 1) {
                return false;
            }
            time = from + -portable::log(u) * mean_ / at.rate;
            break;
        case FailureLaw::kWeibull:
            time =
                from + portable::exp(power_ * portable::log(-portable::log(u))) * mean_ / at.rate;
            break;
        case FailureLaw::kBathtub:
            time = bathtub(luck, at, from);
            break;
        case FailureLaw::kPiecewise:
            time = piecewise(from, -portable::log(u) * mean_ / at.rate);
            break;
    }
    if (!(time < end_)) {  // NaN, of an infinite mean, is beyond the end, too
        return false;
    }
    at.time = Ticks{static_cast<std::uint32_t>(time)};
    return true;
}

RepairTime::RepairTime(const topology::RepairSpec& repair) : law_(repair.law) {
    const Seconds mean = repair.mean.value_or(Seconds{});
    mean_ = law_ == RepairLaw::kFixed ? whole_ticks(mean) : to_double_ticks(mean);
    hard_mean_ = to_double_ticks(repair.hard_mean.value_or(Seconds{}));
    hard_below_ = static_cast<std::uint64_t>(
        std::round(repair.hard_share.value_or(Fraction{}).value * 0x1p32));
    if (law_ == RepairLaw::kLognormal) {
        sigma_ = *repair.sigma;
        mu_ = repair.median ? portable::log(to_double_ticks(*repair.median))
                            : portable::log(mean_) - sigma_ * sigma_ / 2;
    }
    for (const Seconds value : repair.values) {
        values_.push_back(whole_ticks(value));
    }
}

double RepairTime::ticks(const Block& block) const {
    const double exponential = (neg_ln_q26(block[1]) + 0.5) * 0x1p-26;  // mean 1, never 0
    switch (law_) {
        case RepairLaw::kFixed:
            return mean_;
        case RepairLaw::kExponential:
            return exponential * mean_;
        case RepairLaw::kLognormal:
            return portable::exp(mu_ + sigma_ * portable::normal_quantile(uniform32(block[1])));
        case RepairLaw::kEmpirical:
            return values_[bounded(block[1], static_cast<std::uint32_t>(values_.size()))];
        case RepairLaw::kMix:
            break;
    }
    return exponential * (block[2] < hard_below_ ? hard_mean_ : mean_);
}

Ticks RepairTime::end(Ticks begin, const Block& block) const {
    const double end = begin.value + std::ceil(ticks(block));
    return end < kNever.value ? Ticks{static_cast<std::uint32_t>(end)} : kNever;
}

}  // namespace tidepool::model
