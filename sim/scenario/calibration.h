#pragma once
// From runs on a solver's rates to a table of slow-downs, and how far a run on that table is from
// them. docs/network.md has the rules. What is kept of a run is plain numbers, so that it can have
// been in another process.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/model/ledger.h"
#include "sim/scenario/compile.h"
#include "sim/scenario/slowdown_table.h"

namespace tidepool::scenario {

// An attempt of a job on several nodes that communicates. In 1/1024 GPU-ticks:
struct AttemptSample {
    std::uint32_t job = 0, leaf_groups = 0, pods = 0;
    std::uint64_t work = 0;     // done, lost or not
    std::uint64_t network = 0;  // time at work that the network took
    std::uint64_t at_work = 0;  // work and all that was stalled
};

// What a calibration looks at of a run.
struct RunSample {
    std::vector<AttemptSample> attempts;
    std::vector<std::uint32_t> ends;  // by job, ticks; kNever: it did not end
    std::uint64_t stalled = 0;        // 1/1024 GPU-ticks that the network took of all jobs
    std::uint32_t started = 0;        // jobs
    bool interrupted = false;         // by the user
    bool ran_out = false;             // of the clock, see clock_ran_out()
};

RunSample sampled(const Compiled& compiled, const model::Ledger& ledger);

// The rows that this run gives, by kind of job, pods, leaf groups. `kind_of_job`: names.
std::vector<SlowdownRow> slowdown_rows(const RunSample& run, const Oversubscription& fabric,
                                       const std::vector<std::string>& kind_of_job);

// `rows`: those of `solved`.
SlowdownCheck check_slowdowns(const RunSample& solved, const RunSample& on_table,
                              const Oversubscription& fabric, const std::vector<SlowdownRow>& rows);

}  // namespace tidepool::scenario
