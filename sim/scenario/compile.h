#pragma once
// Compile, then run: turns a loaded scenario into a plan of flat arrays and sorted streams, and
// remembers how to lead ranks back to jobs. After this nothing of YAML, traces or names is left in
// the run.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/ticks.h"
#include "sim/core/plan.h"
#include "sim/model/ledger.h"
#include "sim/network/network_plan.h"
#include "sim/network/rate_solver.h"
#include "sim/scenario/load.h"

namespace tidepool::scenario {

// Owns the arrays that core::Plan looks at. Not copied or moved once view() has been taken.
struct PlanArrays {
    std::vector<std::uint8_t> node_class;
    std::vector<core::NodeClass> classes;
    std::vector<std::uint32_t> level_begin;
    std::vector<core::Domain> domains;
    std::vector<std::uint32_t> domain_of;
    std::uint32_t leaf_level = core::kNone;
    std::uint32_t bit_words = 0, level_counts = 0;
    std::vector<std::uint32_t> submit, duration, estimate, job_gpus, models;  // by rank
    std::vector<std::uint32_t> arrival;
    bool interruptible = false;         // without it, the rest of this block is empty
    std::vector<core::NodeStep> steps;  // the luck of one seed, see draw_luck()
    std::vector<std::uint8_t> spare;
    std::vector<std::uint32_t> pool_of, pool_begin, leaf_of;
    bool preempt = false;
    std::uint32_t preempt_after = 0;
    std::vector<std::int32_t> priority;                                           // by rank
    std::vector<std::uint32_t> checkpoint_rule_of, recovery_rule_of, job_entity;  // by rank
    std::vector<core::CheckpointRule> checkpoint_rules;
    std::vector<std::uint32_t> chip_pace;  // by node; empty: all of them are as fast
    bool chips_share = false;
    std::uint32_t chip_efficiency = core::kFullPace;
    std::vector<core::RecoveryRule> recovery_rules;
    std::uint32_t pace_leaves = 0, pace_pods = 0;  // 0: no table of slow-downs
    std::vector<std::uint32_t> pace, pace_kind;    // likewise
    std::vector<std::uint32_t> pod_of;             // empty without a network
    std::uint64_t gpus = 0;
    std::uint32_t locality_wait = 0;
    std::vector<std::uint32_t> locality_level;  // by rank
    std::uint32_t units = 0;                    // of services: the first ranks
    std::vector<core::Service> services;
    std::vector<std::uint32_t> service_of;  // by unit
    std::vector<core::DemandStep> demand;   // the luck of one seed, see draw_luck()
    core::TideRule tide;
    std::vector<core::CeilingStep> ceiling;
    std::vector<std::uint8_t> may_be_asked;  // by rank
    std::vector<core::Tenant> tenants;       // empty: nobody asks whose jobs they are
    std::vector<std::uint32_t> tenant_of, place_of, rank_at, job_cpus, job_memory;  // by rank
    core::TenantRule tenant_rule;
    std::vector<core::LimitStep> limits;
    core::QueuePolicy queue = core::QueuePolicy::kFifo;
    core::Placement placement = core::Placement::kPack;
    std::uint64_t seed = 0;
    std::uint32_t end = kNever.value;

    core::Plan view() const;
};

// By node: the number of its leaf group; 0 without a fabric.
std::vector<std::uint32_t> leaf_groups(const topology::Topology& topology);

// What the rules of a scenario look at: one pool per GPU model; nodes, islands and pods; leaf
// groups as well.
enum class Grain : std::uint8_t { kPools, kPods, kLeafGroups };

// The nodes as the core sees them. At most 255 classes.
void compile_nodes(const topology::Topology& topology, Grain grain, PlanArrays& plan);

struct Compiled {
    PlanArrays plan;
    std::vector<std::uint32_t> job_of_rank;  // index into jobs, which are in trace order
    // One record per job, filled as far as it is known before the run: submission, size, tenant,
    // plan, and for rejected jobs the reason. Then one for each unit of a service.
    std::vector<model::JobRecord> jobs;
    // Index into jobs of the first of these; how many jobs there are.
    std::uint32_t first_unit() const {
        return static_cast<std::uint32_t>(jobs.size()) - plan.units;
    }
    std::vector<model::ServiceRecord> services;  // likewise, as far as it is known
    std::vector<workloads::JobEnd> job_ends;  // how each job will have ended if it gets to its end
    std::vector<std::string> ids;             // by job
    std::vector<std::string> tenants;         // [0] is empty: none recorded
    std::vector<model::TenantRecord> listed;  // those that the scenario lists
    std::vector<std::uint32_t> listed_in_plan;  // index of each into PlanArrays::tenants
    std::vector<std::string> gpu_models;        // of the topology
    model::Outages outages;
    bool has_solver = false;  // jobs share links and storage; else nobody looks at capacities
    network::NetworkPlan network;
    std::vector<network::CapacityStep> capacity_steps;  // the luck of one seed, as the outages
    std::vector<workloads::DemandSeries> demand;        // likewise; by service
    std::vector<std::uint32_t> node_gpus;               // by node; empty in pools
    std::vector<std::string> node_names;                // likewise
    model::DatacenterRecord datacenter;
    std::vector<model::PoolRecord> pools;     // empty if there is only one
    std::vector<std::uint32_t> pool_of_node;  // likewise; by node of the plan
    bool billed = false;  // the scenario has prices or costs: the run says who held what
    Ticks bin_width;
    std::string origin;  // calendar time of tick 0, if all traces agree on one
};

// All that the seed has no say in: no outages, no steps of nodes. Throws InputError for jobs that
// could never run (unless they are to be rejected), missing estimates, times beyond the clock, and
// spares, checkpoints or failures that the datacenter cannot have.
Compiled compile_plan(const Loaded& loaded);

// Our own solver for the links of the scenario; null if it needs none.
std::unique_ptr<network::RateSolver> own_solver(const Compiled& compiled);

// What one seed makes of the failures.
struct Luck {
    model::Outages outages;
    std::vector<core::NodeStep> steps;
    std::vector<network::CapacityStep> capacity_steps;
    std::vector<workloads::DemandSeries> demand;  // by service
    std::vector<core::DemandStep> demand_steps;
};

// For a plan of compile_plan(), with any seed; empty if nothing in it can be interrupted. Throws
// InputError for failures without end.
Luck draw_luck(const Loaded& loaded, const PlanArrays& plan, std::uint64_t seed);

// Makes them the plan's own; its seed stays as it is.
void give_luck(Compiled& compiled, Luck luck);

// Both, with the scenario's own seed.
Compiled compile(const Loaded& loaded);

}  // namespace tidepool::scenario
