#pragma once
// One scheduling pass: who of the waiting starts now. Called once per tick, after everything else
// that happens at it. docs/scheduling.md states the rules; a pass that would look at a job again
// although nothing has changed for it since the last pass leaves it out, which changes no decision.

#include <cstdint>

#include "sim/core/tenant_queue.h"

namespace tidepool::core {

// One loop over heads and those behind, and one start(): a GPU has the code only once.
template <class Exec, class Driver>
TP_HD inline void schedule(Run<Exec, Driver>& run, std::uint32_t tick) {
    State& state = run.state;
    state.wake = kNone;
    end_waits(run, tick);
    if constexpr (Run<Exec, Driver>::kInterruptible) {
        if (has_tenants(run.plan)) {
            begin_pass(run, tick);
        }
        if (run.plan.services > 0 && !serve_units(run, tick)) {
            state.wake = next_wait_end(state);  // what has changed is looked at in a later pass
            if (has_tenants(run.plan)) {
                detail::set_wake(run, tick);
            }
            return;
        }
        if (has_tenants(run.plan)) {
            schedule_tenants(run, tick);
            return;
        }
    }
    detail::Pass pass;
    const bool any = state.queue_length > 0;
    for (std::uint32_t from = state.queue_first; state.queue_length > 0;) {
        const std::uint32_t rank = next_waiting(run, from);
        if (rank == kNone) {
            break;
        }
        auto chance = detail::Chance::kNow;
        if (pass.head != kNone) {
            chance = detail::chance_behind(run, pass, rank, tick);
        } else {
            state.queue_first = rank;
            if (!detail::head_fits(run, rank, tick)) {
                pass.head = rank;
                if (run.plan.queue == QueuePolicy::kFifo || detail::ceiling_blocks(run, rank)) {
                    break;
                }
                from = detail::first_behind(run.plan, state, rank, tick);
                continue;
            }
        }
        if (chance != detail::Chance::kNone) {
            const bool beside = chance == detail::Chance::kBeside;
            start(run, rank, tick, choose(beside, state.shadow, state.now),
                  pass.shadow_time != kNone, beside);
            if (state.too_many_slots) {
                return;
            }
        }
        from = pass.head == kNone ? state.queue_first : rank + 1;
    }
    state.blocked_head = any ? pass.head : state.blocked_head;
    const std::uint32_t end_of_wait = next_wait_end(state);
    state.wake = end_of_wait < state.wake ? end_of_wait : state.wake;
    state.released = false;
    state.fresh = kNone;
}

}  // namespace tidepool::core
