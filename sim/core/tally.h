#pragma once
// What a replica of a sweep leaves behind: everything its KPIs need of the decisions, in integers,
// without a record per job, attempt or outage. The same numbers as the Ledger of a single run, at a
// fraction of its memory; one source for CPU threads and GPUs. docs/sweeps.md has the decision hash.

#include <cstdint>

#include "sim/core/replay.h"

namespace tidepool::core {

struct Tally {
    std::uint32_t end = 0;       // the run covers [0, end) ticks
    std::uint32_t last_end = 0xFFFF'FFFFu;  // tick at which the last job ended; 0xFFFFFFFF: none did
    // Integrals over the run.
    std::uint64_t allocated = 0;     // GPU-ticks held by jobs
    std::uint64_t down = 0;          // GPU-ticks down, or not installed, and held by nobody
    std::uint64_t spare = 0;         // GPU-ticks of spares that were ready
    std::uint64_t queued_gpus = 0;   // GPU-ticks asked for by waiting jobs
    std::uint64_t queue_length = 0;  // job-ticks waiting
    std::uint32_t queue_length_max = 0;
    std::uint64_t spare_gpus = 0;       // withheld at the start
    std::uint64_t least_spare_bin = ~std::uint64_t{0};  // least GPU-ticks of spares in a whole bin
    std::uint64_t last_spare_bin = 0;   // of the last, shorter bin
    std::uint32_t last_bin = 0;         // its length in ticks; 0: none
    // Jobs.
    std::uint32_t completed = 0, failed = 0, cancelled = 0;
    std::uint32_t running = 0;          // held their slot at the end
    std::uint64_t useful = 0, lost = 0, stalled = 0;  // 1/1024 GPU-ticks
    std::uint64_t checkpoint = 0, restart = 0;        // GPU-ticks
    std::uint64_t checkpoints = 0;
    std::uint64_t interruptions = 0, preemptions = 0, second_order_preemptions = 0;
    std::uint64_t out_of_queue = 0;       // ticks, of started jobs
    std::uint64_t gpus_out_of_queue = 0;  // the same times their GPUs
    std::uint64_t gpus_queued = 0;        // of started jobs: ticks waiting times GPUs
    std::uint64_t recoveries = 0, recovery_ticks = 0;  // from interruption to the next start
    std::uint64_t blasts = 0, blast_sum = 0, blast_max = 0;  // outages that interrupted jobs; GPUs
    // First waits, of the jobs that started; quantiles by nearest rank, 0 if none did.
    std::uint64_t waits = 0, wait_sum = 0;
    std::uint32_t wait_p50 = 0, wait_p95 = 0, wait_p99 = 0, wait_max = 0;
    std::uint64_t decisions = 0;  // the decision hash
    std::uint64_t events = 0;     // completions + arrivals
    bool overflow = false;        // an integral passed 2^64: the numbers mean nothing
    bool too_many_slots = false;  // more jobs at once than there were slots: run again with more
};

}  // namespace tidepool::core
