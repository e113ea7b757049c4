#include <algorithm>
#include <tuple>

#include "sim/model/gpu_time.h"
#include "sim/model/laws.h"

namespace tidepool::model {
namespace {

bool interrupts(OutageKind kind) {
    return kind == OutageKind::kInterruption || kind == OutageKind::kRepair ||
           kind == OutageKind::kMaintenance;
}

auto place(const Outage& outage) {
    return std::tuple(outage.begin, outage.cause, outage.entity);
}

std::string_view problem_of(const Ledger& ledger, std::size_t o) {
    const Outage& outage = ledger.outages.list[o];
    if (outage.begin >= ledger.end || outage.end < outage.begin) {
        return "it does not begin within the run, or ends before";
    }
    if (o > 0 && place(outage) < place(ledger.outages.list[o - 1])) {
        return "it comes after its place in the list";
    }
    if (outage.cause >= ledger.outages.causes.size() || outage.first_node > outage.last_node ||
        outage.last_node > ledger.node_gpus.size()) {
        return "its cause or nodes are unknown";
    }
    switch (outage.kind) {
        case OutageKind::kInterruption:
            return outage.end == outage.begin ? "" : "nothing is to be repaired after it";
        case OutageKind::kDegraded:
            return outage.speed > 0 && outage.speed < kFullSpeed ? "" : "it does not slow down";
        case OutageKind::kBandwidth:
            return outage.speed < kFullSpeed && outage.part != FabricPart::kNone
                       ? ""
                       : "it takes no bandwidth away";
        case OutageKind::kNotInstalled:
            return outage.begin == Ticks{0} ? "" : "nodes do not leave";
        case OutageKind::kRepair:
        case OutageKind::kMaintenance:
            return "";
    }
    return "its kind is unknown";
}

std::string_view problem_of_end(const Ledger& ledger, const Attempt& attempt) {
    if ((attempt.ended == AttemptEnd::kOutage) != (attempt.outage != kNoOutage)) {
        return "those that an outage ended, and no others, name it";
    }
    if (attempt.outage != kNoOutage) {
        if (attempt.outage >= ledger.outages.list.size()) {
            return "its outage is unknown";
        }
        const Outage& outage = ledger.outages.list[attempt.outage];
        if (outage.begin != attempt.end || !interrupts(outage.kind)) {
            return "its outage does not interrupt, or not then";
        }
    }
    switch (attempt.ended) {
        case AttemptEnd::kRunning:
            return attempt.end == ledger.end ? "" : "it did not run until the end of the run";
        case AttemptEnd::kCompleted:
        case AttemptEnd::kFailed:
        case AttemptEnd::kCancelled:
        case AttemptEnd::kOutage:
        case AttemptEnd::kSoftware:
        case AttemptEnd::kPreempted:
        case AttemptEnd::kReclaimed:
        case AttemptEnd::kEvicted:
            return "";
        case AttemptEnd::kReleased:
            return "only units are released";
    }
    return "its end is of an unknown kind";
}

// Ticks after it in which its job may have held GPUs, recovering.
std::uint64_t pause_after(const Ledger& ledger, const Attempt& attempt) {
    const bool recovers =
        attempt.ended == AttemptEnd::kOutage || attempt.ended == AttemptEnd::kSoftware;
    return recovers ? std::min(attempt.recovered, ledger.end).value - attempt.end.value : 0;
}

std::string_view problem_of_attempt(const Ledger& ledger, std::size_t a) {
    const Attempt& attempt = ledger.attempts[a];
    if (attempt.job >= ledger.jobs.size()) {
        return "its job is unknown";
    }
    if (attempt.start > attempt.end || attempt.end > ledger.end ||
        attempt.recovered < attempt.end) {
        return "its times are out of order";
    }
    if (a > 0 && attempt.end < ledger.attempts[a - 1].end) {
        return "it comes after its place in the list";
    }
    const std::uint64_t gpus = kWorkUnits * ledger.jobs[attempt.job].gpus;
    const std::uint64_t length = attempt.end.value - attempt.start.value;
    const GpuTime& time = attempt.time;
    if (held(time) - kWorkUnits * time.restart > gpus * length || held(time) < gpus * length ||
        held(time) > gpus * (length + pause_after(ledger, attempt))) {
        return "the GPU time it held does not fit its length and the pause after it";
    }
    return problem_of_end(ledger, attempt);
}

}  // namespace

void check_outages(const Ledger& ledger, Laws& laws) {
    laws.equal("effects = outages", ledger.effects.size(), ledger.outages.list.size());
    laws.each("outage", ledger.outages.list.size(),
              [&](std::size_t o) { return problem_of(ledger, o); });
}

void check_attempts(const Ledger& ledger, Laws& laws) {
    if (!ledger.interruptible) {
        laws.equal("attempts are listed if jobs can be interrupted", ledger.attempts.size(), 0);
    }
    laws.each("attempt", ledger.attempts.size(),
              [&](std::size_t a) { return problem_of_attempt(ledger, a); });
}

void check_effects(const Ledger& ledger, Laws& laws) {
    std::vector<OutageEffect> effects(ledger.outages.list.size());
    for (const Attempt& attempt : ledger.attempts) {
        if (attempt.outage != kNoOutage) {
            ++effects[attempt.outage].jobs;
            effects[attempt.outage].gpus += ledger.jobs[attempt.job].gpus;
        }
    }
    laws.each("outage", effects.size(), [&](std::size_t o) -> std::string_view {
        const bool same =
            effects[o].jobs == ledger.effects[o].jobs && effects[o].gpus == ledger.effects[o].gpus;
        return same ? "" : "its effect is not that of the attempts that name it";
    });
}

}  // namespace tidepool::model
