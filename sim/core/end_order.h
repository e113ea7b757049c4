#pragma once
// Running jobs in the order they end: a sorted array, the next end at its back. Sorted wins over a
// heap because EASY needs the order itself (see docs/adr/0005). Ties by rank.

#include <cstdint>
#include <cstring>

#include "sim/core/exec.h"

namespace tidepool::core {

struct EndOrder {
    std::uint64_t* keys = nullptr;   // [slots] tick << 32 | rank, largest first
    std::uint32_t* slots = nullptr;  // [slots]
    std::uint32_t size = 0;
};

TP_HD constexpr std::uint64_t end_key(std::uint32_t tick, std::uint32_t rank) {
    return (std::uint64_t{tick} << 32) | rank;
}

TP_HD inline std::uint32_t next_end(const EndOrder& order) {
    return order.size == 0 ? 0xFFFF'FFFFu
                           : static_cast<std::uint32_t>(order.keys[order.size - 1] >> 32);
}

// Index of the first entry whose key is at most `key` (entries before it end later).
TP_HD inline std::uint32_t position(const EndOrder& order, std::uint64_t key) {
    std::uint32_t at = 0;
    for (std::uint32_t left = order.size; left > 0;) {  // no branches to mispredict
        const std::uint32_t half = left / 2;
        const bool beyond = order.keys[at + half] > key;
        at = beyond ? at + half + 1 : at;
        left = beyond ? left - half - 1 : half;
    }
    return at;
}

namespace detail {

// One thread moves n entries.
TP_HD inline void move(const EndOrder& order, std::uint32_t from, std::uint32_t to,
                       std::uint32_t n) {
    std::memmove(order.keys + to, order.keys + from, n * sizeof(order.keys[0]));
    std::memmove(order.slots + to, order.slots + from, n * sizeof(order.slots[0]));
}

}  // namespace detail

// `order` is this lane's copy of the counters; the arrays are shared.
template <class Exec>
TP_HD inline void insert(Exec exec, EndOrder& order, std::uint64_t key, std::uint32_t slot) {
    const std::uint32_t at = position(order, key);
    std::uint32_t high = order.size;
    if constexpr (Exec::kWidth == 1) {
        detail::move(order, at, at + 1, high - at);
        high = at;
    }
    while (high > at) {  // move up, from the back, a group at a time
        const std::uint32_t n = high - at < Exec::kWidth ? high - at : Exec::kWidth;
        const bool mine = exec.lane() < n;
        const std::uint32_t from = high - n + exec.lane();
        const std::uint64_t moved_key = mine ? order.keys[from] : 0;
        const std::uint32_t moved_slot = mine ? order.slots[from] : 0;
        exec.sync();
        if (mine) {
            order.keys[from + 1] = moved_key;
            order.slots[from + 1] = moved_slot;
        }
        exec.sync();
        high -= n;
    }
    if (exec.lane() == 0) {
        order.keys[at] = key;
        order.slots[at] = slot;
    }
    ++order.size;
    exec.sync();
}

template <class Exec>
TP_HD inline void erase(Exec exec, EndOrder& order, std::uint64_t key) {
    const std::uint32_t at = position(order, key);
    std::uint32_t base = at + 1;
    if constexpr (Exec::kWidth == 1) {
        detail::move(order, base, at, order.size - base);
        base = order.size;
    }
    for (; base < order.size; base += Exec::kWidth) {
        const std::uint32_t from = base + exec.lane();
        const bool mine = from < order.size;
        const std::uint64_t moved_key = mine ? order.keys[from] : 0;
        const std::uint32_t moved_slot = mine ? order.slots[from] : 0;
        exec.sync();
        if (mine) {
            order.keys[from - 1] = moved_key;
            order.slots[from - 1] = moved_slot;
        }
        exec.sync();
    }
    --order.size;
    exec.sync();
}

}  // namespace tidepool::core
