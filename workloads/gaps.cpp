#include "workloads/gaps.h"

#include <cmath>

#include "sim/base/portable_math.h"
#include "sim/base/random.h"
#include "workloads/uniform.h"

namespace tidepool::workloads {
namespace {

Block next_block(GapStream& stream) {
    return draw_long(stream.seed, Purpose::kArrivals, stream.client, stream.part, stream.entity,
                     stream.used++);
}

}  // namespace

Gaps::Gaps(GapLaw law, double shape) : law_(law), shape_(shape), per_shape_(1 / shape) {
    double gamma_shape = 1, first_shape = 1;
    if (shape == 1) {
        return;
    }
    if (law == GapLaw::kWeibull) {
        kind_ = Kind::kWeibull;
        scale_ = 1 / portable::gamma(1 + per_shape_);
        first_shape = 1 + per_shape_;
    } else {
        kind_ = shape < 1 ? Kind::kGammaBelowOne : Kind::kGamma;
        gamma_shape = shape < 1 ? shape + 1 : shape;
        first_shape = shape + 1;
    }
    d_ = gamma_shape - 1.0 / 3;
    c_ = 1 / std::sqrt(9 * d_);
    first_d_ = first_shape - 1.0 / 3;
    first_c_ = 1 / std::sqrt(9 * first_d_);
}

// Marsaglia and Tsang 2000, A simple method for generating gamma variables, section 3.
Gaps::Variate Gaps::gamma(GapStream& stream, double d, double c) {
    for (;;) {
        const Block words = next_block(stream);
        const double z = portable::normal_quantile(uniform52(words[0], words[1]));
        const double root = 1 + c * z;
        if (root <= 0) {
            continue;
        }
        const double v = root * root * root;
        const double u = uniform32(words[2]);
        const double z2 = z * z;
        if (u < 1 - 0.0331 * z2 * z2 ||
            portable::log(u) < 0.5 * z2 + d * (1 - v + portable::log(v))) {
            return {d * v, uniform32(words[3])};
        }
    }
}

double Gaps::refill(GapStream& stream) {
    const Block words = next_block(stream);
    for (std::size_t i = 0; i < words.size(); ++i) {
        ready_[i] = -portable::log(uniform32(words[i]));
    }
    left_ = ready_.size() - 1;
    return ready_[left_];
}

double Gaps::draw_one(GapStream& stream) const {
    if (kind_ == Kind::kWeibull) {
        const Block words = next_block(stream);
        const double exponential = -portable::log(uniform52(words[0], words[1]));
        return scale_ * portable::exp(per_shape_ * portable::log(exponential));
    }
    const Variate variate = gamma(stream, d_, c_);
    if (kind_ == Kind::kGamma) {
        return variate.value * per_shape_;
    }
    // Shape k below 1: one of shape k + 1 times u^(1/k), as in section 6 there.
    return variate.value * per_shape_ * portable::exp(per_shape_ * portable::log(variate.uniform));
}

// A random instant lies in a gap chosen with a chance proportional to its length, anywhere in it.
// Gamma gaps so chosen have shape k + 1; Weibull ones are scale * g^(1/k), g of shape 1 + 1/k.
double Gaps::first(GapStream& stream) const {
    if (kind_ == Kind::kExponential) {
        return -portable::log(uniform32(next_block(stream)[0]));
    }
    const Variate variate = gamma(stream, first_d_, first_c_);
    const double chosen = kind_ == Kind::kWeibull
                              ? scale_ * portable::exp(per_shape_ * portable::log(variate.value))
                              : variate.value * per_shape_;
    return chosen * variate.uniform;
}

}  // namespace tidepool::workloads
