#pragma once
// Numbers that know what they measure. A Quantity holds the SI value; its type is the dimension, so
// a bandwidth cannot be passed where a time is meant. Used in specs and closed forms, never in the
// core.

#include <compare>

namespace tidepool {

template <class Unit>
struct Quantity {
    double value = 0;
    friend constexpr auto operator<=>(const Quantity&, const Quantity&) = default;
};

using Seconds = Quantity<struct SecondsUnit>;                  // s
using Bytes = Quantity<struct BytesUnit>;                      // B
using BytesPerSecond = Quantity<struct BytesPerSecondUnit>;    // B/s
using FlopPerSecond = Quantity<struct FlopPerSecondUnit>;      // FLOP/s
using Watts = Quantity<struct WattsUnit>;                      // W
using Fraction = Quantity<struct FractionUnit>;                // 1; written `60 %` or `0.6`
using Money = Quantity<struct MoneyUnit>;                      // currency units; specs only
using EventsPerSecond = Quantity<struct EventsPerSecondUnit>;  // 1/s; failure and arrival rates
using TokensPerSecond = Quantity<struct TokensPerSecondUnit>;  // tokens/s; speeds of inference

}  // namespace tidepool
