#include "sim/scenario/compile_recovery.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <utility>

#include "sim/base/assert.h"
#include "sim/model/checkpoint.h"
#include "sim/model/interruption_rate.h"
#include "topology/failure_presets.h"
#include "topology/where.h"

namespace tidepool::scenario {
namespace {

constexpr double kNoLimit = std::numeric_limits<double>::infinity();
constexpr Seconds kShortestInterval{1};  // of those that are computed

const CheckpointSpec& checkpoint_of(const Loaded& loaded, std::size_t workload) {
    const auto& own = loaded.spec.workloads[workload].checkpoint;
    return own ? *own : loaded.spec.checkpoint;
}

const RecoverySpec& recovery_of(const Loaded& loaded, std::size_t workload) {
    const auto& own = loaded.spec.workloads[workload].recovery;
    return own ? *own : loaded.spec.recovery;
}

topology::Where place_of(const Loaded& loaded, std::size_t workload) {
    const topology::Where root = topology::Where::root(loaded.tree, "");
    return loaded.spec.workloads[workload].checkpoint ? root["workloads"][workload]["checkpoint"]
                                                      : root["checkpoint"];
}

// The one tier that a checkpoint without `tiers` has, or its tiers.
std::vector<TierSpec> tiers_of(const CheckpointSpec& spec) {
    if (!spec.tiers.empty()) {
        return spec.tiers;
    }
    TierSpec tier;
    tier.write = spec.write;
    tier.storage = spec.storage;
    tier.overlap = spec.overlap;
    tier.pause = spec.pause;
    tier.load = spec.load;
    return {tier};
}

std::uint32_t ticks_of(Seconds time) {
    return to_ticks(time).value_or(Ticks{kNever.value - 1}).value;
}

class RuleMaker {
public:
    RuleMaker(const Loaded& loaded, PlanArrays& plan, Issues& issues)
        : loaded_(loaded),
          plan_(plan),
          view_(plan.view()),
          rates_(loaded.topology, loaded.failures(), loaded.fault_log()),
          issues_(issues) {}

    std::uint32_t rule_for(const JobPlace& where, std::uint32_t rank) {
        const CheckpointSpec& spec = checkpoint_of(loaded_, where.workload);
        if (spec.interval == IntervalRule::kTrace) {
            return number_of(from_trace(spec, where));
        }
        const std::uint32_t gpus = plan_.job_gpus[rank];
        const auto key =
            std::pair(where.workload, std::pair(gpus, core::largest_node(view_, rank)));
        const auto [at, is_new] = known_.try_emplace(key, 0);
        if (is_new) {
            at->second = number_of(make(spec, where.workload, rank));
        }
        return at->second;
    }

private:
    core::CheckpointRule from_trace(const CheckpointSpec& spec, const JobPlace& where) const {
        const workloads::Job& job = loaded_.traces[where.workload]->jobs[where.index];
        core::CheckpointRule rule;
        rule.restart = ticks_of(spec.restart);
        if (job.checkpoint_interval.value > 0) {
            const Seconds write{std::max(0.0, job.checkpoint_write.value)};
            rule.interval = std::max(1U, ticks_of(job.checkpoint_interval));
            rule.tiers = 1;
            rule.tier[0].pause = ticks_of(write);
            rule.tier[0].load = ticks_of(spec.load.value_or(write));
        }
        return rule;
    }

    Seconds write_time(const CheckpointSpec& spec, const TierSpec& tier,
                       const topology::Where& where, std::uint32_t rank) {
        if (tier.write) {
            return *tier.write;
        }
        const auto& all = loaded_.topology->storage;
        const auto found = std::find_if(all.begin(), all.end(),
                                        [&](const auto& s) { return s.name == tier.storage; });
        if (found == all.end()) {
            std::vector<std::string> names;
            for (const auto& storage : all) {
                names.push_back(storage.name);
            }
            topology::report(issues_, where["storage"],
                             "the topology has no storage named '" + tier.storage + "'",
                             did_you_mean(tier.storage, names));
            return {0};
        }
        const std::uint32_t node = std::max(1U, core::largest_node(view_, rank));
        const std::uint32_t nodes = (plan_.job_gpus[rank] + node - 1) / node;
        model::StoragePath path;
        const bool local = found->kind == topology::StorageKind::kLocal;
        path.storage.value = local ? kNoLimit : found->bandwidth.value;
        path.per_writer.value = local ? found->bandwidth.value
                                      : found->per_client.value_or(BytesPerSecond{kNoLimit}).value;
        path.writers = nodes;
        return model::transfer_time(
            model::checkpoint_size(spec.parameters.value_or(0), spec.bytes_per_parameter), path);
    }

    core::CheckpointRule make(const CheckpointSpec& spec, std::size_t workload,
                              std::uint32_t rank) {
        core::CheckpointRule rule;
        rule.restart = ticks_of(spec.restart);
        if (spec.interval == IntervalRule::kNone) {
            return rule;
        }
        double pause = 0;  // per checkpoint, in the mean
        Seconds least{0};  // interval at which every background write ends before the next
        for (const TierSpec& tier : tiers_of(spec)) {
            const topology::Where checkpoint = place_of(loaded_, workload);
            const Seconds write =
                write_time(spec, tier,
                           spec.tiers.empty() ? checkpoint : checkpoint["tiers"][rule.tiers], rank);
            const Seconds stop = tier.overlap ? tier.pause : write;
            core::Tier& to = rule.tier[rule.tiers++];
            to.pause = ticks_of(stop);
            to.background = tier.overlap ? ticks_of(write) : 0;
            to.every = static_cast<std::uint32_t>(tier.every);
            to.load = ticks_of(tier.load.value_or(write));
            to.survives = tier.survives;
            pause += stop.value / static_cast<double>(tier.every);
            if (tier.overlap) {
                least.value = std::max(least.value, write.value / static_cast<double>(tier.every));
            }
        }
        rule.interval = interval(spec, workload, rank, Seconds{pause}, least);
        return rule;
    }

    std::uint32_t interval(const CheckpointSpec& spec, std::size_t workload, std::uint32_t rank,
                           Seconds pause, Seconds least) {
        if (spec.interval == IntervalRule::kFixed) {
            const Seconds every = spec.every.value_or(kShortestInterval);
            if (every < least) {
                topology::report(issues_, place_of(loaded_, workload)["every"],
                                 "is shorter than the time to write a checkpoint in the background",
                                 "which would still be on its way when the next one begins");
            }
            return ticks_of(every);
        }
        const double rate = rates_(plan_.job_gpus[rank]).value;
        if (rate == 0) {
            return 0;  // nothing to save work from
        }
        const Seconds mtti{1 / rate};
        const Seconds best =
            spec.interval == IntervalRule::kYoung  ? model::interval_young_1974(mtti, pause)
            : spec.interval == IntervalRule::kDaly ? model::interval_daly_2006(mtti, pause)
                                                   : model::interval_optimal(mtti, pause);
        return ticks_of(std::max({best, least, kShortestInterval}));
    }

    std::uint32_t number_of(const core::CheckpointRule& rule) {
        const auto [at, is_new] =
            numbers_.try_emplace(rule, static_cast<std::uint32_t>(plan_.checkpoint_rules.size()));
        if (is_new) {
            plan_.checkpoint_rules.push_back(rule);
        }
        return at->second;
    }

    const Loaded& loaded_;
    PlanArrays& plan_;
    const core::Plan view_;
    const model::InterruptionRates rates_;
    Issues& issues_;
    std::map<std::pair<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>>, std::uint32_t>
        known_;
    std::map<core::CheckpointRule, std::uint32_t> numbers_;
};

core::RecoveryRule recovery_rule(const Loaded& loaded, std::size_t workload) {
    const RecoverySpec& spec = recovery_of(loaded, workload);
    core::RecoveryRule rule;
    rule.on_failure = spec.on_failure;
    rule.detect = ticks_of(spec.detect);
    rule.swap = ticks_of(spec.swap);
    const double rate = topology::job_failure_rate(loaded.failures()).value;
    if (rate > 0) {
        const double mean = std::round(kTicksPerSecond / rate);
        rule.own_mean = static_cast<std::uint64_t>(std::clamp(mean, 1.0, 1e17));
    }
    rule.own_stream = static_cast<std::uint32_t>(workload);
    return rule;
}

// Spares of a pool of so many nodes that are there from the start.
std::uint32_t spares_of(const SchedulerSpec& rules, std::uint32_t nodes) {
    if (rules.spare_nodes) {
        return static_cast<std::uint32_t>(*rules.spare_nodes);
    }
    // a share of 2 % of 50 nodes is one node, whatever 0.02 is in binary
    const double exact = rules.spares.value_or(Fraction{0}).value * nodes;
    return static_cast<std::uint32_t>(std::ceil(exact - 1e-9));
}

}  // namespace

bool is_interruptible(const Loaded& loaded) {
    const topology::FailureSpec none;
    bool writes = false;
    for (std::size_t w = 0; w < loaded.spec.workloads.size(); ++w) {
        writes = writes || checkpoint_of(loaded, w).interval != IntervalRule::kNone;
    }
    const SchedulerSpec& rules = loaded.spec.scheduler;
    return writes || !(loaded.failures() == none) || !loaded.topology->arrivals.empty() ||
           rules.spares || rules.spare_nodes || rules.preempt != Preemption::kNone;
}

void compile_spares(const Loaded& loaded, PlanArrays& plan, Issues& issues) {
    const topology::Topology& topology = loaded.topology;
    const SchedulerSpec& rules = loaded.spec.scheduler;
    const bool by_pod = rules.spare_pool == SparePool::kPod;
    const auto nodes = static_cast<std::uint32_t>(topology.nodes.size());
    plan.spare.assign(nodes, 0);
    const auto pool_of = [&](std::uint32_t n) {
        return by_pod ? topology.nodes[n].pod : topology.nodes[n].cluster;
    };
    for (std::uint32_t first = 0, last = 0; first < nodes; first = last) {
        std::vector<std::uint32_t> present;
        for (last = first; last < nodes && pool_of(last) == pool_of(first); ++last) {
            plan.pool_of.push_back(static_cast<std::uint32_t>(plan.pool_begin.size()));
            if (topology.arrival(last).value == 0) {
                present.push_back(last);
            }
        }
        plan.pool_begin.push_back(first);
        const std::uint32_t spares = spares_of(rules, static_cast<std::uint32_t>(present.size()));
        if (spares > 0 && spares >= present.size()) {
            const topology::Where scheduler = topology::Where::root(loaded.tree, "")["scheduler"];
            topology::report(issues, scheduler[rules.spare_nodes ? "spare_nodes" : "spares"],
                             std::to_string(spares) + " spares leave nothing of the " +
                                 std::to_string(present.size()) + " nodes of a " +
                                 (by_pod ? "pod" : "cluster") + " of " +
                                 topology.clusters[topology.nodes[first].cluster]);
            continue;
        }
        for (std::uint32_t s = 0; s < spares; ++s) {
            plan.spare[present[present.size() - 1 - s]] = 1;
        }
    }
    plan.pool_begin.push_back(nodes);
    plan.leaf_of = leaf_groups(topology);
}

void compile_job_rules(const Loaded& loaded, const std::vector<JobPlace>& where, PlanArrays& plan,
                       Issues& issues) {
    for (std::size_t w = 0; w < loaded.spec.workloads.size(); ++w) {
        plan.recovery_rules.push_back(recovery_rule(loaded, w));
    }
    RuleMaker rules(loaded, plan, issues);
    for (std::uint32_t rank = 0; rank < where.size(); ++rank) {
        plan.checkpoint_rule_of.push_back(rules.rule_for(where[rank], rank));
        plan.recovery_rule_of.push_back(where[rank].workload);
        plan.job_entity.push_back(where[rank].index);
    }
}

}  // namespace tidepool::scenario
