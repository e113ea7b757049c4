#pragma once
// Whether there is room for a waiting job, who makes room for it, and why there is none.
// docs/tenants.md has the rules.

#include <cstdint>

#include "sim/core/services.h"

namespace tidepool::core {

// Why a job waits. Values are part of the results: never renumber, only add.
enum class Reason : std::uint8_t { kPriority = 0, kQuota = 1, kCapacity = 2, kFragmentation = 3 };

namespace detail {

// Now, later (others are about to leave for it), or not at all as things stand.
enum class Room : std::uint8_t { kNone, kNow, kLater };

template <class Exec, class Driver>
TP_HD inline void refuse(Run<Exec, Driver>& run, std::uint32_t rank, Reason reason,
                         std::uint32_t tick) {
    if constexpr (requires { run.driver.refused(rank, reason, tick); }) {
        run.driver.refused(rank, reason, tick);
    }
}

// Free GPUs of models that the job accepts.
TP_HD inline std::uint64_t free_for(const Plan& plan, const State& state, std::uint32_t rank) {
    std::uint64_t gpus = 0;
    for (std::uint32_t c = 0; c < plan.classes; ++c) {
        const NodeClass& k = plan.classes_by_size[c];
        if (!accepts(plan, rank, k)) {
            continue;
        }
        for (std::uint32_t level = 1; k.pool == 0 && level <= k.gpus; ++level) {
            gpus += std::uint64_t{level} * level_count(state.now, k, level);
        }
        gpus += k.pool != 0 ? state.now.level_count[k.count_offset] : 0;
    }
    return gpus;
}

// Of a job that does not fit.
template <class Exec, class Driver>
TP_HD inline Reason why_no_room(const Run<Exec, Driver>& run, std::uint32_t rank) {
    if (!below_ceiling(run.plan, run.state, rank)) {
        return Reason::kQuota;
    }
    const bool enough = hosts_have(run.plan, run.state, rank) &&
                        free_for(run.plan, run.state, rank) >= run.plan.job_gpus[rank];
    return enough ? Reason::kFragmentation : Reason::kCapacity;
}

// GPUs that the tenant holds beyond those of jobs that leave, and its guarantee.
TP_HD inline std::uint64_t borrowed(const Plan& plan, const State& state, std::uint32_t tenant) {
    const TenantState& t = state.tenant[tenant];
    const std::uint64_t stay = t.held - t.going;
    return stay > plan.tenant[tenant].guaranteed ? stay - plan.tenant[tenant].guaranteed : 0;
}

// Whether a running job may have to go for a waiting one. `by`: what entitles that one to its GPUs,
// under `quota`.
template <class Exec, class Driver>
TP_HD inline bool may_go_for(const Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t rank,
                             std::uint32_t by, std::uint32_t tick) {
    const Plan& plan = run.plan;
    const Slot& slot = run.state.slots[id];
    const Activity& a = run.state.activity[id];
    if (slot.rank < plan.units || a.phase != Phase::kRunning || a.victim ||
        a.leaves != 0xFFFF'FFFFu || tick - slot.start < plan.preempt_after) {
        return false;
    }
    if (plan.tenant_rule.preempt == PreemptRule::kPriority) {
        return plan.priority[slot.rank] < plan.priority[rank];
    }
    bool may = true;
    for_each_above(plan, plan.tenant_of[slot.rank], [&](std::uint32_t t) {
        const bool both = is_within(plan, plan.tenant_of[rank], t);
        may = may && t != by && (both || borrowed(plan, run.state, t) >= plan.job_gpus[slot.rank]);
    });
    return may;
}

// Whether job a goes before job b.
TP_HD inline bool makes_room_before(const Plan& plan, const State& state, const Slot& a,
                                    const Slot& b) {
    if (plan.tenant_rule.preempt == PreemptRule::kPriority) {
        if (plan.priority[a.rank] != plan.priority[b.rank]) {
            return plan.priority[a.rank] < plan.priority[b.rank];
        }
    } else {
        const std::uint64_t over_a = borrowed(plan, state, plan.tenant_of[a.rank]);
        const std::uint64_t over_b = borrowed(plan, state, plan.tenant_of[b.rank]);
        if (over_a != over_b) {
            return over_a > over_b;
        }
    }
    const std::uint32_t gpus_a = plan.job_gpus[a.rank], gpus_b = plan.job_gpus[b.rank];
    switch (plan.tenant_rule.order) {
        case PreemptOrder::kEarliest:
            if (a.start != b.start) {
                return a.start < b.start;
            }
            break;
        case PreemptOrder::kLargest:
            if (gpus_a != gpus_b) {
                return gpus_a > gpus_b;
            }
            break;
        case PreemptOrder::kSmallest:
            if (gpus_a != gpus_b) {
                return gpus_a < gpus_b;
            }
            break;
        case PreemptOrder::kLatest:
            break;
    }
    return a.start != b.start ? a.start > b.start : a.rank > b.rank;
}

template <class Exec, class Driver>
TP_HD inline void note_going(Run<Exec, Driver>& run, std::uint32_t id, bool goes) {
    const std::uint32_t rank = run.state.slots[id].rank;
    const std::uint64_t gpus = run.plan.job_gpus[rank];
    run.exec.sync();
    if (run.exec.lane() == 0) {
        for_each_above(run.plan, run.plan.tenant_of[rank], [&](std::uint32_t t) {
            run.state.tenant[t].going += goes ? gpus : std::uint64_t{0} - gpus;
        });
    }
    run.exec.sync();
}

// Into the shadow: what is free, and what those hold that are leaving anyway.
template <class Exec, class Driver>
TP_HD inline void suppose_gone(Run<Exec, Driver>& run) {
    State& state = run.state;
    run.exec.sync();
    for (std::uint32_t t = run.exec.lane(); t < run.plan.tenants; t += Exec::kWidth) {
        state.tenant[t].going = 0;
    }
    copy(run.exec, run.plan, state.shadow, state.now);
    for (std::uint32_t i = 0; i < state.ends.size; ++i) {
        const std::uint32_t id = state.ends.slots[i];
        if (state.activity[id].leaves != 0xFFFF'FFFFu) {
            add_to_shadow(run, id, true);
            if (state.slots[id].rank >= run.plan.units) {
                note_going(run, id, true);
            }
        }
    }
}

// Marks jobs until the waiting one fits into the shadow; unmarks those that turn out not to be in
// the way. The last one marked, chained by Activity::marked_before; kNone: it does not help.
template <class Exec, class Driver>
TP_HD inline std::uint32_t mark_for(Run<Exec, Driver>& run, std::uint32_t rank, std::uint32_t by,
                                    std::uint32_t tick) {
    State& state = run.state;
    const Plan& plan = run.plan;
    std::uint32_t first = kNone;
    const auto set = [&](std::uint32_t id, bool victim) {
        mark(run, id, victim);
        note_going(run, id, victim);
    };
    while (!fits(plan, state.shadow, rank)) {
        std::uint32_t best = kNone;
        for (std::uint32_t i = 0; i < state.ends.size; ++i) {
            const std::uint32_t id = state.ends.slots[i];
            if (may_go_for(run, id, rank, by, tick) &&
                (best == kNone ||
                 makes_room_before(plan, state, state.slots[id], state.slots[best]))) {
                best = id;
            }
        }
        if (best == kNone) {
            break;
        }
        set(best, true);
        edit_activity(run, best, [&](Activity& a) { a.marked_before = first; });
        first = best;
    }
    const bool enough = fits(plan, state.shadow, rank);
    bool any = false;
    for (std::uint32_t id = first; id != kNone; id = state.activity[id].marked_before) {
        set(id, false);
        if (enough && !fits(plan, state.shadow, rank)) {
            set(id, true);
            any = true;
        }
    }
    return any ? first : kNone;
}

// Those that are marked go, lowest rank first: at once, or when their notice is over.
template <class Exec, class Driver>
TP_HD inline void make_go(Run<Exec, Driver>& run, std::uint32_t first, std::uint32_t rank,
                          std::uint32_t tick) {
    State& state = run.state;
    const bool second_order = state.life[rank].interrupted;
    for (;;) {
        std::uint32_t next = kNone;
        for (std::uint32_t i = 0; first != kNone && i < state.ends.size; ++i) {
            const std::uint32_t id = state.ends.slots[i];
            if (state.activity[id].victim &&
                (next == kNone || state.slots[id].rank < state.slots[next].rank)) {
                next = id;
            }
        }
        if (next == kNone) {
            return;
        }
        const std::uint32_t goes = state.slots[next].rank;
        edit_activity(run, next, [](Activity& a) { a.victim = false; });
        if (run.plan.tenant_rule.notice > 0) {
            ask(run, next, tick, run.plan.tenant_rule.notice, Leaves::kForJob);
            continue;
        }
        run.exec.sync();
        if (run.exec.lane() == 0) {
            state.pushed_out[goes] = state.passes;
        }
        preempt(run, next, tick, second_order);
    }
}

// Of a job within its limits: whether it fits, perhaps after others have gone for it.
template <class Exec, class Driver>
TP_HD TP_RARE inline Room find_room(Run<Exec, Driver>& run, std::uint32_t rank,
                                    std::uint32_t tick) {
    State& state = run.state;
    const Plan& plan = run.plan;
    const std::uint32_t near = near_level(plan, state, rank, tick);
    const bool allowed = below_ceiling(plan, state, rank) && hosts_have(plan, state, rank);
    if (allowed && fits(run.exec, plan, state.now, rank, near)) {
        return Room::kNow;
    }
    const PreemptRule rule = plan.tenant_rule.preempt;
    const std::uint32_t by =
        rule == PreemptRule::kQuota ? entitled_by(plan, state, rank) : std::uint32_t{0};
    const Reason why = why_no_room(run, rank);
    if (!allowed || rule == PreemptRule::kNobody || by == kNone) {
        refuse(run, rank, why, tick);
        return Room::kNone;
    }
    suppose_gone(run);
    bool later_on = fits(plan, state.shadow, rank);
    if (!later_on) {
        const std::uint32_t marked = mark_for(run, rank, by, tick);
        make_go(run, marked, rank, tick);
        later_on = marked != kNone;
    }
    if (later_on && fits(plan, state.now, rank)) {
        return Room::kNow;
    }
    refuse(run, rank, why, tick);
    return later_on ? Room::kLater : Room::kNone;
}

}  // namespace detail

}  // namespace tidepool::core
