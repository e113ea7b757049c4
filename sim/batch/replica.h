#pragma once
// One replica of a cell of a sweep on one CPU thread: the compiled scenario under the luck of a
// seed, tallied instead of recorded. Its KPIs equal those of a run of its own (closed_form.h) to
// the last bit.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/wait_buckets.h"
#include "sim/batch/tenant_tally.h"
#include "sim/core/tally.h"
#include "sim/model/kpis.h"
#include "sim/money/statement.h"
#include "sim/scenario/compile.h"

namespace tidepool::batch {

struct LastBooks;
class RunStore;
struct UnbilledReplica;

// A scenario that is run with many seeds. Constant while replicas run; shared by all threads.
struct Cell {
    std::shared_ptr<const scenario::Loaded> loaded;
    scenario::Compiled compiled;        // without luck
    std::vector<std::uint8_t> job_end;  // by rank, as core::TallyPlan has it
    std::uint64_t rejected = 0;         // jobs
    // Of a billed scenario: what decides about its runs, beside the seed; and where they are kept,
    // if they are.
    std::string run_key;
    std::shared_ptr<RunStore> runs;
};

// Throws as scenario::compile_plan() does.
Cell make_cell(std::shared_ptr<const scenario::Loaded> loaded);

// The cell's plan under this luck. Views into both.
core::Plan plan_of(const Cell& cell, const scenario::Luck& luck, std::uint64_t seed);
core::TallyPlan tally_plan_of(const Cell& cell, const scenario::Luck& luck);

// The KPIs' integers, as model::totals() makes them of a ledger. The tally must be complete:
// core::is_complete(), or at least without the flags that make its numbers mean nothing.
// `network`: null if the run had none.
model::Totals totals_of(const core::Tally& tally, const Cell& cell, const model::OutageFacts& facts,
                        const model::NetworkLedger* network = nullptr);

// How the services of the cell fared. `log`: of units, as the tally has it.
model::ServiceTotals services_of(const Cell& cell, const scenario::Luck& luck, std::uint64_t seed,
                                 const core::Tally& tally, std::span<const UnitNote> log);

// First waits by bucket, of the jobs that started.
using WaitHistogram = std::array<std::uint64_t, kWaitBuckets>;

struct ReplicaResult {
    bool worked = false;    // some job started, or there are services
    bool ran_out = false;   // of the 8.5 years of the clock, with jobs unfinished
    bool overflow = false;  // an integral over time exceeded 64 bits
    bool given_up = false;  // jobs were interrupted faster than they got on
    model::Totals totals;   // means nothing after overflow or given_up
    std::uint64_t decisions = 0;
    std::shared_ptr<const money::Statement> statement;  // of a billed run; totals.money is it

    bool complete() const { return worked && !ran_out && !overflow && !given_up; }
};

// Runs replicas one after the other and reuses their memory; one per thread.
class ReplicaRunner {
public:
    // Adds the waits of a complete replica to `histogram`. Throws as scenario::draw_luck() does.
    ReplicaResult run(const Cell& cell, std::uint64_t seed, WaitHistogram& histogram);
    // The same with luck that has been drawn already, of this cell and seed.
    ReplicaResult run(const Cell& cell, const scenario::Luck& luck, std::uint64_t seed,
                      WaitHistogram& histogram);

private:
    ReplicaResult run_billed(const Cell& cell, const scenario::Luck& luck, std::uint64_t seed,
                             WaitHistogram& histogram);
    template <bool kCanInterrupt>
    core::TallyMemory replay(const core::Plan& plan, core::TallyPlan& rest);
    core::TallyMemory replay(const core::Plan& plan, core::TallyPlan& rest, const Cell& cell,
                             const scenario::Luck& luck);
    // Enlarges what was too small, and begins again.
    template <class Attempt>
    core::TallyMemory with_enough_room(const core::Plan& plan, core::TallyPlan& rest,
                                       Attempt&& attempt);

    std::vector<std::uint64_t> state_, tally_;
    std::shared_ptr<LastBooks> books_;  // of the last billed replica
    model::NetworkLedger network_;      // of the last replica, if it had one
    TenantSums tenants_;                // likewise
    std::uint32_t slots_ = 256;         // tried first; as many as the replica before needed
};

}  // namespace tidepool::batch
