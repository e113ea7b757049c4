#pragma once
// The life of a job: it arrives, waits, starts on the nodes that placement gives it, and gives them
// back. A Run ties a plan, its state and a driver together. What a driver offers (slot: its number
// in State::slots):
//
//   static constexpr bool kInterruptible  what Plan::interruptible says; Told adds it to a driver
//   bool advance(tick)         time moves to `tick`; the state has been as it is since the last
//                              call. False ends the run there (the user interrupted it).
//   void started(slot, tick)   first start, or again from the queue; the slot is complete
//   void finished(slot, tick)  the job is at its end; the slot is about to be emptied
// and, if jobs can be interrupted (State::activity is brought up to `tick` before):
//   void interrupted(slot, tick, outage)  its attempt ends; kNone: its own failure
//   void recovers(slot, tick, lost)       after an interruption it restarts with the nodes it has,
//   void requeued(slot, tick, lost)       or gives up all nodes; `lost` units of work are gone
//   void preempted(slot, tick, second_order)  its attempt ends; requeued() follows. second_order:
//                                         for a job that had itself been interrupted
//   void stopped(slot, tick)              the run ends and the job still has the slot
// and, if it wants to know, in plans with tenants:
//   void passes(tick)          a scheduling pass begins
//   void refused(rank, reason, tick)  it has looked at this job and does not start it
//   void told_to_go(slot, tick)  the job has until Activity::leaves, for another job or a new limit
//   void withdrawn(rank, tick)   the job is gone: its tenant has left
// and, if it wants to know who holds what:
//   void holds(slot, tick)     after an interruption it has lost a node or got one: held_gpus()
//   void node_changed(node, held, down)  so many more of its GPUs are held, and so many more down
//                              and held by nobody
// and, if it has a network (kNetwork is declared; its value does not matter):
//   void steps(slot, tick)     the job enters another stage of a transfer
//   void left(slot)            the slot's job gives up all its nodes: finished or requeued
//   std::uint32_t next_change()  tick at which the network itself changes; kNone: never
//   void settle(run, tick)     the round is over: says by set_pace() how fast jobs get on from now

#include <cstdint>

#include "sim/core/locality.h"
#include "sim/core/nodes.h"
#include "sim/core/tenants.h"

namespace tidepool::core {

// A driver that does not know whether jobs can be interrupted, told at compile time.
template <class Driver, bool kCan>
struct Told : Driver {
    using Driver::Driver;
    static constexpr bool kInterruptible = kCan;
};

// Hooks that do nothing, for drivers to build on.
struct QuietDriver {
    TP_HD bool advance(std::uint32_t) const { return true; }
    TP_HD void started(std::uint32_t, std::uint32_t) const {}
    TP_HD void finished(std::uint32_t, std::uint32_t) const {}
    TP_HD void interrupted(std::uint32_t, std::uint32_t, std::uint32_t) const {}
    TP_HD void recovers(std::uint32_t, std::uint32_t, std::uint64_t) const {}
    TP_HD void requeued(std::uint32_t, std::uint32_t, std::uint64_t) const {}
    TP_HD void preempted(std::uint32_t, std::uint32_t, bool) const {}
    TP_HD void stopped(std::uint32_t, std::uint32_t) const {}
};

namespace detail {

// A unit joins the queue or leaves it (its slot, or kNoUnit). Beside its bit the queue of jobs
// knows nothing of it.
template <class Exec, class Driver>
TP_HD TP_RARE inline void note_unit(Run<Exec, Driver>& run, std::uint32_t rank, std::uint32_t now) {
    State& state = run.state;
    run.exec.sync();
    const bool waited = state.unit_slot[rank] == kWaitingUnit;
    run.exec.sync();
    if (run.exec.lane() == 0) {
        const std::uint64_t bit = std::uint64_t{1} << (rank % 64);
        std::uint64_t& word = state.waiting[rank / 64];
        word = now == kWaitingUnit ? word | bit : word & ~bit;
        state.unit_slot[rank] = now;
    }
    run.exec.sync();
    state.waiting_units += (now == kWaitingUnit ? 1U : 0U) - (waited ? 1U : 0U);
    state.promise_again = true;
}

template <class Exec, class Driver>
TP_HD inline void dequeue_unit(Run<Exec, Driver>& run, std::uint32_t rank) {
    note_unit(run, rank, kNoUnit);
}

// The job or unit has got or lost a slot: `more` GPUs are held.
template <class Exec, class Driver>
TP_HD inline void note_held(Run<Exec, Driver>& run, std::uint32_t rank, std::uint64_t more) {
    if constexpr (Run<Exec, Driver>::kInterruptible) {
        (rank < run.plan.units ? run.state.units_held : run.state.jobs_held) += more;
        run.state.promise_again = true;
        if (has_tenants(run.plan) && rank >= run.plan.units) {
            note_tenant_held(run, rank, more != run.plan.job_gpus[rank]);
        }
    }
}

}  // namespace detail

template <class Exec, class Driver>
TP_HD inline void enqueue(Run<Exec, Driver>& run, std::uint32_t rank, std::uint32_t tick) {
    State& state = run.state;
    if constexpr (Run<Exec, Driver>::kInterruptible) {
        if (rank < run.plan.units) {
            detail::note_unit(run, rank, kWaitingUnit);
            return;
        }
    }
    run.exec.sync();
    if (run.exec.lane() == 0) {
        state.waiting[rank / 64] |= std::uint64_t{1} << (rank % 64);
    }
    run.exec.sync();
    if (state.queue_length == 0 || rank < state.queue_first) {
        state.queue_first = rank;
    }
    state.queue_last = rank >= state.queue_last ? rank + 1 : state.queue_last;
    state.fresh = rank < state.fresh ? rank : state.fresh;
    ++state.queue_length;
    state.queued_gpus += run.plan.job_gpus[rank];
    if constexpr (Run<Exec, Driver>::kInterruptible) {
        if (has_tenants(run.plan)) {
            detail::note_tenant_waiting(run, rank, true, tick);
        }
    }
    begin_choosing(run, rank, tick);
}

// Beside its bit in State::waiting.
template <class Exec, class Driver>
TP_HD inline void leave_queue(Run<Exec, Driver>& run, std::uint32_t rank, std::uint32_t tick) {
    end_choosing(run, rank, tick);
    --run.state.queue_length;
    run.state.queued_gpus -= run.plan.job_gpus[rank];
    if constexpr (Run<Exec, Driver>::kInterruptible) {
        if (has_tenants(run.plan)) {
            detail::note_tenant_waiting(run, rank, false, tick);
        }
    }
}

template <class Exec, class Driver>
TP_HD inline std::uint32_t next_waiting(Run<Exec, Driver>& run, std::uint32_t from) {
    return first_set(run.exec, run.state.waiting, from, run.state.queue_last);
}

namespace detail {

// Lane 0 notes in the slot who holds which GPUs. Whole nodes of a gang are chained in the order
// they were taken.
template <class Exec, class Driver>
TP_HD inline void hold(Run<Exec, Driver>& run, Slot& slot, bool gang, std::uint32_t node,
                       std::uint32_t gpus, std::uint64_t bits, std::uint32_t& last) {
    const Plan& plan = run.plan;
    State& state = run.state;
    const NodeClass& c = plan.classes_by_size[plan.node_class[node]];
    slot.node_class = plan.node_class[node];
    if (gang && gpus == c.gpus) {
        TP_ASSERT(free_gpus(plan, state.now, node) == gpus, "a gang takes wholly free nodes");
        (last == kNone ? slot.whole : state.next_node[last]) = node;
        state.next_node[node] = kNone;
        if constexpr (Run<Exec, Driver>::kInterruptible) {
            state.node_before[node] = last;
        }
        last = node;
        return;
    }
    TP_ASSERT(slot.part_node == kNone && free_gpus(plan, state.now, node) >= gpus,
              "at most one part of a node, and room on it");
    slot.part_node = node;
    slot.part_gpus = gpus;
    slot.part_mask = bits;
}

// The lowest free GPUs of a node; none in a pool.
TP_HD inline std::uint64_t lowest_free(const Plan& plan, const State& state, std::uint32_t node,
                                       std::uint32_t gpus) {
    if (plan.classes_by_size[plan.node_class[node]].pool != 0) {
        return 0;
    }
    std::uint64_t rest = state.gpu_mask[node];
    if (gpus == state.now.free[node]) {
        return rest;
    }
    for (std::uint32_t i = 0; i < gpus; ++i) {
        rest &= rest - 1;
    }
    return state.gpu_mask[node] & ~rest;
}

// The node's GPUs go from the scheduler to the slot; `bits` say which unless it gets the whole
// node.
template <class Exec, class Driver>
TP_HD inline void take(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t node,
                       std::uint32_t gpus, std::uint64_t bits, bool whole) {
    State& state = run.state;
    if constexpr (Run<Exec, Driver>::kInterruptible) {
        if (whole) {
            edit_whole(run, node, true, id);
            return;
        }
        edit_held(run, node, bits, true, [&] {
            state.activity[id].next_on_node = state.sharers[node];
            state.sharers[node] = id;
        });
        return;
    }
    const std::uint32_t left = whole ? 0 : free_gpus(run.plan, state.now, node) - gpus;
    tell_node(run, node, gpus, 0);
    run.exec.sync();
    if (run.exec.lane() == 0) {
        state.gpu_mask[node] = whole ? 0 : state.gpu_mask[node] & ~bits;
    }
    set_free(run.exec, run.plan, state.now, node, left);
}

// The other way round, for what a slot holds of a node.
template <class Exec, class Driver>
TP_HD inline void give_back(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t node,
                            std::uint64_t bits, std::uint32_t gpus) {
    State& state = run.state;
    if constexpr (Run<Exec, Driver>::kInterruptible) {
        TP_ASSERT((state.held[node] & bits) == bits, "what is given back was held");
        run.exec.sync();
        if (state.owner[node] == id && state.down[node] == 0 && serves(state, node)) {
            edit_whole(run, node, false, kNone);
            return;
        }
        edit_held(run, node, bits, false, [&] {
            if (state.owner[node] == id) {
                state.owner[node] = kNone;
            } else {
                std::uint32_t* link = &state.sharers[node];
                while (*link != id) {
                    link = &state.activity[*link].next_on_node;
                }
                *link = state.activity[id].next_on_node;
            }
        });
        return;
    }
    tell_node(run, node, -std::int64_t{gpus}, 0);
    run.exec.sync();
    if (run.exec.lane() == 0) {
        TP_ASSERT((state.gpu_mask[node] & bits) == 0, "no GPU is held twice");
        state.gpu_mask[node] |= bits;
    }
    set_free(run.exec, run.plan, state.now, node, free_gpus(run.plan, state.now, node) + gpus);
}

// The slot gives back everything and is unused; it must be out of State::ends already.
template <class Exec, class Driver>
TP_HD inline void release(Run<Exec, Driver>& run, std::uint32_t id) {
    State& state = run.state;
    const Plan& plan = run.plan;
    const Slot slot = state.slots[id];
    if constexpr (Run<Exec, Driver>::kNetwork) {
        run.driver.left(id);
    }
    for_each_share(state, slot, [&](std::uint32_t node, bool part) {
        give_back(run, id, node, part ? slot.part_mask : all_gpus(plan, node),
                  part ? slot.part_gpus : plan.classes_by_size[slot.node_class].gpus);
    });
    run.exec.sync();
    if (run.exec.lane() == 0) {
        state.unused_slots[state.unused_count] = id;
    }
    ++state.unused_count;
    state.others_run = true;
    note_held(run, slot.rank, std::uint64_t{0} - plan.job_gpus[slot.rank]);
    if constexpr (Run<Exec, Driver>::kInterruptible) {
        if (slot.rank < plan.units) {
            note_unit(run, slot.rank, kNoUnit);
        } else if (state.activity[id].leaves != 0xFFFF'FFFFu) {
            state.leaving -= plan.job_gpus[slot.rank];
        }
        state.released = true;  // under a ceiling also if all of its GPUs are down
    }
    if (plan.queue == QueuePolicy::kEasy) {
        erase(run.exec, state.expected, end_key(slot.expected_end, slot.rank));
    }
    if constexpr (!Run<Exec, Driver>::kInterruptible) {
        state.allocated -= plan.job_gpus[slot.rank];
        state.released = true;
    }
    run.exec.sync();
}

}  // namespace detail

// Starts a waiting job on nodes chosen from `map` (State::now, or State::shadow for a job that will
// still run when the reserved head starts: `beyond`). `reserved`: the shadow is in use and must
// follow. Without an unused slot nothing starts, and the run is over: State::too_many_slots.
template <class Exec, class Driver>
TP_HD inline void start(Run<Exec, Driver>& run, std::uint32_t rank, std::uint32_t tick,
                        const FreeMap& map, bool reserved, bool beyond) {
    State& state = run.state;
    const Plan& plan = run.plan;
    if (state.unused_count == 0) {
        state.too_many_slots = true;
        return;
    }
    const std::uint32_t id = state.unused_slots[state.unused_count - 1];
    const std::uint32_t expected =
        expected_end(plan, state, rank, tick, Run<Exec, Driver>::kInterruptible);
    const bool gang = plan.job_gpus[rank] > largest_node(plan, rank);
    Slot& slot = state.slots[id];
    run.exec.sync();
    if (run.exec.lane() == 0) {
        slot = Slot{};
        slot.rank = rank;
        slot.start = tick;
        slot.end = later(tick, plan.duration[rank]);
        slot.expected_end = expected;
        state.waiting[rank / 64] &= ~(std::uint64_t{1} << (rank % 64));
        if constexpr (Run<Exec, Driver>::kInterruptible) {
            state.activity[id] = Activity{};
        }
    }
    std::uint32_t last = kNone;
    const std::uint32_t near = near_level(plan, state, rank, tick);
    place(run.exec, plan, map, rank, near, [&](std::uint32_t node, std::uint32_t gpus) {
        run.exec.sync();
        const bool whole = gang && gpus == plan.classes_by_size[plan.node_class[node]].gpus;
        const std::uint64_t bits = whole ? 0 : detail::lowest_free(plan, state, node, gpus);
        const std::uint32_t left = whole ? 0 : free_gpus(plan, state.now, node) - gpus;
        run.exec.sync();
        if (run.exec.lane() == 0) {
            detail::hold(run, slot, gang, node, gpus, bits, last);
            if (beyond) {
                note_free(plan, state.then, node, free_gpus(plan, state.then, node) - gpus);
            }
        }
        detail::take(run, id, node, gpus, bits, whole);
        if (reserved) {
            const std::uint32_t then = free_gpus(plan, state.then, node);
            set_free(run.exec, plan, state.shadow, node, left < then ? left : then);
        }
    });
    --state.unused_count;
    state.others_run = true;
    detail::note_held(run, rank, plan.job_gpus[rank]);
    if (Run<Exec, Driver>::kInterruptible && rank < plan.units) {
        detail::note_unit(run, rank, id);
    } else {
        leave_queue(run, rank, tick);
    }
    if constexpr (Run<Exec, Driver>::kInterruptible) {
        set_running(run, id, tick);
    } else {
        state.allocated += plan.job_gpus[rank];
    }
    insert(run.exec, state.ends, end_key(slot.end, rank), id);
    if (plan.queue == QueuePolicy::kEasy) {
        insert(run.exec, state.expected, end_key(expected, rank), id);
    }
    run.driver.started(id, tick);
}

// The next job to end ends.
template <class Exec, class Driver>
TP_HD inline void finish_next(Run<Exec, Driver>& run) {
    State& state = run.state;
    const std::uint32_t id = state.ends.slots[state.ends.size - 1];
    const std::uint32_t tick = state.slots[id].end;
    if constexpr (Run<Exec, Driver>::kInterruptible) {
        bring_up_to(run, id, tick);
    }
    run.driver.finished(id, tick);
    --state.ends.size;
    detail::release(run, id);
}

}  // namespace tidepool::core
