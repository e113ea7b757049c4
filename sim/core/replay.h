#pragma once
// The event loop: one source for every driver. At one tick: completions and recoveries (by rank),
// what happens to nodes, demand of services, arrivals (by rank), then one scheduling pass; what
// falls due at the same tick then (a job of no duration) is handled in a further round. Nothing
// here reads a clock: the driver is told the time.

#include <cstdint>

#include "sim/core/job_events.h"
#include "sim/core/outages.h"
#include "sim/core/schedule.h"

namespace tidepool::core {

// The run ends: brings what jobs are doing up to date.
template <class Exec, class Driver>
TP_HD inline void stop_all(Run<Exec, Driver>& run, std::uint32_t tick) {
    if constexpr (Run<Exec, Driver>::kInterruptible) {
        for (std::uint32_t i = 0; i < run.state.ends.size; ++i) {
            const std::uint32_t id = run.state.ends.slots[i];
            bring_up_to(run, id, tick);
            run.driver.stopped(id, tick);
        }
    }
}

// When the driver's network changes next, if it has one.
template <class Driver>
TP_HD inline std::uint32_t next_change(Driver& driver) {
    if constexpr (requires { Driver::kNetwork; }) {
        return driver.next_change();
    } else {
        return kNone;
    }
}

// Runs the plan from `state` (StateLayout::make) to its end. Returns the tick at which the run
// ended: plan.end, or the last event when the plan has no end, or the tick at which the driver
// stopped it. With State::too_many_slots the run has come to nothing: begin again with more slots.
template <class Exec, class Driver>
TP_HD inline std::uint32_t replay(Exec exec, const Plan& plan, State& state, Driver& driver) {
    constexpr bool kCan = Driver::kInterruptible;
    TP_ASSERT(plan.interruptible == kCan, "the driver was told what the plan says");
    Run<Exec, Driver> run{exec, plan, state, driver};
    const auto next_submit = [&] {
        return state.next_arrival < plan.arrivals ? plan.submit[plan.arrival[state.next_arrival]]
                                                  : 0xFFFF'FFFFu;
    };
    std::uint32_t now = 0;
    for (;;) {
        const std::uint32_t end = next_end(state.ends);
        const std::uint32_t submit = next_submit();
        const std::uint32_t step = kCan ? next_step(plan, state) : 0xFFFF'FFFFu;
        const std::uint32_t soonest = end < submit ? end : submit;
        const std::uint32_t job = soonest < state.wake ? soonest : state.wake;
        const std::uint32_t change = next_change(driver);
        if (plan.end == 0xFFFF'FFFFu && job == 0xFFFF'FFFFu && state.ends.size == 0 &&
            state.queue_length == 0) {
            break;  // no work is left, whatever still happens to the nodes
        }
        const std::uint32_t demand = kCan ? next_demand(plan, state) : 0xFFFF'FFFFu;
        const std::uint32_t of_nodes = step < change ? step : change;
        const std::uint32_t other = of_nodes < demand ? of_nodes : demand;
        const std::uint32_t next = job < other ? job : other;
        if (next >= plan.end || next == 0xFFFF'FFFFu) {
            break;
        }
        now = next;
        if (!driver.advance(now)) {
            stop_all(run, now);
            return now;
        }
        if constexpr (kCan) {
            if (has_tenants(plan)) {
                count_usage(run, now);
            }
        }
        while (next_end(state.ends) == now) {
            handle_next(run);
        }
        if constexpr (kCan) {
            if (step == now) {
                change_nodes(run, now);
            }
            if (demand == now) {
                follow_demand(run, now);
            }
        }
        while (next_submit() == now) {
            enqueue(run, plan.arrival[state.next_arrival], now);
            ++state.next_arrival;
        }
        if constexpr (kCan) {
            arrange_spares(run, now);
        }
        schedule(run, now);
        if (state.too_many_slots) {
            return now;
        }
        if constexpr (Run<Exec, Driver>::kNetwork) {
            if (next_end(state.ends) != now) {  // else a further round of this tick comes first
                driver.settle(run, now);
            }
        }
    }
    if (plan.end != 0xFFFF'FFFFu) {
        now = plan.end;
    }
    driver.advance(now);
    stop_all(run, now);
    return now;
}

}  // namespace tidepool::core
