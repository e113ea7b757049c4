// What jobs of tenants wait for, and who has to go.

#include "sim/scenario/recorder.h"

namespace tidepool::scenario {

void Recorder::add_wait(std::uint32_t rank, core::Reason reason, std::uint32_t ticks) {
    model::JobRecord& job = ledger_.jobs[compiled_.job_of_rank[rank]];
    Ticks* const waits[] = {&job.wait_priority, &job.wait_quota, &job.wait_capacity,
                            &job.wait_fragmentation};
    waits[static_cast<std::size_t>(reason)]->value += ticks;
}

void Recorder::end_wait(std::uint32_t rank, std::uint32_t tick, bool outside) {
    if (waits_) {
        waits_->leaves(rank, tick, outside,
                       [&](auto job, auto reason, auto ticks) { add_wait(job, reason, ticks); });
    }
}

void Recorder::passes(std::uint32_t tick) {
    waits_->passes(tick, [&](auto job, auto reason, auto ticks) { add_wait(job, reason, ticks); });
}

void Recorder::refused(std::uint32_t rank, core::Reason reason, std::uint32_t tick) {
    waits_->refused(rank, reason, tick,
                    [&](auto job, auto why, auto ticks) { add_wait(job, why, ticks); });
}

// Its tenant has left.
void Recorder::withdrawn(std::uint32_t rank, std::uint32_t tick) {
    const std::uint32_t number = compiled_.job_of_rank[rank];
    model::JobRecord& job = ledger_.jobs[number];
    job.queued.value += tick - waiting_since_[number];
    job.state = model::JobState::kWithdrawn;
    job.withdrawn = Ticks{tick};
    ledger_.holdings.push_back({tick, number, 0});
    end_wait(rank, tick, true);
}

void Recorder::told_to_go(std::uint32_t slot, std::uint32_t) {
    ++ledger_.jobs[job_of(slot)].told;
}

void Recorder::preempted(std::uint32_t slot, std::uint32_t tick, bool second_order) {
    note(core::Decision::kPreempted, slot, tick);
    const core::Activity& a = state_.activity[slot];
    const bool reclaimed = a.leaves == tick && a.why == core::Leaves::kForUnits;
    const bool evicted = a.leaves == tick && a.why == core::Leaves::kEvicted;
    end_attempt(slot, tick,
                reclaimed ? model::AttemptEnd::kReclaimed
                : evicted ? model::AttemptEnd::kEvicted
                          : model::AttemptEnd::kPreempted,
                model::kNoOutage);
    ++ledger_.jobs[job_of(slot)].preemptions;
    ledger_.jobs[job_of(slot)].reclaims += reclaimed ? 1 : 0;
    ledger_.jobs[job_of(slot)].evictions += evicted ? 1 : 0;
    ledger_.second_order_preemptions += second_order ? 1 : 0;
}

}  // namespace tidepool::scenario
