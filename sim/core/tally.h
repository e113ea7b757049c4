#pragma once
// What a replica of a sweep leaves behind: everything its KPIs need of the decisions, in integers,
// without a record per job, attempt or outage. The same numbers as the Ledger of a single run, at a
// fraction of its memory; one source for CPU threads and GPUs. Sums are modulo 2^64, as the
// ledger's; what the ledger checks for overflow is checked here, too, and flagged.

#include <cstddef>
#include <cstdint>

#include "sim/base/unit_log.h"
#include "sim/core/exec.h"
#include "sim/core/input.h"
#include "sim/core/plan.h"

namespace tidepool::core {

// More attempts than this: jobs are interrupted faster than they get on. The run is given up.
inline constexpr std::uint32_t kMostAttempts = 10'000'000;

struct Tally {
    std::uint32_t end = 0;           // the run covers [0, end) ticks
    std::uint32_t last_end = kNone;  // tick at which the last job ended; kNone: none did
    // Integrals over the run.
    std::uint64_t allocated = 0;     // GPU-ticks held by jobs
    std::uint64_t down = 0;          // GPU-ticks down, or not installed, and held by nobody
    std::uint64_t spare = 0;         // GPU-ticks of spares that were ready
    std::uint64_t queued_gpus = 0;   // GPU-ticks asked for by waiting jobs
    std::uint64_t queue_length = 0;  // job-ticks waiting
    std::uint32_t queue_length_max = 0;
    std::uint64_t spare_gpus = 0;                       // withheld at the start
    std::uint64_t least_spare_bin = ~std::uint64_t{0};  // least GPU-ticks of spares in a whole bin
    std::uint64_t last_spare_bin = 0;                   // of the last, shorter bin
    std::uint64_t bin_end = 0;                          // tick at which that bin would have ended
    // Jobs.
    std::uint32_t completed = 0, failed = 0, cancelled = 0;
    std::uint32_t withdrawn = 0;      // left the queue for good, with their tenant
    std::uint32_t running = 0;        // held their slot at the end
    std::uint64_t requeued_gpus = 0;  // of the jobs that had run and waited again at the end
    std::uint64_t useful = 0, lost = 0, stalled = 0;  // 1/1024 GPU-ticks
    std::uint64_t network_stalled = 0;                // of `stalled`: what the network took
    std::uint64_t checkpoint = 0, restart = 0;        // GPU-ticks
    std::uint64_t checkpoints = 0;
    std::uint64_t interruptions = 0, preemptions = 0, second_order_preemptions = 0;
    std::uint64_t out_of_queue = 0;                    // ticks, of started jobs
    std::uint64_t gpus_out_of_queue = 0;               // the same times their GPUs
    std::uint64_t gpus_queued = 0;                     // of started jobs: ticks waiting times GPUs
    std::uint64_t recoveries = 0, recovery_ticks = 0;  // from interruption to the next start
    std::uint64_t blasts = 0, blast_sum = 0, blast_max = 0;  // outages that interrupted jobs; GPUs
    // First waits in ticks, of the jobs that started; quantiles by nearest rank, 0 if none did.
    std::uint32_t waits = 0;
    std::uint64_t wait_sum = 0;
    std::uint32_t wait_p50 = 0, wait_p95 = 0, wait_p99 = 0, wait_max = 0;
    // Units of services. Their time is part of the sums above, and of these:
    std::uint64_t unit_useful = 0, unit_stalled = 0;  // 1/1024 GPU-ticks
    std::uint64_t unit_restart = 0;                   // GPU-ticks
    std::uint64_t lent = 0;                           // GPU-ticks held by jobs that may be asked
    std::uint64_t reclaims = 0;                       // of the preemptions: for units
    std::uint64_t reclaimed = 0;                      // GPU-ticks that these jobs then waited
    std::uint64_t asked = 0;                          // times that jobs were asked to go
    std::uint32_t unit_notes = 0;                     // in TallyMemory::unit_log
    std::uint64_t decisions = 0;                      // the decision hash
    std::uint64_t events = 0;                         // completions + arrivals
    // The numbers mean nothing if one of these is set.
    bool overflow = false;           // an integral passed 2^64
    bool too_many_attempts = false;  // more than kMostAttempts
    bool too_many_notes = false;     // the log of units was full: run again with a longer one
    bool too_many_slots = false;     // more jobs at once than there were slots: run again with more
    friend bool operator==(const Tally&, const Tally&) = default;
};

// What a tally needs of a scenario beside its Plan.
struct TallyPlan {
    Input<std::uint8_t> job_end;   // [jobs] by rank; 0 completed, 1 failed, 2 cancelled
    std::uint32_t bin_width = 1;   // ticks, of the time series
    std::uint32_t outages = 0;     // how many numbers of outages there are
    std::uint32_t most_notes = 0;  // room in the log of units
};

// Where a run is tallied.
struct TallyMemory {
    Tally* tally = nullptr;
    std::uint32_t* wait = nullptr;  // [jobs] ticks from submission to first start; kNone: none
    // Only if jobs can be interrupted:
    std::uint32_t* interrupted_at = nullptr;  // [jobs] tick; kNone: it runs or has not run
    std::uint64_t* blast = nullptr;           // [outages] GPUs of the jobs interrupted
    UnitNote* unit_log = nullptr;             // [TallyPlan::most_notes] in the order of the run
};

// Memory for a tally, aligned to 8 bytes; make() initialises it.
class TallyLayout {
public:
    TP_HD TallyLayout(const Plan& plan, const TallyPlan& rest)
        : jobs_(plan.jobs),
          outages_(plan.interruptible ? rest.outages : 0),
          interrupted_(plan.interruptible ? plan.jobs : 0),
          notes_(plan.services > 0 ? rest.most_notes : 0) {}
    TP_HD std::size_t bytes() const { return unit_log() + notes_ * sizeof(UnitNote); }
    template <class Exec>
    TP_HD TallyMemory make(Exec exec, void* memory) const {
        auto* bytes = static_cast<unsigned char*>(memory);
        TallyMemory made;
        made.tally = reinterpret_cast<Tally*>(bytes);
        made.blast = reinterpret_cast<std::uint64_t*>(bytes + sizeof(Tally));
        made.wait = reinterpret_cast<std::uint32_t*>(bytes + wait());
        made.interrupted_at = reinterpret_cast<std::uint32_t*>(bytes + interrupted_at());
        made.unit_log = reinterpret_cast<UnitNote*>(bytes + unit_log());
        if (exec.lane() == 0) {
            *made.tally = Tally{};
        }
        for (std::uint32_t i = exec.lane(); i < jobs_; i += Exec::kWidth) {
            made.wait[i] = kNone;
        }
        for (std::uint32_t i = exec.lane(); i < interrupted_; i += Exec::kWidth) {
            made.interrupted_at[i] = kNone;
        }
        for (std::uint32_t i = exec.lane(); i < outages_; i += Exec::kWidth) {
            made.blast[i] = 0;
        }
        exec.sync();
        return made;
    }

private:
    static_assert(sizeof(Tally) % 8 == 0);
    TP_HD static std::size_t words(std::uint32_t n) { return (std::size_t{n} + 1) / 2 * 8; }
    TP_HD std::size_t wait() const { return sizeof(Tally) + std::size_t{outages_} * 8; }
    static_assert(sizeof(UnitNote) % 8 == 0);
    TP_HD std::size_t interrupted_at() const { return wait() + words(jobs_); }
    TP_HD std::size_t unit_log() const { return interrupted_at() + words(interrupted_); }

    std::uint32_t jobs_, outages_, interrupted_, notes_;
};

// Whether every job that arrived has ended.
TP_HD inline bool all_ended(const Tally& tally, const Plan& plan) {
    return tally.completed + tally.failed + tally.cancelled + tally.withdrawn == plan.arrivals;
}

// Whether the run may become a row of the sweep: it started a job, did not pass the end of the
// clock with jobs unfinished, and its numbers mean something.
TP_HD inline bool is_complete(const Tally& tally, const Plan& plan) {
    const bool ran_out = plan.end == 0xFFFF'FFFFu && !all_ended(tally, plan);
    return (tally.waits > 0 || plan.services > 0) && !ran_out && !tally.overflow &&
           !tally.too_many_attempts && !tally.too_many_slots && !tally.too_many_notes;
}

}  // namespace tidepool::core
