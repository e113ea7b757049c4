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

// The bits of a number below kLengthSample in reverse order (van der Corput 1935): with its
// argument as the other coordinate, points that fill the square evenly (Hammersley 1960).
std::size_t reversed(std::size_t i) {
    std::size_t result = 0;
    for (std::size_t bit = 1; bit < kLengthSample; bit *= 2) {
        result = 2 * result + (i & 1U);
        i /= 2;
    }
    return result;
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
        sample[i] = {of_in[i], of_out[reversed(i)]};
    }
    return sample;
}

}  // namespace tidepool::workloads
