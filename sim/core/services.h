#pragma once
// Services follow the demand: units are wanted, wait for GPUs, close; jobs make room for them.
// docs/tide.md has the rules.

#include <cstdint>

#include "sim/core/limits.h"

namespace tidepool::core {

TP_HD inline std::uint32_t next_demand(const Plan& plan, const State& state) {
    const std::uint32_t limit = has_tenants(plan) && state.next_limit < plan.limit_steps
                                    ? plan.limit_step[state.next_limit].tick
                                    : 0xFFFF'FFFFu;
    const std::uint32_t demand =
        state.next_demand < plan.demand_steps ? plan.demand[state.next_demand].tick : 0xFFFF'FFFFu;
    const std::uint32_t ceiling = state.next_ceiling < plan.ceiling_steps
                                      ? plan.ceiling[state.next_ceiling].tick
                                      : 0xFFFF'FFFFu;
    const std::uint32_t other = demand < ceiling ? demand : ceiling;
    return other < limit ? other : limit;
}

// Whether the job would keep within what jobs may hold together.
TP_HD inline bool below_ceiling(const Plan& plan, const State& state, std::uint32_t rank) {
    return state.jobs_held + plan.job_gpus[rank] <= state.ceiling;
}

namespace detail {

template <class Exec, class Driver>
TP_HD inline void set_in_use(Run<Exec, Driver>& run, std::uint32_t service, std::uint32_t more) {
    run.exec.sync();
    if (run.exec.lane() == 0) {
        run.state.service[service].in_use += more;
    }
    run.exec.sync();
}

// A unit that closes is asked to stay, or else another one joins the queue.
template <class Exec, class Driver>
TP_HD inline void add_unit(Run<Exec, Driver>& run, std::uint32_t service, std::uint32_t tick) {
    State& state = run.state;
    const Service& rule = run.plan.service[service];
    std::uint32_t unused = kNone;
    for (std::uint32_t rank = rule.first; rank < rule.last; ++rank) {
        const std::uint32_t id = state.unit_slot[rank];
        if (id == kNoUnit) {
            unused = unused == kNone ? rank : unused;
        } else if (id != kWaitingUnit && state.activity[id].leaves != 0xFFFF'FFFFu &&
                   state.activity[id].leaves > tick &&
                   state.activity[id].phase == Phase::kRunning) {
            set_leaving(run, id, tick, 0xFFFF'FFFFu, 0xFFFF'FFFFu);
            state.promise_again = true;  // somebody else may count on its GPUs
            if constexpr (requires { run.driver.reopened(id, tick); }) {
                run.driver.reopened(id, tick);
            }
            check_ready(run, id, tick);
            set_in_use(run, service, 1);
            return;
        }
    }
    if (unused != kNone) {  // else all of them are still on their way out: the next look finds them
        enqueue(run, unused, tick);
        set_in_use(run, service, 1);
    }
}

// The last unit that waits, or else the last one, is not wanted any more.
template <class Exec, class Driver>
TP_HD inline void remove_unit(Run<Exec, Driver>& run, std::uint32_t service, std::uint32_t tick) {
    State& state = run.state;
    const Service& rule = run.plan.service[service];
    std::uint32_t waits = kNone, held = kNone;
    for (std::uint32_t rank = rule.first; rank < rule.last; ++rank) {
        const std::uint32_t id = state.unit_slot[rank];
        if (id == kWaitingUnit) {
            waits = rank;
        } else if (id != kNoUnit && state.activity[id].leaves == 0xFFFF'FFFFu) {
            held = rank;
        }
    }
    set_in_use(run, service, 0U - 1U);
    if (waits != kNone) {
        dequeue_unit(run, waits);
        return;
    }
    TP_ASSERT(held != kNone, "units in use wait or have GPUs");
    const std::uint32_t id = state.unit_slot[held];
    const std::uint32_t drain = state.activity[id].ready ? rule.drain : 0;  // else it serves nobody
    set_unready(run, id, tick);
    set_leaving(run, id, tick, later(tick, drain), 0xFFFF'FFFFu);
    state.promise_again = true;
    if constexpr (requires { run.driver.closing(id, tick); }) {
        run.driver.closing(id, tick);
    }
}

// Units to clear what has piled up, beside those for what comes in.
TP_HD inline std::uint32_t units_to_clear(const Service& rule, const ServiceState& s) {
    if (rule.clear == 0) {
        return 0;
    }
    const std::uint64_t each = std::uint64_t{rule.clear} * kUnitLoad;
    const std::uint64_t units = s.backlog / each + (s.backlog % each != 0 ? 1 : 0);
    return units > rule.last - rule.first ? rule.last - rule.first
                                          : static_cast<std::uint32_t>(units);
}

template <class Exec, class Driver>
TP_HD inline void look_at(Run<Exec, Driver>& run, const DemandStep& step) {
    State& state = run.state;
    const Service& rule = run.plan.service[step.service];
    settle_backlog(run, step.service, step.tick);
    ServiceState s = state.service[step.service];
    s.load = step.load;
    bool changed = false;
    if (step.units != kNone) {
        const std::uint32_t most = rule.last - rule.first;
        std::uint32_t wanted = (step.units < most ? step.units : most) + units_to_clear(rule, s);
        wanted = wanted < rule.least ? rule.least : wanted > most ? most : wanted;
        changed = (wanted > s.wanted && step.tick >= s.may_grow) ||
                  (wanted < s.wanted && step.tick >= s.may_shrink);
        if (changed) {
            s.wanted = wanted;
            if (step.tick > 0) {  // what is there when the run begins is no change
                s.may_grow = later(step.tick, rule.grow_after);
                s.may_shrink = later(step.tick, rule.shrink_after);
            }
        }
    }
    run.exec.sync();
    if (run.exec.lane() == 0) {
        state.service[step.service] = s;
    }
    run.exec.sync();
    if (changed) {
        if constexpr (requires { run.driver.wants(step.service, step.tick); }) {
            run.driver.wants(step.service, step.tick);
        }
    }
    if (step.units == kNone) {
        return;
    }
    const std::uint32_t has = s.in_use;
    for (std::uint32_t n = has; n < s.wanted; ++n) {
        add_unit(run, step.service, step.tick);
    }
    for (std::uint32_t n = has; n > s.wanted; --n) {
        remove_unit(run, step.service, step.tick);
    }
}

TP_HD inline bool may_be_asked(const Plan& plan, const State& state, std::uint32_t id) {
    const std::uint32_t rank = state.slots[id].rank;
    return rank >= plan.units && plan.may_be_asked[rank] != 0 &&
           state.activity[id].leaves == 0xFFFF'FFFFu && !state.activity[id].victim;
}

// The next job to be asked, in the order in which jobs are preempted, or kNone. `most`: GPUs.
template <class Exec, class Driver>
TP_HD inline std::uint32_t next_to_ask(Run<Exec, Driver>& run, std::uint64_t most) {
    const State& state = run.state;
    std::uint32_t best = kNone;
    for (std::uint32_t i = 0; i < state.ends.size; ++i) {
        const std::uint32_t id = state.ends.slots[i];
        if (may_be_asked(run.plan, state, id) && run.plan.job_gpus[state.slots[id].rank] <= most &&
            (best == kNone || goes_before(run.plan, state.slots[id], state.slots[best]))) {
            best = id;
        }
    }
    return best;
}

// Marks jobs until the unit fits into the shadow beside those that stay; unmarks who turns out not
// to be in the way. False: it never fits, and none is marked for it. `held`: by all jobs that have
// not been asked; follows.
template <class Exec, class Driver>
TP_HD inline bool make_room_for_unit(Run<Exec, Driver>& run, std::uint32_t unit,
                                     std::uint64_t& held) {
    State& state = run.state;
    const Plan& plan = run.plan;
    std::uint32_t first = kNone;  // of those marked for this unit, chained by Activity::mark
    while (!fits(plan, state.shadow, unit)) {
        const std::uint64_t spare = held > plan.tide.jobs_floor ? held - plan.tide.jobs_floor : 0;
        const std::uint32_t id = plan.tide.reclaim ? next_to_ask(run, spare) : kNone;
        if (id == kNone) {
            break;
        }
        mark(run, id, true);
        edit_activity(run, id, [&](Activity& a) { a.marked_before = first; });
        first = id;
        held -= plan.job_gpus[state.slots[id].rank];
    }
    const bool enough = fits(plan, state.shadow, unit);
    for (std::uint32_t id = first; id != kNone; id = state.activity[id].marked_before) {
        mark(run, id, false);
        if (enough && !fits(plan, state.shadow, unit)) {
            mark(run, id, true);
        } else {
            held += plan.job_gpus[state.slots[id].rank];
        }
    }
    return enough;
}

// Which of the waiting units will get GPUs from jobs and units that leave; asks further jobs to
// leave for them. True: at least one will.
template <class Exec, class Driver>
TP_HD TP_RARE inline bool promise(Run<Exec, Driver>& run, std::uint32_t tick) {
    State& state = run.state;
    const Plan& plan = run.plan;
    copy(run.exec, plan, state.shadow, state.now);
    std::uint64_t units = state.units_held;  // that do not close, or have a promise
    for (std::uint32_t i = 0; i < state.ends.size; ++i) {
        const std::uint32_t id = state.ends.slots[i];
        const std::uint32_t rank = state.slots[id].rank;
        if (state.activity[id].leaves != 0xFFFF'FFFFu) {
            add_to_shadow(run, id, true);
            units -= rank < plan.units ? plan.job_gpus[rank] : 0;
        }
    }
    bool any = false;
    std::uint64_t jobs = state.jobs_held - state.leaving;
    for (std::uint32_t rank = first_set(run.exec, state.waiting, 0, plan.units); rank != kNone;
         rank = first_set(run.exec, state.waiting, rank + 1, plan.units)) {
        if (units + plan.job_gpus[rank] > plan.tide.units_ceiling ||
            !make_room_for_unit(run, rank, jobs)) {
            continue;
        }
        any = true;
        units += plan.job_gpus[rank];
        place(run.exec, plan, state.shadow, rank, kNone,
              [&](std::uint32_t node, std::uint32_t gpus) {
                  set_free(run.exec, plan, state.shadow, node,
                           free_gpus(plan, state.shadow, node) - gpus);
              });
    }
    for (std::uint32_t i = 0; i < state.ends.size;) {
        const std::uint32_t id = state.ends.slots[i];
        if (!state.activity[id].victim) {
            ++i;
            continue;
        }
        edit_activity(run, id, [](Activity& a) { a.victim = false; });
        ask(run, id, tick, plan.tide.notice, Leaves::kForUnits);  // moves it within State::ends
        i = 0;
    }
    return any;
}

}  // namespace detail

// Everything that happens to demand at this tick.
template <class Exec, class Driver>
TP_HD TP_RARE inline void follow_demand(Run<Exec, Driver>& run, std::uint32_t tick) {
    State& state = run.state;
    const Plan& plan = run.plan;
    while (state.next_ceiling < plan.ceiling_steps &&
           plan.ceiling[state.next_ceiling].tick == tick) {
        state.ceiling = plan.ceiling[state.next_ceiling].gpus;
        ++state.next_ceiling;
        state.released = true;
    }
    if (has_tenants(plan)) {
        change_limits(run, tick);
    }
    while (state.next_demand < plan.demand_steps && plan.demand[state.next_demand].tick == tick) {
        detail::look_at(run, plan.demand[state.next_demand]);
        ++state.next_demand;
    }
    while (state.jobs_held - state.leaving > state.ceiling) {
        const std::uint32_t id = detail::next_to_ask(run, ~std::uint64_t{0});
        if (id == kNone) {
            break;  // those that are left may stay to their end
        }
        detail::ask(run, id, tick, plan.tide.notice, Leaves::kForUnits);
    }
}

// Before jobs are looked at: units start where there is room. False: no job may start now, since
// units wait for GPUs that others are about to leave.
template <class Exec, class Driver>
TP_HD TP_RARE inline bool serve_units(Run<Exec, Driver>& run, std::uint32_t tick) {
    State& state = run.state;
    const Plan& plan = run.plan;
    for (std::uint32_t rank = first_set(run.exec, state.waiting, 0, plan.units); rank != kNone;
         rank = first_set(run.exec, state.waiting, rank + 1, plan.units)) {
        if (state.units_held + plan.job_gpus[rank] <= plan.tide.units_ceiling &&
            fits(plan, state.now, rank)) {
            start(run, rank, tick, state.now, false, false);
            if (state.too_many_slots) {
                return false;
            }
            check_ready(run, state.unit_slot[rank], tick);
        }
    }
    if (state.waiting_units == 0) {
        state.promised = false;
    } else if (state.promise_again) {
        state.promised = detail::promise(run, tick);
        state.promise_again = false;
    }
    return !state.promised;
}

}  // namespace tidepool::core
