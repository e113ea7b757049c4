#pragma once
// Nodes go down and come up, jobs on them are interrupted or slowed, spares stand in.
// docs/interruptions.md has the rules and the order.

#include <cstdint>

#include "sim/core/recovery.h"

namespace tidepool::core {

namespace detail {

inline constexpr std::uint64_t kEveryGpu = ~std::uint64_t{0};

// Calls visit(slot) for every job that holds any of these GPUs of the node and has at least this
// reach: the gang that holds the whole node, then those with a share, the last to come first.
template <class Exec, class Driver, class Visit>
TP_HD inline void for_each_job(Run<Exec, Driver>& run, const NodeStep& step, std::uint64_t gpus,
                               Visit&& visit) {
    State& state = run.state;
    run.exec.sync();
    const std::uint32_t owner = state.owner[step.node];
    // nobody shares a node with a gang that holds all of it
    for (std::uint32_t id = owner != kNone ? owner : state.sharers[step.node]; id != kNone;) {
        const std::uint32_t next = owner != kNone ? kNone : state.activity[id].next_on_node;
        const bool concerned = owner != kNone || (state.slots[id].part_mask & gpus) != 0;
        if (concerned && state.activity[id].reach >= step.reach) {
            visit(id);
        }
        id = next;
    }
}

// A node in service that is up and free goes to a job that misses one, if there is such a job;
// `lost` is the node that such a job lost.
template <class Exec, class Driver>
TP_HD inline void offer(Run<Exec, Driver>& run, std::uint32_t node, std::uint32_t lost,
                        std::uint32_t tick) {
    State& state = run.state;
    const Plan& plan = run.plan;
    if (state.slots_missing == 0 || state.held[node] != 0 || state.down[node] != 0) {
        return;
    }
    std::uint32_t best = kNone, best_rank = kNone;
    for (std::uint32_t i = 0; i < state.ends.size; ++i) {
        const std::uint32_t id = state.ends.slots[i];
        const std::uint32_t rank = state.slots[id].rank;
        if (state.activity[id].missing == 0 ||
            state.slots[id].node_class != plan.node_class[node] ||
            recovery_rule(plan, rank).on_failure == OnFailure::kRequeue) {
            continue;
        }
        if (rank == state.lost_by[lost]) {
            best = id;
            break;
        }
        if (rank < best_rank) {
            best = id;
            best_rank = rank;
        }
    }
    if (best != kNone) {
        const bool own = node == lost && state.lost_by[node] == state.slots[best].rank;
        gain_node(run, best, node, tick, own);
    }
}

// Whether the job that lost this node last still misses one and would take it.
template <class Exec, class Driver>
TP_HD inline bool is_missed_by_its_job(Run<Exec, Driver>& run, std::uint32_t node) {
    State& state = run.state;
    if (state.slots_missing == 0 || state.lost_by[node] == kNone) {
        return false;
    }
    for (std::uint32_t i = 0; i < state.ends.size; ++i) {
        const std::uint32_t id = state.ends.slots[i];
        const std::uint32_t rank = state.slots[id].rank;
        if (rank == state.lost_by[node]) {
            return state.activity[id].missing > 0 &&
                   recovery_rule(run.plan, rank).on_failure != OnFailure::kRequeue;
        }
    }
    return false;
}

template <class Exec, class Driver>
TP_HD inline void come_up(Run<Exec, Driver>& run, const NodeStep& step) {
    State& state = run.state;
    const std::uint32_t node = step.node;
    const std::uint32_t pool = run.plan.pool_of[node];
    TP_ASSERT((state.down[node] & step.gpus) == step.gpus, "what comes up was down");
    run.exec.sync();
    const bool all_up = state.down[node] == step.gpus;
    const bool spare = state.role[node] == Role::kSpare;
    const bool returns = all_up && (spare || state.missed[node] != 0);
    const bool serves = returns && (state.short_of[pool] > 0 || state.held[node] != 0 ||
                                    is_missed_by_its_job(run, node));
    edit_node(run, node, [&] {
        state.down[node] &= ~step.gpus;
        state.closed[node] = all_up ? Closed::kNo : state.closed[node];
        if (returns) {
            state.role[node] = serves ? Role::kService : Role::kSpare;
            state.missed[node] = 0;
            state.short_of[pool] -= serves ? 1 : 0;
        }
    });
    if (all_up && (!returns || serves)) {
        offer(run, node, node, step.tick);
    }
    NodeStep whole = step;
    whole.reach = 0;
    for_each_job(run, whole, kEveryGpu,
                 [&](std::uint32_t id) { check_complete(run, id, step.tick); });
}

template <class Exec, class Driver>
TP_HD inline void change_speed(Run<Exec, Driver>& run, const NodeStep& step) {
    State& state = run.state;
    run.exec.sync();
    std::uint16_t& speed_here = state.speed[step.reach * run.plan.nodes + step.node];
    state.slowed += (step.speed != kFullSpeed ? 1U : 0U) - (speed_here != kFullSpeed ? 1U : 0U);
    run.exec.sync();
    if (run.exec.lane() == 0) {
        speed_here = step.speed;
    }
    run.exec.sync();
    for_each_job(run, step, kEveryGpu, [&](std::uint32_t id) {
        const Activity& a = state.activity[id];
        const std::uint32_t speed = speed_of(run.plan, state, state.slots[id], a.reach);
        if (a.phase != Phase::kRunning || a.speed == speed) {
            return;
        }
        bring_up_to(run, id, step.tick);
        edit_activity(run, id, [&](Activity& edited) { edited.speed = speed; });
        reschedule(
            run, id,
            next_of<Run<Exec, Driver>::kNetwork>(run.plan, state.slots[id], state.activity[id]));
    });
}

template <class Exec, class Driver>
TP_HD inline void hit(Run<Exec, Driver>& run, const NodeStep& step) {
    State& state = run.state;
    for_each_job(run, step, step.gpus, [&](std::uint32_t id) {
        interrupt(run, id, step.tick, step.outage, step.planned != 0);
        const std::uint64_t down = state.down[step.node];
        const bool owner = state.owner[step.node] == id;
        const std::uint64_t everything = all_gpus(run.plan, step.node);
        const std::uint64_t held = owner ? everything : state.slots[id].part_mask;
        if (down == everything && held == everything) {
            lose_node(run, id, step.node, step.tick);
        } else if ((down & held & step.gpus) != 0) {
            edit_activity(run, id, [](Activity& a) {
                a.loss = a.loss < LossLevel::kReboot ? LossLevel::kReboot : a.loss;
            });
        }
    });
}

// Whether a job works on some of the node: one that does not feel what brought it down.
template <class Exec, class Driver>
TP_HD inline bool is_at_work(Run<Exec, Driver>& run, std::uint32_t node) {
    const State& state = run.state;
    run.exec.sync();
    const std::uint32_t owner = state.owner[node];
    if (owner != kNone && state.activity[owner].phase == Phase::kRunning) {
        return true;
    }
    for (std::uint32_t id = state.sharers[node]; id != kNone;
         id = state.activity[id].next_on_node) {
        if (state.activity[id].phase == Phase::kRunning) {
            return true;
        }
    }
    return false;
}

// The node is wholly down and nobody works on it: a spare stands in, or it is missed.
template <class Exec, class Driver>
TP_HD inline void replace(Run<Exec, Driver>& run, std::uint32_t node, std::uint32_t tick) {
    State& state = run.state;
    const Plan& plan = run.plan;
    const std::uint32_t pool = plan.pool_of[node];
    run.exec.sync();
    const bool extra = state.short_of[pool] < 0;  // one too many serve: it is not needed
    std::uint32_t ready = kNone;
    const std::uint32_t last = extra || state.spare_gpus == 0 ? 0 : plan.pool_begin[pool + 1];
    for (std::uint32_t base = plan.pool_begin[pool]; base < last && ready == kNone;
         base += Exec::kWidth) {
        const std::uint32_t n = base + run.exec.lane();
        const bool good = n < last && state.role[n] == Role::kSpare && state.down[n] == 0;
        ready = run.exec.min(good ? n : kNone);
    }
    edit_node(run, node, [&] {
        if (extra || ready != kNone) {
            state.role[node] = Role::kSpare;
        } else {
            state.missed[node] = 1;
        }
        state.short_of[pool] += ready == kNone ? 1 : 0;
    });
    if (ready == kNone) {
        return;
    }
    edit_node(run, ready, [&] { state.role[ready] = Role::kService; });
    offer(run, ready, node, tick);
}

// A pool with a node too many in service makes a spare of the lowest that is up and wholly free.
template <class Exec, class Driver>
TP_HD inline void settle(Run<Exec, Driver>& run, std::uint32_t pool) {
    State& state = run.state;
    const Plan& plan = run.plan;
    run.exec.sync();
    while (state.short_of[pool] < 0) {
        std::uint32_t found = kNone;
        const std::uint32_t last = plan.pool_begin[pool + 1];
        for (std::uint32_t base = plan.pool_begin[pool]; base < last && found == kNone;
             base += Exec::kWidth) {
            const std::uint32_t n = base + run.exec.lane();
            const bool free = n < last && state.role[n] == Role::kService && state.held[n] == 0 &&
                              state.down[n] == 0;
            found = run.exec.min(free ? n : kNone);
        }
        if (found == kNone) {
            return;
        }
        edit_node(run, found, [&] {
            state.role[found] = Role::kSpare;
            ++state.short_of[pool];
        });
    }
}

}  // namespace detail

TP_HD inline std::uint32_t next_step(const Plan& plan, const State& state) {
    return state.next_step < plan.steps ? plan.step[state.next_step].tick : 0xFFFF'FFFFu;
}

// Everything that happens to nodes at this tick.
template <class Exec, class Driver>
TP_HD inline void change_nodes(Run<Exec, Driver>& run, std::uint32_t tick) {
    State& state = run.state;
    const Plan& plan = run.plan;
    const auto at = [&](StepKind kind) {
        return next_step(plan, state) == tick && plan.step[state.next_step].kind == kind;
    };
    for (; at(StepKind::kUp); ++state.next_step) {
        detail::come_up(run, plan.step[state.next_step]);
    }
    for (; at(StepKind::kSpeed); ++state.next_step) {
        detail::change_speed(run, plan.step[state.next_step]);
    }
    for (; at(StepKind::kDown) || at(StepKind::kAbsent); ++state.next_step) {
        const NodeStep& step = plan.step[state.next_step];
        edit_node(run, step.node, [&] {
            state.down[step.node] |= step.gpus;
            if (state.down[step.node] == all_gpus(plan, step.node)) {
                const bool absent = step.kind == StepKind::kAbsent;
                state.closed[step.node] = absent ? Closed::kAbsent : Closed::kBroken;
            }
        });
    }
    for (; at(StepKind::kHit); ++state.next_step) {
        detail::hit(run, plan.step[state.next_step]);
    }
}

// Before a pass: spares take the place of nodes that are wholly down, and pools get nodes back.
template <class Exec, class Driver>
TP_HD inline void arrange_spares(Run<Exec, Driver>& run, std::uint32_t tick) {
    State& state = run.state;
    const Plan& plan = run.plan;
    for (std::uint32_t node = 0; state.lacking > 0 && node < plan.nodes; ++node) {
        run.exec.sync();
        if (is_lacking(plan, state, node) && !detail::is_at_work(run, node)) {
            detail::replace(run, node, tick);
        }
    }
    for (std::uint32_t pool = 0; pool < plan.pools; ++pool) {
        detail::settle(run, pool);
    }
}

}  // namespace tidepool::core
