#include "sim/scenario/compile_recovery.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <utility>

#include "sim/base/assert.h"
#include "sim/base/random.h"
#include "sim/model/checkpoint.h"
#include "sim/model/interruption_rate.h"
#include "sim/scenario/compile_network.h"
#include "sim/scenario/compile_services.h"
#include "sim/scenario/compile_tenants.h"
#include "topology/failure_presets.h"
#include "topology/where.h"

namespace tidepool::scenario {
namespace {

constexpr double kNoLimit = std::numeric_limits<double>::infinity();
constexpr Seconds kShortestInterval{1};   // of those that are computed
constexpr std::uint64_t kJitterSeed = 0;  // no luck of a run: a property of the job

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
    RuleMaker(const Loaded& loaded, PlanArrays& plan, network::NetworkPlan* network, Issues& issues)
        : loaded_(loaded),
          plan_(plan),
          network_(network),
          view_(plan.view()),
          rates_(loaded.topology, loaded.failures(), loaded.fault_log()),
          issues_(issues) {}

    std::uint32_t rule_for(const JobPlace& where, std::uint32_t rank) {
        const CheckpointSpec& spec = checkpoint_of(loaded_, where.workload);
        if (spec.interval == IntervalRule::kTrace) {
            return number_of(from_trace(spec, where), network::kNoTrunk);
        }
        const std::uint32_t gpus = plan_.job_gpus[rank];
        const auto key =
            std::pair(where.workload, std::pair(gpus, core::largest_node(view_, rank)));
        const auto [at, is_new] = known_.try_emplace(key, 0);
        if (is_new) {
            const auto [rule, storage] = make(spec, where.workload, rank);
            at->second = number_of(rule, storage);
        }
        return jittered(at->second, spec.jitter, where);
    }

private:
    // The rule with an interval of this job's own.
    std::uint32_t jittered(std::uint32_t rule, Fraction jitter, const JobPlace& where) {
        if (jitter.value == 0 || plan_.checkpoint_rules[rule].interval == 0) {
            return rule;
        }
        const Block words = draw(kJitterSeed, Purpose::kJitter, where.workload, where.index, 0);
        const double shift = jitter.value * (words[0] * 0x1p-31 - 1);  // [-jitter, jitter)
        core::CheckpointRule own = plan_.checkpoint_rules[rule];
        own.interval = std::max(1U, static_cast<std::uint32_t>(own.interval * (1 + shift)));
        return number_of(own,
                         network_ == nullptr ? network::kNoTrunk : network_->storage_of_rule[rule]);
    }

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

    // The storage that a tier is on; null, and an issue, if there is none of this name.
    const topology::StorageSpec* storage_of(const TierSpec& tier, const topology::Where& where) {
        const auto& all = loaded_.topology->storage;
        const auto found = std::find_if(all.begin(), all.end(),
                                        [&](const auto& s) { return s.name == tier.storage; });
        if (found != all.end()) {
            return &*found;
        }
        std::vector<std::string> names;
        for (const auto& storage : all) {
            names.push_back(storage.name);
        }
        topology::report(issues_, where["storage"],
                         "the topology has no storage named '" + tier.storage + "'",
                         did_you_mean(tier.storage, names));
        return nullptr;
    }

    // Of idle storage.
    Seconds write_time(const CheckpointSpec& spec, const TierSpec& tier,
                       const topology::StorageSpec& storage, std::uint32_t rank) const {
        const std::uint32_t node = std::max(1U, core::largest_node(view_, rank));
        const std::uint32_t nodes = (plan_.job_gpus[rank] + node - 1) / node;
        model::StoragePath path;
        const bool local = storage.kind == topology::StorageKind::kLocal;
        path.storage.value = local ? kNoLimit : storage.bandwidth.value;
        path.per_writer.value = local ? storage.bandwidth.value
                                      : storage.per_client.value_or(BytesPerSecond{kNoLimit}).value;
        path.writers = nodes;
        if (network_ != nullptr && !local) {
            const network::Link& link = network_->links[link_of(tier)];
            const BytesPerSecond line = network_->links[first_node(rank)].capacity;
            path.storage = network::idle_storage_rate(link, line, nodes);
        }
        return model::transfer_time(
            model::checkpoint_size(spec.parameters.value_or(0), spec.bytes_per_parameter), path);
    }

    // A node that the job may use, of those it would take first.
    std::uint32_t first_node(std::uint32_t rank) const {
        for (const core::NodeClass& c : plan_.classes) {
            if (core::accepts(view_, rank, c)) {
                return c.first;
            }
        }
        return 0;
    }

    std::uint32_t link_of(const TierSpec& tier) const {
        const auto& all = loaded_.topology->storage;
        for (std::size_t s = 0; s < all.size(); ++s) {
            if (all[s].name == tier.storage) {
                return static_cast<std::uint32_t>(network_->links.size() - all.size() + s);
            }
        }
        return network::kNoTrunk;
    }

    // Storage that others use as well decides how long a transfer takes.
    void share(const TierSpec& tier, const topology::StorageSpec& storage, Seconds write,
               const topology::Where& where, core::CheckpointRule& rule, std::uint32_t& link) {
        if (network_ == nullptr || storage.kind == topology::StorageKind::kLocal) {
            return;
        }
        if (rule.shared != core::kNone) {
            topology::report(issues_, where["storage"],
                             "with `network`, one tier at most lies on storage that jobs share",
                             "give the other tiers a `write` time, or storage of kind `local`");
            return;
        }
        if (tier.load) {
            topology::report(issues_, where["load"],
                             "is what the network says, for storage that jobs share",
                             "leave it out");
        }
        rule.shared = rule.tiers - 1;
        rule.write = ticks_of(write);
        rule.behind = tier.overlap;
        link = link_of(tier);
    }

    std::pair<core::CheckpointRule, std::uint32_t> make(const CheckpointSpec& spec,
                                                        std::size_t workload, std::uint32_t rank) {
        core::CheckpointRule rule;
        std::uint32_t link = network::kNoTrunk;
        rule.restart = ticks_of(spec.restart);
        if (spec.interval == IntervalRule::kNone) {
            return {rule, link};
        }
        double pause = 0;  // per checkpoint, in the mean
        Seconds least{0};  // interval at which every background write ends before the next
        for (const TierSpec& tier : tiers_of(spec)) {
            const topology::Where checkpoint = place_of(loaded_, workload);
            const topology::Where where =
                spec.tiers.empty() ? checkpoint : checkpoint["tiers"][rule.tiers];
            const topology::StorageSpec* storage = tier.write ? nullptr : storage_of(tier, where);
            const Seconds write = tier.write           ? *tier.write
                                  : storage == nullptr ? Seconds{0}
                                                       : write_time(spec, tier, *storage, rank);
            const Seconds stop = tier.overlap ? tier.pause : write;
            core::Tier& to = rule.tier[rule.tiers++];
            to.pause = ticks_of(stop);
            to.background = tier.overlap ? ticks_of(write) : 0;
            to.every = static_cast<std::uint32_t>(tier.every);
            to.load = ticks_of(tier.load.value_or(write));
            to.survives = tier.survives;
            if (storage != nullptr) {
                share(tier, *storage, write, where, rule, link);
            }
            pause += stop.value / static_cast<double>(tier.every);
            if (tier.overlap) {
                least.value = std::max(least.value, write.value / static_cast<double>(tier.every));
            }
        }
        rule.interval = interval(spec, workload, rank, Seconds{pause}, least);
        return {rule, link};
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

    std::uint32_t number_of(const core::CheckpointRule& rule, std::uint32_t storage) {
        const auto [at, is_new] = numbers_.try_emplace(
            std::pair(rule, storage), static_cast<std::uint32_t>(plan_.checkpoint_rules.size()));
        if (is_new) {
            plan_.checkpoint_rules.push_back(rule);
            if (network_ != nullptr) {
                network_->storage_of_rule.push_back(storage);
            }
        }
        return at->second;
    }

    const Loaded& loaded_;
    PlanArrays& plan_;
    network::NetworkPlan* network_;
    const core::Plan view_;
    const model::InterruptionRates rates_;
    Issues& issues_;
    std::map<std::pair<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>>, std::uint32_t>
        known_;
    std::map<std::pair<core::CheckpointRule, std::uint32_t>, std::uint32_t> numbers_;
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
    return writes || !loaded.services.empty() || has_network(loaded.spec) ||
           loaded.spec.mixed_chips.has_value() || !(loaded.failures() == none) ||
           !loaded.topology->arrivals.empty() || rules.spares || rules.spare_nodes ||
           rules.preempt != Preemption::kNone || has_tenants(loaded.spec);
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
                       network::NetworkPlan* network, Issues& issues) {
    for (std::size_t w = 0; w < loaded.spec.workloads.size(); ++w) {
        plan.recovery_rules.push_back(recovery_rule(loaded, w));
    }
    RuleMaker rules(loaded, plan, network, issues);
    for (std::uint32_t job = 0; job < where.size(); ++job) {
        plan.checkpoint_rule_of.push_back(rules.rule_for(where[job], plan.units + job));
        plan.recovery_rule_of.push_back(where[job].workload);
        plan.job_entity.push_back(where[job].index);
    }
    compile_unit_rules(loaded, plan, network, issues);
}

}  // namespace tidepool::scenario
