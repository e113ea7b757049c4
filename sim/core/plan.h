#pragma once
// The compiled scenario as the core sees it: flat, read-only arrays and sorted streams. Views only;
// the owner (sim/scenario) keeps the memory. Everything is an integer; times are ticks.
//
// Nodes of equal GPU model and size form a class; classes are ordered by size, largest first, then
// by lowest node. Domains (islands of several nodes, leaf groups, pods) are contiguous ranges of
// nodes of one class; level 0 is the smallest, pods are the last. Plans whose rules do not look at
// leaf groups do not have that level. A pool class is one node that stands for many (`fungible`
// placement): it has a number of free GPUs, in the place of a level count, and nothing else.

#include <cstdint>

#include "sim/base/assert.h"
#include "sim/core/exec.h"
#include "sim/core/input.h"
#include "sim/core/policies.h"
#include "sim/core/progress.h"

namespace tidepool::core {

inline constexpr std::uint32_t kLargestNode = 64;  // GPUs; one bit each in a node's mask
inline constexpr std::uint32_t kMaxModels = 32;    // GPU models; one bit each in a job's mask

struct NodeClass {
    std::uint32_t gpus = 0;   // per node
    std::uint32_t model = 0;  // GPU model
    std::uint32_t first = 0;  // lowest node
    std::uint32_t last = 0;   // one past the highest node
    std::uint32_t nodes = 0;  // members; [first, last) may hold other classes' nodes as well
    std::uint32_t pool = 0;   // 1: a pool, no levels
    std::uint32_t words = 0;  // 64-bit words of one level's bitmap, counted from word first / 64
    std::uint32_t bit_offset = 0;    // of its level bitmaps, in words
    std::uint32_t count_offset = 0;  // of its level counts; of a pool's number of free GPUs
};

struct Domain {
    std::uint32_t first = 0, last = 0;  // nodes [first, last)
    std::uint32_t node_class = 0;  // index into classes_by_size; kNone: nobody looks for nodes here
};

// Reaches of jobs: on one node, on several, below several leaves.
inline constexpr std::uint32_t kReaches = 3;

// Outages, broken down to single nodes; docs/interruptions.md has the rules. GPUs named in kUp,
// kDown and kAbsent change their state by it: overlapping outages are already one downtime.
enum class StepKind : std::uint8_t {
    kUp = 0,      // GPUs come up
    kSpeed = 1,   // jobs of at least this reach run at `speed`
    kDown = 2,    // GPUs go down
    kAbsent = 3,  // the same, of nodes that arrive later
    kHit = 4,     // an outage begins: jobs of at least this reach that hold one of the GPUs feel it
};

struct NodeStep {
    std::uint32_t tick = 0;
    std::uint32_t node = 0;
    StepKind kind = StepKind::kUp;
    std::uint8_t reach = 0;
    std::uint8_t planned = 0;  // kHit: announced, nobody has to detect it
    std::uint16_t speed = kFullSpeed;
    std::uint32_t outage = 0;  // kHit: its number
    std::uint64_t gpus = 0;
};

enum class OnFailure : std::uint8_t { kRequeue = 0, kSpare = 1, kWait = 2 };

struct RecoveryRule {
    OnFailure on_failure = OnFailure::kRequeue;
    std::uint32_t detect = 0;      // ticks
    std::uint32_t swap = 0;        // ticks
    std::uint64_t own_mean = 0;    // mean ticks between a job's own failures; 0: none
    std::uint32_t own_stream = 0;  // `kind` of the random stream of these
};

// An inference service: units that come and go with demand, after its jobs' rules: a unit is a gang
// of endless work, and its rank is below those of all jobs. docs/tide.md has the rules.
struct Service {
    std::uint32_t first = 0, last = 0;  // ranks of its units: [first, last)
    std::uint32_t least = 0;            // units wanted at any time; the most: all of them
    std::uint32_t grow_after = 0;       // ticks from a change of the wish to the next growth,
    std::uint32_t shrink_after = 0;     // and to the next shrinkage
    std::uint32_t drain = 0;            // ticks from closing a unit to giving its GPUs back
    std::uint32_t clear =
        0;  // ticks in which to work off what has piled up; 0: it is not looked at
};

inline constexpr std::uint32_t kUnitLoad = 1U << 16U;  // load that one unit can just stand

// What is asked of a service from here on.
struct DemandStep {
    std::uint32_t tick = 0;
    std::uint32_t service = 0;
    std::uint32_t units = 0;  // that its autoscaler plans with; kNone: it does not look here
    std::uint32_t load = 0;   // in 1/kUnitLoad units
};

// From here on jobs may hold so many GPUs together.
struct CeilingStep {
    std::uint32_t tick = 0;
    std::uint32_t unused = 0;
    std::uint64_t gpus = 0;
};

// How services and jobs share the GPUs.
struct TideRule {
    bool reclaim = false;          // jobs that may be asked to go make room for units
    std::uint32_t notice = 0;      // ticks that they get to save their work
    std::uint64_t jobs_floor = 0;  // GPUs below which reclaiming does not push the jobs
    std::uint64_t units_ceiling = ~std::uint64_t{0};  // GPUs that units may hold together
};

// Whose jobs are whose: a tree. Parents come before their children, whose numbers follow each
// other; number 0 is the whole datacenter. docs/tenants.md has the rules.
struct Tenant {
    std::uint32_t parent = kNone;
    std::uint32_t weight = 1;
    std::uint32_t first_child = 0, last_child = 0;  // [first, last)
    std::uint32_t first_place = 0, last_place = 0;  // [first, last) of its own jobs
    std::uint64_t guaranteed = 0;                   // GPUs
    std::uint64_t limit = ~std::uint64_t{0};        // GPUs that its jobs may hold at the start
};

// From here on a tenant's jobs may hold so many GPUs; jobs that are too many go.
struct LimitStep {
    std::uint32_t tick = 0;
    std::uint32_t tenant = 0;
    std::uint64_t limit = 0;
    std::uint32_t notice = 0;  // ticks that they get to save their work
    std::uint32_t leaves = 0;  // 1: the tenant is gone for good, and so are its jobs
};

struct TenantRule {
    PreemptRule preempt = PreemptRule::kNobody;
    PreemptOrder order = PreemptOrder::kLatest;
    std::uint32_t notice = 0;            // ticks that jobs get that make room for others
    std::uint32_t hold = 0;              // ticks after which a job holds those behind it
    std::uint32_t decay_step = 1;        // ticks between decays of what tenants have used
    std::uint64_t cpus = 0, memory = 0;  // of the datacenter's hosts; 0: nobody counts them
};

struct Plan {
    std::uint32_t nodes = 0;
    std::uint64_t gpus = 0;
    Input<std::uint8_t> node_class;  // [nodes]
    std::uint32_t classes = 0;
    Input<NodeClass> classes_by_size;  // [classes]
    std::uint32_t levels = 0;          // domain levels
    Input<std::uint32_t> level_begin;  // [levels + 1] into domains
    Input<Domain> domains;             // all levels, one after the other
    Input<std::uint32_t> domain_of;    // [levels * nodes] -> index into domains
    std::uint32_t leaf_level = kNone;  // the level of leaf groups, just below pods
    std::uint32_t bit_words = 0;       // all level bitmaps
    std::uint32_t level_counts = 0;    // all level counts; one for each pool

    // Jobs by rank, the order of the queue.
    std::uint32_t jobs = 0;
    Input<std::uint32_t> submit;    // [jobs] tick
    Input<std::uint32_t> duration;  // [jobs] ticks
    Input<std::uint32_t> estimate;  // [jobs] ticks, as the scheduler believes
    Input<std::uint32_t> job_gpus;  // [jobs]
    Input<std::uint32_t> models;    // [jobs] accepted GPU models, one bit each
    // Arrival stream: ranks sorted by (submit, rank), without jobs that are rejected beforehand.
    std::uint32_t arrivals = 0;
    Input<std::uint32_t> arrival;

    // Whether anything can interrupt or slow jobs, or they write checkpoints; without it the rest
    // of this block is empty.
    bool interruptible = false;
    std::uint32_t steps = 0;
    Input<NodeStep> step;                     // by (tick, kind, node, ...)
    Input<std::uint8_t> spare;                // [nodes] 1: withheld at the start
    std::uint32_t pools = 0;                  // of spares
    Input<std::uint32_t> pool_of;             // [nodes]
    Input<std::uint32_t> pool_begin;          // [pools + 1] nodes
    Input<std::uint32_t> leaf_of;             // [nodes] leaf group
    Input<std::uint32_t> checkpoint_rule_of;  // [jobs]
    Input<CheckpointRule> checkpoint_rules;
    Input<std::uint32_t> recovery_rule_of;  // [jobs]
    Input<RecoveryRule> recovery_rules;
    bool preempt = false;             // jobs make room for those of higher priority,
    std::uint32_t preempt_after = 0;  // when they have run for so many ticks
    Input<std::int32_t> priority;     // [jobs]
    Input<std::uint32_t> job_entity;  // [jobs] owner of its random stream
    // Whether nodes differ in speed; a gang of several speeds is as fast as its slowest node, or
    // (chips_share) as all of them together, times the efficiency.
    bool mixed_chips = false;
    bool chips_share = false;
    std::uint32_t chip_efficiency = kFullPace;  // of 2^24
    Input<std::uint32_t> chip_pace;             // [nodes] of 2^24

    // How fast jobs get on that are spread so far, if a table says so; pace_leaves 0: none does.
    std::uint32_t pace_leaves = 0, pace_pods = 0;  // buckets (spread.h) of leaf groups, of pods
    Input<std::uint32_t> pace;                     // [kinds * pace_leaves * pace_pods] of 2^24
    Input<std::uint32_t> pace_kind;                // [jobs] kNone: the network leaves it alone
    Input<std::uint32_t> pod_of;                   // [nodes] pod, as the fabric has them

    // How long gangs wait for a place within one domain of their level; 0: not at all.
    std::uint32_t locality_wait = 0;      // ticks
    Input<std::uint32_t> locality_level;  // [jobs] domain level; kNone: waits for none

    // Services, only in plans that can be interrupted.
    std::uint32_t services = 0;
    std::uint32_t units = 0;          // of all services: ranks [0, units); jobs follow
    Input<Service> service;           // [services]
    Input<std::uint32_t> service_of;  // [units]
    std::uint32_t demand_steps = 0;
    Input<DemandStep> demand;  // by (tick, service)
    TideRule tide;
    std::uint32_t ceiling_steps = 0;
    Input<CeilingStep> ceiling;        // by tick
    Input<std::uint8_t> may_be_asked;  // [jobs] 1: gives its GPUs to units when asked

    // Tenants, only in plans that can be interrupted; 0: nobody asks whose jobs they are.
    std::uint32_t tenants = 0;
    Input<Tenant> tenant;            // [tenants]
    Input<std::uint32_t> tenant_of;  // [jobs]
    TenantRule tenant_rule;
    std::uint32_t limit_steps = 0;
    Input<LimitStep> limit_step;  // by (tick, tenant)
    // Jobs by tenant and rank, only if tenants take turns; what they need of hosts, if it counts.
    Input<std::uint32_t> place_of, rank_at;     // [jobs]
    Input<std::uint32_t> job_cpus, job_memory;  // [jobs]

    QueuePolicy queue = QueuePolicy::kFifo;
    Placement placement = Placement::kPack;
    std::uint64_t seed = 0;
    std::uint32_t end =
        0xFFFF'FFFFu;  // the run covers [0, end) ticks; 0xFFFFFFFF: until nothing is left
};

TP_HD inline bool accepts(const Plan& plan, std::uint32_t rank, const NodeClass& c) {
    return ((plan.models[rank] >> c.model) & 1U) != 0;
}

// GPUs of the largest node this job may use; 0 when no node has an accepted model. A gang that fits
// into one node always gets one; a larger one takes whole nodes.
TP_HD inline std::uint32_t largest_node(const Plan& plan, std::uint32_t rank) {
    for (std::uint32_t c = 0; c < plan.classes; ++c) {
        if (accepts(plan, rank, plan.classes_by_size[c])) {
            return plan.classes_by_size[c].gpus;
        }
    }
    return 0;
}

// Could the job ever run, on an empty machine?
TP_HD inline bool can_ever_fit(const Plan& plan, std::uint32_t rank) {
    const std::uint32_t gpus = plan.job_gpus[rank];
    for (std::uint32_t c = 0; c < plan.classes; ++c) {
        const NodeClass& k = plan.classes_by_size[c];
        if (accepts(plan, rank, k) && std::uint64_t{k.gpus} * k.nodes >= gpus) {
            return true;
        }
    }
    return false;
}

}  // namespace tidepool::core
