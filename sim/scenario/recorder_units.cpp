// What the recorder notes of units of services.

#include <vector>

#include "sim/model/gpu_time.h"
#include "sim/scenario/recorder.h"

namespace tidepool::scenario {

void Recorder::note_unit(std::uint32_t slot, std::uint32_t tick, UnitEvent event) {
    ledger_.unit_log.push_back({tick, state_.slots[slot].rank, event, 0});
}

void Recorder::ready(std::uint32_t slot, std::uint32_t tick) {
    note_unit(slot, tick, UnitEvent::kReady);
}

void Recorder::closing(std::uint32_t slot, std::uint32_t tick) {
    note_unit(slot, tick, UnitEvent::kClosing);
}

void Recorder::reopened(std::uint32_t slot, std::uint32_t tick) {
    note_unit(slot, tick, UnitEvent::kReopened);
}

void Recorder::wants(std::uint32_t service, std::uint32_t tick) {
    ledger_.unit_log.push_back({tick, service, UnitEvent::kWanted, state_.service[service].wanted});
}

void Recorder::asked_to_go(std::uint32_t slot, std::uint32_t tick) {
    model::JobRecord& job = ledger_.jobs[job_of(slot)];
    ++job.asked;
    ledger_.unit_log.push_back({tick, 0, UnitEvent::kAsked, job.gpus});
}

// Units were at the end of the jobs, and their attempts between those of jobs.
void Recorder::part_units() {
    const std::uint32_t first = compiled_.first_unit();
    if (first == ledger_.jobs.size()) {
        return;
    }
    for (std::uint32_t rank = plan_.units; rank < plan_.jobs; ++rank) {
        if (plan_.may_be_asked[rank] != 0) {
            const model::JobRecord& job = ledger_.jobs[compiled_.job_of_rank[rank]];
            ledger_.lent += model::held(job.time) / model::kWorkUnits;
        }
    }
    ledger_.units.assign(ledger_.jobs.begin() + first, ledger_.jobs.end());
    ledger_.jobs.resize(first);
    for (const model::Attempt& attempt : ledger_.attempts) {
        if (attempt.job >= first) {
            ledger_.unit_attempts.push_back(attempt);
            ledger_.unit_attempts.back().job -= first;
        }
    }
    std::erase_if(ledger_.attempts, [&](const model::Attempt& a) { return a.job >= first; });
}

}  // namespace tidepool::scenario
