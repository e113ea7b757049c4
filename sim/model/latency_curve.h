#pragma once
// A distribution of latencies as flow fidelity hands it from the closed forms to sketches.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace tidepool::model {

// Of a distribution that goes into a sketch: so many that the 50th, 95th and 99th percentile lie
// inside a piece, not where one ends. Single requests take them in turns, in an order that covers
// the distribution evenly: few requests in many bins give the same percentiles as many in few.
inline constexpr std::uint64_t kPoints = 51;
inline constexpr std::uint64_t kStride = 32;  // nearest to 51 / golden ratio; no common divisor

// Shares of the quantiles that a Curve is given by.
inline constexpr std::array kShares{0.0, 0.5, 0.95, 0.99, 1.0};

struct Place {  // between two of them
    std::size_t knot = 1;
    double part = 0;
};

// Where the middles of so many equal pieces of a distribution lie.
constexpr std::array<Place, kPoints> places() {
    std::array<Place, kPoints> places;
    for (std::size_t p = 0; p < kPoints; ++p) {
        const double share = (static_cast<double>(p) + 0.5) / kPoints;
        Place& place = places[p];
        while (place.knot + 1 < kShares.size() && kShares[place.knot] < share) {
            ++place.knot;
        }
        place.part =
            (share - kShares[place.knot - 1]) / (kShares[place.knot] - kShares[place.knot - 1]);
    }
    return places;
}
inline constexpr std::array<Place, kPoints> kPlaces = places();

// A distribution by its quantiles, linear in between, with the mean that it should have where the
// values below the median can make it so.
class Curve {
public:
    Curve(double mean, double p50, double p95, double p99) {
        const double last = p99 + (p99 - p95);
        const double above =
            0.45 * (p50 + p95) / 2 + 0.04 * (p95 + p99) / 2 + 0.01 * (p99 + last) / 2;
        const double first = std::clamp(4 * (mean - above) - p50, 0.0, p50);
        const std::array values{first, p50, p95, p99, last};
        for (std::size_t k = 0; k < values.size(); ++k) {
            knots_[k] = {kShares[k], values[k]};
        }
    }
    double at(const Place& place) const {
        const double v0 = knots_[place.knot - 1].second;
        return v0 + (knots_[place.knot].second - v0) * place.part;
    }
    // Share of the values that are at most this.
    double below(double value) const {
        if (value < knots_.front().second) {
            return 0;
        }
        for (std::size_t k = 1; k < knots_.size(); ++k) {
            const auto& [q0, v0] = knots_[k - 1];
            const auto& [q1, v1] = knots_[k];
            if (value < v1) {
                return q0 + (q1 - q0) * (value - v0) / (v1 - v0);
            }
        }
        return 1;
    }

private:
    std::array<std::pair<double, double>, kShares.size()> knots_;
};

}  // namespace tidepool::model
