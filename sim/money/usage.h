#pragma once
// What a run used, without a price: all that bills and costs are made from. It stands in the result
// file (/usage), so a finished run can be billed again. Integers only; built from the ledger by
// sim/scenario/usage.h.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/ticks.h"

namespace tidepool::money {

inline constexpr std::uint32_t kNone = 0xFFFF'FFFFu;

// Commercial plan a lease runs under. Values are part of the results: never renumber, only add; the
// same as of workloads::Plan.
enum class Plan : std::int8_t { kReserved = 0, kOnDemand = 1, kSpot = 2 };
inline constexpr std::uint32_t kPlans = 3;

// Values are part of the results: never renumber, only add.
enum class LeaseEnd : std::int8_t {
    kRunning = 0,   // went on beyond the end of the run
    kReleased = 1,  // the job or unit was done with it
    kFailed = 2,    // an outage took it
    kSoftware = 3,  // the tenant's own software failed
    kEvicted = 4,   // had to make room
};

// GPUs in the hands of one job or unit from a start or restart to the next interruption or its end.
struct Lease {
    Ticks start, end;               // held in [start, end)
    std::uint32_t job = 0;          // row of /jobs; of units: number among the units
    std::uint32_t tenant = 0;       // index into Usage::tenants
    std::uint32_t model = 0;        // index into Usage::models
    std::uint32_t gpus = 0;         // held in all of [start, end)
    std::uint32_t service = kNone;  // of a unit: index into Usage::services; else a job's
    Plan plan = Plan::kOnDemand;
    LeaseEnd ended = LeaseEnd::kReleased;
    std::uint64_t failed_time = 0;  // GPU-ticks of [start, end) spent coming back from an
                                    // interruption: loading a checkpoint, starting again
    std::uint64_t pause = 0;        // GPU-ticks still held after `end`, until the job ran again,
                                    // was requeued or the run ended
    Ticks back = kNever;            // when it ran again; kNever: not within the run
    std::uint32_t outage = kNone;   // that ended it: index into Usage::outages
    std::uint32_t first_share = 0, shares = 0;  // its nodes: Usage::shares; none in a pool
    friend bool operator==(const Lease&, const Lease&) = default;
};

// Neighbouring nodes of a lease, of each of which it holds as many GPUs.
struct NodeShare {
    std::uint32_t first_node = 0, nodes = 0, gpus = 0;  // gpus: per node
    friend bool operator==(const NodeShare&, const NodeShare&) = default;
};

// Somebody under the spot plan waited for GPUs in [from, to).
struct SpotWait {
    Ticks from, to;
    std::uint32_t tenant = 0, model = 0, gpus = 0;  // model: kNone if it takes several
    friend bool operator==(const SpotWait&, const SpotWait&) = default;
};

// GPUs of nodes [first_node, last_node) that were not to be reached in [begin, end).
struct Downtime {
    Ticks begin, end;  // end: at most the end of the run
    std::uint32_t first_node = 0, last_node = 0;
    std::uint64_t gpus = 0;  // mask, by node
    bool planned = false;    // maintenance
    friend bool operator==(const Downtime&, const Downtime&) = default;
};

// Tokens of a service in one bin of time, by what became of the requests, by class.
struct TokenBin {
    std::uint32_t service = 0, request_class = 0, bin = 0;
    std::uint64_t requests = 0, tokens_in = 0, cached = 0, tokens_out = 0;  // served; `cached` is a
                                                                            // part of `tokens_in`
    friend bool operator==(const TokenBin&, const TokenBin&) = default;
};

struct SoldService {
    std::string name;
    std::uint32_t tenant = 0;
    std::vector<std::string> classes;  // of requests; "" of those that name none
    friend bool operator==(const SoldService&, const SoldService&) = default;
};

// Integrals over one bin of time, of one GPU model: GPU-ticks. installed = allocated + idle + down.
struct StateBin {
    std::uint64_t allocated = 0;
    std::uint64_t idle = 0;  // ready and held by nobody, spares included
    std::uint64_t down = 0;
    friend bool operator==(const StateBin&, const StateBin&) = default;
};

struct Usage {
    Ticks end;                                         // of the run
    std::uint64_t gpus = 0;                            // installed at the end
    std::vector<std::string> tenants;                  // [0]: ""
    std::vector<std::string> models;                   // GPU models
    std::vector<std::uint64_t> model_gpus;             // of each model, installed at the end
    std::vector<std::uint32_t> node_model, node_gpus;  // by node; empty in pools
    std::vector<Lease> leases;                         // by (start, job), units after jobs
    std::vector<NodeShare> shares;
    std::vector<SpotWait> waits;    // by (from, tenant)
    std::vector<Downtime> outages;  // that took GPUs; by begin
    Ticks bin_width;
    std::vector<std::vector<StateBin>> states;  // [model][bin]
    std::vector<SoldService> services;
    std::vector<TokenBin> tokens;             // by (service, class, bin)
    std::uint64_t spare_gpus = 0;             // withheld at the start
    std::uint64_t useful = 0, allocated = 0;  // GPU-ticks over the whole run (useful rounded down)
    friend bool operator==(const Usage&, const Usage&) = default;
};

// What is wrong with a usage that comes from outside: an index beyond its list, a time beyond the
// end, sums that do not add up. Empty: nothing; then no bill of it can fail.
std::string problem_of(const Usage& usage);

}  // namespace tidepool::money
