#pragma once
// What a running job is doing when it can be interrupted: at which speed it works, how far it has
// come, when it will end. docs/interruptions.md has the rules.

#include <cstdint>

#include "sim/base/random.h"
#include "sim/core/nodes.h"
#include "sim/core/spread.h"
#include "sim/core/transfer.h"

namespace tidepool::core {

TP_HD constexpr std::uint32_t later(std::uint32_t tick, std::uint64_t ticks) {
    return ticks > 0xFFFF'FFFFu - tick ? 0xFFFF'FFFFu : tick + static_cast<std::uint32_t>(ticks);
}

// Calls share(node, part) for every node that the slot holds: whole ones, then perhaps a part of
// one. The slot's chain may change behind it.
template <class Share>
TP_HD inline void for_each_share(const State& state, const Slot& slot, Share&& share) {
    const std::uint32_t part_node = slot.part_node;
    bool part = slot.whole == kNone;
    for (std::uint32_t node = part ? part_node : slot.whole; node != kNone;) {
        const std::uint32_t next = part ? kNone : state.next_node[node];
        share(node, part);
        node = next == kNone && !part ? part_node : next;
        part = part || next == kNone;
    }
}

// Calls give(node, gpus) for every node that the slot holds; GPUs that are down are left out.
// `interruptible`: as the plan says.
template <class Give>
TP_HD inline void for_each_held(const Plan& plan, const State& state, const Slot& slot,
                                bool interruptible, Give&& give) {
    for_each_share(state, slot, [&](std::uint32_t node, bool part) {
        std::uint32_t gpus = part ? slot.part_gpus : plan.classes_by_size[slot.node_class].gpus;
        if (interruptible) {
            const std::uint64_t down = state.down[node];
            if (down != 0) {
                gpus -= count_bits(down & (part ? slot.part_mask : all_gpus(plan, node)));
            }
        }
        give(node, gpus);
    });
}

// The same for what the scheduler will get when the slot is given back.
template <class Give>
TP_HD inline void for_each_returned(const Plan& plan, const State& state, const Slot& slot,
                                    bool interruptible, Give&& give) {
    for_each_held(plan, state, slot, interruptible, [&](std::uint32_t node, std::uint32_t gpus) {
        if (!interruptible || serves(state, node)) {
            give(node, gpus);
        }
    });
}

TP_HD inline const CheckpointRule& checkpoint_rule(const Plan& plan, std::uint32_t rank) {
    return plan.checkpoint_rules[plan.checkpoint_rule_of[rank]];
}

TP_HD inline const RecoveryRule& recovery_rule(const Plan& plan, std::uint32_t rank) {
    return plan.recovery_rules[plan.recovery_rule_of[rank]];
}

// Ticks from the next start of a job to the beginning of its work.
TP_HD inline std::uint64_t restart_ticks(const Plan& plan, const State& state, std::uint32_t rank) {
    const Life& life = state.life[rank];
    const CheckpointRule& rule = checkpoint_rule(plan, rank);
    if (rule.cold) {
        return std::uint64_t{rule.restart} + (rule.tiers > 0 ? rule.tier[0].load : 0);
    }
    if (life.attempts == 0) {
        return 0;
    }
    return std::uint64_t{rule.restart} + (life.tier == kNone ? 0 : rule.tier[life.tier].load);
}

// When the scheduler believes that the job would end if it started now.
TP_HD inline std::uint32_t expected_end(const Plan& plan, const State& state, std::uint32_t rank,
                                        std::uint32_t tick, bool interruptible) {
    if (!interruptible) {
        return later(tick, plan.estimate[rank]);
    }
    const CheckpointRule& rule = checkpoint_rule(plan, rank);
    Progress at;
    at.index = state.life[rank].saved;
    at.work = state.life[rank].kept;
    const std::uint32_t saved =
        at.index * rule.interval + static_cast<std::uint32_t>(at.work / kFullSpeed);
    const std::uint32_t total = plan.estimate[rank] > saved ? plan.estimate[rank] : saved;
    at.work -= total == saved ? at.work % kFullSpeed : 0;  // of which nothing is left
    return later(tick, restart_ticks(plan, state, rank) + ticks_left(rule, total, at, kFullPace));
}

// GPUs in the hands of the slot's job.
TP_HD inline std::uint64_t held_gpus(const Plan& plan, const State& state, std::uint32_t id) {
    const Slot& slot = state.slots[id];
    return plan.job_gpus[slot.rank] -
           std::uint64_t{state.activity[id].missing} * plan.classes_by_size[slot.node_class].gpus;
}

namespace detail {

TP_HD inline std::uint8_t reach_of(const Plan& plan, const State& state, const Slot& slot) {
    std::uint32_t nodes = 0, leaf = kNone;
    bool leaves = false;
    for_each_share(state, slot, [&](std::uint32_t node, bool) {
        leaves = leaves || (nodes > 0 && plan.leaf_of[node] != leaf);
        leaf = plan.leaf_of[node];
        ++nodes;
    });
    return leaves ? 2 : nodes > 1 ? 1 : 0;
}

TP_HD inline std::uint32_t speed_of(const Plan& plan, const State& state, const Slot& slot,
                                    std::uint32_t reach) {
    std::uint32_t slowest = kFullSpeed;
    if (state.slowed == 0) {
        return slowest;
    }
    for_each_share(state, slot, [&](std::uint32_t node, bool) {
        for (std::uint32_t r = 0; r <= reach; ++r) {
            const std::uint32_t speed = state.speed[r * plan.nodes + node];
            slowest = speed < slowest ? speed : slowest;
        }
    });
    return slowest;
}

// How fast the job's kinds of GPUs are together, of 2^24.
TP_HD inline std::uint32_t chips_of(const Plan& plan, const State& state, const Slot& slot) {
    if (!plan.mixed_chips) {
        return kFullPace;
    }
    std::uint32_t least = kFullPace, most = 0;
    std::uint64_t sum = 0, gpus = 0;
    for_each_share(state, slot, [&](std::uint32_t node, bool part) {
        const std::uint32_t pace = plan.chip_pace[node];
        const std::uint32_t here =
            part ? slot.part_gpus : plan.classes_by_size[slot.node_class].gpus;
        least = pace < least ? pace : least;
        most = pace > most ? pace : most;
        sum += std::uint64_t{pace} * here;
        gpus += here;
    });
    if (!plan.chips_share || least == most) {
        return least;
    }
    return static_cast<std::uint32_t>(((sum / gpus) * plan.chip_efficiency) >> 24U);
}

// When the next thing happens to a running job: its end, a step of a transfer, or before that its
// own failure, the moment at which it leaves, or at which a unit becomes ready.
template <bool kNetwork>
TP_HD inline std::uint32_t next_of(const Plan& plan, const Slot& slot, const Activity& a) {
    const CheckpointRule& rule = checkpoint_rule(plan, slot.rank);
    std::uint64_t rest = 0;
    if (rule.cold && !a.ready && a.leaves == 0xFFFF'FFFFu && a.transfer.load == 0) {
        rest = a.restart_left;
    } else if (kNetwork && rule.shared != kNone) {
        rest = ticks_to_step(rule, plan.duration[slot.rank], a, pace_of(a));
    } else {
        rest = a.restart_left + ticks_left(rule, plan.duration[slot.rank], a.progress, pace_of(a));
    }
    std::uint32_t end = later(a.since, rest);
    end = end > a.saves || a.leaves < end ? a.leaves : end;
    return a.own_failure < end ? a.own_failure : end;
}

}  // namespace detail

namespace detail {

// A stretch of running, in closed form.
TP_HD inline void run_on(const CheckpointRule& rule, std::uint32_t total, std::uint32_t gpus,
                         std::uint64_t elapsed, Activity& a) {
    const std::uint64_t restart = elapsed < a.restart_left ? elapsed : a.restart_left;
    a.restart += restart * gpus;
    a.restart_left -= static_cast<std::uint32_t>(restart);
    if (elapsed > restart) {
        count(a, move_on(rule, total, a.progress, elapsed - restart, pace_of(a)));
    }
}

}  // namespace detail

// Counts what has happened to the slot's job since its activity was last touched.
template <class Exec, class Driver>
TP_HD inline void bring_up_to(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t tick) {
    State& state = run.state;
    const Slot& slot = state.slots[id];
    run.exec.sync();
    Activity a = state.activity[id];
    std::uint64_t elapsed = tick - a.since;
    if (a.phase == Phase::kRunning) {
        const CheckpointRule& rule = checkpoint_rule(run.plan, slot.rank);
        const std::uint32_t total = run.plan.duration[slot.rank];
        const std::uint32_t gpus = run.plan.job_gpus[slot.rank];
        std::uint32_t still = 0;  // ticks that it stands still, and writes
        if (tick > a.saves) {
            still = tick - (a.since > a.saves ? a.since : a.saves);
            a.attempt.checkpoint += still;
            elapsed -= still;
        }
        if (Run<Exec, Driver>::kNetwork && rule.shared != kNone) {
            step_on(rule, total, gpus, elapsed, detail::pace_of(a), a);
        } else {
            detail::run_on(rule, total, gpus, elapsed, a);
        }
        detail::let_pass(rule, a.progress, still);
    } else {
        a.restart += elapsed * held_gpus(run.plan, state, id);
    }
    a.since = tick;
    run.exec.sync();
    if (run.exec.lane() == 0) {
        state.activity[id] = a;
    }
    run.exec.sync();
}

// The job runs from now on, with all its GPUs, from the checkpoint in its Life. Sets Slot::end; the
// caller enters it into State::ends.
template <class Exec, class Driver>
TP_HD inline void set_running(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t tick) {
    State& state = run.state;
    const Plan& plan = run.plan;
    run.exec.sync();
    const Slot& slot = state.slots[id];
    const Life life = state.life[slot.rank];
    const RecoveryRule& recovery = recovery_rule(plan, slot.rank);
    Activity a;
    a.next_on_node = state.activity[id].next_on_node;
    a.reach = detail::reach_of(plan, state, slot);
    a.speed = detail::speed_of(plan, state, slot, a.reach);
    a.chips = detail::chips_of(plan, state, slot);
    a.pace = table_pace(run.exec, plan, state, slot.rank, [&](auto&& visit) {
        for_each_share(state, slot, [&](std::uint32_t node, bool) { visit(node); });
    });
    a.since = tick;
    const CheckpointRule& rule = checkpoint_rule(plan, slot.rank);
    a.restart_left = later(0, restart_ticks(plan, state, slot.rank));
    a.progress.index = life.saved;
    a.progress.work = life.kept;
    if (rule.cold && tick == 0) {  // it was there before the run began
        a.restart_left = 0;
    }
    if (Run<Exec, Driver>::kNetwork && rule.shared != kNone) {
        begin_transfers(rule, plan.duration[slot.rank], life, a);
    }
    if (recovery.own_mean > 0) {
        const Block words = draw(plan.seed, Purpose::kJobFailure, recovery.own_stream,
                                 plan.job_entity[slot.rank], life.attempts);
        a.own_failure = later(tick, exponential_ticks(words[0], recovery.own_mean));
    }
    const std::uint32_t next = detail::next_of<Run<Exec, Driver>::kNetwork>(plan, slot, a);
    run.exec.sync();
    if (run.exec.lane() == 0) {
        state.activity[id] = a;
        state.slots[id].end = next;
        ++state.life[slot.rank].attempts;
        state.life[slot.rank].interrupted = false;
    }
    run.exec.sync();
}

// Enters a new tick for the slot's next event.
template <class Exec, class Driver>
TP_HD inline void reschedule(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t tick) {
    State& state = run.state;
    const Slot& slot = state.slots[id];
    erase(run.exec, state.ends, end_key(slot.end, slot.rank));
    if (run.exec.lane() == 0) {
        state.slots[id].end = tick;
    }
    run.exec.sync();
    insert(run.exec, state.ends, end_key(tick, slot.rank), id);
}

}  // namespace tidepool::core
