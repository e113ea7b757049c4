#pragma once
// What a run leaves behind, in integers: one record per job, attempt and outage, and exact
// integrals over time. Drivers fill it; KPIs, time series and later money are pure functions of it.
// Laws that hold exactly (docs/interruptions.md says what the words mean):
//   capacity = gpus * end - absent = down + spare + idle + allocated
//   1024 * allocated = sum over jobs and units of useful + lost + stalled + 1024 * (checkpoint +
//   restart)

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/ticks.h"
#include "sim/base/unit_log.h"
#include "sim/model/datacenter.h"
#include "sim/model/network_ledger.h"
#include "sim/model/outages.h"
#include "sim/model/service_ledger.h"
#include "sim/money/statement.h"
#include "sim/money/usage.h"

namespace tidepool::model {

// Values are part of the results (/jobs/state): never renumber, only add.
enum class JobState : std::int8_t {
    kQueued = 0,   // waiting at the end of the run, perhaps after an interruption
    kRunning = 1,  // still running, or recovering with GPUs in hand, at the end of the run
    kCompleted = 2,
    kFailed = 3,     // ran and ended as failed, as its trace says
    kCancelled = 4,  // ran and ended as cancelled, as its trace says
    kRejected = 5,   // never queued; Rejection says why
    kWithdrawn = 6,  // left the queue for good, with its tenant; perhaps after it had run
};

enum class Rejection : std::int8_t {
    kNone = 0,
    kTooLarge = 1,  // more GPUs than any placement could ever give
    kGpuModel = 2,  // no node has an accepted GPU model
    kHorizon = 3,   // submitted at or after the end of the run
    kQuota = 4,     // larger than a limit of its tenant or of one above, at all times
    kAbsent = 5,    // submitted before its tenant joined, or after it had left
};

// Where the GPU time of a job or an attempt went. Work is counted in 1/1024 GPU-ticks, since a
// degraded job does a fraction of a tick's work in a tick.
struct GpuTime {
    std::uint64_t useful = 0;      // 1/1024 GPU-ticks: work not lost by the end of the run
    std::uint64_t lost = 0;        // 1/1024 GPU-ticks: work done and lost
    std::uint64_t stalled = 0;     // 1/1024 GPU-ticks: time at work less the work
    std::uint64_t checkpoint = 0;  // GPU-ticks standing still for checkpoints
    std::uint64_t restart = 0;     // GPU-ticks held from an interruption to the end of the restart
    friend bool operator==(const GpuTime&, const GpuTime&) = default;
};

struct JobRecord {
    Ticks submit, start = kNever, end = kNever;  // first start; kNever: not within the run
    std::uint32_t gpus = 0;
    JobState state = JobState::kQueued;
    Rejection rejection = Rejection::kNone;
    std::uint32_t tenant = 0;  // index into Ledger::tenants
    std::uint32_t gpu_model =
        0;  // index into Ledger::gpu_models of the GPUs it ran on last; 0 if it did not
    std::uint32_t nodes = 0;       // nodes it was given last; 0: it did not run, or ran in a pool
    std::uint32_t first_node = 0;  // lowest of them; 0 if `nodes` is 0
    std::int8_t plan = 0;
    std::uint32_t workload = 0;  // index of the scenario's workload it belongs to
    GpuTime time;
    std::uint64_t network_stalled = 0;  // of time.stalled: what the network took
    Ticks queued;                       // all its waits together, first and later ones
    Ticks interval;                     // work between checkpoints; 0: it writes none
    std::uint32_t checkpoints = 0;      // finished writes (pauses), lost ones included
    std::uint32_t interruptions = 0;    // by outages and its own software; not by preemption
    std::uint32_t preemptions = 0;      // for jobs of higher priority and for units of services
    std::uint32_t reclaims = 0;         // of these: for units, or when its window closed
    std::uint32_t asked = 0;            // times it was asked to make room for units
    std::uint32_t told = 0;             // times it got notice for another job, or by a new limit
    std::uint32_t evictions = 0;        // of the preemptions: by a new limit of its tenant
    Ticks withdrawn = kNever;           // when it left the queue for good; kNever: it did not
    // What it waited for, of `queued`; only of runs with tenants (Ledger::by_reason).
    Ticks wait_priority, wait_quota, wait_capacity, wait_fragmentation;
    std::uint32_t attempts = 0;  // starts and restarts
};

// Values are part of the results (/attempts/ended): never renumber, only add.
enum class AttemptEnd : std::int8_t {
    kRunning = 0,  // was running at the end of the run
    kCompleted = 1,
    kFailed = 2,
    kCancelled = 3,
    kOutage = 4,     // Attempt::outage says which
    kSoftware = 5,   // its own (`per: job`) failure
    kPreempted = 6,  // made room for a job of higher priority
    kReclaimed = 7,  // was asked to make room for units of services, and left
    kReleased = 8,   // of a unit: it was not wanted any more
    kEvicted = 9,    // a new limit of its tenant drove it out
};

inline constexpr std::uint32_t kNoOutage = 0xFFFF'FFFFu;

// One stretch of running, from a start or restart to its end.
struct Attempt {
    std::uint32_t job = 0;  // index into Ledger::jobs
    Ticks start, end;       // restart included; end of the run if it was running then
    AttemptEnd ended = AttemptEnd::kRunning;
    std::uint32_t outage = kNoOutage;  // index into Ledger::outages
    Ticks recovered = kNever;          // end of the pause after it: the next start; kNever: none
    std::uint32_t checkpoints = 0;     // finished in it
    std::uint32_t first_node = 0, nodes = 0;
    // lost: work done in it and lost, at its end or later.
    GpuTime time;  // restart: from its start and, after its end, until the job restarts or requeues
    std::uint32_t leaf_groups = 0, pods = 0;    // that its nodes lie in; 0: without a network
    std::uint64_t network_stalled = 0;          // of time.stalled: what the network took
    std::uint32_t first_share = 0, shares = 0;  // its nodes: in Ledger::shares, if they are kept
};

// What an outage did; the outage itself is Outages::list of the same index.
struct OutageEffect {
    std::uint32_t jobs = 0;   // interrupted by it
    std::uint64_t gpus = 0;   // of these jobs: the blast radius
    std::uint32_t units = 0;  // of services, interrupted by it
};

constexpr bool is_preempted(AttemptEnd ended) {
    return ended == AttemptEnd::kPreempted || ended == AttemptEnd::kReclaimed ||
           ended == AttemptEnd::kEvicted;
}

// A tenant that the scenario lists.
struct TenantRecord {
    std::uint32_t tenant = 0;             // index into Ledger::tenants
    std::uint32_t parent = 0xFFFF'FFFFu;  // index into Ledger::listed; 0xFFFFFFFF: none
    std::uint32_t weight = 1;
    std::uint64_t guaranteed = 0;             // GPUs
    std::uint64_t limit = ~std::uint64_t{0};  // GPUs, at the start; all ones: none
};

// A service and how its requests fared; which units it had when is in Ledger::unit_log.
struct ServiceRecord {
    std::string name;
    std::uint32_t tenant = 0;                     // index into Ledger::tenants
    std::uint32_t gpus = 0;                       // of a unit
    std::uint32_t first_unit = 0, units = 0;      // its units among those of all services
    bool by_requests = false;                     // requests fidelity
    double ttft_promise = 0, tpot_promise = 0;    // s; 0: none
    double unit_rate = 0;                         // requests/s that a full unit stands for ever
    double idle_ttft_p95 = 0, idle_tpot_p95 = 0;  // s, of an idle unit: no promise can be below
    ServiceLedger flow;
};

// Integrals over one bin of time: GPU-ticks, or jobs * ticks for the queue length.
struct Bin {
    std::uint64_t allocated = 0;     // GPU-ticks held by jobs
    std::uint64_t down = 0;          // GPU-ticks down, installed and held by nobody
    std::uint64_t spare = 0;         // GPU-ticks of spares that were ready
    std::uint64_t absent = 0;        // GPU-ticks not yet installed
    std::uint64_t queued_gpus = 0;   // GPU-ticks asked for by waiting jobs
    std::uint64_t queue_length = 0;  // job-ticks waiting
    std::uint64_t units = 0;         // of `allocated`: GPU-ticks held by units of services
};

// From `tick` on a job or unit holds so many GPUs; kWaits: a job waits in the queue.
struct Holding {
    std::uint32_t tick = 0;
    std::uint32_t job = 0;  // index into Ledger::jobs; behind them, into Ledger::units
    std::uint32_t gpus = 0;
};

inline constexpr std::uint32_t kWaits = 0xFFFF'FFFFu;

// Integrals over one bin of time, of one pool: GPU-ticks. Over all pools they add up to those of
// the same names of Bin.
struct PoolBin {
    std::uint64_t held = 0;  // Bin::allocated
    std::uint64_t down = 0, absent = 0;
    friend bool operator==(const PoolBin&, const PoolBin&) = default;
};

// GPUs of one model in one cluster; of all clusters together where placement ignores nodes.
struct PoolRecord {
    std::string name;
    std::uint32_t gpu_model = 0;  // index into Ledger::gpu_models
    std::uint64_t gpus = 0;       // those that arrive later included
    std::vector<PoolBin> bins;    // as Ledger::bins
};

struct Ledger {
    std::uint64_t gpus = 0;        // of all nodes, those that arrive later included
    std::uint64_t spare_gpus = 0;  // withheld as spares at the start
    Ticks end;                     // the run covers [0, end)
    bool interrupted = false;      // ended early by the user; integrals cover [0, end) all the same
    std::vector<JobRecord> jobs;   // in trace order
    std::vector<Attempt> attempts;      // by end, ties in the order they ended; only if jobs can be
                                        // interrupted (`interruptible`)
    bool interruptible = false;         // the scenario has failures, checkpoints or preemption
    Outages outages;                    // that begin before the end of the run
    std::vector<OutageEffect> effects;  // one per outage
    std::vector<Holding> holdings;  // by tick; only if jobs can be interrupted. Jobs that are not
                                    // rejected wait from their submission on
    std::vector<PoolRecord> pools;  // if there are several, and not too many for their bins
    DatacenterRecord datacenter;
    std::vector<money::NodeShare> shares;  // of attempts; only of runs that are billed
    Ticks bin_width;
    std::vector<Bin> bins;  // bin b covers [b, b + 1) * bin_width; the last one may be shorter
    Bin total;              // the same integrals over the whole run
    std::uint32_t queue_length_max = 0;
    std::uint64_t second_order_preemptions = 0;  // made for a job that had been interrupted
    std::vector<std::uint32_t> node_gpus;        // by node; empty when placement ignores nodes
    std::vector<std::string> node_names;         // likewise
    std::vector<std::string> tenants;            // index 0 is the empty name: no tenant recorded
    std::vector<std::string> gpu_models;
    std::vector<TenantRecord> listed;
    bool by_reason = false;  // waits are known by reason
    NetworkLedger network;
    std::vector<JobRecord> units;        // of services, as jobs without end
    std::vector<Attempt> unit_attempts;  // Attempt::job is an index into units
    std::vector<UnitNote> unit_log;      // in the order of the run
    std::vector<ServiceRecord> services;
    std::uint64_t lent = 0;                     // GPU-ticks held by jobs that units may ask to go
    std::uint64_t events = 0;                   // completions + arrivals handled
    std::optional<money::Usage> usage;          // of a run that is billed
    std::optional<money::Statement> statement;  // likewise
    std::uint64_t decisions = 0;                // hash of all decisions, see docs/sweeps.md
};

}  // namespace tidepool::model
