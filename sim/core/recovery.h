#pragma once
// What happens to a job between an interruption and its restart. docs/interruptions.md has the
// rules.

#include <cstdint>

#include "sim/core/job_flow.h"
#include "sim/core/units.h"

namespace tidepool::core {

namespace detail {

TP_HD inline Fallback fallback_of(const Plan& plan, const State& state, std::uint32_t id,
                                  LossLevel loss) {
    const std::uint32_t rank = state.slots[id].rank;
    const Life& life = state.life[rank];
    return fallback(checkpoint_rule(plan, rank), life.copies, life.saved,
                    state.activity[id].progress, loss);
}

// Units of work beyond checkpoint `index` that survive: those that the job had saved when it left.
TP_HD inline std::uint64_t kept_beyond(const CheckpointRule& rule, const Life& life,
                                       std::uint32_t index, LossLevel loss) {
    const bool survives = life.kept_in != kNone && rule.tier[life.kept_in].survives >= loss;
    return survives && index == life.saved ? life.kept : 0;
}

// Units of work lost by falling back, which is entered into the job's Life.
template <class Exec, class Driver>
TP_HD inline std::uint64_t fall_back(Run<Exec, Driver>& run, std::uint32_t id, LossLevel loss) {
    State& state = run.state;
    const std::uint32_t rank = state.slots[id].rank;
    const CheckpointRule& rule = checkpoint_rule(run.plan, rank);
    run.exec.sync();
    const Progress at = state.activity[id].progress;
    const Fallback to = fallback_of(run.plan, state, id, loss);
    const std::uint64_t kept = kept_beyond(rule, state.life[rank], to.index, loss);
    run.exec.sync();
    if (run.exec.lane() == 0) {
        Life& life = state.life[rank];
        life.saved = to.index;
        life.tier = kept > 0 ? life.kept_in : to.tier;
        life.copies = to.copies;
        life.kept = kept;
        life.kept_in = kept > 0 ? life.kept_in : kNone;
    }
    run.exec.sync();
    return rule.cold ? 0 : work_done(rule, at) - to.index * detail::units(rule.interval) - kept;
}

// Lane 0 edits the slot's activity.
template <class Exec, class Driver, class Edit>
TP_HD inline void edit_activity(Run<Exec, Driver>& run, std::uint32_t id, Edit&& edit) {
    run.exec.sync();
    if (run.exec.lane() == 0) {
        edit(run.state.activity[id]);
    }
    run.exec.sync();
}

// Whether the slot holds all of its job's GPUs, and they are up.
TP_HD inline bool complete(const Plan& plan, const State& state, std::uint32_t id) {
    if (state.activity[id].missing > 0) {
        return false;
    }
    std::uint64_t up = 0;
    for_each_held(plan, state, state.slots[id], true,
                  [&](std::uint32_t, std::uint32_t gpus) { up += gpus; });
    return up == plan.job_gpus[state.slots[id].rank];
}

template <class Exec, class Driver>
TP_HD inline void restart(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t tick) {
    State& state = run.state;
    const Slot& slot = state.slots[id];
    const std::uint64_t lost = fall_back(run, id, state.activity[id].loss);
    run.driver.recovers(id, tick, lost);
    const std::uint32_t expected = expected_end(run.plan, state, slot.rank, tick, true);
    if (run.plan.queue == QueuePolicy::kEasy) {
        erase(run.exec, state.expected, end_key(slot.expected_end, slot.rank));
        run.exec.sync();
        if (run.exec.lane() == 0) {
            state.slots[id].expected_end = expected;
        }
        run.exec.sync();
        insert(run.exec, state.expected, end_key(expected, slot.rank), id);
    }
    erase(run.exec, state.ends, end_key(slot.end, slot.rank));
    state.more_room = true;  // it may be asked to go again
    set_running(run, id, tick);
    insert(run.exec, state.ends, end_key(slot.end, slot.rank), id);
    if (slot.rank < run.plan.units) {
        check_ready(run, id, tick);  // if it needs no time to start
    }
}

// Nothing is missing, and `detect` is over.
template <class Exec, class Driver>
TP_HD inline void go_on(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t tick) {
    const Activity& a = run.state.activity[id];
    const std::uint32_t swap = recovery_rule(run.plan, run.state.slots[id].rank).swap;
    if (a.loss == LossLevel::kSwap && !a.swapped && swap > 0) {
        edit_activity(run, id, [](Activity& edited) {
            edited.phase = Phase::kSwapping;
            edited.swapped = true;
        });
        reschedule(run, id, later(tick, swap));
        return;
    }
    restart(run, id, tick);
}

// The job leaves its slot and joins the queue; a unit that closes is gone.
template <class Exec, class Driver>
TP_HD inline void requeue_losing(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t tick,
                                 std::uint64_t lost) {
    State& state = run.state;
    const Slot& slot = state.slots[id];
    const std::uint32_t rank = slot.rank;
    const bool closes = rank < run.plan.units && state.activity[id].leaves != 0xFFFF'FFFFu;
    run.driver.requeued(id, tick, lost);
    const Activity& a = state.activity[id];
    const bool made_room =
        a.phase == Phase::kRunning && a.leaves == tick && a.why == Leaves::kForUnits;
    run.exec.sync();
    if (run.exec.lane() == 0) {
        state.life[rank].gone_at = made_room ? tick : kNone;
    }
    run.exec.sync();
    state.slots_missing -= state.activity[id].missing > 0 ? 1U : 0U;
    if (rank < run.plan.units) {
        state.units_lacking -= run.plan.job_gpus[rank] - held_gpus(run.plan, state, id);
    }
    erase(run.exec, state.ends, end_key(slot.end, rank));
    release(run, id);
    state.released = true;  // even a job that held nothing changes what others may plan with
    if (has_tenants(run.plan) && tenant_is_gone(run.plan, state, rank)) {
        withdraw(run, rank, tick);
    } else if (!closes) {
        enqueue(run, rank, tick);
    }
}

template <class Exec, class Driver>
TP_HD inline void requeue(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t tick) {
    const std::uint64_t lost = fall_back(run, id, LossLevel::kRequeue);
    requeue_losing(run, id, tick, lost);
}

// The end of `detect` or `swap`.
template <class Exec, class Driver>
TP_HD inline void recover(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t tick) {
    State& state = run.state;
    bring_up_to(run, id, tick);
    const OnFailure rule = recovery_rule(run.plan, state.slots[id].rank).on_failure;
    const bool present = complete(run.plan, state, id);
    const bool leaving = state.activity[id].leaves != 0xFFFF'FFFFu;
    if (leaving || rule == OnFailure::kRequeue || (rule == OnFailure::kSpare && !present)) {
        requeue(run, id, tick);
    } else if (present) {
        go_on(run, id, tick);
    } else {
        edit_activity(run, id, [](Activity& a) { a.phase = Phase::kWaiting; });
        reschedule(run, id, 0xFFFF'FFFFu);
    }
}

// Something that was missing has come; a job that waited for it goes on in the next round of this
// tick, if it is still complete then.
template <class Exec, class Driver>
TP_HD inline void check_complete(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t tick) {
    if (run.state.activity[id].phase == Phase::kWaiting && complete(run.plan, run.state, id)) {
        reschedule(run, id, tick);
    }
}

// Tells a driver that wants to know that the slot's job has lost a node or got one.
template <class Exec, class Driver>
TP_HD inline void tell_holder(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t tick) {
    if constexpr (requires { run.driver.holds(id, tick); }) {
        run.driver.holds(id, tick);
    }
}

// A whole node leaves the job that holds it: one of a gang's, or the only one.
template <class Exec, class Driver>
TP_HD inline void lose_node(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t node,
                            std::uint32_t tick) {
    State& state = run.state;
    const bool only = state.slots[id].part_node == node;
    bring_up_to(run, id, tick);
    give_back(run, id, node, all_gpus(run.plan, node),
              run.plan.classes_by_size[state.slots[id].node_class].gpus);
    state.slots_missing += state.activity[id].missing == 0 ? 1U : 0U;
    if (state.slots[id].rank < run.plan.units) {
        state.units_lacking += count_bits(all_gpus(run.plan, node));
    }
    run.exec.sync();
    if (run.exec.lane() == 0) {
        Slot& slot = state.slots[id];
        Activity& a = state.activity[id];
        if (only) {
            slot.part_node = kNone;
        } else {
            const std::uint32_t before = state.node_before[node];
            const std::uint32_t after = state.next_node[node];
            (before == kNone ? slot.whole : state.next_node[before]) = after;
            if (after != kNone) {
                state.node_before[after] = before;
            }
        }
        ++a.missing;
        a.loss = a.loss < LossLevel::kReboot ? LossLevel::kReboot : a.loss;
        state.lost_by[node] = slot.rank;
    }
    run.exec.sync();
    tell_holder(run, id, tick);
}

// A job that misses one gets a whole node that is up and free. `own`: it had lost this one.
template <class Exec, class Driver>
TP_HD inline void gain_node(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t node,
                            std::uint32_t tick, bool own) {
    State& state = run.state;
    const std::uint64_t bits = all_gpus(run.plan, node);
    const std::uint32_t gpus = state.now.free[node];
    const bool only = state.slots[id].part_gpus == gpus;
    bring_up_to(run, id, tick);
    take(run, id, node, gpus, bits, !only);
    run.exec.sync();
    if (run.exec.lane() == 0) {
        Slot& slot = state.slots[id];
        Activity& a = state.activity[id];
        if (only) {
            slot.part_node = node;
            slot.part_mask = bits;
        } else {
            state.next_node[node] = slot.whole;
            state.node_before[node] = kNone;
            if (slot.whole != kNone) {
                state.node_before[slot.whole] = node;
            }
            slot.whole = node;
        }
        --a.missing;
        a.loss = own ? a.loss : LossLevel::kSwap;
    }
    run.exec.sync();
    state.slots_missing -= state.activity[id].missing == 0 ? 1U : 0U;
    if (state.slots[id].rank < run.plan.units) {
        state.units_lacking -= gpus;
    }
    tell_holder(run, id, tick);
    check_complete(run, id, tick);
}

}  // namespace detail

// Units of work that an interrupted job will have lost if it goes on as things stand.
TP_HD inline std::uint64_t lost_so_far(const Plan& plan, const State& state, std::uint32_t id) {
    const CheckpointRule& rule = checkpoint_rule(plan, state.slots[id].rank);
    const Activity& a = state.activity[id];
    const Fallback to = detail::fallback_of(plan, state, id, a.loss);
    const std::uint64_t kept =
        detail::kept_beyond(rule, state.life[state.slots[id].rank], to.index, a.loss);
    return rule.cold ? 0
                     : work_done(rule, a.progress) - to.index * detail::units(rule.interval) - kept;
}

// The job stops, if it was running. kNone: its own failure.
template <class Exec, class Driver>
TP_HD inline void interrupt(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t tick,
                            std::uint32_t outage, bool planned) {
    State& state = run.state;
    if (state.activity[id].phase != Phase::kRunning) {
        return;
    }
    bring_up_to(run, id, tick);
    run.driver.interrupted(id, tick, outage);
    set_unready(run, id, tick);
    detail::edit_activity(run, id, [](Activity& a) {
        a.phase = Phase::kDetecting;
        a.attempt = Stretch{};
        a.restart = 0;
        a.saves = 0xFFFF'FFFFu;
    });
    if (run.exec.lane() == 0) {
        state.life[state.slots[id].rank].interrupted = true;
    }
    const std::uint32_t detect = recovery_rule(run.plan, state.slots[id].rank).detect;
    const bool leaving = state.activity[id].leaves != 0xFFFF'FFFFu;  // whether or not it is noticed
    reschedule(run, id, later(tick, planned || leaving ? 0 : detect));
}

}  // namespace tidepool::core
