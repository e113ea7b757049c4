#pragma once
// The head of the queue and those behind it: who may start, and what EASY reserves for a head that
// may not. docs/scheduling.md has the rules.

#include <cstdint>

#include "sim/core/room.h"

namespace tidepool::core {

namespace detail {

template <class Exec, class Driver>
TP_HD inline bool may_preempt(const Run<Exec, Driver>& run) {
    return Run<Exec, Driver>::kInterruptible && run.plan.preempt;
}

// The reservation of a head that may not start now: the earliest time at which it fits if running
// jobs end as expected (an overdue job: at the next tick), and the nodes it would then get, near
// together or not: who only waits for a better place fits now. Leaves
// in `then` what is free at that time beside the head, and in `shadow` the part of it that is
// free now as well.
template <class Exec, class Driver>
TP_HD inline std::uint32_t reserve(Run<Exec, Driver>& run, std::uint32_t head, std::uint32_t tick) {
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
    place(run.exec, plan, state.shadow, head, kNone, [&](std::uint32_t node, std::uint32_t gpus) {
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

// How a pass stands.
struct Pass {
    std::uint32_t head = kNone;  // it does not fit, and so blocks the queue; kNone: none yet
    bool reserved = false;       // its reservation has been made
    std::uint32_t shadow_time = kNone;
};

enum class Chance : std::uint8_t { kNone, kNow, kBeside };  // beside the head, also when it starts

template <class Exec, class Driver>
TP_HD inline bool head_fits(Run<Exec, Driver>& run, std::uint32_t head, std::uint32_t tick) {
    State& state = run.state;
    if (!state.released && head == state.blocked_head && !may_preempt(run)) {
        return false;  // nothing came free since it was found not to fit
    }
    if (Run<Exec, Driver>::kInterruptible && !below_ceiling(run.plan, state, head)) {
        return false;
    }
    bool room = fits(run.exec, run.plan, state.now, head, near_level(run.plan, state, head, tick));
    if constexpr (Run<Exec, Driver>::kInterruptible) {
        if (!room && run.plan.preempt) {
            room = make_room(run, head, tick);
        }
    }
    return room;
}

// Whether a job behind a blocked head starts. EASY: a later job that fits now may start if it is
// expected to end by the time the head starts, or if it fits beside the head's reservation.
template <class Exec, class Driver>
TP_HD inline Chance chance_behind(Run<Exec, Driver>& run, Pass& pass, std::uint32_t rank,
                                  std::uint32_t tick) {
    if (Run<Exec, Driver>::kInterruptible && !below_ceiling(run.plan, run.state, rank)) {
        return Chance::kNone;
    }
    const std::uint32_t near = near_level(run.plan, run.state, rank, tick);
    if (!fits(run.exec, run.plan, run.state.now, rank, near)) {
        return Chance::kNone;
    }
    if (run.plan.queue != QueuePolicy::kEasy) {
        return Chance::kNow;
    }
    if (!pass.reserved) {
        pass.shadow_time = reserve(run, pass.head, tick);
        pass.reserved = true;
    }
    constexpr bool kCan = Run<Exec, Driver>::kInterruptible;
    if (expected_end(run.plan, run.state, rank, tick, kCan) <= pass.shadow_time) {
        return Chance::kNow;
    }
    return fits(run.exec, run.plan, run.state.shadow, rank, near) ? Chance::kBeside : Chance::kNone;
}

// Whether the head may not start whatever room there is, so that under EASY nobody behind it may
// use up what it waits for.
template <class Exec, class Driver>
TP_HD inline bool ceiling_blocks(const Run<Exec, Driver>& run, std::uint32_t head) {
    return Run<Exec, Driver>::kInterruptible && run.plan.queue == QueuePolicy::kEasy &&
           !below_ceiling(run.plan, run.state, head);
}

// From where on to look behind a head that is blocked. These jobs have been refused before, unless
// they are new or something came free. Under EASY an overdue job moves the reservation, and on real
// nodes (not in pools) what was started beside it may shift its nodes: then look at all again.
TP_HD inline std::uint32_t first_behind(const Plan& plan, const State& state, std::uint32_t head,
                                        std::uint32_t tick) {
    const bool again = state.released || head != state.blocked_head ||
                       (plan.queue == QueuePolicy::kEasy &&
                        (plan.classes_by_size[0].pool == 0 || next_end(state.expected) <= tick));
    return again || state.fresh <= head ? head + 1 : state.fresh;
}

}  // namespace detail

}  // namespace tidepool::core
