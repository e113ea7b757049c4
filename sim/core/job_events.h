#pragma once
// What happens to a job in its slot when its next event is due. docs/interruptions.md and
// docs/tide.md have the rules.

#include <cstdint>

#include "sim/core/recovery.h"

namespace tidepool::core {

namespace detail {

// Whether the job is at its end, at a tick at which its activity is due.
template <class Exec, class Driver>
TP_HD inline bool is_done(const Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t tick) {
    const std::uint32_t rank = run.state.slots[id].rank;
    const CheckpointRule& rule = checkpoint_rule(run.plan, rank);
    const std::uint32_t total = run.plan.duration[rank];
    const Activity& a = run.state.activity[id];
    if (Run<Exec, Driver>::kNetwork && rule.shared != kNone) {
        return stage_of(rule, total, a) == Stage::kDone;
    }
    const std::uint64_t rest = a.restart_left + ticks_left(rule, total, a.progress, pace_of(a));
    const std::uint32_t end = later(a.since, rest);
    return end <= tick && end <= a.saves;
}

// A job that was asked to go leaves, with what it could save.
template <class Exec, class Driver>
TP_HD TP_RARE inline void depart(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t tick) {
    State& state = run.state;
    const std::uint32_t rank = state.slots[id].rank;
    const CheckpointRule& rule = checkpoint_rule(run.plan, rank);
    bring_up_to(run, id, tick);
    run.driver.preempted(id, tick, false);
    edit_activity(run, id, [](Activity& a) { a.restart = 0; });
    if (state.activity[id].saves == 0xFFFF'FFFFu) {
        requeue(run, id, tick);
        return;
    }
    const Fallback rest = fallback_of(run.plan, state, id, LossLevel::kRequeue);
    run.exec.sync();
    Progress at = state.activity[id].progress;
    if (rule.interval > 0 && at.index < checkpoints_of(rule, run.plan.duration[rank]) &&
        at.work == units(rule.interval)) {  // it was about to write this very checkpoint
        ++at.index;
        at.work = 0;
    }
    run.exec.sync();
    if (run.exec.lane() == 0) {
        Life& life = state.life[rank];
        const std::uint32_t tier = leaving_tier(rule);
        const bool also = at.work == 0 && rest.index == at.index;  // a tier before it may have it
        life.copies = rest.copies;
        life.copies.index[tier] = at.index;
        life.saved = at.index;
        life.kept = at.work;
        life.tier = also && rest.tier < tier      ? rest.tier
                    : at.index > 0 || at.work > 0 ? tier
                                                  : kNone;
        life.kept_in = at.work > 0 ? tier : kNone;
    }
    run.exec.sync();
    requeue_losing(run, id, tick, 0);
}

}  // namespace detail

// What is next for the slot that is first in State::ends: its job's end, its own failure, a step
// of a transfer, or a step of its recovery.
template <class Exec, class Driver>
TP_HD inline void handle_next(Run<Exec, Driver>& run) {
    State& state = run.state;
    if constexpr (Run<Exec, Driver>::kInterruptible) {
        const std::uint32_t id = state.ends.slots[state.ends.size - 1];
        const std::uint32_t tick = state.slots[id].end;
        if (state.activity[id].phase != Phase::kRunning) {
            detail::recover(run, id, tick);
            return;
        }
        if constexpr (Run<Exec, Driver>::kNetwork) {
            bring_up_to(run, id, tick);
        }
        const bool leaves = state.activity[id].leaves <= tick;
        if (!detail::is_done(run, id, tick) && !(leaves && state.slots[id].rank < run.plan.units)) {
            if (leaves) {
                detail::depart(run, id, tick);
                return;
            }
            if (state.activity[id].own_failure == tick) {
                interrupt(run, id, tick, kNone, false);
                return;
            }
            const bool unit = state.slots[id].rank < run.plan.units;
            if (unit) {
                check_ready(run, id, tick);
            }
            if (Run<Exec, Driver>::kNetwork || unit) {
                constexpr bool kNetwork = Run<Exec, Driver>::kNetwork;
                reschedule(
                    run, id,
                    detail::next_of<kNetwork>(run.plan, state.slots[id], state.activity[id]));
                if constexpr (kNetwork) {
                    run.driver.steps(id, tick);
                }
                return;
            }
        }
    }
    finish_next(run);
}

// The network's word on how fast a running job gets on from now on: works, and moves bytes.
template <class Exec, class Driver>
TP_HD inline void set_pace(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t tick,
                           std::uint32_t pace, std::uint32_t transfer) {
    static_assert(Run<Exec, Driver>::kNetwork);
    State& state = run.state;
    const Activity& a = state.activity[id];
    if (a.phase != Phase::kRunning || (a.pace == pace && a.transfer.pace == transfer)) {
        return;
    }
    bring_up_to(run, id, tick);
    detail::edit_activity(run, id, [&](Activity& edited) {
        edited.pace = pace;
        edited.transfer.pace = transfer;
    });
    const std::uint32_t next = detail::next_of<true>(run.plan, state.slots[id], state.activity[id]);
    if (next != state.slots[id].end) {
        reschedule(run, id, next);
    }
}

}  // namespace tidepool::core
