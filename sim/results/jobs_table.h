#pragma once
// /jobs: one row per job, workload by workload in trace order, one column per property. Times in
// seconds since the start of the run, NaN for what did not happen within it. What interruptions and
// checkpoints made of a job is there only in runs that can have them (Ledger::interruptible).

#include <array>
#include <span>
#include <string_view>

#include "sim/model/ledger.h"
#include "sim/results/h5.h"

namespace tidepool::results {

// Names of the enumerators, by value.
inline constexpr std::array<std::string_view, 3> kPlanNames{"reserved", "on-demand", "spot"};
inline constexpr std::array<std::string_view, 7> kStateNames{
    "queued", "running", "completed", "failed", "cancelled", "rejected", "withdrawn"};
inline constexpr std::array<std::string_view, 6> kRejectionNames{
    "none", "too_large", "gpu_model", "horizon", "quota", "absent"};

// `ids`: one per job. If all of them are decimal integers as a program prints them (no leading
// zeros or plus sign, 64 bits), the column is int64; else texts padded to the longest; above 256
// bytes, texts of variable length.
void write_jobs(h5::Group& root, const model::Ledger& ledger, std::span<const std::string_view> ids,
                std::string_view time_units);

}  // namespace tidepool::results
