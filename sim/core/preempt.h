#pragma once
// Running jobs of lower priority make room for the head of the queue. docs/scheduling.md has the
// rules.

#include <cstdint>

#include "sim/core/recovery.h"

namespace tidepool::core {

namespace detail {

// Order in which jobs are asked to go: lowest priority, then the one that started last, then the
// highest rank. Smaller keys go first.
TP_HD inline bool goes_before(const Plan& plan, const Slot& a, const Slot& b) {
    if (plan.priority[a.rank] != plan.priority[b.rank]) {
        return plan.priority[a.rank] < plan.priority[b.rank];
    }
    return a.start != b.start ? a.start > b.start : a.rank > b.rank;
}

TP_HD inline bool may_go(const Plan& plan, const State& state, std::uint32_t id, std::uint32_t head,
                         std::uint32_t tick) {
    const Slot& slot = state.slots[id];
    return state.activity[id].phase == Phase::kRunning && tick - slot.start >= plan.preempt_after &&
           plan.priority[slot.rank] < plan.priority[head];
}

// The next job that has to go for `head`, or kNone.
template <class Exec, class Driver>
TP_HD inline std::uint32_t next_victim(Run<Exec, Driver>& run, std::uint32_t head,
                                       std::uint32_t tick) {
    const State& state = run.state;
    std::uint32_t best = kNone;
    for (std::uint32_t i = 0; i < state.ends.size; ++i) {
        const std::uint32_t id = state.ends.slots[i];
        if (!state.activity[id].victim && may_go(run.plan, state, id, head, tick) &&
            (best == kNone || goes_before(run.plan, state.slots[id], state.slots[best]))) {
            best = id;
        }
    }
    return best;
}

// When the next job of lower priority will have run long enough; kNone: there is none.
template <class Exec, class Driver>
TP_HD inline std::uint32_t next_eligible(Run<Exec, Driver>& run, std::uint32_t head,
                                         std::uint32_t tick) {
    const State& state = run.state;
    std::uint32_t next = kNone;
    for (std::uint32_t i = 0; i < state.ends.size; ++i) {
        const Slot& slot = state.slots[state.ends.slots[i]];
        const std::uint32_t then = later(slot.start, run.plan.preempt_after);
        if (run.plan.priority[slot.rank] < run.plan.priority[head] && then > tick && then < next) {
            next = then;
        }
    }
    return next;
}

// What the slot would give back comes free in the shadow, or no longer.
template <class Exec, class Driver>
TP_HD inline void add_to_shadow(Run<Exec, Driver>& run, std::uint32_t id, bool free) {
    const State& state = run.state;
    for_each_returned(
        run.plan, state, state.slots[id], true, [&](std::uint32_t node, std::uint32_t gpus) {
            const std::uint32_t was = state.shadow.free[node];
            set_free(run.exec, run.plan, state.shadow, node, free ? was + gpus : was - gpus);
        });
}

template <class Exec, class Driver>
TP_HD inline void mark(Run<Exec, Driver>& run, std::uint32_t id, bool victim) {
    edit_activity(run, id, [&](Activity& a) { a.victim = victim; });
    add_to_shadow(run, id, victim);
}

template <class Exec, class Driver>
TP_HD inline void preempt(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t tick,
                          bool second_order) {
    bring_up_to(run, id, tick);
    run.driver.preempted(id, tick, second_order);
    edit_activity(run, id, [](Activity& a) {
        a.restart = 0;
        a.victim = false;
    });
    requeue(run, id, tick);
}

// Whether room could be made if all the GPUs that are free and those of jobs that may go were in
// one place; cheaper than to look where they are.
template <class Exec, class Driver>
TP_HD inline bool enough_may_go(Run<Exec, Driver>& run, std::uint32_t head, std::uint32_t tick) {
    const State& state = run.state;
    const Plan& plan = run.plan;
    std::uint64_t gpus = plan.gpus - state.allocated - state.down_gpus - state.spare_gpus;
    for (std::uint32_t i = 0; i < state.ends.size && gpus < plan.job_gpus[head]; ++i) {
        const std::uint32_t id = state.ends.slots[i];
        gpus += may_go(plan, state, id, head, tick) ? plan.job_gpus[state.slots[id].rank] : 0;
    }
    return gpus >= plan.job_gpus[head];
}

// Marks jobs until the head fits in the shadow without them. False: it never does, and none is
// marked.
template <class Exec, class Driver>
TP_HD inline bool choose_victims(Run<Exec, Driver>& run, std::uint32_t head, std::uint32_t tick) {
    State& state = run.state;
    if (!enough_may_go(run, head, tick)) {
        return false;
    }
    copy(run.exec, run.plan, state.shadow, state.now);
    while (!fits(run.plan, state.shadow, head)) {
        const std::uint32_t id = next_victim(run, head, tick);
        if (id == kNone) {
            for (std::uint32_t i = 0; i < state.ends.size; ++i) {
                edit_activity(run, state.ends.slots[i], [](Activity& a) { a.victim = false; });
            }
            return false;
        }
        mark(run, id, true);
    }
    return true;
}

// Nobody could make room when this was asked last, and nothing has changed since then that could
// help: what started took only what was free.
template <class Exec, class Driver>
TP_HD inline bool still_no_room(Run<Exec, Driver>& run, std::uint32_t head, std::uint32_t tick) {
    const State& state = run.state;
    return head == state.blocked_head && tick < state.no_room_until && !state.released &&
           !state.more_room;
}

}  // namespace detail

// Makes room for a head that does not fit, if that is possible. Returns whether it fits now.
template <class Exec, class Driver>
TP_HD inline bool make_room(Run<Exec, Driver>& run, std::uint32_t head, std::uint32_t tick) {
    State& state = run.state;
    const Plan& plan = run.plan;
    const bool same = detail::still_no_room(run, head, tick);
    if (same || !detail::choose_victims(run, head, tick)) {
        if (!same || state.others_run) {
            state.no_room_until = detail::next_eligible(run, head, tick);
            state.more_room = state.others_run = false;
        }
        state.wake = state.no_room_until;
        return false;
    }
    // Whoever turns out not to be in the way stays, asked in the order in which State::ends has
    // them; then the others go.
    for (std::uint32_t i = 0; i < state.ends.size; ++i) {
        const std::uint32_t id = state.ends.slots[i];
        if (state.activity[id].victim) {
            detail::mark(run, id, false);
            if (!fits(plan, state.shadow, head)) {
                detail::mark(run, id, true);
            }
        }
    }
    const bool second_order = state.life[head].interrupted;
    for (std::uint32_t i = 0; i < state.ends.size;) {
        const std::uint32_t id = state.ends.slots[i];
        if (state.activity[id].victim) {
            detail::preempt(run, id, tick, second_order);  // leaves State::ends
        } else {
            ++i;
        }
    }
    return true;
}

}  // namespace tidepool::core
