#pragma once
// What a run leaves behind, in integers: one record per job and exact integrals over time. Drivers
// fill it; KPIs, time series and later money are pure functions of it. Laws that hold exactly:
//   capacity = idle + allocated,   allocated = sum over jobs of gpus * (end - start).

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/ticks.h"

namespace tidepool::model {

// Values are part of the results (/jobs/state): never renumber, only add.
enum class JobState : std::int8_t {
    kQueued = 0,   // still waiting at the end of the run
    kRunning = 1,  // still running at the end of the run
    kCompleted = 2,
    kFailed = 3,     // ran and ended as failed, as its trace says
    kCancelled = 4,  // ran and ended as cancelled, as its trace says
    kRejected = 5,   // never queued; Rejection says why
};

enum class Rejection : std::int8_t {
    kNone = 0,
    kTooLarge = 1,  // more GPUs than any placement could ever give
    kGpuModel = 2,  // no node has an accepted GPU model
    kHorizon = 3,   // submitted at or after the end of the run
};

struct JobRecord {
    Ticks submit, start = kNever, end = kNever;  // kNever: did not happen within the run
    std::uint32_t gpus = 0;
    JobState state = JobState::kQueued;
    Rejection rejection = Rejection::kNone;
    std::uint32_t tenant = 0;  // index into Ledger::tenants
    std::uint32_t gpu_model =
        0;  // index into Ledger::gpu_models of the GPUs it ran on; 0 if it did not
    std::uint32_t nodes = 0;       // nodes it held; 0 if it did not run or held GPUs of a pool
    std::uint32_t first_node = 0;  // lowest node it held; 0 if `nodes` is 0
    std::int8_t plan = 0;
    std::uint32_t workload = 0;  // index of the scenario's workload it belongs to
};

// Integrals over one bin of time: GPU-ticks, or jobs * ticks for the queue length.
struct Bin {
    std::uint64_t allocated = 0;     // GPU-ticks held by jobs
    std::uint64_t queued_gpus = 0;   // GPU-ticks asked for by waiting jobs
    std::uint64_t queue_length = 0;  // job-ticks waiting
};

struct Ledger {
    std::uint64_t gpus = 0;       // installed
    Ticks end;                    // the run covers [0, end)
    bool interrupted = false;     // ended early by the user; integrals cover [0, end) all the same
    std::vector<JobRecord> jobs;  // in trace order
    Ticks bin_width;
    std::vector<Bin> bins;  // bin b covers [b, b + 1) * bin_width; the last one may be shorter
    Bin total;              // the same integrals over the whole run
    std::uint32_t queue_length_max = 0;
    std::vector<std::string> tenants;  // index 0 is the empty name: no tenant recorded
    std::vector<std::string> gpu_models;
    std::uint64_t events = 0;  // completions + arrivals handled
};

}  // namespace tidepool::model
