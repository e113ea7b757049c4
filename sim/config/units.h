#pragma once
// Numbers with units, as in `900 GB/s` or `1 h 30 min`. A bare number is an error wherever a
// dimension is expected, fractions excepted. All values are SI: s, B, B/s, FLOP/s, W, 1, currency
// units, 1/s, tokens/s.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sim/base/quantity.h"
#include "sim/config/number.h"

namespace tidepool::config {

enum class Dimension {
    kTime,
    kBytes,
    kRate,
    kFlops,
    kPower,
    kFraction,
    kMoney,
    kEventRate,
    kTokenRate
};

struct DimensionInfo {
    std::string_view name;          // "time"
    std::string_view with_article;  // "a time"
    std::string_view canonical;     // SI unit, as to_yaml() writes it; empty for fractions
    std::string_view usual;         // the unit that hints propose
};
const DimensionInfo& dimension_info(Dimension dimension);

// One spelling of a unit: SI value = number * multiply / divide, so that every spelling is as exact
// as one rounding allows. Case matters: Gb/s is an eighth of GB/s.
struct UnitSpelling {
    Dimension dimension;
    std::string_view name;
    double multiply = 1;
    double divide = 1;
};
std::span<const UnitSpelling> unit_table();

// The dimension that a unit belongs to; empty when nobody knows the unit.
std::optional<Dimension> dimension_of_unit(std::string_view unit);

// One or more spaces, or none, may separate number and unit. Times may be sums of falling units
// (`1 d 12 h`); fractions are written `60 %` or `0.6`.
Parsed<double> parse_quantity(std::string_view text, Dimension dimension);

// SI, in the shortest form that reads back to the same double: `86400 s`. The value must be finite.
std::string print_exact(double value, Dimension dimension);

// In the unit that makes the text shortest: `1 d`. Reads back to the same double.
std::string print_human(double value, Dimension dimension);

// Regular expression (ECMA 262) of everything parse_quantity() may accept as text.
std::string quantity_pattern(Dimension dimension);

// Dimension of a Quantity type.
template <class T>
struct DimensionOf;
template <>
struct DimensionOf<Seconds> {
    static constexpr Dimension value = Dimension::kTime;
};
template <>
struct DimensionOf<Bytes> {
    static constexpr Dimension value = Dimension::kBytes;
};
template <>
struct DimensionOf<BytesPerSecond> {
    static constexpr Dimension value = Dimension::kRate;
};
template <>
struct DimensionOf<FlopPerSecond> {
    static constexpr Dimension value = Dimension::kFlops;
};
template <>
struct DimensionOf<Watts> {
    static constexpr Dimension value = Dimension::kPower;
};
template <>
struct DimensionOf<Fraction> {
    static constexpr Dimension value = Dimension::kFraction;
};
template <>
struct DimensionOf<Money> {
    static constexpr Dimension value = Dimension::kMoney;
};
template <>
struct DimensionOf<EventsPerSecond> {
    static constexpr Dimension value = Dimension::kEventRate;
};
template <>
struct DimensionOf<TokensPerSecond> {
    static constexpr Dimension value = Dimension::kTokenRate;
};

template <class T>
concept HasDimension = requires {
    DimensionOf<T>::value;
};

}  // namespace tidepool::config
