#pragma once
// Limits of tenants that change while the datacenter runs. docs/tenants.md has the rules.

#include <cstdint>

#include "sim/core/leaving.h"

namespace tidepool::core {

namespace detail {

// Of a tenant's jobs that stay, the one that left the queue last; adds up what all of them hold.
template <class Exec, class Driver>
TP_HD inline std::uint32_t last_to_come(const Run<Exec, Driver>& run, std::uint32_t tenant,
                                        std::uint64_t& held) {
    const State& state = run.state;
    std::uint32_t best = kNone;
    held = 0;
    for (std::uint32_t i = 0; i < state.ends.size; ++i) {
        const std::uint32_t id = state.ends.slots[i];
        const Slot& slot = state.slots[id];
        if (slot.rank < run.plan.units || state.activity[id].leaves != 0xFFFF'FFFFu ||
            !is_within(run.plan, run.plan.tenant_of[slot.rank], tenant)) {
            continue;
        }
        held += run.plan.job_gpus[slot.rank];
        const bool later_one =
            best == kNone || slot.start > state.slots[best].start ||
            (slot.start == state.slots[best].start && slot.rank > state.slots[best].rank);
        best = later_one ? id : best;
    }
    return best;
}

// The tenant leaves: its waiting jobs with it.
template <class Exec, class Driver>
TP_HD inline void close_tenant(Run<Exec, Driver>& run, std::uint32_t tenant, std::uint32_t tick) {
    State& state = run.state;
    const Plan& plan = run.plan;
    run.exec.sync();
    for (std::uint32_t t = run.exec.lane(); t < plan.tenants; t += Exec::kWidth) {
        state.tenant[t].gone = is_within(plan, t, tenant) ? 1 : state.tenant[t].gone;
    }
    run.exec.sync();
    for (std::uint32_t rank = next_waiting(run, plan.units); rank != kNone;
         rank = next_waiting(run, rank + 1)) {
        if (!is_within(plan, plan.tenant_of[rank], tenant)) {
            continue;
        }
        leave_queue(run, rank, tick);
        run.exec.sync();
        if (run.exec.lane() == 0) {
            state.waiting[rank / 64] &= ~(std::uint64_t{1} << (rank % 64));
        }
        run.exec.sync();
        withdraw(run, rank, tick);
    }
}

}  // namespace detail

// Every limit that changes at this tick.
template <class Exec, class Driver>
TP_HD TP_RARE inline void change_limits(Run<Exec, Driver>& run, std::uint32_t tick) {
    State& state = run.state;
    const Plan& plan = run.plan;
    for (; state.next_limit < plan.limit_steps && plan.limit_step[state.next_limit].tick == tick;
         ++state.next_limit) {
        const LimitStep step = plan.limit_step[state.next_limit];
        run.exec.sync();
        if (run.exec.lane() == 0) {
            state.tenant[step.tenant].limit = step.limit;
        }
        run.exec.sync();
        state.released = true;
        if (step.leaves != 0) {
            detail::close_tenant(run, step.tenant, tick);
        }
        for (;;) {
            std::uint64_t held = 0;
            const std::uint32_t id = detail::last_to_come(run, step.tenant, held);
            if (id == kNone || held <= step.limit) {
                break;
            }
            detail::ask(run, id, tick, step.notice, Leaves::kEvicted);
        }
    }
}

}  // namespace tidepool::core
