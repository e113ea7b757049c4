#include <algorithm>
#include <cmath>

#include "workloads/drawn_requests.h"
#include "workloads/length_law.h"

namespace tidepool::workloads {
namespace {

// The mean of each of `kLengthSample` equally likely pieces, in whole tokens; what rounding takes
// away is given to the next piece, so that the mean of all stays.
std::vector<std::uint32_t> pieces(const LengthLaw& law, std::int64_t most) {
    std::vector<std::uint32_t> tokens(kLengthSample);
    constexpr auto kCount = static_cast<double>(kLengthSample);
    double carry = 0;
    for (std::size_t i = 0; i < kLengthSample; ++i) {
        const double exact =
            law.mean_between(static_cast<double>(i) / kCount, static_cast<double>(i + 1) / kCount) +
            carry;
        const double whole =
            std::min(std::max(std::floor(exact + 0.5), 1.0), static_cast<double>(most));
        carry = exact - whole;
        tokens[i] = static_cast<std::uint32_t>(whole);
    }
    return tokens;
}

// Which piece of the answers goes with piece i of the prompts: a rank-1 lattice (Korobov 1959), so
// that pairs fill the square evenly. Multiplier and shift were searched for: no two of uniform,
// exponential and lognormal lengths of sigma 0.3 .. 2.5 are correlated by more than 0.4 %.
std::size_t partner(std::size_t i) {
    static_assert(kLengthSample == 4096, "the multiplier is good for this number");
    return (2547 * i + 1295) % kLengthSample;
}

}  // namespace

std::vector<Lengths> sample_lengths(const LengthsSpec& lengths) {
    const LengthLaw in = LengthLaw::in(lengths), out = LengthLaw::out(lengths);
    if (in.is_fixed() && out.is_fixed()) {
        return {{in.tokens(0.5), out.tokens(0.5)}};
    }
    const std::vector<std::uint32_t> of_in = pieces(in, lengths.most);
    const std::vector<std::uint32_t> of_out = pieces(out, lengths.most);
    std::vector<Lengths> sample(kLengthSample);
    for (std::size_t i = 0; i < kLengthSample; ++i) {
        sample[i] = {of_in[i], of_out[partner(i)]};
    }
    return sample;
}

}  // namespace tidepool::workloads
