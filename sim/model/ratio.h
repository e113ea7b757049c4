#pragma once
// Quotients of integers, for KPIs.

#include <cstdint>
#include <limits>

namespace tidepool::model {

// Of a ratio whose denominator is zero, or a statistic over nothing. Printed as `-`, null in JSON.
inline constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// Quotient of two integers, undefined over zero.
constexpr double ratio(std::uint64_t numerator, std::uint64_t denominator) {
    return denominator == 0 ? kUndefined
                            : static_cast<double>(numerator) / static_cast<double>(denominator);
}

// A mean that has not been divided yet: sum / count.
struct Sum {
    std::uint64_t count = 0;
    std::uint64_t sum = 0;
    void add(std::uint64_t value) {
        ++count;
        sum += value;
    }
    constexpr double mean() const { return ratio(sum, count); }
};

}  // namespace tidepool::model
