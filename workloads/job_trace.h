#pragma once
// Training jobs as a trace tells them, whatever file format they came from: one row per job, times
// in seconds since the trace's zero. Readers fill it, `tidepool trace` prints and converts it, the
// scenario compiler turns it into a plan.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/quantity.h"

namespace tidepool::workloads {

// How a job ended in the recorded world. The simulation lets the job run for `duration` and then
// ends it so. Values are part of the results (/jobs/state): never renumber.
enum class JobEnd : std::uint8_t { kCompleted = 0, kFailed = 1, kCancelled = 2 };

// Commercial plan a job runs under.
enum class Plan : std::uint8_t { kReserved = 0, kOnDemand = 1, kSpot = 2 };

inline constexpr std::uint32_t kAny = 0xFFFF'FFFFu;
inline constexpr Seconds kUnknown{-1.0};

struct Job {
    std::uint64_t id_begin = 0;      // its id is text in JobTrace::id_text, up to the next job's
    std::uint32_t line = 0;          // line of the trace file, for messages
    std::uint32_t gpus = 1;          // gang size: all of them or none
    Seconds submit;                  // since JobTrace zero, >= 0
    Seconds duration;                // run time on the wished GPUs, >= 0
    Seconds estimate = kUnknown;     // what the user told the scheduler; kUnknown: not recorded
    std::uint32_t tenant = kAny;     // index into JobTrace::tenants
    std::uint32_t gpu_model = kAny;  // index into JobTrace::gpu_models
    std::int32_t priority = 0;       // higher is more urgent
    Plan plan = Plan::kOnDemand;
    JobEnd end = JobEnd::kCompleted;
    double cpus = 0;  // host cores for the whole gang; 0: not recorded
    Bytes memory;     // host memory for the whole gang; 0: not recorded
    Seconds checkpoint_interval = kUnknown;
    Seconds checkpoint_write = kUnknown;
};

struct JobTrace {
    std::string file;    // as named in messages
    std::string format;  // the reader that filled it
    std::string origin;  // calendar time of second 0 (ISO 8601, with offset if known); empty: none
    std::vector<Job> jobs;                // sorted by submit, rows of equal submit in file order
    std::vector<std::string> tenants;     // in order of first appearance in `jobs`
    std::vector<std::string> gpu_models;  // accepted models as written, `A|B` = either; same order
    std::string id_text;                  // all ids, one after the other, in `jobs` order
    std::uint64_t rows = 0;               // rows read, before windows and skipped rows
    std::uint64_t skipped = 0;            // rows left out by rule (CPU-only pods, ...), not errors
    std::string skipped_why;

    std::string_view id_view(std::size_t job) const;
    std::string id(std::size_t job) const { return std::string(id_view(job)); }
};

// Keeps the jobs `order` lists, in that order; ids, tenants and GPU models follow and are numbered
// anew.
void rearrange(JobTrace& trace, const std::vector<std::uint32_t>& order);

}  // namespace tidepool::workloads
