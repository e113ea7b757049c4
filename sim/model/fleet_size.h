#pragma once
// How many GPUs a demand for tokens takes, as planners estimate it on one line: 2 FLOP per
// parameter and token, at a share of the peak.

#include "sim/base/quantity.h"

namespace tidepool::model {

// Mean rate of `visits` in `period`, each asking so many questions answered with so many tokens.
constexpr TokensPerSecond token_demand(double visits, double questions, double tokens,
                                       Seconds period) {
    return {visits * questions * tokens / period.value};
}

// Not rounded.
constexpr double gpus_for_tokens(TokensPerSecond demand, double parameters,
                                 double flop_per_parameter, FlopPerSecond peak,
                                 Fraction utilisation) {
    return demand.value * parameters * flop_per_parameter / (peak.value * utilisation.value);
}

}  // namespace tidepool::model
