#pragma once
// A scheduling problem in which things fail, as plain data, and what becomes of it: what the oracle
// of docs/interruptions.md and the simulator's core are both asked, and what both answer.

#include <tuple>

#include "sim/core/plan.h"
#include "sim/model/outages.h"
#include "tests/properties/small_schedule.h"

namespace tidepool::properties {

struct InterruptionProblem : Problem {
    // By node.
    std::vector<std::uint32_t> pool;  // of spares; a pool's nodes are neighbours
    std::vector<std::uint32_t> leaf;
    std::vector<std::uint8_t> spare;  // 1: withheld at the start
    // By job.
    std::vector<core::CheckpointRule> checkpoint;
    std::vector<core::RecoveryRule> recovery;
    std::vector<std::uint32_t> entity;

    std::vector<model::Outage> outages;  // by begin, cause, entity
};

// What happened to a job, and what the stretch of time that ended there went into.
struct Happening {
    enum class Kind : std::uint8_t {
        kStart,
        kInterrupted,
        kRecovers,
        kRequeued,
        kEnd,
        kStopped,
        // The tide only:
        kReady,
        kClosing,
        kReopened,
        kWants,  // rank: the service, work: units
        kAsked,  // work: tick at which it leaves, stalled: from which on it stands still
        kLeft,
        // Tenants only:
        kTold,     // as kAsked
        kRefused,  // work: core::Reason
        kWithdrawn,
    };
    std::uint32_t tick = 0;
    Kind kind = Kind::kStart;
    std::uint32_t rank = 0;
    std::uint32_t outage = kNever;  // that interrupted it; kNever: none
    std::uint64_t lost = 0;         // units
    std::uint64_t work = 0;         // units
    std::uint64_t stalled = 0;      // units
    std::uint64_t checkpoint = 0;   // ticks
    std::uint32_t checkpoints = 0;  // written
    std::uint64_t restart = 0;      // GPU-ticks
    std::set<Gpu> held;             // kStart, kRecovers, kEnd, kStopped
    friend bool operator==(const Happening&, const Happening&) = default;
};

// GPUs during one tick.
struct Usage {
    std::uint64_t allocated = 0, down = 0, spare = 0;
    friend bool operator==(const Usage&, const Usage&) = default;
};

// A service during one tick.
struct ServiceAt {
    std::uint32_t wanted = 0, in_use = 0, ready = 0;  // units
    friend bool operator==(const ServiceAt&, const ServiceAt&) = default;
};

struct Chronicle {
    std::vector<Happening> happenings;             // in order; kStopped and kAsked by rank
    std::vector<Usage> usage;                      // by tick
    std::vector<std::vector<ServiceAt>> services;  // by tick
    std::uint32_t over = 0;
    friend bool operator==(const Chronicle&, const Chronicle&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const Happening& h) {
    constexpr const char* kNames[] = {
        "start",    "interrupted", "recovers", "requeued", "end",  "stopped", "ready",    "closing",
        "reopened", "wants",       "asked",    "left",     "told", "refused", "withdrawn"};
    out << h.tick << " " << kNames[static_cast<int>(h.kind)] << " " << h.rank;
    if (h.outage != kNever) {
        out << " outage " << h.outage;
    }
    out << " lost " << h.lost << " work " << h.work << " stalled " << h.stalled << " checkpoint "
        << h.checkpoint << " (" << h.checkpoints << ") restart " << h.restart;
    return out << h.held;
}

inline std::ostream& operator<<(std::ostream& out, const Chronicle& c) {
    for (const Happening& h : c.happenings) {
        out << "  " << h << "\n";
    }
    for (std::size_t t = 0; t < c.usage.size(); ++t) {
        const Usage& u = c.usage[t];
        if (t == 0 || u != c.usage[t - 1]) {
            out << "  from " << t << ": allocated " << u.allocated << ", down " << u.down
                << ", spare " << u.spare << "\n";
        }
    }
    for (std::size_t t = 0; t < c.services.size(); ++t) {
        if (t == 0 || c.services[t] != c.services[t - 1]) {
            out << "  from " << t << ":";
            for (const ServiceAt& s : c.services[t]) {
                out << " [wants " << s.wanted << ", uses " << s.in_use << ", ready " << s.ready
                    << "]";
            }
            out << "\n";
        }
    }
    return out << "  over at " << c.over << "\n";
}

inline std::ostream& operator<<(std::ostream& out, const model::Outage& o) {
    constexpr const char* kKinds[] = {"interruption", "repair", "degraded", "maintenance",
                                      "not installed"};
    out << "[" << o.begin.value << ", " << o.end.value << ") " << kKinds[static_cast<int>(o.kind)]
        << " of nodes [" << o.first_node << ", " << o.last_node << ")";
    if (o.gpus != model::kWholeNode) {
        out << " GPUs 0x" << std::hex << o.gpus << std::dec;
    }
    out << " reach " << static_cast<int>(o.reach);
    if (o.kind == model::OutageKind::kDegraded) {
        out << " speed " << o.speed;
    }
    return out;
}

inline std::ostream& operator<<(std::ostream& out, const InterruptionProblem& p) {
    out << static_cast<const Problem&>(p);
    for (std::size_t n = 0; n < p.nodes.size(); ++n) {
        out << "  node " << n << ": pool " << p.pool[n] << ", leaf " << p.leaf[n]
            << (p.spare[n] != 0 ? ", spare" : "") << "\n";
    }
    constexpr const char* kRules[] = {"requeue", "spare", "wait"};
    for (std::size_t r = 0; r < p.jobs.size(); ++r) {
        const core::CheckpointRule& c = p.checkpoint[r];
        const core::RecoveryRule& y = p.recovery[r];
        out << "  job " << r << ": " << kRules[static_cast<int>(y.on_failure)] << ", detect "
            << y.detect << ", swap " << y.swap << ", own mean " << y.own_mean << " stream "
            << y.own_stream << " entity " << p.entity[r] << ", interval " << c.interval
            << ", restart " << c.restart;
        for (std::uint32_t i = 0; i < c.tiers; ++i) {
            const core::Tier& t = c.tier[i];
            out << ", tier {pause " << t.pause << ", background " << t.background << ", every "
                << t.every << ", load " << t.load << ", survives " << static_cast<int>(t.survives)
                << "}";
        }
        out << "\n";
    }
    for (std::size_t o = 0; o < p.outages.size(); ++o) {
        out << "  outage " << o << ": " << p.outages[o] << "\n";
    }
    return out;
}

}  // namespace tidepool::properties
