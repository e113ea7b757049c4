#include "sim/scenario/compile.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "sim/base/assert.h"
#include "sim/scenario/compile_locality.h"
#include "sim/scenario/compile_mixed.h"
#include "sim/scenario/compile_network.h"
#include "sim/scenario/compile_pools.h"
#include "sim/scenario/compile_recovery.h"
#include "sim/scenario/compile_services.h"
#include "sim/scenario/compile_slowdowns.h"
#include "sim/scenario/compile_tenants.h"
#include "topology/where.h"

namespace tidepool::scenario {
namespace {

using model::JobRecord;
using model::JobState;
using model::Rejection;

constexpr std::size_t kMostIssues = 50;  // of one kind; the rest is counted

// Problems of single jobs, in trace order, the list kept readable.
class JobIssues {
public:
    void add(const Loaded& loaded, std::size_t workload, const workloads::Job& job,
             std::string problem, std::string hint) {
        if (++count_ <= kMostIssues) {
            issues_.add({loaded.traces[workload]->file, static_cast<int>(job.line), 0},
                        "workloads[" + std::to_string(workload) + "].trace", std::move(problem),
                        std::move(hint));
        }
    }
    void throw_if_any() {
        if (count_ > kMostIssues) {
            issues_.add({}, "", "... and " + std::to_string(count_ - kMostIssues) + " more jobs");
        }
        issues_.throw_if_any();
    }

private:
    Issues issues_;
    std::size_t count_ = 0;
};

// Jobs of all workloads one after the other, in ticks; what ranks are made of.
struct JobTable {
    struct Row {
        std::uint32_t workload = 0, index = 0;
        std::uint32_t submit = 0, duration = 0, estimate = 0, models = 0;
        std::int32_t priority = 0;
    };
    std::vector<Row> rows;
};

std::uint32_t model_mask(std::string_view accepted, const topology::Topology& topology) {
    std::uint32_t mask = 0;
    while (!accepted.empty()) {
        const std::size_t bar = std::min(accepted.find('|'), accepted.size());
        for (std::size_t m = 0; m < topology.gpu_models.size(); ++m) {
            if (topology.gpu_models[m].name == accepted.substr(0, bar)) {
                mask |= 1U << m;
            }
        }
        accepted.remove_prefix(std::min(bar + 1, accepted.size()));
    }
    return mask;
}

class TimeReader {
public:
    TimeReader(const Loaded& loaded, JobIssues& issues) : loaded_(loaded), issues_(issues) {}

    std::uint32_t ticks(std::size_t workload, const workloads::Job& job, Seconds time,
                        const char* what) const {
        const auto found = to_ticks(time);
        if (!found) {
            issues_.add(loaded_, workload, job,
                        std::string(what) + " is beyond the 8.5 years of the simulated clock", "");
        }
        return found.value_or(Ticks{}).value;
    }

    std::uint32_t estimate(std::size_t workload, const workloads::Job& job) const {
        const SchedulerSpec& rules = loaded_.spec.scheduler;
        if (rules.queue != core::QueuePolicy::kEasy) {  // nobody else plans with estimates
            return to_ticks(job.duration).value_or(Ticks{}).value;
        }
        if (rules.estimates == EstimateSource::kTrace) {
            if (job.estimate.value < 0) {
                issues_.add(loaded_, workload, job, "has no estimate",
                            "which `scheduler.estimates: trace` needs");
                return 0;
            }
            return ticks(workload, job, job.estimate, "the estimate");
        }
        const bool scaled = rules.estimates == EstimateSource::kFactor;
        const Seconds believed{job.duration.value * (scaled ? rules.estimate_factor : 1)};
        return ticks(workload, job, believed, "the estimated duration");
    }

private:
    const Loaded& loaded_;
    JobIssues& issues_;
};

JobTable tabulate(const Loaded& loaded, JobIssues& issues) {
    const TimeReader time(loaded, issues);
    const std::uint32_t any =
        core::kNone >> (core::kMaxModels - loaded.topology->gpu_models.size());
    JobTable table;
    for (std::size_t w = 0; w < loaded.traces.size(); ++w) {
        const workloads::JobTrace& trace = loaded.traces[w];
        std::vector<std::uint32_t> masks;
        for (const std::string& accepted : trace.gpu_models) {
            masks.push_back(model_mask(accepted, loaded.topology));
        }
        for (std::size_t i = 0; i < trace.jobs.size(); ++i) {
            const workloads::Job& job = trace.jobs[i];
            JobTable::Row row;
            row.workload = static_cast<std::uint32_t>(w);
            row.index = static_cast<std::uint32_t>(i);
            row.submit = time.ticks(w, job, job.submit, "the submission");
            row.duration = time.ticks(w, job, job.duration, "the duration");
            row.estimate = time.estimate(w, job);
            row.models = job.gpu_model == workloads::kAny ? any : masks[job.gpu_model];
            row.priority = priority_of(loaded, w, job);
            table.rows.push_back(row);
        }
    }
    return table;
}

// Job numbers in the order of the queue.
std::vector<std::uint32_t> rank_jobs(const JobTable& table, QueueOrder order) {
    std::vector<std::uint32_t> jobs(table.rows.size());
    std::iota(jobs.begin(), jobs.end(), 0U);
    const bool by_priority = order == QueueOrder::kPriority;
    std::sort(jobs.begin(), jobs.end(), [&](std::uint32_t a, std::uint32_t b) {
        const JobTable::Row& x = table.rows[a];
        const JobTable::Row& y = table.rows[b];
        if (by_priority && x.priority != y.priority) {
            return x.priority > y.priority;
        }
        return std::tuple(x.submit, a) < std::tuple(y.submit, b);
    });
    return jobs;
}

// Behind the units.
void fill_ranks(const Loaded& loaded, const JobTable& table,
                const std::vector<std::uint32_t>& ranking,
                const std::vector<std::uint32_t>& stand_in, Compiled& compiled) {
    PlanArrays& plan = compiled.plan;
    for (const std::uint32_t job : ranking) {
        compiled.job_of_rank.push_back(job);
        const JobTable::Row& row = table.rows[job];
        plan.submit.push_back(row.submit);
        plan.duration.push_back(row.duration);
        plan.estimate.push_back(row.estimate);
        plan.job_gpus.push_back(loaded.traces[row.workload]->jobs[row.index].gpus);
        plan.models.push_back(counted_models(row.models, stand_in));
    }
}

void fill_records(const Loaded& loaded, const JobTable& table, Compiled& compiled) {
    std::map<std::string, std::uint32_t, std::less<>> known{{"", 0}};
    compiled.tenants = {""};
    const auto tenant_id = [&](const std::string& name) {
        const auto [at, is_new] =
            known.try_emplace(name, static_cast<std::uint32_t>(compiled.tenants.size()));
        if (is_new) {
            compiled.tenants.push_back(name);
        }
        return at->second;
    };
    for (const JobTable::Row& row : table.rows) {
        const workloads::JobTrace& trace = loaded.traces[row.workload];
        const workloads::Job& job = trace.jobs[row.index];
        JobRecord record;
        record.submit = Ticks{row.submit};
        record.workload = row.workload;
        record.gpus = job.gpus;
        const std::string& name = tenant_name(loaded, row.workload, job);
        record.tenant = tenant_id(name);
        record.plan = static_cast<std::int8_t>(plan_of(loaded, row.workload, job));
        compiled.jobs.push_back(record);
        compiled.job_ends.push_back(job.end);
        compiled.ids.push_back(trace.id(row.index));
    }
}

// The calendar time of tick 0, if all workloads agree on one and none runs faster or slower than
// recorded.
std::string common_origin(const Loaded& loaded) {
    std::string origin;
    for (std::size_t w = 0; w < loaded.traces.size(); ++w) {
        const workloads::TraceSpec& trace = loaded.spec.workloads[w].trace;
        const bool as_recorded =
            trace.load_scale == 1 && trace.growth == 0 && trace.time_scale == 1;
        if (!as_recorded || (w > 0 && loaded.traces[w]->origin != origin)) {
            return {};
        }
        origin = loaded.traces[w]->origin;
    }
    return origin;
}

std::string why_never(Rejection why, const workloads::Job& job, const Loaded& loaded,
                      std::uint64_t spares) {
    if (why == Rejection::kQuota) {
        return "the job's " + std::to_string(job.gpus) +
               " GPUs, or what it needs of hosts, are always above a limit of its tenant";
    }
    if (why == Rejection::kGpuModel) {
        return "no node has the GPU model the job needs";
    }
    return "the job's " + std::to_string(job.gpus) + " GPUs never fit into " +
           loaded.topology->name + " (" + std::to_string(loaded.topology->gpus()) + " GPUs" +
           (spares > 0 ? ", " + std::to_string(spares) + " of them spares" : "") + ")";
}

// Rejects what can never run, or makes it an issue; everything else arrives.
void admit(const Loaded& loaded, const JobTable& table, Compiled& compiled, JobIssues& issues) {
    PlanArrays& plan = compiled.plan;
    // Spares serve only in the place of others.
    std::vector<core::NodeClass> in_service = plan.classes;
    std::uint64_t spares = 0;
    for (std::size_t node = 0; node < plan.spare.size(); ++node) {
        in_service[plan.node_class[node]].nodes -= plan.spare[node];
        spares += plan.spare[node] * plan.classes[plan.node_class[node]].gpus;
    }
    core::Plan view = plan.view();
    view.classes_by_size = in_service.data();
    const auto fits_ceiling = [&](std::uint32_t rank) {
        return plan.ceiling.empty() ||
               std::ranges::any_of(plan.ceiling, [&](const core::CeilingStep& step) {
                   return plan.job_gpus[rank] <= step.gpus;
               });
    };
    const std::vector<std::uint64_t> largest = largest_limits(plan);
    for (std::uint32_t rank = plan.units; rank < view.jobs; ++rank) {
        const JobTable::Row& row = table.rows[compiled.job_of_rank[rank]];
        JobRecord& record = compiled.jobs[compiled.job_of_rank[rank]];
        if (row.submit >= plan.end) {
            record.rejection = Rejection::kHorizon;
        } else if (is_absent(loaded.spec, compiled.tenants[record.tenant], record.submit)) {
            record.rejection = Rejection::kAbsent;
        } else if (!core::can_ever_fit(view, rank) || !fits_ceiling(rank) ||
                   !fits_tenant(plan, largest, rank)) {
            record.rejection = row.models == 0                    ? Rejection::kGpuModel
                               : fits_tenant(plan, largest, rank) ? Rejection::kTooLarge
                                                                  : Rejection::kQuota;
            if (loaded.spec.workloads[row.workload].never_fits == NeverFits::kError) {
                const workloads::Job& job = loaded.traces[row.workload]->jobs[row.index];
                issues.add(loaded, row.workload, job,
                           why_never(record.rejection, job, loaded, spares),
                           "set `never_fits: reject` to run without such jobs");
            }
        } else {
            plan.arrival.push_back(rank);
            continue;
        }
        record.state = JobState::kRejected;
    }
    Issues of_units;
    check_units(loaded, view, of_units);
    of_units.throw_if_any();
    std::sort(plan.arrival.begin(), plan.arrival.end(), [&](std::uint32_t a, std::uint32_t b) {
        return std::tuple(plan.submit[a], a) < std::tuple(plan.submit[b], b);
    });
}

// Checkpoints, recovery, spares.
void make_interruptible(const Loaded& loaded, const JobTable& table, Compiled& compiled,
                        Issues& issues) {
    PlanArrays& plan = compiled.plan;
    if (loaded.spec.scheduler.placement == PlacementChoice::kFungible) {
        topology::report(
            issues, topology::Where::root(loaded.tree, "")["scheduler"]["placement"],
            "`fungible` knows no nodes, so nothing can fail, checkpoint or stand in",
            "choose another placement, or `failures: {}`, `checkpoint: {}` and no spares");
        return;
    }
    compile_spares(loaded, plan, issues);
    std::vector<JobPlace> where;
    plan.priority.assign(plan.units, std::numeric_limits<std::int32_t>::max());
    for (std::size_t rank = plan.units; rank < compiled.job_of_rank.size(); ++rank) {
        const JobTable::Row& row = table.rows[compiled.job_of_rank[rank]];
        where.push_back({row.workload, row.index});
        plan.priority.push_back(row.priority);
    }
    compile_mixed(loaded, plan, issues);
    compiled.has_solver = has_solver(loaded.spec);
    check_network(loaded, issues);
    issues.throw_if_any();
    if (has_network(loaded.spec)) {
        compiled.network = network_links(loaded.topology);
    }
    compile_job_rules(loaded, where, plan, compiled.has_solver ? &compiled.network : nullptr,
                      issues);
    if (has_network(loaded.spec)) {
        compile_traffic(loaded, where, plan, compiled.network, issues);
        compile_spread(loaded, where, compiled.network, plan, issues);
    }
    issues.throw_if_any();
    plan.preempt = loaded.spec.scheduler.preempt == Preemption::kPriority;
    plan.preempt_after = to_ticks(loaded.spec.scheduler.preempt_after).value_or(Ticks{}).value;
    plan.interruptible = true;
    compile_tide(loaded, compiled);
    if (has_tenants(loaded.spec)) {
        compile_tenants(loaded, compiled, issues);
    }
    for (std::uint32_t rank = plan.units; rank < compiled.job_of_rank.size(); ++rank) {
        const core::CheckpointRule& rule = plan.checkpoint_rules[plan.checkpoint_rule_of[rank]];
        compiled.jobs[compiled.job_of_rank[rank]].interval = Ticks{rule.interval};
    }
}

Grain grain_of(const SchedulerSpec& rules) {
    if (rules.placement == PlacementChoice::kFungible) {
        return Grain::kPools;
    }
    const bool leaves = rules.locality || rules.placement == choice_of(core::Placement::kCompact);
    return leaves ? Grain::kLeafGroups : Grain::kPods;
}

}  // namespace

Compiled compile_plan(const Loaded& loaded) {
    const ScenarioSpec& spec = loaded.spec;
    Compiled compiled;
    compiled.billed = spec.prices || spec.costs;
    PlanArrays& plan = compiled.plan;
    const bool fungible = spec.scheduler.placement == PlacementChoice::kFungible;
    const std::vector<std::uint32_t> stand_in = stand_ins(loaded);
    std::optional<topology::Topology> counted;
    if (spec.mixed_chips) {
        counted = with_stand_ins(loaded.topology, stand_in);
    }
    const topology::Topology& real = loaded.topology;
    compile_nodes(counted ? *counted : real, grain_of(spec.scheduler), plan);
    plan.queue = spec.scheduler.queue;
    plan.placement =
        fungible ? core::Placement::kPack : static_cast<core::Placement>(spec.scheduler.placement);
    plan.seed = static_cast<std::uint64_t>(spec.seed);
    if (spec.horizon) {
        const auto end = to_ticks(*spec.horizon);
        TP_ASSERT(end, "the field table bounds the horizon");
        plan.end = end->value;
    }
    const auto bin = to_ticks(spec.output.bin);
    TP_ASSERT(bin, "the field table bounds the bin width");
    compiled.bin_width = *bin;
    for (const topology::GpuModel& model : loaded.topology->gpu_models) {
        compiled.gpu_models.push_back(model.name);
    }
    compiled.datacenter = model::datacenter_of(loaded.topology);
    compile_pools(loaded.topology, fungible, compiled);
    compiled.origin = common_origin(loaded);

    JobIssues issues;
    const JobTable table = tabulate(loaded, issues);
    fill_records(loaded, table, compiled);
    add_units(loaded, stand_in, compiled);
    fill_ranks(loaded, table, rank_jobs(table, spec.scheduler.order), stand_in, compiled);
    if (!fungible) {
        for (std::uint32_t n = 0; n < loaded.topology->nodes.size(); ++n) {
            compiled.node_gpus.push_back(loaded.topology->nodes[n].gpus);
            compiled.node_names.push_back(loaded.topology->node_name(n));
        }
    }
    if (is_interruptible(loaded)) {
        Issues problems;
        make_interruptible(loaded, table, compiled, problems);
        problems.throw_if_any();
    }
    if (spec.scheduler.locality) {
        compile_locality(*spec.scheduler.locality, plan);
    }
    admit(loaded, table, compiled, issues);
    issues.throw_if_any();
    return compiled;
}

}  // namespace tidepool::scenario
