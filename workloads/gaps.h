#pragma once
// Gaps between the requests of a client, in units of their mean, from a stream of random blocks.
// A process in equilibrium at its start has on average exactly as many requests in any span as its
// rate says; one that starts with an ordinary gap has (scv - 1) / 2 too many in the long run (Cox
// 1962, Renewal Theory, section 4.2).

#include <array>
#include <cstddef>
#include <cstdint>

#include "workloads/rate_trace.h"

namespace tidepool::workloads {

// The random stream of a client.
struct GapStream {
    std::uint64_t seed = 0;
    std::uint32_t entity = 0;  // the service
    std::uint32_t client = 0, part = 0;
    std::uint64_t used = 0;  // blocks
};

class Gaps {
public:
    Gaps() = default;
    Gaps(GapLaw law, double shape);  // a shape within rate_trace.h's limits

    bool is(GapLaw law, double shape) const { return law == law_ && shape == shape_; }
    double next(GapStream& stream) {  // between two requests
        if (kind_ == Kind::kExponential) {
            return left_ > 0 ? ready_[--left_] : refill(stream);
        }
        return draw_one(stream);
    }
    double first(GapStream& stream) const;  // from a random instant to the next request

private:
    enum class Kind : std::uint8_t { kExponential, kGammaBelowOne, kGamma, kWeibull };

    // A Gamma variate of shape (1 or more), mean = shape, and a number in (0, 1) independent of it.
    struct Variate {
        double value = 1, uniform = 0.5;
    };
    static Variate gamma(GapStream& stream, double d, double c);
    double draw_one(GapStream& stream) const;
    double refill(GapStream& stream);

    GapLaw law_ = GapLaw::kGamma;
    Kind kind_ = Kind::kExponential;
    double shape_ = 1, per_shape_ = 1;
    double scale_ = 1;                  // of Weibull
    double d_ = 0, c_ = 0;              // Marsaglia and Tsang's, for next()
    double first_d_ = 0, first_c_ = 0;  // and for first()
    std::array<double, 4> ready_{};
    std::size_t left_ = 0;
};

}  // namespace tidepool::workloads
