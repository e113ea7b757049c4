#pragma once
// Execution groups. The decision code is written once over a group of `kWidth` lanes that run it
// together: one lane on a CPU thread (Serial), 32 on a GPU warp. The contract of every collective:
// all lanes call it, in the same order, with converged control flow; results are equal in all
// lanes.
//
//   lane()            this lane's number, 0 .. kWidth-1
//   sync()            memory written by any lane before is visible to all lanes after
//   min/max(v)        over all lanes;  add(v): sum over all lanes
//   ballot(p)         bit l is lane l's predicate
//   shuffle(v, l)     lane l's value;  scan(v): sum over the lanes below this one
//
// Rules for code over a group: lane 0 writes shared state, then sync(); loops over words and nodes
// go `for (base = 0; base < n; base += kWidth)`, so that every lane makes the same number of
// rounds.

#include <cstdint>

#include "sim/base/assert.h"

namespace tidepool::core {

inline constexpr std::uint32_t kNone = 0xFFFF'FFFFu;

struct Serial {
    static constexpr std::uint32_t kWidth = 1;
    TP_HD constexpr std::uint32_t lane() const { return 0; }
    TP_HD constexpr void sync() const {}
    TP_HD constexpr std::uint32_t min(std::uint32_t v) const { return v; }
    TP_HD constexpr std::uint32_t max(std::uint32_t v) const { return v; }
    TP_HD constexpr std::uint32_t add(std::uint32_t v) const { return v; }
    TP_HD constexpr std::uint32_t ballot(bool p) const { return p ? 1U : 0U; }
    TP_HD constexpr std::uint32_t shuffle(std::uint32_t v, std::uint32_t) const { return v; }
    TP_HD constexpr std::uint32_t scan(std::uint32_t) const { return 0; }
};

}  // namespace tidepool::core
