#pragma once
// One scheduling pass: who of the waiting starts now. Called once per tick, after everything else
// that happens at it. docs/scheduling.md states the rules; a pass that would look at a job again
// although nothing has changed for it since the last pass leaves it out, which changes no decision.

#include <cstdint>

#include "sim/core/preempt.h"

namespace tidepool::core {

namespace detail {

template <class Exec, class Driver>
TP_HD bool may_preempt(const Run<Exec, Driver>& run) {
    return Run<Exec, Driver>::kInterruptible && run.plan.preempt;
}

// Starts heads of the queue until one does not fit; returns it, or kNone when the queue is empty.
template <class Exec, class Driver>
TP_HD std::uint32_t start_heads(Run<Exec, Driver>& run, std::uint32_t tick) {
    State& state = run.state;
    while (state.queue_length > 0 && !state.too_many_slots) {
        const std::uint32_t head = next_waiting(run, state.queue_first);
        state.queue_first = head;
        if (!state.released && head == state.blocked_head && !may_preempt(run)) {
            return head;  // nothing came free since it was found not to fit
        }
        if (!fits(run.plan, state.now, head)) {
            bool room = false;
            if constexpr (Run<Exec, Driver>::kInterruptible) {
                room = run.plan.preempt && make_room(run, head, tick);
            }
            if (!room) {
                return head;
            }
        }
        start(run, head, tick, state.now, false, false);
    }
    return kNone;
}

// The reservation of a head that does not fit now: the earliest time at which it fits if running
// jobs end as expected (an overdue job: at the next tick), and the nodes it would then get. Leaves
// in `then` what is free at that time beside the head, and in `shadow` the part of it that is
// free now as well.
template <class Exec, class Driver>
TP_HD std::uint32_t reserve(Run<Exec, Driver>& run, std::uint32_t head, std::uint32_t tick) {
    State& state = run.state;
    const Plan& plan = run.plan;
    const EndOrder& expected = state.expected;
    constexpr bool kCan = Run<Exec, Driver>::kInterruptible;
    const auto end_of = [&](std::uint32_t i) {
        const auto end = static_cast<std::uint32_t>(expected.keys[i] >> 32);
        return end > tick ? end : tick + 1;
    };
    copy(run.exec, plan, state.shadow, state.now);
    std::uint32_t i = expected.size;
    std::uint32_t shadow_time = tick;
    while (!fits(plan, state.shadow, head)) {
        if (i == 0) {  // too many nodes are down: no reservation, everything else may start
            TP_ASSERT(kCan, "a job that could never run was rejected beforehand");
            return kNone;
        }
        shadow_time = end_of(i - 1);
        for (; i > 0 && end_of(i - 1) == shadow_time; --i) {
            for_each_returned(plan, state, state.slots[expected.slots[i - 1]], kCan,
                              [&](std::uint32_t node, std::uint32_t gpus) {
                                  set_free(run.exec, plan, state.shadow, node,
                                           free_gpus(plan, state.shadow, node) + gpus);
                              });
        }
    }
    place(run.exec, plan, state.shadow, head, [&](std::uint32_t node, std::uint32_t gpus) {
        set_free(run.exec, plan, state.shadow, node, free_gpus(plan, state.shadow, node) - gpus);
    });
    copy(run.exec, state.then.free, state.shadow.free, plan.nodes);
    copy(run.exec, state.then.level_count, state.shadow.level_count, plan.level_counts);
    run.exec.sync();
    for (; i < expected.size; ++i) {  // only where something is given back can "then" exceed "now"
        for_each_held(plan, state, state.slots[expected.slots[i]], kCan,
                      [&](std::uint32_t node, std::uint32_t) {
                          const std::uint32_t now = free_gpus(plan, state.now, node);
                          const std::uint32_t then = free_gpus(plan, state.then, node);
                          set_free(run.exec, plan, state.shadow, node, now < then ? now : then);
                      });
    }
    return shadow_time;
}

// EASY: a later job that fits now may start if it is expected to end by the time the head starts,
// or if it fits beside the head's reservation.
template <class Exec, class Driver>
TP_HD void backfill(Run<Exec, Driver>& run, std::uint32_t head, std::uint32_t from,
                    std::uint32_t tick) {
    State& state = run.state;
    bool reserved = false;
    std::uint32_t shadow_time = 0;
    for (std::uint32_t rank = next_waiting(run, from); rank != kNone;
         rank = state.too_many_slots ? kNone : next_waiting(run, rank + 1)) {
        if (!fits(run.plan, state.now, rank)) {
            continue;
        }
        if (!reserved) {
            shadow_time = reserve(run, head, tick);
            reserved = true;
        }
        if (expected_end(run.plan, state, rank, tick, Run<Exec, Driver>::kInterruptible) <=
            shadow_time) {
            start(run, rank, tick, state.now, shadow_time != kNone, false);
        } else if (fits(run.plan, state.shadow, rank)) {
            start(run, rank, tick, state.shadow, true, true);
        }
    }
}

template <class Exec, class Driver>
TP_HD void start_all_that_fit(Run<Exec, Driver>& run, std::uint32_t from, std::uint32_t tick) {
    for (std::uint32_t rank = next_waiting(run, from); rank != kNone;
         rank = run.state.too_many_slots ? kNone : next_waiting(run, rank + 1)) {
        if (fits(run.plan, run.state.now, rank)) {
            start(run, rank, tick, run.state.now, false, false);
        }
    }
}

}  // namespace detail

template <class Exec, class Driver>
TP_HD void schedule(Run<Exec, Driver>& run, std::uint32_t tick) {
    State& state = run.state;
    state.wake = kNone;
    if (state.queue_length > 0) {
        const std::uint32_t head = detail::start_heads(run, tick);
        if (head != kNone && run.plan.queue != QueuePolicy::kFifo) {
            // The jobs behind a head that stays blocked have been refused before, unless they are
            // new or something came free. Under EASY an overdue job moves the reservation, and on
            // real nodes (not in pools) what was started beside it may shift its nodes: then look
            // at all again.
            const bool easy = run.plan.queue == QueuePolicy::kEasy;
            const bool again = state.released || head != state.blocked_head ||
                               (easy && (run.plan.classes_by_size[0].pool == 0 ||
                                         next_end(state.expected) <= tick));
            const std::uint32_t from = again || state.fresh <= head ? head + 1 : state.fresh;
            if (easy) {
                detail::backfill(run, head, from, tick);
            } else {
                detail::start_all_that_fit(run, from, tick);
            }
        }
        state.blocked_head = head;
    }
    state.released = false;
    state.fresh = kNone;
}

}  // namespace tidepool::core
