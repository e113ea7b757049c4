#include "sim/scenario/compile_tenants.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "sim/base/assert.h"
#include "sim/scenario/compile_spot.h"
#include "topology/where.h"

namespace tidepool::scenario {
namespace {

constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};
constexpr double kCpuParts = 1000;         // host CPUs are counted in thousandths,
constexpr double kBytesPerPart = 1e6;      // host memory in megabytes
constexpr double kMostParts = 4294967295;  // of one job
constexpr std::uint32_t kDecaySteps = 64;  // of a half-life

std::uint32_t ticks_of(Seconds time) {
    const auto ticks = to_ticks(time);
    TP_ASSERT(ticks, "field tables bound all times");
    return ticks->value;
}

std::uint64_t gpus_or_all(const std::optional<std::int64_t>& gpus) {
    return gpus ? static_cast<std::uint64_t>(*gpus) : kNoLimit;
}

topology::Where scheduler_of(const Loaded& loaded) {
    return topology::Where::root(loaded.tree, "")["scheduler"];
}

// The tree in the order of the plan, and who is who in it.
class Tree {
public:
    Tree(const ScenarioSpec& spec, const Compiled& compiled, std::vector<core::Tenant>& tenants)
        : spec_(spec), compiled_(compiled), tenants_(tenants) {
        tenants_.push_back({});
        names_.emplace_back();
        for (std::uint32_t t = 0; t < tenants_.size(); ++t) {
            tenants_[t].first_child = static_cast<std::uint32_t>(tenants_.size());
            add_children(t);
            tenants_[t].last_child = static_cast<std::uint32_t>(tenants_.size());
        }
        for (std::size_t t = tenants_.size(); t-- > 1;) {
            const TenantSpec* listed = listed_tenant(spec_, names_[t]);
            if (t > 0 && listed != nullptr && listed->guaranteed) {
                tenants_[t].guaranteed = static_cast<std::uint64_t>(*listed->guaranteed);
            }
            if (tenants_[t].parent != 0) {  // stands unless the parent says something itself
                tenants_[tenants_[t].parent].guaranteed += tenants_[t].guaranteed;
            }
        }
    }

    bool knows(const std::string& name) const { return number_.contains(name); }
    std::uint32_t of(const std::string& name) const { return number_.at(name); }

private:
    void add(std::uint32_t parent, const std::string& name, const TenantSpec* spec) {
        core::Tenant tenant;
        tenant.parent = parent;
        if (spec != nullptr) {
            tenant.weight = static_cast<std::uint32_t>(spec->weight);
            tenant.limit = gpus_or_all(spec->limit);
        }
        number_[name] = static_cast<std::uint32_t>(tenants_.size());
        tenants_.push_back(tenant);
        names_.push_back(name);
    }
    void add_children(std::uint32_t parent) {
        for (const TenantSpec& spec : spec_.tenants) {
            if (parent == 0 ? spec.parent.empty() : spec.parent == names_[parent]) {
                add(parent, spec.name, &spec);
            }
        }
        for (std::size_t job = 0; parent == 0 && job < compiled_.first_unit(); ++job) {
            const std::string& name = compiled_.tenants[compiled_.jobs[job].tenant];
            if (!number_.contains(name) && listed_tenant(spec_, name) == nullptr) {
                add(0, name, nullptr);
            }
        }
    }

    const ScenarioSpec& spec_;
    const Compiled& compiled_;
    std::vector<core::Tenant>& tenants_;
    std::vector<std::string> names_;
    std::map<std::string, std::uint32_t> number_;
};

// Jobs by tenant and rank; units, which are nobody's, last.
void order_by_tenant(PlanArrays& plan) {
    const auto jobs = static_cast<std::uint32_t>(plan.submit.size());
    std::vector<std::uint32_t>& order = plan.rank_at;
    for (std::uint32_t rank = 0; rank < jobs; ++rank) {
        order.push_back(rank);
    }
    const auto owner = [&](std::uint32_t rank) {
        return rank < plan.units ? core::kNone : plan.tenant_of[rank];
    };
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return std::tuple(owner(a), a) < std::tuple(owner(b), b);
    });
    plan.place_of.resize(jobs);
    for (std::uint32_t place = 0; place < jobs; ++place) {
        plan.place_of[order[place]] = place;
        if (owner(order[place]) != core::kNone) {
            core::Tenant& tenant = plan.tenants[owner(order[place])];
            tenant.first_place = tenant.last_place == 0 ? place : tenant.first_place;
            tenant.last_place = place + 1;
        }
    }
}

// Who bids is listed or not; only those with jobs matter.
void add_outbid(const Loaded& loaded, const Compiled& compiled, const Tree& tree, PlanArrays& plan,
                Issues& issues) {
    if (!has_bids(loaded.spec)) {
        return;
    }
    for (const SpotBidSpec& bid : loaded.spec.prices->spot.bids) {
        if (!tree.knows(bid.tenant)) {
            continue;  // compile_prices() has its say about it
        }
        const std::uint32_t number = tree.of(bid.tenant);
        const auto steps =
            outbid_limits(loaded, compiled, bid.tenant, number, plan.tenants[number].limit, issues);
        plan.limits.insert(plan.limits.end(), steps.begin(), steps.end());
    }
}

void add_limits(const Loaded& loaded, const Compiled& compiled, const Tree& tree, PlanArrays& plan,
                Issues& issues) {
    const std::uint32_t notice = ticks_of(loaded.spec.scheduler.preempt_notice);
    for (const TenantSpec& spec : loaded.spec.tenants) {
        const std::uint32_t tenant = tree.of(spec.name);
        for (const LimitSpec& limit : spec.limits) {
            plan.limits.push_back(
                {ticks_of(limit.at), tenant, gpus_or_all(limit.limit), notice, 0});
        }
        if (spec.leaves) {
            plan.limits.push_back({ticks_of(*spec.leaves), tenant, 0, 0, 1});
        }
    }
    add_outbid(loaded, compiled, tree, plan, issues);
    std::ranges::stable_sort(plan.limits, {}, [](const core::LimitStep& step) {
        return std::tuple(step.tick, step.tenant);
    });
}

// What all hosts have together; nothing if some host does not say.
template <class Get>
std::uint64_t of_hosts(const topology::Topology& topology, double part, Get&& get) {
    double sum = 0;
    for (const topology::Node& node : topology.nodes) {
        const double here = get(topology.servers[node.server]);
        if (here <= 0) {
            return 0;
        }
        sum += here / part;
    }
    return static_cast<std::uint64_t>(sum);
}

// Under `drf` jobs also take host CPUs and memory.
class Hosts {
public:
    Hosts(const Loaded& loaded, Compiled& compiled, Issues& issues)
        : loaded_(loaded), compiled_(compiled), issues_(issues) {}

    void compile() {
        PlanArrays& plan = compiled_.plan;
        const topology::Topology& topology = loaded_.topology;
        plan.tenant_rule.cpus = of_hosts(topology, 1 / kCpuParts, [](const auto& server) {
            return static_cast<double>(server.cpu_cores.value_or(0));
        });
        plan.tenant_rule.memory = of_hosts(topology, kBytesPerPart, [](const auto& server) {
            return server.memory ? server.memory->value : 0;
        });
        for (std::uint32_t rank = 0; rank < plan.submit.size(); ++rank) {
            double cpus = 0, memory = 0;
            if (rank >= plan.units) {
                const std::uint32_t number = compiled_.job_of_rank[rank];
                const workloads::Job& job = job_of(number);
                cpus = std::ceil(job.cpus * kCpuParts);
                memory = std::ceil(job.memory.value / kBytesPerPart);
            }
            plan.job_cpus.push_back(parts("CPUs", cpus, plan.tenant_rule.cpus));
            plan.job_memory.push_back(parts("memory", memory, plan.tenant_rule.memory));
        }
    }

private:
    // Jobs of all workloads stand one after the other.
    const workloads::Job& job_of(std::uint32_t number) const {
        const std::uint32_t workload = compiled_.jobs[number].workload;
        for (std::uint32_t w = 0; w < workload; ++w) {
            number -= static_cast<std::uint32_t>(loaded_.traces[w]->jobs.size());
        }
        return loaded_.traces[workload]->jobs[number];
    }
    std::uint32_t parts(const char* what, double amount, std::uint64_t all) {
        if (amount > 0 && all == 0 && said_.insert(what).second) {
            report(issues_, scheduler_of(loaded_)["queue"],
                   std::string("`drf` counts host ") + what +
                       ", which jobs ask for, but not every server says what it has",
                   "give the servers of the topology `cpu_cores` and `memory`");
        }
        if (amount > kMostParts && said_.insert("most").second) {
            report(issues_, scheduler_of(loaded_)["queue"],
                   std::string("a job asks for more host ") + what + " than can be counted");
        }
        return static_cast<std::uint32_t>(std::min(amount, kMostParts));
    }

    const Loaded& loaded_;
    Compiled& compiled_;
    Issues& issues_;
    std::set<std::string> said_;
};

void list_tenants(const Loaded& loaded, const Tree& tree, Compiled& compiled) {
    const std::vector<TenantSpec>& all = loaded.spec.tenants;
    for (const TenantSpec& spec : all) {
        const core::Tenant& tenant = compiled.plan.tenants[tree.of(spec.name)];
        model::TenantRecord record;
        const auto named = std::ranges::find(compiled.tenants, spec.name);
        record.tenant = static_cast<std::uint32_t>(named - compiled.tenants.begin());
        if (named == compiled.tenants.end()) {
            compiled.tenants.push_back(spec.name);
        }
        const auto parent = std::ranges::find(all, spec.parent, &TenantSpec::name);
        record.parent =
            parent == all.end() ? core::kNone : static_cast<std::uint32_t>(parent - all.begin());
        record.weight = tenant.weight;
        record.guaranteed = tenant.guaranteed;
        record.limit = tenant.limit;
        compiled.listed.push_back(record);
        compiled.listed_in_plan.push_back(tree.of(spec.name));
    }
}

void check_tree(const Loaded& loaded, const Compiled& compiled, Issues& issues) {
    const std::vector<TenantSpec>& all = loaded.spec.tenants;
    std::uint64_t guaranteed = 0;
    for (const core::Tenant& tenant : compiled.plan.tenants) {
        guaranteed += tenant.parent == 0 ? tenant.guaranteed : 0;
    }
    const topology::Where where = topology::Where::root(loaded.tree, "")["tenants"];
    if (guaranteed > compiled.plan.gpus) {
        report(issues, where,
               "are guaranteed " + std::to_string(guaranteed) + " GPUs together, " +
                   loaded.topology->name + " has " + std::to_string(compiled.plan.gpus));
    }
    std::set<std::string> with_jobs;
    for (std::size_t job = 0; job < compiled.first_unit(); ++job) {
        with_jobs.insert(compiled.tenants[compiled.jobs[job].tenant]);
    }
    for (std::size_t t = 0; t < all.size(); ++t) {
        const bool has_children =
            std::ranges::find(all, all[t].name, &TenantSpec::parent) != all.end();
        if (has_children && with_jobs.contains(all[t].name)) {
            report(issues, where[t]["name"],
                   "other tenants are below '" + all[t].name + "', so it has no jobs of its own",
                   "give these jobs a tenant below it");
        }
    }
}

}  // namespace

bool has_tenants(const ScenarioSpec& spec) {
    const SchedulerSpec& rules = spec.scheduler;
    return !spec.tenants.empty() || core::is_by_tenant(rules.queue) ||
           rules.preempt == Preemption::kQuota || rules.preempt_notice.value > 0 ||
           rules.preempt_order != core::PreemptOrder::kLatest || has_bids(spec);
}

const std::string& tenant_name(const Loaded& loaded, std::size_t workload,
                               const workloads::Job& job) {
    return job.tenant == workloads::kAny ? loaded.spec.workloads[workload].tenant
                                         : loaded.traces[workload]->tenants[job.tenant];
}

const TenantSpec* listed_tenant(const ScenarioSpec& spec, const std::string& name) {
    const auto found = std::ranges::find(spec.tenants, name, &TenantSpec::name);
    return found == spec.tenants.end() ? nullptr : &*found;
}

std::int32_t priority_of(const Loaded& loaded, std::size_t workload, const workloads::Job& job) {
    using Limits = std::numeric_limits<std::int32_t>;
    const TenantSpec* tenant = listed_tenant(loaded.spec, tenant_name(loaded, workload, job));
    const std::int64_t sum = job.priority + (tenant == nullptr ? 0 : tenant->priority);
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(sum, Limits::min(), Limits::max()));
}

workloads::Plan plan_of(const Loaded& loaded, std::size_t workload, const workloads::Job& job) {
    const TenantSpec* tenant = listed_tenant(loaded.spec, tenant_name(loaded, workload, job));
    const bool says_none = job.plan == workloads::Job{}.plan;
    return says_none && tenant != nullptr ? tenant->plan.value_or(job.plan) : job.plan;
}

void compile_tenants(const Loaded& loaded, Compiled& compiled, Issues& issues) {
    const SchedulerSpec& rules = loaded.spec.scheduler;
    PlanArrays& plan = compiled.plan;
    const Tree tree(loaded.spec, compiled, plan.tenants);
    for (std::uint32_t rank = 0; rank < plan.submit.size(); ++rank) {
        const model::JobRecord& job = compiled.jobs[compiled.job_of_rank[rank]];
        plan.tenant_of.push_back(rank < plan.units ? 0 : tree.of(compiled.tenants[job.tenant]));
    }
    if (core::is_by_tenant(plan.queue)) {
        order_by_tenant(plan);
    }
    add_limits(loaded, compiled, tree, plan, issues);
    core::TenantRule& rule = plan.tenant_rule;
    rule.preempt = rules.preempt == Preemption::kQuota      ? core::PreemptRule::kQuota
                   : rules.preempt == Preemption::kPriority ? core::PreemptRule::kPriority
                                                            : core::PreemptRule::kNobody;
    rule.order = rules.preempt_order;
    rule.notice = ticks_of(rules.preempt_notice);
    rule.hold = ticks_of(rules.fair.hold);
    rule.decay_step =
        std::max(1U, (ticks_of(rules.fair.half_life) + kDecaySteps / 2) / kDecaySteps);
    plan.preempt = false;
    if (plan.queue == core::QueuePolicy::kDrf) {
        Hosts(loaded, compiled, issues).compile();
    }
    check_tree(loaded, compiled, issues);
    list_tenants(loaded, tree, compiled);
}

std::vector<std::uint64_t> largest_limits(const PlanArrays& plan) {
    std::vector<std::uint64_t> largest;
    for (const core::Tenant& tenant : plan.tenants) {
        largest.push_back(tenant.limit);
    }
    for (const core::LimitStep& step : plan.limits) {
        largest[step.tenant] = std::max(largest[step.tenant], step.limit);
    }
    return largest;
}

bool fits_tenant(const PlanArrays& plan, const std::vector<std::uint64_t>& largest,
                 std::uint32_t rank) {
    if (plan.tenants.empty()) {
        return true;
    }
    for (std::uint32_t t = plan.tenant_of[rank]; t != core::kNone; t = plan.tenants[t].parent) {
        if (plan.job_gpus[rank] > largest[t]) {
            return false;
        }
    }
    const core::TenantRule& rule = plan.tenant_rule;
    return (rule.cpus == 0 || plan.job_cpus[rank] <= rule.cpus) &&
           (rule.memory == 0 || plan.job_memory[rank] <= rule.memory);
}

bool is_absent(const ScenarioSpec& spec, const std::string& tenant, Ticks submit) {
    for (const TenantSpec* at = listed_tenant(spec, tenant); at != nullptr;
         at = listed_tenant(spec, at->parent)) {
        if (submit.value < ticks_of(at->joins) ||
            (at->leaves && submit.value >= ticks_of(*at->leaves))) {
            return true;
        }
    }
    return false;
}

}  // namespace tidepool::scenario
