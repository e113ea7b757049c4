#pragma once
// The event loop: one source for every driver. At one tick: completions (by rank), arrivals (by
// rank), then one scheduling pass; a job of no duration that starts in the pass ends at the same
// tick, which is then handled once more. Nothing here reads a clock: the driver is told the time.

#include <cstdint>

#include "sim/core/schedule.h"

namespace tidepool::core {

// Runs the plan from `state` (StateLayout::make) to its end. Returns the tick at which the run
// ended: plan.end, or the last event when the plan has no end, or the tick at which the driver
// stopped it.
template <class Exec, class Driver>
TP_HD std::uint32_t replay(Exec exec, const Plan& plan, State& state, Driver& driver) {
    Run<Exec, Driver> run{exec, plan, state, driver};
    const auto next_submit = [&] {
        return state.next_arrival < plan.arrivals ? plan.submit[plan.arrival[state.next_arrival]]
                                                  : 0xFFFF'FFFFu;
    };
    std::uint32_t now = 0;
    for (;;) {
        const std::uint32_t end = next_end(state.ends);
        const std::uint32_t submit = next_submit();
        const std::uint32_t next = end < submit ? end : submit;
        if (next >= plan.end || next == 0xFFFF'FFFFu) {
            break;
        }
        now = next;
        if (!driver.advance(now)) {
            return now;
        }
        while (next_end(state.ends) == now) {
            finish_next(run);
        }
        while (next_submit() == now) {
            enqueue(run, plan.arrival[state.next_arrival]);
            ++state.next_arrival;
        }
        schedule(run, now);
    }
    if (plan.end != 0xFFFF'FFFFu) {
        now = plan.end;
    }
    driver.advance(now);
    return now;
}

}  // namespace tidepool::core
