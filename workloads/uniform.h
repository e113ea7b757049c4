#pragma once
// Words of a random stream as numbers strictly between 0 and 1.

#include <cstdint>

namespace tidepool::workloads {

constexpr double uniform32(std::uint32_t word) {
    return (word + 0.5) * 0x1p-32;
}

// 52 bits, so that adding a half is exact.
constexpr double uniform52(std::uint32_t high, std::uint32_t low) {
    const std::uint64_t bits = std::uint64_t{high} << 20U | low >> 12U;
    return (static_cast<double>(bits) + 0.5) * 0x1p-52;
}

}  // namespace tidepool::workloads
