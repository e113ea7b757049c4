#pragma once
// Order statistics without moving a value: bisection over the range of values, by all lanes of a
// group together.

#include <cstdint>

#include "sim/base/assert.h"
#include "sim/core/exec.h"

namespace tidepool::core {

namespace detail {

template <class Exec>
TP_HD inline std::uint32_t count_up_to(Exec exec, const std::uint32_t* values, std::uint32_t size,
                                       std::uint32_t limit) {
    std::uint32_t mine = 0;
    for (std::uint32_t i = exec.lane(); i < size; i += Exec::kWidth) {
        mine += values[i] <= limit ? 1U : 0U;
    }
    return exec.add(mine);
}

template <class Exec>
TP_HD inline std::uint32_t largest_up_to(Exec exec, const std::uint32_t* values, std::uint32_t size,
                                         std::uint32_t limit) {
    std::uint32_t mine = 0;
    for (std::uint32_t i = exec.lane(); i < size; i += Exec::kWidth) {
        mine = values[i] <= limit && values[i] > mine ? values[i] : mine;
    }
    return exec.max(mine);
}

template <class Exec>
TP_HD inline std::uint32_t smallest_above(Exec exec, const std::uint32_t* values,
                                          std::uint32_t size, std::uint32_t limit) {
    std::uint32_t mine = kNone;
    for (std::uint32_t i = exec.lane(); i < size; i += Exec::kWidth) {
        mine = values[i] > limit && values[i] < mine ? values[i] : mine;
    }
    return exec.min(mine);
}

}  // namespace detail

// The n-th smallest value, 1 <= n <= size, of which is known: fewer than n values lie below `low`,
// at least n do not exceed `high`. At most 33 rounds over the values; log2(size) and a few if they
// are spread out.
template <class Exec>
TP_HD inline std::uint32_t nth_smallest(Exec exec, const std::uint32_t* values, std::uint32_t size,
                                        std::uint32_t n, std::uint32_t low, std::uint32_t high) {
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        const std::uint32_t count = detail::count_up_to(exec, values, size, middle);
        if (count == n) {
            return detail::largest_up_to(exec, values, size, middle);
        }
        if (count + 1 == n) {
            return detail::smallest_above(exec, values, size, middle);
        }
        if (count > n) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

}  // namespace tidepool::core
