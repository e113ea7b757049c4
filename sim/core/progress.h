#pragma once
// How far a job has come with its work, in closed form: no event per checkpoint. The rules are in
// docs/interruptions.md. Work is counted in units of 1/1024 tick; at full speed a tick is 1,024
// units. How fast a job gets on is its pace, of 2^24: what degraded GPUs leave of its speed (of
// 1,024), times what the network leaves. At pace 0 it stands still.

#include <compare>
#include <cstdint>

#include "sim/base/assert.h"
#include "sim/core/exec.h"

namespace tidepool::core {

inline constexpr std::uint32_t kFullSpeed = 1024;  // units of work in a tick
inline constexpr std::uint32_t kPaceBits = 14;     // of a pace beyond those of a speed
inline constexpr std::uint32_t kFullPace = kFullSpeed << kPaceBits;
inline constexpr std::uint64_t kEndless = std::uint64_t{1} << 40;  // ticks; no clock gets there
inline constexpr std::uint32_t kMaxTiers = 4;

// How much a job loses of what it sits on, from nothing to everything.
enum class LossLevel : std::uint8_t { kNothing = 0, kReboot = 1, kSwap = 2, kRequeue = 3 };

// Where checkpoints are kept.
struct Tier {
    std::uint32_t pause = 0;       // ticks the job stands still for each one
    std::uint32_t background = 0;  // ticks until it is safe; at most `every` intervals
    std::uint32_t every = 1;       // holds checkpoints every, 2 every, ...
    std::uint32_t load = 0;        // ticks to load from it
    LossLevel survives = LossLevel::kRequeue;
    friend auto operator<=>(const Tier&, const Tier&) = default;
};

struct CheckpointRule {
    std::uint32_t interval = 0;  // ticks of work between checkpoints; 0: none is written
    std::uint32_t restart = 0;   // ticks of re-initialisation after a failure
    std::uint32_t tiers = 0;
    Tier tier[kMaxTiers];
    // The tier that lies on storage shared with other jobs, so that writing and loading take as
    // long as the network says (transfer.h); kNone: none. Its pause and load are those of an idle
    // storage; the last `write` ticks of its pause, or with `behind` those after it, are the
    // writing.
    std::uint32_t shared = kNone;
    std::uint32_t write = 0;
    bool behind = false;
    // Of a unit of a service: it starts cold, so `restart` and the first tier's `load` come before
    // its work at the first start as well; and its work is delivered as it is done, never lost.
    bool cold = false;
    friend auto operator<=>(const CheckpointRule&, const CheckpointRule&) = default;
};

struct Progress {
    std::uint32_t index = 0;              // checkpoints behind it
    std::uint32_t paused = 0;             // ticks of the pause for the next one
    std::uint64_t work = 0;               // units since the last one
    std::uint32_t since[kMaxTiers] = {};  // ticks since the pause for a tier's last one ended
};

// What a stretch of time went into.
struct Stretch {
    std::uint64_t work = 0;         // units
    std::uint64_t stalled = 0;      // units: 1,024 per tick at work, less the work
    std::uint64_t network = 0;      // units of these that the network took
    std::uint64_t checkpoint = 0;   // ticks
    std::uint32_t checkpoints = 0;  // pauses that ended
};

// The latest safe checkpoint in each tier; 0: none.
struct Copies {
    std::uint32_t index[kMaxTiers] = {};
};

// The checkpoint a job falls back to.
struct Fallback {
    std::uint32_t index = 0;
    std::uint32_t tier = kNone;  // that it loads from; kNone: it starts anew
    Copies copies;               // what is left
};

namespace detail {

TP_HD constexpr std::uint64_t units(std::uint32_t ticks) {
    return std::uint64_t{ticks} * kFullSpeed;
}

// work <= 2^42 units.
TP_HD constexpr std::uint64_t ticks_for(std::uint64_t work, std::uint32_t pace) {
    if (pace == 0) {
        return work == 0 ? 0 : kEndless;
    }
    return ((work << kPaceBits) + pace - 1) / pace;
}

TP_HD constexpr std::uint64_t work_in(std::uint64_t ticks, std::uint32_t pace) {
    return (ticks * pace) >> kPaceBits;
}

// Ticks of pauses for checkpoints 1 .. last.
TP_HD inline std::uint64_t pauses(const CheckpointRule& rule, std::uint32_t last) {
    std::uint64_t sum = 0;
    TP_UNROLL
    for (std::uint32_t i = 0; i < kMaxTiers; ++i) {
        if (i >= rule.tiers) {
            break;
        }
        sum += std::uint64_t{rule.tier[i].pause} * (last / rule.tier[i].every);
    }
    return sum;
}

TP_HD inline std::uint64_t pause_for(const CheckpointRule& rule, std::uint32_t checkpoint) {
    return pauses(rule, checkpoint) - pauses(rule, checkpoint - 1);
}

TP_HD constexpr std::uint32_t saturated(std::uint32_t ticks, std::uint64_t more) {
    return more > 0xFFFF'FFFFu - ticks ? 0xFFFF'FFFFu : ticks + static_cast<std::uint32_t>(more);
}

// Whole rounds of work and pause, from a checkpoint on, that fit into `left` ticks.
TP_HD inline std::uint32_t rounds_in(const CheckpointRule& rule, std::uint32_t index,
                                     std::uint32_t most, std::uint64_t work_ticks,
                                     std::uint64_t left) {
    std::uint32_t low = 0;
    while (low < most) {
        const std::uint32_t middle = low + (most - low + 1) / 2;
        const std::uint64_t cost =
            middle * work_ticks + pauses(rule, index + middle) - pauses(rule, index);
        if (cost <= left) {
            low = middle;
        } else {
            most = middle - 1;
        }
    }
    return low;
}

TP_HD inline void let_pass(const CheckpointRule& rule, Progress& at, std::uint64_t ticks) {
    TP_UNROLL
    for (std::uint32_t i = 0; i < kMaxTiers; ++i) {
        if (i >= rule.tiers) {
            break;
        }
        at.since[i] = saturated(at.since[i], ticks);
    }
}

// At the end of a stretch of work: the pause, or what of it fits into `left`. True if it ended.
TP_HD inline bool pause(const CheckpointRule& rule, Progress& at, std::uint64_t& left,
                        Stretch& sum) {
    const std::uint64_t rest = pause_for(rule, at.index + 1) - at.paused;
    const std::uint64_t taken = rest < left ? rest : left;
    left -= taken;
    sum.checkpoint += taken;
    let_pass(rule, at, taken);
    if (taken < rest) {
        at.paused += static_cast<std::uint32_t>(taken);
        return false;
    }
    ++at.index;
    at.paused = 0;
    at.work = 0;
    TP_UNROLL
    for (std::uint32_t i = 0; i < kMaxTiers; ++i) {
        if (i >= rule.tiers) {
            break;
        }
        at.since[i] = at.index % rule.tier[i].every == 0 ? 0 : at.since[i];
    }
    ++sum.checkpoints;
    return true;
}

// From a checkpoint on, n rounds of work and pause, as many as fit into `left` ticks.
TP_HD inline void whole_rounds(const CheckpointRule& rule, std::uint32_t last, Progress& at,
                               std::uint64_t& left, std::uint32_t pace, Stretch& sum) {
    const std::uint64_t round = units(rule.interval);
    const std::uint64_t work_ticks = ticks_for(round, pace);
    const std::uint32_t n =
        left < work_ticks ? 0 : rounds_in(rule, at.index, last - at.index, work_ticks, left);
    if (n == 0) {
        return;
    }
    const std::uint32_t index = at.index + n;
    const std::uint64_t writing = pauses(rule, index) - pauses(rule, at.index);
    const std::uint64_t taken = n * work_ticks + writing;
    left -= taken;
    sum.work += n * round;
    sum.stalled += n * (work_ticks * kFullSpeed - round);
    sum.checkpoint += writing;
    sum.checkpoints += n;
    let_pass(rule, at, taken);
    TP_UNROLL
    for (std::uint32_t i = 0; i < kMaxTiers; ++i) {
        if (i >= rule.tiers) {
            break;
        }
        const std::uint32_t due = index / rule.tier[i].every * rule.tier[i].every;
        if (due > at.index) {
            at.since[i] =
                saturated(0, (index - due) * work_ticks + pauses(rule, index) - pauses(rule, due));
        }
    }
    at.index = index;
}

}  // namespace detail

// Checkpoints that a job of `total` ticks of work writes: one after each interval, none at the end.
TP_HD inline std::uint32_t checkpoints_of(const CheckpointRule& rule, std::uint32_t total) {
    return rule.interval == 0 || total == 0 ? 0 : (total - 1) / rule.interval;
}

// Ticks from `at` to the end of a job of `total` ticks of work, at one pace; at least kEndless if
// it stands still before the end.
TP_HD inline std::uint64_t ticks_left(const CheckpointRule& rule, std::uint32_t total,
                                      const Progress& at, std::uint32_t pace) {
    const std::uint64_t round = detail::units(rule.interval);
    const std::uint32_t last = checkpoints_of(rule, total);
    if (at.index >= last) {
        return detail::ticks_for(detail::units(total) - at.index * round - at.work, pace);
    }
    if (pace == 0) {
        return kEndless;
    }
    const std::uint64_t writing =
        detail::pauses(rule, last) - detail::pauses(rule, at.index) - at.paused;
    return detail::ticks_for(round - at.work, pace) +
           (last - at.index - 1) * detail::ticks_for(round, pace) + writing +
           detail::ticks_for(detail::units(total) - last * round, pace);
}

// Moves on by `left` ticks, at most ticks_left(), at one pace.
TP_HD inline Stretch move_on(const CheckpointRule& rule, std::uint32_t total, Progress& at,
                             std::uint64_t left, std::uint32_t pace) {
    const std::uint64_t round = detail::units(rule.interval);
    const std::uint32_t last = checkpoints_of(rule, total);
    Stretch sum;
    for (;;) {
        if (at.index < last && at.work == round) {
            if (!detail::pause(rule, at, left, sum)) {
                return sum;
            }
        }
        if (at.index < last && at.work == 0) {
            detail::whole_rounds(rule, last, at, left, pace, sum);
        }
        const std::uint64_t goal = at.index < last ? round : detail::units(total) - last * round;
        const std::uint64_t work_ticks = detail::ticks_for(goal - at.work, pace);
        const bool reached = left >= work_ticks;
        const std::uint64_t taken = reached ? work_ticks : left;
        const std::uint64_t work = reached ? goal - at.work : detail::work_in(left, pace);
        left -= taken;
        sum.work += work;
        sum.stalled += taken * kFullSpeed - work;
        at.work += work;
        detail::let_pass(rule, at, taken);
        if (!reached || at.index >= last) {
            return sum;
        }
    }
}

// The latest checkpoint that is safe and survives a loss of this level. The job came to `at` from
// checkpoint `from`, when the tiers held `before`.
TP_HD inline Fallback fallback(const CheckpointRule& rule, const Copies& before, std::uint32_t from,
                               const Progress& at, LossLevel level) {
    Fallback best;
    TP_UNROLL
    for (std::uint32_t i = 0; i < kMaxTiers; ++i) {
        if (i >= rule.tiers) {
            break;
        }
        const Tier& tier = rule.tier[i];
        if (tier.survives < level) {
            continue;
        }
        std::uint32_t index = at.index / tier.every * tier.every;
        if (index > from && at.since[i] < tier.background) {
            index -= tier.every;
        }
        best.copies.index[i] = index > from ? index : before.index[i];
        if (best.copies.index[i] > best.index) {
            best.index = best.copies.index[i];
            best.tier = i;
        }
    }
    return best;
}

// Units of work behind a job.
TP_HD inline std::uint64_t work_done(const CheckpointRule& rule, const Progress& at) {
    return at.index * detail::units(rule.interval) + at.work;
}

}  // namespace tidepool::core
