#pragma once
// Rates of requests over time, piecewise constant, for one client or many: read from a file, or
// made from a TideSpec. Requests are drawn from it by drawn_requests.h.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/quantity.h"

namespace tidepool::workloads {

// How the gaps between the requests of one client are distributed; their mean is 1 / rate.
enum class GapLaw : std::uint8_t { kGamma, kWeibull };

// From `begin` to the begin of the client's next step, or to RateTrace::end.
struct RateStep {
    Seconds begin;
    double rate = 0;  // requests/s expected, 0 .. kMostRate
    // Mean lengths of the requests of this step; 0: as the LengthsSpec has them. Otherwise lengths
    // drawn from it are multiplied by this over its own mean.
    double tokens_in = 0, tokens_out = 0;
    GapLaw law = GapLaw::kGamma;
    double shape = 1;  // of the law, kLeastShape .. kMostShape; 1: Poisson (both laws)
    friend bool operator==(const RateStep&, const RateStep&) = default;
};

struct RateClient {
    std::string name;  // "" where there is only one
    std::vector<RateStep>
        steps;  // by begin, strictly rising, 0 <= begin < end; none before: rate 0
    friend bool operator==(const RateClient&, const RateClient&) = default;
};

struct RateTrace {
    std::vector<RateClient> clients;  // in the order of the file; the number is the client's entity
    Seconds end;                      // nothing arrives from here on
    // The steps say how gaps are distributed (law, shape), so that ArrivalsSpec is not used.
    // Otherwise every step is Gamma of shape 1 and ArrivalsSpec says it: each client here stands
    // for ArrivalsSpec::clients of them.
    bool gaps_given = false;
    std::string origin;  // calendar time of second 0, ISO 8601; empty: not known
    friend bool operator==(const RateTrace&, const RateTrace&) = default;
};

inline constexpr double kMostRate = 1e9;  // requests/s of a client
inline constexpr double kLeastShape = 0.01, kMostShape = 1e6;
inline constexpr double kLeastWeibull = 0.02;  // below, the moments leave what a double holds
inline constexpr std::size_t kMostClients = 100'000;
inline constexpr std::size_t kMostRateSteps = std::size_t{1} << 23U;  // of all clients together

// Squared coefficient of variation of gaps: Gamma 1/k, Weibull G(1 + 2/k) / G(1 + 1/k)^2 - 1.
double gap_scv(GapLaw law, double shape);

// Requests expected in [from, to) of one client, of all.
double expected_requests(const RateTrace& trace, const RateClient& client, Seconds from,
                         Seconds to);
double expected_requests(const RateTrace& trace, Seconds from, Seconds to);

}  // namespace tidepool::workloads
