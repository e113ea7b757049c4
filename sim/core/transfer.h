#pragma once
// A job whose checkpoints lie on storage that it shares with others: how long writing and loading
// take is the network's say, so each of them begins and ends with an event. Between two events
// everything goes on at one pace; docs/network.md has the rules.

#include <cstdint>

#include "sim/core/state.h"

namespace tidepool::core {

enum class Stage : std::uint8_t {
    kRestarting = 0,  // re-initialises
    kLoading = 1,     // reads its checkpoint
    kWorking = 2,
    kHeld = 3,     // at a checkpoint, while the last one is not written yet
    kPausing = 4,  // snapshot, or writing to tiers of its own
    kWriting = 5,  // stands still until the shared tier has its checkpoint
    kDone = 6,
};

namespace detail {

// How fast the job would work with the network to itself, of 2^24; and how fast it does.
TP_HD inline std::uint32_t alone_pace(const Activity& a) {
    const auto pace = static_cast<std::uint32_t>((std::uint64_t{a.speed} * a.chips) >> 10U);
    return pace == 0 ? 1 : pace;
}
TP_HD inline std::uint32_t pace_of(const Activity& a) {
    const auto pace = static_cast<std::uint32_t>((std::uint64_t{alone_pace(a)} * a.pace) >> 24U);
    return pace == 0 && a.pace > 0 ? 1 : pace;
}
static_assert(kFullSpeed == 1U << 10U && kFullPace == 1U << 24U);

TP_HD inline bool writes_shared(const CheckpointRule& rule, std::uint32_t checkpoint) {
    return checkpoint % rule.tier[rule.shared].every == 0;
}

// Ticks of the pause for a checkpoint beside the writing to shared storage.
TP_HD inline std::uint64_t own_pause(const CheckpointRule& rule, std::uint32_t checkpoint) {
    const bool writes = !rule.behind && writes_shared(rule, checkpoint);
    return pause_for(rule, checkpoint) - (writes ? rule.write : 0);
}

// What the job goes for: its next checkpoint, or its end. Units since the last checkpoint.
TP_HD inline std::uint64_t goal_of(const CheckpointRule& rule, std::uint32_t total,
                                   std::uint32_t index) {
    return index < checkpoints_of(rule, total) ? units(rule.interval)
                                               : units(total) - index * units(rule.interval);
}

TP_HD inline void count(Activity& a, const Stretch& s) {
    a.attempt.work += s.work;
    a.attempt.stalled += s.stalled;
    if (a.pace != kFullPace) {  // beyond what slower or degraded GPUs take
        const std::uint64_t at_work = (s.work + s.stalled) / kFullSpeed;  // ticks
        a.attempt.network += work_in(at_work, alone_pace(a)) - s.work;
    }
    a.attempt.checkpoint += s.checkpoint;
    a.attempt.checkpoints += s.checkpoints;
}

}  // namespace detail

// The tier into which a job writes its last checkpoint when it has to leave: the quickest of those
// that outlive its nodes; kNone: there is none.
TP_HD inline std::uint32_t leaving_tier(const CheckpointRule& rule) {
    std::uint32_t best = kNone;
    for (std::uint32_t i = 0; i < rule.tiers; ++i) {
        const Tier& tier = rule.tier[i];
        const auto takes = [](const Tier& t) { return std::uint64_t{t.pause} + t.background; };
        if (tier.survives == LossLevel::kRequeue &&
            (best == kNone || takes(tier) < takes(rule.tier[best]))) {
            best = i;
        }
    }
    return best;
}

TP_HD inline Stage stage_of(const CheckpointRule& rule, std::uint32_t total, const Activity& a) {
    if (a.restart_left > 0) {
        return Stage::kRestarting;
    }
    if (a.transfer.load > 0) {
        return Stage::kLoading;
    }
    const std::uint32_t index = a.progress.index;
    if (a.progress.work < detail::goal_of(rule, total, index)) {
        return Stage::kWorking;
    }
    if (index >= checkpoints_of(rule, total)) {
        return Stage::kDone;
    }
    if (!a.transfer.pausing) {
        return Stage::kHeld;
    }
    return a.progress.paused < detail::own_pause(rule, index + 1) ? Stage::kPausing
                                                                  : Stage::kWriting;
}

namespace detail {

// Passes stages that take no time.
TP_HD inline void settle_stage(const CheckpointRule& rule, std::uint32_t total, Activity& a) {
    Transfer& t = a.transfer;
    Progress& at = a.progress;
    for (;;) {
        const Stage stage = stage_of(rule, total, a);
        const bool due = writes_shared(rule, at.index + 1);
        if (stage == Stage::kHeld && !(t.behind && due)) {
            t.pausing = true;
            if (due && !rule.behind) {
                t.write = units(rule.write);
            }
        } else if (stage == Stage::kWriting && (t.behind || t.write == 0)) {
            ++at.index;
            at.paused = 0;
            at.work = 0;
            t.pausing = false;
            ++a.attempt.checkpoints;
            TP_UNROLL
            for (std::uint32_t i = 0; i < kMaxTiers; ++i) {
                if (i < rule.tiers && at.index % rule.tier[i].every == 0) {
                    at.since[i] = 0;
                }
            }
            if (due) {
                t.write = rule.behind ? units(rule.write) : 0;
                t.behind = t.write > 0;
                at.since[rule.shared] = t.behind ? 0 : 0xFFFF'FFFFu;
            }
        } else {
            return;
        }
    }
}

// Time passes for tiers of the job's own that write behind its work.
TP_HD inline void let_own_pass(const CheckpointRule& rule, Progress& at, std::uint64_t ticks) {
    const std::uint32_t shared = at.since[rule.shared];
    let_pass(rule, at, ticks);
    at.since[rule.shared] = shared;  // written or not, whatever the time
}

TP_HD inline void move_bytes(std::uint64_t& left, std::uint64_t ticks, std::uint32_t pace) {
    const std::uint64_t moved = work_in(ticks, pace);
    left -= moved < left ? moved : left;
}

}  // namespace detail

// The attempt begins; `life` says which checkpoint it loads, `restart_left` counts loading from
// idle storage in.
TP_HD inline void begin_transfers(const CheckpointRule& rule, std::uint32_t total, const Life& life,
                                  Activity& a) {
    if (rule.cold ? a.restart_left > 0 : life.attempts > 0 && life.tier == rule.shared) {
        const std::uint32_t load = rule.tier[rule.shared].load;
        a.restart_left -= load;
        a.transfer.load = detail::units(load);
    }
    detail::settle_stage(rule, total, a);
}

// Ticks from Activity::since to the next event; kEndless or more: nothing moves.
TP_HD inline std::uint64_t ticks_to_step(const CheckpointRule& rule, std::uint32_t total,
                                         const Activity& a, std::uint32_t pace) {
    const Transfer& t = a.transfer;
    const std::uint64_t written = detail::ticks_for(t.write, t.pace);
    std::uint64_t next = kEndless;
    switch (stage_of(rule, total, a)) {
        case Stage::kRestarting:
            return a.restart_left;
        case Stage::kLoading:
            return detail::ticks_for(t.load, t.pace);
        case Stage::kWorking:
            next = detail::ticks_for(
                detail::goal_of(rule, total, a.progress.index) - a.progress.work, pace);
            break;
        case Stage::kPausing:
            next = detail::own_pause(rule, a.progress.index + 1) - a.progress.paused;
            break;
        case Stage::kHeld:
        case Stage::kWriting:
            return written;
        case Stage::kDone:
            return 0;
    }
    return t.behind && written < next ? written : next;
}

// Moves on by `elapsed` ticks, at most ticks_to_step().
TP_HD inline void step_on(const CheckpointRule& rule, std::uint32_t total, std::uint32_t gpus,
                          std::uint64_t elapsed, std::uint32_t pace, Activity& a) {
    Transfer& t = a.transfer;
    Progress& at = a.progress;
    Stretch s;
    const Stage stage = stage_of(rule, total, a);
    switch (stage) {
        case Stage::kRestarting:
            a.restart_left -= static_cast<std::uint32_t>(elapsed);
            a.restart += elapsed * gpus;
            break;
        case Stage::kLoading:
            detail::move_bytes(t.load, elapsed, t.pace);
            a.restart += elapsed * gpus;
            break;
        case Stage::kWorking: {
            const std::uint64_t rest = detail::goal_of(rule, total, at.index) - at.work;
            const std::uint64_t work = detail::work_in(elapsed, pace);
            s.work = work < rest ? work : rest;
            s.stalled = detail::units(1) * elapsed - s.work;
            at.work += s.work;
            break;
        }
        case Stage::kPausing:
            at.paused += static_cast<std::uint32_t>(elapsed);
            s.checkpoint = elapsed;
            break;
        case Stage::kHeld:
        case Stage::kWriting:
            s.checkpoint = elapsed;
            break;
        case Stage::kDone:
            break;
    }
    if (t.behind || stage == Stage::kWriting) {
        detail::move_bytes(t.write, elapsed, t.pace);
    }
    if (t.behind && t.write == 0) {
        t.behind = false;
        at.since[rule.shared] = 0xFFFF'FFFFu;
    }
    detail::let_own_pass(rule, at, elapsed);
    detail::count(a, s);
    detail::settle_stage(rule, total, a);
}

}  // namespace tidepool::core
