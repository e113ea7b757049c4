#pragma once
// The scheduling pass where it matters whose jobs are whose: limits, guarantees, turns of tenants,
// and jobs that make room for others with notice. docs/tenants.md has the rules. Every pass looks
// at the whole queue, unless it ends before.

#include <cstdint>

#include "sim/core/backfill.h"

namespace tidepool::core {

namespace detail {

// From how many points of view the shares of tenants are compared.
__extension__ using WideShare = unsigned __int128;

struct Share {
    std::uint64_t part = 0, whole = 1;
};

TP_HD constexpr bool is_less(const Share& a, const Share& b) {
    return WideShare{a.part} * b.whole < WideShare{b.part} * a.whole;
}

// The largest of a tenant's shares of what is held now, before its weight.
TP_HD inline Share dominant_share(const Plan& plan, const TenantState& tenant) {
    const TenantRule& rule = plan.tenant_rule;
    Share most{tenant.held, plan.gpus};
    for (const Share& other : {Share{tenant.cpus, rule.cpus}, Share{tenant.memory, rule.memory}}) {
        most = other.whole > 0 && is_less(most, other) ? other : most;
    }
    return most;
}

// Whether tenant a, a sibling of b, comes before it; ties stay in their order.
TP_HD inline bool comes_before(const Plan& plan, const State& state, std::uint32_t a,
                               std::uint32_t b) {
    const auto weighted = [&](Share share, std::uint32_t t) {
        share.whole *= plan.tenant[t].weight;
        return share;
    };
    const TenantState& x = state.tenant[a];
    const TenantState& y = state.tenant[b];
    if (plan.queue == QueuePolicy::kDrf) {
        return is_less(weighted(dominant_share(plan, x), a), weighted(dominant_share(plan, y), b));
    }
    const Share used_x = weighted({x.usage, 1}, a), used_y = weighted({y.usage, 1}, b);
    if (is_less(used_x, used_y) || is_less(used_y, used_x)) {
        return is_less(used_x, used_y);
    }
    return is_less(weighted({x.held, 1}, a), weighted({y.held, 1}, b));
}

// The first place from `from` on whose job waits and has not made room in this pass.
template <class Exec, class Driver>
TP_HD inline std::uint32_t next_place(Run<Exec, Driver>& run, std::uint32_t tenant,
                                      std::uint32_t from) {
    const State& state = run.state;
    const std::uint32_t last = run.plan.tenant[tenant].last_place;
    std::uint32_t place = first_set(run.exec, state.by_place, from, last);
    while (place != kNone && state.pushed_out[run.plan.rank_at[place]] == state.passes) {
        place = first_set(run.exec, state.by_place, place + 1, last);
    }
    return place;
}

// Sets a tenant's next place, and with it who has a turn.
template <class Exec, class Driver>
TP_HD inline void set_next(Run<Exec, Driver>& run, std::uint32_t tenant, std::uint32_t place) {
    State& state = run.state;
    run.exec.sync();
    const bool was = state.tenant[tenant].next != kNone;
    run.exec.sync();
    if (run.exec.lane() == 0) {
        state.tenant[tenant].next = place;
        if (was != (place != kNone)) {
            for_each_above(run.plan, tenant, [&](std::uint32_t t) {
                state.tenant[t].open += place != kNone ? 1U : 0U - 1U;
            });
        }
    }
    run.exec.sync();
}

// The tenant whose turn it is; kNone: all jobs have been looked at.
template <class Exec, class Driver>
TP_HD inline std::uint32_t whose_turn(const Run<Exec, Driver>& run) {
    const Plan& plan = run.plan;
    const State& state = run.state;
    if (state.tenant[0].open == 0) {
        return kNone;
    }
    std::uint32_t at = 0;
    while (state.tenant[at].next == kNone) {
        std::uint32_t best = kNone;
        for (std::uint32_t t = plan.tenant[at].first_child; t < plan.tenant[at].last_child; ++t) {
            if (state.tenant[t].open > 0 && (best == kNone || comes_before(plan, state, t, best))) {
                best = t;
            }
        }
        TP_ASSERT(best != kNone, "somebody below has a turn");
        at = best;
    }
    return at;
}

template <class Exec, class Driver>
TP_HD TP_RARE inline void pass_by_turns(Run<Exec, Driver>& run, std::uint32_t tick) {
    State& state = run.state;
    const Plan& plan = run.plan;
    for (std::uint32_t t = 0; t < plan.tenants; ++t) {
        if (state.tenant[t].waiting > 0) {
            set_next(run, t, next_place(run, t, plan.tenant[t].first_place));
        }
    }
    bool held = false;
    for (std::uint32_t t = whose_turn(run); t != kNone && !held && !state.too_many_slots;
         t = whose_turn(run)) {
        const std::uint32_t place = state.tenant[t].next;
        const std::uint32_t rank = plan.rank_at[place];
        if (is_over_limit(plan, state, rank)) {
            refuse(run, rank, Reason::kQuota, tick);
            set_next(run, t, next_place(run, t, place + 1));
            continue;
        }
        const Room room = find_room(run, rank, tick);
        if (room == Room::kNow) {
            start(run, rank, tick, state.now, false, false);
            set_next(run, t, next_place(run, t, place + 1));
        } else {
            state.blocked_head = room == Room::kLater ? rank : kNone;
            held = room == Room::kLater || tick - state.joined[rank] >= plan.tenant_rule.hold;
            set_next(run, t, kNone);
        }
    }
    for (std::uint32_t t = 0; t < plan.tenants; ++t) {
        if (state.tenant[t].next != kNone) {
            set_next(run, t, kNone);
        }
    }
}

// Under EASY: whether a job behind the head starts, and where.
template <class Exec, class Driver>
TP_HD inline Chance chance_beside(Run<Exec, Driver>& run, Pass& pass, std::uint32_t rank,
                                  std::uint32_t tick) {
    const Chance chance = chance_behind(run, pass, rank, tick);
    if (chance == Chance::kNone) {
        const std::uint32_t near = near_level(run.plan, run.state, rank, tick);
        const bool fits_now = below_ceiling(run.plan, run.state, rank) &&
                              fits(run.exec, run.plan, run.state.now, rank, near);
        refuse(run, rank, fits_now ? Reason::kPriority : why_no_room(run, rank), tick);
    }
    return chance;
}

// The queues that go by rank alone.
template <class Exec, class Driver>
TP_HD TP_RARE inline void pass_by_rank(Run<Exec, Driver>& run, std::uint32_t tick) {
    State& state = run.state;
    const Plan& plan = run.plan;
    Pass pass;
    bool only_entitled = false;  // nobody else may start any more
    for (std::uint32_t rank = next_waiting(run, plan.units); rank != kNone;
         rank = next_waiting(run, rank + 1)) {
        if (state.pushed_out[rank] == state.passes) {
            continue;
        }
        const bool entitled = plan.tenant_rule.preempt == PreemptRule::kQuota &&
                              entitled_by(plan, state, rank) != kNone;
        if (only_entitled && !entitled) {
            if (plan.tenant_rule.preempt != PreemptRule::kQuota) {
                break;
            }
            continue;
        }
        if (is_over_limit(plan, state, rank)) {
            refuse(run, rank, Reason::kQuota, tick);
            continue;
        }
        const bool first = pass.head == kNone || entitled;
        if (!first) {
            const Chance chance = chance_beside(run, pass, rank, tick);
            if (chance != Chance::kNone) {
                const bool beside = chance == Chance::kBeside;
                start(run, rank, tick, choose(beside, state.shadow, state.now),
                      pass.shadow_time != kNone, beside);
            }
        } else {
            const Room room = find_room(run, rank, tick);
            pass.reserved = false;  // the shadow has been used, or will not be what it was
            pass.shadow_time = kNone;
            if (room == Room::kNow) {
                start(run, rank, tick, state.now, false, false);
            } else if (room == Room::kLater) {
                state.blocked_head = rank;
                break;
            } else if (pass.head == kNone && plan.queue != QueuePolicy::kFirstFit) {
                pass.head = rank;
                only_entitled =
                    plan.queue == QueuePolicy::kFifo || !below_ceiling(plan, state, rank);
            }
        }
        if (state.too_many_slots) {
            return;
        }
    }
}

// When the next job comes to have run for long enough to make room; kNone: none does.
template <class Exec, class Driver>
TP_HD inline std::uint32_t next_to_have_run(const Run<Exec, Driver>& run, std::uint32_t tick) {
    std::uint32_t next = kNone;
    for (std::uint32_t i = 0; i < run.state.ends.size; ++i) {
        const Slot& slot = run.state.slots[run.state.ends.slots[i]];
        const std::uint32_t then = later(slot.start, run.plan.preempt_after);
        next = slot.rank >= run.plan.units && then > tick && then < next ? then : next;
    }
    return next;
}

// The job for which others were asked to go is looked at before all others, or those that left for
// it would be back before it. False: it still waits for them, and holds all others.
template <class Exec, class Driver>
TP_HD inline bool look_at_claimant(Run<Exec, Driver>& run, std::uint32_t tick) {
    State& state = run.state;
    const std::uint32_t rank = state.blocked_head;
    state.blocked_head = kNone;
    if (rank == kNone || ((state.waiting[rank / 64] >> (rank % 64)) & 1U) == 0) {
        return true;
    }
    run.exec.sync();
    if (run.exec.lane() == 0) {
        state.pushed_out[rank] = state.passes;  // not again in this pass
    }
    run.exec.sync();
    if (is_over_limit(run.plan, state, rank)) {
        refuse(run, rank, Reason::kQuota, tick);
        return true;
    }
    const Room room = find_room(run, rank, tick);
    if (room == Room::kNow) {
        start(run, rank, tick, state.now, false, false);
    }
    state.blocked_head = room == Room::kLater ? rank : kNone;
    return room != Room::kLater && !state.too_many_slots;
}

// When there is a pass at the latest.
template <class Exec, class Driver>
TP_HD inline void set_wake(Run<Exec, Driver>& run, std::uint32_t tick) {
    State& state = run.state;
    state.wake = next_wait_end(state);
    if (run.plan.tenant_rule.preempt != PreemptRule::kNobody && state.queue_length > 0) {
        const std::uint32_t then = next_to_have_run(run, tick);
        state.wake = then < state.wake ? then : state.wake;
    }
}

}  // namespace detail

template <class Exec, class Driver>
TP_HD inline void begin_pass(Run<Exec, Driver>& run, std::uint32_t tick) {
    ++run.state.passes;
    if constexpr (requires { run.driver.passes(tick); }) {
        run.driver.passes(tick);
    }
}

// The pass, once units have been served.
template <class Exec, class Driver>
TP_HD TP_RARE inline void schedule_tenants(Run<Exec, Driver>& run, std::uint32_t tick) {
    State& state = run.state;
    if (!detail::look_at_claimant(run, tick)) {
        // nobody else is looked at
    } else if (is_by_tenant(run.plan.queue)) {
        detail::pass_by_turns(run, tick);
    } else {
        detail::pass_by_rank(run, tick);
    }
    detail::set_wake(run, tick);
    state.released = false;
    state.fresh = kNone;
}

}  // namespace tidepool::core
