#pragma once
// How fast do jobs send when they share trunks? A rate solver gives every flow its weighted max-min
// fair rate: no flow can get more without taking from one that has no more than it has. Formally,
// for flows f with rate x_f, share s_f, weights w_fl and demand d_f on directed trunks l of
// capacity C_l:
//   sum over f of w_fl * x_f <= C_l,   x_f <= d_f,
// and every flow either has its demand or crosses a full trunk on which no flow has a higher
// x_f / s_f. The solution exists and is unique (Bertsekas and Gallager, Data Networks, section
// 6.5.2). A share counts how many equals a flow stands for: a checkpoint written by 64 nodes is one
// flow of share 64.
//
// Rates only: who is how far is the caller's business, and no flow ends by itself. Changes take
// effect with the next solve, all at once: make every change of a tick, then solve once.
//
// What is forbidden below is a broken invariant and aborts.

#include <cstdint>
#include <limits>
#include <span>

#include "sim/base/quantity.h"
#include "sim/base/ticks.h"
#include "sim/network/crossing.h"

namespace tidepool::network {

// The demand of a flow that takes whatever it gets.
inline constexpr BytesPerSecond kUnbounded{std::numeric_limits<double>::infinity()};

// The largest capacity a trunk can have, 2^60 B/s (about 1.15 EB/s). It keeps back ends that count
// bytes from reaching the end of a flow within the clock's 8.5 years.
inline constexpr BytesPerSecond kLargestCapacity{1152921504606846976.0};

// Names a flow from start to stop. Slots are dense and reused, so they serve as index into the
// caller's arrays; `use` tells the users of a slot apart.
struct FlowId {
    std::uint32_t slot = 0;
    std::uint32_t use = 0;
    friend bool operator==(const FlowId&, const FlowId&) = default;
};

struct FlowRate {
    FlowId flow;
    BytesPerSecond rate;
};

// What a solver has done since it was made, for those who measure it.
struct SolverWork {
    std::uint64_t solves = 0;
    std::uint64_t flows = 0;  // whose rates were worked out again, over all solves
};

class RateSolver {
public:
    virtual ~RateSolver() = default;
    RateSolver(const RateSolver&) = delete;
    RateSolver& operator=(const RateSolver&) = delete;

    // A flow over at least one directed trunk; trunks may repeat, their weights add up. demand > 0;
    // 0 < share < 2^31.
    virtual FlowId start(std::span<const Crossing> crossings, BytesPerSecond demand,
                         double share) = 0;
    FlowId start(std::span<const Crossing> crossings, BytesPerSecond demand) {
        return start(crossings, demand, 1.0);
    }

    // Of a running flow, from the next solve on. demand > 0.
    virtual void set_demand(FlowId flow, BytesPerSecond demand) = 0;

    // The flow is gone from the next solve on. It must be running.
    virtual void stop(FlowId flow) = 0;

    // 0 < capacity <= kLargestCapacity. A trunk that is wholly down has no capacity to set: stop
    // its flows.
    virtual void set_capacity(std::uint32_t trunk, Direction direction,
                              BytesPerSecond capacity) = 0;

    // The flows whose rate differs from what the last solve gave (in any bit), new ones included,
    // by ascending slot. Rates are positive and within 1e-9 of the exact ones. `now` never runs
    // backwards. The list is valid until the next call.
    virtual std::span<const FlowRate> solve(Ticks now) = 0;

    virtual SolverWork work() const { return {}; }

protected:
    RateSolver() = default;
};

}  // namespace tidepool::network
