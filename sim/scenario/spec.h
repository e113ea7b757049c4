#pragma once
// A scenario as its YAML file tells it: which datacenter, which work, which scheduler, how long.
// Plain data; load.h reads it, compile.h turns it into a plan.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "sim/base/quantity.h"
#include "sim/config/field.h"
#include "sim/config/value.h"
#include "sim/core/policies.h"
#include "sim/scenario/cost_spec.h"
#include "sim/scenario/mixed_chips_spec.h"
#include "sim/scenario/network_spec.h"
#include "sim/scenario/price_spec.h"
#include "sim/scenario/recovery_spec.h"
#include "sim/scenario/service_spec.h"
#include "sim/scenario/tenant_spec.h"
#include "topology/spec.h"
#include "workloads/trace_spec.h"

namespace tidepool::scenario {

// A rule of core::Placement, by its value, or `fungible`, which replaces nodes by one pool of GPUs
// per model.
enum class PlacementChoice : std::uint8_t { kFungible = 0xFF };

constexpr PlacementChoice choice_of(core::Placement rule) {
    return static_cast<PlacementChoice>(rule);
}
enum class QueueOrder : std::uint8_t { kArrival, kPriority };
enum class EstimateSource : std::uint8_t { kExact, kFactor, kTrace };
enum class NeverFits : std::uint8_t { kError, kReject };
enum class Preemption : std::uint8_t { kNone, kPriority, kQuota };
enum class SparePool : std::uint8_t { kCluster, kPod };
enum class Within : std::uint8_t { kLeaf, kPod };

struct WorkloadSpec {
    workloads::TraceSpec trace;
    std::string tenant;  // of jobs whose trace names none
    NeverFits never_fits = NeverFits::kError;
    std::optional<CheckpointSpec> checkpoint;  // over the scenario's, see inherit()
    std::optional<RecoverySpec> recovery;
    std::optional<CommunicationSpec> communication;  // instead of the scenario's
    std::optional<bool> preemptible;  // absent: jobs that the trace says run under the spot plan
    friend bool operator==(const WorkloadSpec&, const WorkloadSpec&) = default;
};

struct LocalitySpec {
    Within within = Within::kLeaf;
    Seconds wait;
    friend bool operator==(const LocalitySpec&, const LocalitySpec&) = default;
};

struct SchedulerSpec {
    core::QueuePolicy queue = core::QueuePolicy::kFifo;
    PlacementChoice placement = choice_of(core::Placement::kPack);
    std::optional<LocalitySpec> locality;
    QueueOrder order = QueueOrder::kArrival;
    EstimateSource estimates = EstimateSource::kExact;
    double estimate_factor = 1;
    std::optional<Fraction> spares;
    std::optional<std::int64_t> spare_nodes;
    SparePool spare_pool = SparePool::kCluster;
    Preemption preempt = Preemption::kNone;
    Seconds preempt_after{7200};
    Seconds preempt_notice{0};
    core::PreemptOrder preempt_order = core::PreemptOrder::kLatest;
    FairSpec fair;
    friend bool operator==(const SchedulerSpec&, const SchedulerSpec&) = default;
};

struct OutputSpec {
    Seconds bin{3600};
    friend bool operator==(const OutputSpec&, const OutputSpec&) = default;
};

struct ScenarioSpec {
    std::int64_t tidepool = 1;
    std::string name;
    std::string question;
    std::optional<Seconds> horizon;
    std::int64_t seed = 1;
    topology::TopologySpec topology;
    std::vector<WorkloadSpec> workloads;
    std::vector<ServiceSpec> services;
    std::vector<TenantSpec> tenants;
    TideRulesSpec tide;
    SchedulerSpec scheduler;
    std::optional<topology::FailureSpec> failures;  // instead of the topology's
    CheckpointSpec checkpoint;
    RecoverySpec recovery;
    std::optional<MixedChipsSpec> mixed_chips;
    std::optional<NetworkSpec> network;
    CommunicationSpec communication;
    std::optional<PricesSpec> prices;
    std::optional<SlaSpec> sla;
    std::optional<CostsSpec> costs;
    OutputSpec output;
    friend bool operator==(const ScenarioSpec&, const ScenarioSpec&) = default;
};

inline constexpr std::size_t kMostBins = 10'000'000;  // of the time series; 80 MB each

// What must hold between its services and the rest.
void check_services(const ScenarioSpec& spec, const config::Value& value, const std::string& path,
                    Issues& issues);

// What must hold between the fields of a scenario.
void validate(const ScenarioSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);

}  // namespace tidepool::scenario

namespace tidepool::config {

template <>
struct KindTable<core::QueuePolicy> {
    static constexpr std::array kinds = [] {
        std::array<Kind<core::QueuePolicy>, core::kQueueKinds.size()> rows{};
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto& kind = core::kQueueKinds[i];
            rows[i] = {kind.name, kind.value, kind.summary};
        }
        return rows;
    }();
};

template <>
struct KindTable<scenario::PlacementChoice> {
    // The core's rules in the core's order, then the pools.
    static constexpr std::array kinds = [] {
        std::array<Kind<scenario::PlacementChoice>, core::kPlacementKinds.size() + 1> rows{};
        for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
            const auto& kind = core::kPlacementKinds[i];
            rows[i] = {kind.name, scenario::choice_of(kind.value), kind.summary};
        }
        rows.back() = {"fungible", scenario::PlacementChoice::kFungible,
                       "one pool of GPUs per GPU model; nodes are ignored"};
        return rows;
    }();
};

template <>
struct KindTable<scenario::QueueOrder> {
    using Enum = scenario::QueueOrder;
    static constexpr std::array kinds{
        Kind<Enum>{"arrival", Enum::kArrival, "first come, first considered"},
        Kind<Enum>{"priority", Enum::kPriority, "highest priority first, then by arrival"},
    };
};

template <>
struct KindTable<scenario::EstimateSource> {
    using Enum = scenario::EstimateSource;
    static constexpr std::array kinds{
        Kind<Enum>{"exact", Enum::kExact, "the scheduler knows every duration"},
        Kind<Enum>{"factor", Enum::kFactor, "it believes `estimate_factor` times the duration"},
        Kind<Enum>{"trace", Enum::kTrace, "it believes the trace's estimate column"},
    };
};

template <>
struct KindTable<scenario::NeverFits> {
    using Enum = scenario::NeverFits;
    static constexpr std::array kinds{
        Kind<Enum>{"error", Enum::kError, "refuse the scenario and name the jobs"},
        Kind<Enum>{"reject", Enum::kReject, "reject such jobs, with the reason in /jobs"},
    };
};

template <>
struct KindTable<scenario::Preemption> {
    using Enum = scenario::Preemption;
    static constexpr std::array kinds{
        Kind<Enum>{"none", Enum::kNone, "none"},
        Kind<Enum>{"priority", Enum::kPriority,
                   "those of lower priority, if that is enough; needs `order: priority`"},
        Kind<Enum>{"quota", Enum::kQuota,
                   "those of tenants above what they are guaranteed, for jobs of tenants that are "
                   "not"},
    };
};

template <>
struct KindTable<scenario::SparePool> {
    using Enum = scenario::SparePool;
    static constexpr std::array kinds{
        Kind<Enum>{"cluster", Enum::kCluster, "spares stand in anywhere in their cluster"},
        Kind<Enum>{"pod", Enum::kPod, "spares stand in within their pod"},
    };
};

template <>
struct KindTable<scenario::Within> {
    using Enum = scenario::Within;
    static constexpr std::array kinds{
        Kind<Enum>{"leaf", Enum::kLeaf, "one leaf group; one pod if it is too large for that"},
        Kind<Enum>{"pod", Enum::kPod, "one pod"},
    };
};

template <>
struct SpecTable<scenario::LocalitySpec> {
    using Spec = scenario::LocalitySpec;
    static constexpr std::string_view name = "locality";
    static constexpr std::string_view doc =
        "Gangs wait for a place near together before they go anywhere (delay scheduling, Zaharia "
        "et al., EuroSys 2010). docs/scheduling.md states the rules exactly.";
    static constexpr std::tuple fields{
        Field{"within", &Spec::within, optional(), "What has to hold all nodes of a gang."},
        Field{"wait", &Spec::wait, required(0, 268'435'455),
              "How long a gang waits for such a place at most, from when it joined the queue."},
    };
};

template <>
struct SpecTable<scenario::WorkloadSpec> {
    using Spec = scenario::WorkloadSpec;
    static constexpr std::string_view name = "workload";
    static constexpr std::string_view doc = "Work that arrives at the datacenter.";
    static constexpr std::tuple fields{
        Field{"trace", &Spec::trace, required(), "A job trace to replay."},
        Field{"tenant", &Spec::tenant, optional(), "Tenant of the jobs whose trace names none."},
        Field{"never_fits", &Spec::never_fits, optional(),
              "What to do about jobs that could not run even on the empty datacenter."},
        Field{"checkpoint", &Spec::checkpoint, optional(),
              "How these jobs save their work: keys that replace those of the scenario's "
              "`checkpoint`."},
        Field{
            "recovery", &Spec::recovery, optional(),
            "What becomes of these jobs after failures: keys that replace those of the scenario's "
            "`recovery`."},
        Field{"communication", &Spec::communication, optional(),
              "What these jobs send over the network; instead of the scenario's `communication`."},
        Field{"preemptible", &Spec::preemptible, optional(),
              "Whether these jobs make room for units of services (`tide`); absent = those that "
              "run under the spot plan, as the trace says."},
    };
};

template <>
struct SpecTable<scenario::SchedulerSpec> {
    using Spec = scenario::SchedulerSpec;
    static constexpr std::string_view name = "scheduler";
    static constexpr std::string_view doc =
        "Who starts when, and where. docs/scheduling.md states the rules exactly.";
    static constexpr std::tuple fields{
        Field{"queue", &Spec::queue, optional(), "Which waiting jobs may start."},
        Field{"placement", &Spec::placement, optional(), "Which GPUs a job gets."},
        Field{"locality", &Spec::locality, optional(),
              "Whether gangs wait for a place near together; absent = they do not."},
        Field{"order", &Spec::order, optional(), "Order in which waiting jobs are considered."},
        Field{"estimates", &Spec::estimates, optional(),
              "Where the durations come from that `easy` plans with."},
        Field{"estimate_factor", &Spec::estimate_factor, optional(0.001, 1000),
              "Believed duration over true duration; only with `estimates: factor`."},
        Field{"spares", &Spec::spares, optional(0, 0.99),
              "Share of every pool's nodes that is withheld to replace failed ones, rounded up."},
        Field{"spare_nodes", &Spec::spare_nodes, optional(0, 200'000),
              "The same as a number of nodes of every pool, out of those it has; one of the two."},
        Field{"spare_pool", &Spec::spare_pool, optional(), "Where spares stand in."},
        Field{"fair", &Spec::fair, optional(),
              "How tenants take turns; only with `queue: fair-share` or `drf`."},
        Field{"preempt", &Spec::preempt, optional(),
              "Which running jobs make room for the head of the queue."},
        Field{"preempt_after", &Spec::preempt_after, optional(0, 1e9),
              "How long a job may run before it can be preempted; counted from the last time it "
              "left the queue."},
        Field{"preempt_notice", &Spec::preempt_notice, optional(0, 1e7),
              "How long jobs that make room for others, or that a new limit of their tenant drives "
              "out, get to save their work."},
        Field{"preempt_order", &Spec::preempt_order, optional(),
              "Which of them go first; after those of the lowest priority, or of the tenant that "
              "is the most above its guarantee."},
    };
};

template <>
struct SpecTable<scenario::OutputSpec> {
    using Spec = scenario::OutputSpec;
    static constexpr std::string_view name = "output";
    static constexpr std::string_view doc = "What the result file holds.";
    static constexpr std::tuple fields{
        Field{"bin", &Spec::bin, optional(1, 31'536'000), "Width of the bins of the time series."},
    };
};

template <>
struct SpecTable<scenario::ScenarioSpec> {
    using Spec = scenario::ScenarioSpec;
    static constexpr std::string_view name = "scenario";
    static constexpr std::string_view doc =
        "A what-if question: a datacenter, its work, its rules.";
    static constexpr std::tuple fields{
        Field{"tidepool", &Spec::tidepool, required(1, 1), "Version of this format."},
        Field{"name", &Spec::name, required(1, 200), "Title of the result file."},
        Field{"question", &Spec::question, optional(), "What the scenario answers, in a sentence."},
        Field{"horizon", &Spec::horizon, optional(0.0625, 268'435'455),
              "End of the run, counted from its start; absent = until the last job has ended."},
        Field{"seed", &Spec::seed, optional(0), "Seed of everything random."},
        Field{"topology", &Spec::topology, required(), "The datacenter."},
        Field{"workloads", &Spec::workloads, optional(), "The jobs, one entry per source."},
        Field{"services", &Spec::services, optional(),
              "Inference services; the scenario needs `workloads`, `services` or both."},
        Field{"tenants", &Spec::tenants, optional(),
              "Whose jobs are whose; absent = it does not matter."},
        Field{"tide", &Spec::tide, optional(), "How services and jobs share the GPUs."},
        Field{"scheduler", &Spec::scheduler, optional(), "The rules."},
        Field{"failures", &Spec::failures, optional(),
              "What breaks how often; absent = as `topology.failures` says."},
        Field{"checkpoint", &Spec::checkpoint, optional(), "How jobs save their work."},
        Field{"recovery", &Spec::recovery, optional(), "What becomes of jobs after failures."},
        Field{"mixed_chips", &Spec::mixed_chips, optional(),
              "GPU models that serve the same jobs; absent = a gang has one model, and all models "
              "are as fast as the trace says."},
        Field{"network", &Spec::network, optional(),
              "Jobs share fabric and storage and slow each other down; absent = they do not."},
        Field{"communication", &Spec::communication, optional(),
              "What jobs send over the network, of workloads that do not say it themselves."},
        Field{"prices", &Spec::prices, optional(),
              "What customers pay; absent = nothing is charged."},
        Field{"sla", &Spec::sla, optional(),
              "What is promised about availability, and what is given back when it fails; needs "
              "`prices`."},
        Field{"costs", &Spec::costs, optional(),
              "What the datacenter costs; absent = costs are not told."},
        Field{"output", &Spec::output, optional(), "What the result file holds."},
    };
};

}  // namespace tidepool::config
