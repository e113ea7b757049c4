#pragma once
// Money in whole micro-units of a currency, and prices as exact fractions. A price is multiplied
// with an integer quantity and rounded once, half to even; nothing else rounds. Sums are integers,
// so they are equal whichever way they are added up.

#include <compare>
#include <cstdint>

#include "sim/base/assert.h"
#include "sim/base/ticks.h"

namespace tidepool::money {

struct Amount {  // of the currency of the statement it stands in
    std::int64_t micro = 0;
    friend constexpr auto operator<=>(const Amount&, const Amount&) = default;
    Amount& operator+=(Amount more) {
        TP_ASSERT(!__builtin_add_overflow(micro, more.micro, &micro),
                  "9.2e12 currency units are enough for a datacenter");
        return *this;
    }
    Amount& operator-=(Amount less) {
        TP_ASSERT(!__builtin_sub_overflow(micro, less.micro, &micro),
                  "9.2e12 currency units are enough for a datacenter");
        return *this;
    }
    friend Amount operator+(Amount a, Amount b) { return a += b; }
    friend Amount operator-(Amount a, Amount b) { return a -= b; }
    Amount operator-() const { return Amount{} - *this; }
};

inline constexpr std::int64_t kMicro = 1'000'000;  // micro-units in a unit of currency
constexpr double in_units(Amount amount) {
    return static_cast<double>(amount.micro) / 1e6;
}

__extension__ using Wide = __int128;  // of intermediate products

// numerator / denominator, rounded to the nearest integer, half to even; denominator > 0.
constexpr Wide rounded(Wide numerator, Wide denominator) {
    const Wide floor = numerator / denominator - (numerator % denominator < 0 ? 1 : 0);
    const Wide twice = 2 * (numerator - floor * denominator);
    return floor + (twice > denominator || (twice == denominator && floor % 2 != 0) ? 1 : 0);
}

// As rounded(), of what has to fit into an amount.
inline Amount amount(Wide numerator, Wide denominator) {
    const Wide micro = rounded(numerator, denominator);
    TP_ASSERT(micro >= INT64_MIN && micro <= INT64_MAX, "9.2e12 currency units are enough");
    return {static_cast<std::int64_t>(micro)};
}

// Micro-units per piece (GPU-tick, token, kWh, ...), exactly; denominator > 0.
struct Rate {
    std::int64_t numerator = 0;
    std::int64_t denominator = 1;
    friend constexpr bool operator==(const Rate&, const Rate&) = default;
};

inline Amount charge(Wide pieces, Rate rate) {
    return amount(pieces * rate.numerator, rate.denominator);
}

// Periods of bills, in ticks since the start of the run. A month is a twelfth of 365 days.
inline constexpr std::uint64_t kTicksPerHour = 3600ULL * kTicksPerSecond;
inline constexpr std::uint64_t kTicksPerDay = 24 * kTicksPerHour;
inline constexpr std::uint64_t kTicksPerMonth = 730 * kTicksPerHour;
inline constexpr std::uint64_t kTicksPerYear = 365 * kTicksPerDay;

}  // namespace tidepool::money
