#include <algorithm>
#include <cstddef>
#include <map>
#include <tuple>
#include <utility>

#include "sim/base/assert.h"
#include "sim/scenario/compile.h"

namespace tidepool::scenario {
namespace {

using topology::Node;
using topology::Topology;

// One pool per GPU model, in the order of the models' first nodes.
std::vector<core::NodeClass> pools(const Topology& topology) {
    std::vector<core::NodeClass> found;
    for (const Node& node : topology.nodes) {
        const auto same = [&](const core::NodeClass& c) { return c.model == node.gpu_model; };
        auto pool = std::find_if(found.begin(), found.end(), same);
        if (pool == found.end()) {
            core::NodeClass c;
            c.model = node.gpu_model;
            c.first = static_cast<std::uint32_t>(found.size());
            c.last = c.first + 1;
            c.nodes = 1;
            c.pool = 1;
            pool = found.insert(found.end(), c);
        }
        pool->gpus += node.gpus;
    }
    return found;
}

std::vector<core::NodeClass> node_classes(const Topology& topology) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, core::NodeClass> by_kind;
    for (std::uint32_t n = 0; n < topology.nodes.size(); ++n) {
        const Node& node = topology.nodes[n];
        core::NodeClass& c = by_kind[{node.gpus, node.gpu_model}];
        if (c.nodes == 0) {
            c.gpus = node.gpus;
            c.model = node.gpu_model;
            c.first = n;
        }
        c.last = n + 1;
        ++c.nodes;
    }
    std::vector<core::NodeClass> classes;
    for (const auto& entry : by_kind) {
        classes.push_back(entry.second);
    }
    return classes;
}

// Largest nodes first, then by lowest node; then the places of the level bitmaps.
void order_classes(PlanArrays& plan) {
    std::sort(plan.classes.begin(), plan.classes.end(), [](const auto& a, const auto& b) {
        return std::tuple(b.gpus, a.first) < std::tuple(a.gpus, b.first);
    });
    for (core::NodeClass& c : plan.classes) {
        c.count_offset = plan.level_counts;
        if (c.pool != 0) {
            ++plan.level_counts;
        } else {
            TP_ASSERT(c.gpus >= 1 && c.gpus <= core::kLargestNode, "checked with the topology");
            c.words = (c.last + 63) / 64 - c.first / 64;
            c.bit_offset = plan.bit_words;
            plan.bit_words += c.words * c.gpus;
            plan.level_counts += c.gpus;
        }
    }
}

// Domains of one level: runs of nodes of which domain_of() says the same, if they hold at least
// `smallest` nodes. The other nodes share one domain of no class, so that nobody looks for nodes in
// it.
template <class DomainOf>
void add_level(PlanArrays& plan, std::uint32_t smallest, DomainOf&& domain_of) {
    const auto size = static_cast<std::uint32_t>(plan.node_class.size());
    std::uint32_t nowhere = core::kNone;
    for (std::uint32_t first = 0, last = 0; first < size; first = last) {
        for (; last < size && domain_of(last) == domain_of(first); ++last) {
            TP_ASSERT(plan.node_class[last] == plan.node_class[first],
                      "a domain holds nodes of one class");
        }
        auto id = static_cast<std::uint32_t>(plan.domains.size());
        if (last - first >= smallest) {
            plan.domains.push_back({first, last, plan.node_class[first]});
        } else if (nowhere == core::kNone) {
            nowhere = id;
            plan.domains.push_back({0, 0, core::kNone});
        } else {
            id = nowhere;
        }
        plan.domain_of.insert(plan.domain_of.end(), last - first, id);
    }
    plan.level_begin.push_back(static_cast<std::uint32_t>(plan.domains.size()));
}

}  // namespace

std::vector<std::uint32_t> leaf_groups(const Topology& topology) {
    std::vector<std::uint32_t> group_of(topology.nodes.size(), 0);
    for (std::size_t g = 0; g < topology.fabric.groups.size(); ++g) {
        const topology::LeafGroup& group = topology.fabric.groups[g];
        std::fill_n(group_of.begin() + group.first_node, group.nodes,
                    static_cast<std::uint32_t>(g));
    }
    return group_of;
}

void compile_nodes(const Topology& topology, Grain grain, PlanArrays& plan) {
    const bool fungible = grain == Grain::kPools;
    plan.gpus = topology.gpus();
    plan.classes = fungible ? pools(topology) : node_classes(topology);
    TP_ASSERT(!plan.classes.empty() && plan.classes.size() <= 255, "node classes fit into a byte");
    order_classes(plan);
    plan.level_begin = {0};
    if (fungible) {
        for (std::uint32_t c = 0; c < plan.classes.size(); ++c) {  // pool c is node c
            plan.classes[c].first = c;
            plan.classes[c].last = c + 1;
            plan.node_class.push_back(static_cast<std::uint8_t>(c));
        }
        return;
    }
    for (const Node& node : topology.nodes) {
        const auto same = [&](const core::NodeClass& c) {
            return c.gpus == node.gpus && c.model == node.gpu_model;
        };
        plan.node_class.push_back(static_cast<std::uint8_t>(
            std::find_if(plan.classes.begin(), plan.classes.end(), same) - plan.classes.begin()));
    }
    if (topology.islands < topology.nodes.size()) {
        add_level(plan, 2, [&](std::uint32_t n) { return topology.nodes[n].island; });
    }
    if (grain == Grain::kLeafGroups && !topology.fabric.groups.empty()) {
        plan.leaf_level = static_cast<std::uint32_t>(plan.level_begin.size() - 1);
        const std::vector<std::uint32_t> groups = leaf_groups(topology);
        add_level(plan, 1, [&](std::uint32_t n) { return groups[n]; });
    }
    add_level(plan, 1, [&](std::uint32_t n) { return topology.nodes[n].pod; });
}

core::Plan PlanArrays::view() const {
    core::Plan plan;
    plan.nodes = static_cast<std::uint32_t>(node_class.size());
    plan.gpus = gpus;
    plan.node_class = node_class.data();
    plan.classes = static_cast<std::uint32_t>(classes.size());
    plan.classes_by_size = classes.data();
    plan.levels = static_cast<std::uint32_t>(level_begin.size() - 1);
    plan.level_begin = level_begin.data();
    plan.domains = domains.data();
    plan.domain_of = domain_of.data();
    plan.leaf_level = leaf_level;
    plan.bit_words = bit_words;
    plan.level_counts = level_counts;
    plan.jobs = static_cast<std::uint32_t>(submit.size());
    plan.submit = submit.data();
    plan.duration = duration.data();
    plan.estimate = estimate.data();
    plan.job_gpus = job_gpus.data();
    plan.models = models.data();
    plan.arrivals = static_cast<std::uint32_t>(arrival.size());
    plan.arrival = arrival.data();
    plan.interruptible = interruptible;
    if (interruptible) {
        plan.steps = static_cast<std::uint32_t>(steps.size());
        plan.step = steps.data();
        plan.spare = spare.data();
        plan.pools = static_cast<std::uint32_t>(pool_begin.size() - 1);
        plan.pool_of = pool_of.data();
        plan.pool_begin = pool_begin.data();
        plan.leaf_of = leaf_of.data();
        plan.checkpoint_rule_of = checkpoint_rule_of.data();
        plan.checkpoint_rules = checkpoint_rules.data();
        plan.recovery_rule_of = recovery_rule_of.data();
        plan.recovery_rules = recovery_rules.data();
        plan.job_entity = job_entity.data();
        plan.preempt = preempt;
        plan.preempt_after = preempt_after;
        plan.priority = priority.data();
        plan.chip_pace = chip_pace.data();
        plan.mixed_chips = !chip_pace.empty();
        plan.chips_share = chips_share;
        plan.chip_efficiency = chip_efficiency;
        plan.services = static_cast<std::uint32_t>(services.size());
        plan.units = units;
        plan.service = services.data();
        plan.service_of = service_of.data();
        plan.demand_steps = static_cast<std::uint32_t>(demand.size());
        plan.demand = demand.data();
        plan.tide = tide;
        plan.ceiling_steps = static_cast<std::uint32_t>(ceiling.size());
        plan.ceiling = ceiling.data();
        plan.may_be_asked = may_be_asked.data();
        plan.tenants = static_cast<std::uint32_t>(tenants.size());
        plan.tenant = tenants.data();
        plan.tenant_of = tenant_of.data();
        plan.tenant_rule = tenant_rule;
        plan.limit_steps = static_cast<std::uint32_t>(limits.size());
        plan.limit_step = limits.data();
        plan.place_of = place_of.data();
        plan.rank_at = rank_at.data();
        plan.job_cpus = job_cpus.data();
        plan.job_memory = job_memory.data();
    }
    plan.pace_leaves = pace_leaves;
    plan.pace_pods = pace_pods;
    plan.pace = pace.data();
    plan.pace_kind = pace_kind.data();
    plan.pod_of = pod_of.data();
    plan.locality_wait = locality_wait;
    plan.locality_level = locality_level.data();
    plan.queue = queue;
    plan.placement = placement;
    plan.seed = seed;
    plan.end = end;
    return plan;
}

}  // namespace tidepool::scenario
