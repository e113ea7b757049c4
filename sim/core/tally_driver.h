#pragma once
// Tallies a run while core::replay makes its decisions. Where a job's time goes is added up from
// the ticks at which stretches of it begin (subtracted) and end (added), modulo 2^64, so that
// nothing has to be remembered in between.

#include <cstdint>

#include "sim/core/decision_hash.h"
#include "sim/core/nth_smallest.h"
#include "sim/core/recovery.h"
#include "sim/core/tally.h"

namespace tidepool::core {

// Driver of core::replay that fills a tally. Lane 0 writes; every lane has a driver of its own.
// kCanInterrupt: Plan::interruptible.
template <class Exec, bool kCanInterrupt>
class TallyDriver {
public:
    static constexpr bool kInterruptible = kCanInterrupt;

    // All must outlive the driver. `state` is this lane's, which replay() runs on.
    TP_HD TallyDriver(Exec exec, const Plan& plan, const TallyPlan& rest, const State& state,
                      const TallyMemory& memory)
        : exec_(exec), plan_(plan), rest_(rest), state_(state), memory_(memory) {
        if (exec_.lane() == 0) {
            memory_.tally->spare_gpus = state.spare_gpus;
            memory_.tally->bin_end = rest.bin_width;
        }
    }

    TP_HD bool advance(std::uint32_t now) {
        if (now != last_) {
            if (exec_.lane() == 0) {
                integrate(now);
            }
            last_ = now;
        }
        return attempts_ <= kMostAttempts;
    }

    TP_HD void started(std::uint32_t id, std::uint32_t tick) {
        if (exec_.lane() != 0) {
            return;
        }
        const Slot& slot = state_.slots[id];
        Tally& t = *memory_.tally;
        if (is_unit(id)) {
            note_unit(id, tick, UnitEvent::kStarted);
            t.decisions = mix_in_start(t.decisions, Decision::kStarted, tick, plan_, state_, slot);
            return;
        }
        const std::uint64_t gpus = plan_.job_gpus[slot.rank];
        const std::uint32_t wait = tick - plan_.submit[slot.rank];
        if (kCanInterrupt && memory_.wait[slot.rank] != kNone) {
            t.gpus_queued += gpus * tick;  // requeued() has subtracted the beginning
            const std::uint32_t gone = state_.life[slot.rank].gone_at;
            t.reclaimed += gone != kNone ? gpus * (tick - gone) : 0;
            t.requeued_gpus -= gpus;
        } else {
            memory_.wait[slot.rank] = wait;
            ++t.waits;
            t.wait_sum += wait;
            t.wait_max = wait > t.wait_max ? wait : t.wait_max;
            t.gpus_queued += gpus * wait;
        }
        t.out_of_queue -= tick;  // and whatever ends the stretch adds its tick
        t.gpus_out_of_queue -= gpus * tick;
        begin_attempt(slot.rank, tick);
        t.decisions = mix_in_start(t.decisions, Decision::kStarted, tick, plan_, state_, slot);
    }

    TP_HD void finished(std::uint32_t id, std::uint32_t tick) {
        end_attempt(id);
        if (exec_.lane() != 0) {
            return;
        }
        const Slot& slot = state_.slots[id];
        Tally& t = *memory_.tally;
        if (is_unit(id)) {
            note_unit(id, tick, UnitEvent::kGone);
            t.decisions = mix_in(t.decisions, Decision::kFinished, tick, slot);
            return;
        }
        const std::uint8_t end = rest_.job_end[slot.rank];
        ++(end == 0 ? t.completed : end == 1 ? t.failed : t.cancelled);
        ++t.events;
        t.last_end = tick;
        if constexpr (!kCanInterrupt) {
            run_until(slot, tick);
        }
        leave(slot, tick);
        t.decisions = mix_in(t.decisions, Decision::kFinished, tick, slot);
    }

    TP_HD void interrupted(std::uint32_t id, std::uint32_t tick, std::uint32_t outage) {
        end_attempt(id);
        if (exec_.lane() != 0) {
            return;
        }
        const Slot& slot = state_.slots[id];
        Tally& t = *memory_.tally;
        if (is_unit(id)) {
            note_unit(id, tick, UnitEvent::kFailed);
            t.decisions = mix_in(t.decisions, Decision::kInterrupted, tick, slot, outage);
            return;
        }
        ++t.interruptions;
        memory_.interrupted_at[slot.rank] = tick;
        if (outage != kNone) {
            std::uint64_t& blast = memory_.blast[outage];
            t.blasts += blast == 0 ? 1 : 0;
            blast += plan_.job_gpus[slot.rank];
            t.blast_sum += plan_.job_gpus[slot.rank];
            t.blast_max = blast > t.blast_max ? blast : t.blast_max;
        }
        t.decisions = mix_in(t.decisions, Decision::kInterrupted, tick, slot, outage);
    }

    TP_HD void recovers(std::uint32_t id, std::uint32_t tick, std::uint64_t lost) {
        if (exec_.lane() == 0) {
            const Slot& slot = state_.slots[id];
            Tally& t = *memory_.tally;
            end_pause(id, lost);
            if (is_unit(id)) {
                note_unit(id, tick, UnitEvent::kStarted);
            }
            begin_attempt(slot.rank, tick);
            t.decisions = mix_in_start(t.decisions, Decision::kRecovers, tick, plan_, state_, slot);
        }
    }

    TP_HD void requeued(std::uint32_t id, std::uint32_t tick, std::uint64_t lost) {
        if (exec_.lane() == 0) {
            const Slot& slot = state_.slots[id];
            Tally& t = *memory_.tally;
            const std::uint64_t gpus = plan_.job_gpus[slot.rank];
            end_pause(id, lost);
            if (is_unit(id)) {
                note_unit(id, tick, UnitEvent::kGone);
            } else {
                leave(slot, tick);
                t.gpus_queued -= gpus * tick;
                t.requeued_gpus += gpus;
            }
            t.decisions = mix_in(t.decisions, Decision::kRequeued, tick, slot);
        }
    }

    TP_HD void preempted(std::uint32_t id, std::uint32_t tick, bool second_order) {
        end_attempt(id);
        if (exec_.lane() == 0) {
            Tally& t = *memory_.tally;
            ++t.preemptions;
            const Activity& a = state_.activity[id];
            t.reclaims += a.leaves == tick && a.why == Leaves::kForUnits ? 1 : 0;
            t.second_order_preemptions += second_order ? 1 : 0;
            t.decisions = mix_in(t.decisions, Decision::kPreempted, tick, state_.slots[id]);
        }
    }

    TP_HD void stopped(std::uint32_t id, std::uint32_t tick) {
        const bool running = state_.activity[id].phase == Phase::kRunning;
        if (running) {
            end_attempt(id);
        }
        if (exec_.lane() == 0) {
            if (!running) {
                end_pause(id, lost_so_far(plan_, state_, id));
            }
            if (!is_unit(id)) {
                leave(state_.slots[id], tick);
            }
            Tally& t = *memory_.tally;
            t.running += is_unit(id) ? 0 : 1;
            t.decisions = mix_in(t.decisions, Decision::kStopped, tick, state_.slots[id]);
        }
    }

    TP_HD void ready(std::uint32_t id, std::uint32_t tick) { note(id, tick, UnitEvent::kReady); }
    TP_HD void closing(std::uint32_t id, std::uint32_t tick) {
        note(id, tick, UnitEvent::kClosing);
    }
    TP_HD void reopened(std::uint32_t id, std::uint32_t tick) {
        note(id, tick, UnitEvent::kReopened);
    }
    TP_HD void wants(std::uint32_t service, std::uint32_t tick) {
        if (exec_.lane() == 0) {
            append({tick, service, UnitEvent::kWanted, state_.service[service].wanted});
        }
    }
    TP_HD void asked_to_go(std::uint32_t id, std::uint32_t tick) {
        if (exec_.lane() == 0) {
            ++memory_.tally->asked;
            append({tick, 0, UnitEvent::kAsked, plan_.job_gpus[state_.slots[id].rank]});
        }
    }

    // After replay() returned `end`: completes the tally. All lanes see it then.
    TP_HD void close(std::uint32_t end) {
        advance(end);
        exec_.sync();
        if (exec_.lane() == 0) {
            Tally& t = *memory_.tally;
            if constexpr (!kCanInterrupt) {
                for (std::uint32_t i = 0; i < state_.ends.size; ++i) {
                    const Slot& slot = state_.slots[state_.ends.slots[i]];
                    run_until(slot, end);
                    leave(slot, end);
                }
            }
            if (kCanInterrupt && plan_.services > 0) {
                add_reclaimed(t, end);
            }
            t.end = end;
            t.running = kCanInterrupt ? t.running : state_.ends.size;
            t.gpus_queued += t.requeued_gpus * end;
            t.events += state_.next_arrival;
            t.too_many_attempts = attempts_ > kMostAttempts;
            t.too_many_slots = state_.too_many_slots;
        }
        exec_.sync();
        find_quantiles();
    }

private:
    TP_HD bool is_unit(std::uint32_t id) const {
        return kCanInterrupt && state_.slots[id].rank < plan_.units;
    }

    // Lane 0: jobs that made room for units and wait at the end.
    TP_HD TP_RARE void add_reclaimed(Tally& t, std::uint32_t end) {
        for (std::uint32_t rank = plan_.units; rank < plan_.jobs; ++rank) {
            const bool waits = ((state_.waiting[rank / 64] >> (rank % 64)) & 1U) != 0;
            const std::uint32_t gone = state_.life[rank].gone_at;
            t.reclaimed +=
                waits && gone != kNone ? std::uint64_t{plan_.job_gpus[rank]} * (end - gone) : 0;
        }
    }

    // Lane 0.
    TP_HD void append(const UnitNote& note) {
        Tally& t = *memory_.tally;
        if (t.unit_notes < rest_.most_notes) {
            memory_.unit_log[t.unit_notes++] = note;
        } else {
            t.too_many_notes = true;
        }
    }
    TP_HD void note_unit(std::uint32_t id, std::uint32_t tick, UnitEvent event) {
        append({tick, state_.slots[id].rank, event, 0});
    }
    TP_HD void note(std::uint32_t id, std::uint32_t tick, UnitEvent event) {
        if (exec_.lane() == 0) {
            note_unit(id, tick, event);
        }
    }

    TP_HD static void add(Tally& t, std::uint64_t& sum, std::uint64_t amount, std::uint32_t ticks) {
        const std::uint64_t product = amount * ticks;
        const std::uint64_t high =
            (amount >> 32) * ticks + (((amount & 0xFFFF'FFFFu) * ticks) >> 32);
        sum += product;
        t.overflow = t.overflow || (high >> 32) != 0 || sum < product;
    }

    // The state has been as it is from last_ to now.
    TP_HD void integrate(std::uint32_t now) {
        Tally& t = *memory_.tally;
        const std::uint32_t ticks = now - last_;
        t.allocated += state_.allocated * ticks;
        if (state_.queue_length > 0) {
            add(t, t.queued_gpus, state_.queued_gpus, ticks);
            t.queue_length += std::uint64_t{state_.queue_length} * ticks;
            t.queue_length_max =
                state_.queue_length > t.queue_length_max ? state_.queue_length : t.queue_length_max;
        }
        if constexpr (kCanInterrupt) {
            t.down += state_.down_gpus * ticks;
            t.spare += state_.spare_gpus * ticks;
        }
        add_spare_bins(t, now);
    }

    TP_HD void add_spare_bins(Tally& t, std::uint32_t now) {
        const std::uint64_t spares = kCanInterrupt ? state_.spare_gpus : 0;
        const std::uint64_t width = rest_.bin_width;
        std::uint64_t from = last_;
        if (now >= t.bin_end) {
            t.last_spare_bin += spares * (t.bin_end - from);
            least(t, t.last_spare_bin);
            const std::uint64_t whole = (now - t.bin_end) / width;
            if (whole > 0) {
                least(t, spares * width);
            }
            from = t.bin_end + whole * width;
            t.bin_end = from + width;
            t.last_spare_bin = 0;
        }
        t.last_spare_bin += spares * (now - from);
    }
    TP_HD static void least(Tally& t, std::uint64_t bin) {
        t.least_spare_bin = bin < t.least_spare_bin ? bin : t.least_spare_bin;
    }

    TP_HD void begin_attempt(std::uint32_t rank, std::uint32_t tick) {
        if constexpr (kCanInterrupt) {
            std::uint32_t& since = memory_.interrupted_at[rank];
            if (since != kNone) {
                ++memory_.tally->recoveries;
                memory_.tally->recovery_ticks += tick - since;
                since = kNone;
            }
        }
    }

    TP_HD void end_attempt(std::uint32_t id) {
        if constexpr (kCanInterrupt) {
            ++attempts_;
            if (exec_.lane() == 0) {
                Tally& t = *memory_.tally;
                const Activity& a = state_.activity[id];
                const std::uint64_t gpus = plan_.job_gpus[state_.slots[id].rank];
                t.useful += a.attempt.work * gpus;
                t.stalled += a.attempt.stalled * gpus;
                t.network_stalled += a.attempt.network * gpus;
                t.checkpoint += a.attempt.checkpoint * gpus;
                t.checkpoints += a.attempt.checkpoints;
                t.restart += a.restart;
                if (is_unit(id)) {
                    t.unit_useful += a.attempt.work * gpus;
                    t.unit_stalled += a.attempt.stalled * gpus;
                    t.unit_restart += a.restart;
                } else if (plan_.units > 0 && plan_.may_be_asked[state_.slots[id].rank] != 0) {
                    t.lent += (a.attempt.work + a.attempt.stalled) / kFullSpeed * gpus +
                              a.attempt.checkpoint * gpus + a.restart;
                }
            }
        }
    }

    // Lane 0: the pause after the last attempt is over.
    TP_HD void end_pause(std::uint32_t id, std::uint64_t lost) {
        Tally& t = *memory_.tally;
        const std::uint64_t gpus = plan_.job_gpus[state_.slots[id].rank];
        t.restart += state_.activity[id].restart;
        if (is_unit(id)) {
            t.unit_restart += state_.activity[id].restart;
        } else if (plan_.units > 0 && plan_.may_be_asked[state_.slots[id].rank] != 0) {
            t.lent += state_.activity[id].restart;
        }
        t.lost += lost * gpus;
        t.useful -= lost * gpus;
    }

    // Lane 0: a job that nothing can interrupt has run until this tick.
    TP_HD void run_until(const Slot& slot, std::uint32_t tick) {
        memory_.tally->useful +=
            std::uint64_t{kFullSpeed} * (tick - slot.start) * plan_.job_gpus[slot.rank];
    }

    // Lane 0: the job's time out of the queue ends, at least for now.
    TP_HD void leave(const Slot& slot, std::uint32_t tick) {
        memory_.tally->out_of_queue += tick;
        memory_.tally->gpus_out_of_queue += std::uint64_t{plan_.job_gpus[slot.rank]} * tick;
    }

    TP_HD void find_quantiles() {
        const std::uint64_t n = memory_.tally->waits;
        if (n == 0) {
            return;
        }
        const std::uint32_t last = memory_.tally->wait_max;
        const auto quantile = [&](std::uint32_t percent, std::uint32_t low) {
            const auto rank = static_cast<std::uint32_t>((n * percent + 99) / 100);
            return nth_smallest(exec_, memory_.wait, plan_.jobs, rank, low, last);
        };
        const std::uint32_t p50 = quantile(50, 0);
        const std::uint32_t p95 = quantile(95, p50);
        const std::uint32_t p99 = quantile(99, p95);
        exec_.sync();
        if (exec_.lane() == 0) {
            memory_.tally->wait_p50 = p50;
            memory_.tally->wait_p95 = p95;
            memory_.tally->wait_p99 = p99;
        }
        exec_.sync();
    }

    Exec exec_;
    const Plan& plan_;
    const TallyPlan& rest_;
    const State& state_;
    const TallyMemory memory_;
    std::uint32_t last_ = 0;      // integrated up to here
    std::uint32_t attempts_ = 0;  // that ended; counted by every lane
};

}  // namespace tidepool::core
