#pragma once
// The life of a job: it arrives, waits, starts on the nodes that placement gives it, and gives them
// back. A Run ties a plan, its state and a driver together. What a driver offers:
//
//   bool advance(tick)                  time moves to `tick`; the state has been as it is since the
//   last
//                                       call. False ends the run there (the user interrupted it).
//   tick ends_at(rank, start)           when a job that starts now will end; 0xFFFFFFFF: not in
//   this run void started(slot)                  the slot is complete void finished(slot) it is
//   about to be emptied

#include <cstdint>

#include "sim/core/placement.h"
#include "sim/core/state.h"

namespace tidepool::core {

template <class Exec, class Driver>
struct Run {
    Exec exec;
    const Plan& plan;
    State& state;
    Driver& driver;
};

TP_HD constexpr std::uint32_t later(std::uint32_t tick, std::uint32_t ticks) {
    return ticks > 0xFFFF'FFFFu - tick ? 0xFFFF'FFFFu : tick + ticks;
}

// Calls give(node, gpus) for every node that the slot holds.
template <class Give>
TP_HD void for_each_held(const Plan& plan, const State& state, const Slot& slot, Give&& give) {
    for (std::uint32_t node = slot.whole; node != kNone;) {
        const std::uint32_t next = state.next_node[node];
        give(node, plan.classes_by_size[slot.node_class].gpus);
        node = next;
    }
    if (slot.part_node != kNone) {
        give(slot.part_node, slot.part_gpus);
    }
}

template <class Exec, class Driver>
TP_HD void enqueue(Run<Exec, Driver>& run, std::uint32_t rank) {
    State& state = run.state;
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
}

template <class Exec, class Driver>
TP_HD std::uint32_t next_waiting(Run<Exec, Driver>& run, std::uint32_t from) {
    return first_set(run.exec, run.state.waiting, from, run.state.queue_last);
}

namespace detail {

// Lane 0 notes who holds which GPUs. Whole nodes of a gang are chained in the order they were
// taken.
TP_HD inline void hold(const Plan& plan, State& state, Slot& slot, bool gang, std::uint32_t node,
                       std::uint32_t gpus, std::uint32_t& last) {
    const NodeClass& c = plan.classes_by_size[plan.node_class[node]];
    slot.node_class = plan.node_class[node];
    if (gang && gpus == c.gpus) {
        TP_ASSERT(state.now.free[node] == gpus, "a gang takes wholly free nodes");
        (last == kNone ? slot.whole : state.next_node[last]) = node;
        state.next_node[node] = kNone;
        state.gpu_mask[node] = 0;
        last = node;
        return;
    }
    TP_ASSERT(slot.part_node == kNone && state.now.free[node] >= gpus,
              "at most one part of a node, and room on it");
    slot.part_node = node;
    slot.part_gpus = gpus;
    if (c.pool == 0) {
        std::uint64_t rest = state.gpu_mask[node];
        for (std::uint32_t i = 0; i < gpus; ++i) {
            rest &= rest - 1;  // lowest GPUs first
        }
        slot.part_mask = state.gpu_mask[node] & ~rest;
        state.gpu_mask[node] = rest;
    }
}

}  // namespace detail

// Starts a waiting job on nodes chosen from `map` (State::now, or State::shadow for a job that will
// still run when the reserved head starts: `beyond`). `reserved`: the shadow is in use and must
// follow.
template <class Exec, class Driver>
TP_HD void start(Run<Exec, Driver>& run, std::uint32_t rank, std::uint32_t tick, const FreeMap& map,
                 bool reserved, bool beyond) {
    State& state = run.state;
    const Plan& plan = run.plan;
    const std::uint32_t id = state.unused_slots[state.unused_count - 1];
    const std::uint32_t end = run.driver.ends_at(rank, tick);
    const std::uint32_t expected = later(tick, plan.estimate[rank]);
    const bool gang = plan.job_gpus[rank] > largest_node(plan, rank);
    Slot& slot = state.slots[id];
    run.exec.sync();
    if (run.exec.lane() == 0) {
        slot = Slot{};
        slot.rank = rank;
        slot.start = tick;
        slot.end = end;
        slot.expected_end = expected;
        state.waiting[rank / 64] &= ~(std::uint64_t{1} << (rank % 64));
    }
    std::uint32_t last = kNone;
    place(run.exec, plan, map, rank, [&](std::uint32_t node, std::uint32_t gpus) {
        run.exec.sync();
        const std::uint32_t left = state.now.free[node] - gpus;
        if (run.exec.lane() == 0) {
            detail::hold(plan, state, slot, gang, node, gpus, last);
            if (beyond) {
                state.shadow_free[node] -= gpus;
            }
        }
        set_free(run.exec, plan, state.now, node, left);
        if (reserved) {
            const std::uint32_t then = state.shadow_free[node];
            set_free(run.exec, plan, state.shadow, node, left < then ? left : then);
        }
    });
    --state.unused_count;
    --state.queue_length;
    state.queued_gpus -= plan.job_gpus[rank];
    state.allocated += plan.job_gpus[rank];
    insert(run.exec, state.ends, end_key(end, rank), id);
    if (plan.queue == QueuePolicy::kEasy) {
        insert(run.exec, state.expected, end_key(expected, rank), id);
    }
    run.driver.started(slot);
}

// The next job to end ends.
template <class Exec, class Driver>
TP_HD void finish_next(Run<Exec, Driver>& run) {
    State& state = run.state;
    const Plan& plan = run.plan;
    const std::uint32_t id = state.ends.slots[state.ends.size - 1];
    const Slot slot = state.slots[id];
    run.driver.finished(slot);
    run.exec.sync();
    if (run.exec.lane() == 0) {
        for_each_held(plan, state, slot, [&](std::uint32_t node, std::uint32_t) {
            const NodeClass& c = plan.classes_by_size[plan.node_class[node]];
            if (c.pool == 0) {
                const std::uint64_t back = node == slot.part_node
                                               ? slot.part_mask
                                               : ~std::uint64_t{0} >> (kLargestNode - c.gpus);
                TP_ASSERT((state.gpu_mask[node] & back) == 0, "no GPU is held twice");
                state.gpu_mask[node] |= back;
            }
        });
        state.unused_slots[state.unused_count] = id;
    }
    for_each_held(plan, state, slot, [&](std::uint32_t node, std::uint32_t gpus) {
        set_free(run.exec, plan, state.now, node, state.now.free[node] + gpus);
    });
    ++state.unused_count;
    --state.ends.size;
    if (plan.queue == QueuePolicy::kEasy) {
        erase(run.exec, state.expected, end_key(slot.expected_end, slot.rank));
    }
    state.allocated -= plan.job_gpus[slot.rank];
    state.released = true;
}

}  // namespace tidepool::core
