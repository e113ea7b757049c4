// Keys of a fabric that contradict each other before any node is counted, and the sizes a k-ary
// tree dictates.

#include <string>

#include "topology/cabling.h"
#include "topology/names.h"

namespace tidepool::topology {
namespace {

// A key that says nothing in this kind of fabric would be silently ignored: an issue instead.
void reject(bool present, const Where& where, std::string_view kind, Issues& issues) {
    if (present) {
        report(issues, where, "means nothing in a fabric of kind '" + std::string(kind) + "'",
               "take it out");
    }
}

// Nodes below one leaf of a k-ary tree; 0 after an issue.
std::int64_t k_ary_leaf_nodes(const FabricSpec& fabric, std::int64_t cards, const Where& where,
                              Issues& issues) {
    const std::int64_t half = fabric.k / 2;
    const bool tor = fabric.wiring == Wiring::kTor;
    const std::int64_t together = tor ? cards : (fabric.rail_planes ? 1 : cards);
    if (half % together != 0) {
        report(issues, where["k"],
               "k / 2 must be a multiple of the " + std::to_string(cards) +
                   (tor ? " cards of a node below one switch" : " rails of a pod") + " (got '" +
                   std::to_string(fabric.k) + "')",
               tor ? "" : "`rail_planes: true` gives every rail a tree of its own");
        return 0;
    }
    return tor ? half / cards : half;
}

void set_size(std::int64_t& value, std::int64_t dictated, const Where& where, Issues& issues) {
    if (value != 0 && value != dictated) {
        report(issues, where,
               "a k-ary tree of this size has " + std::to_string(dictated) + " (got '" +
                   std::to_string(value) + "')",
               "leave it out");
    }
    value = dictated;
}

void check_k(const FabricSpec& fabric, const Catalog& parts, const Where& where, Issues& issues) {
    if (fabric.k < 2 || fabric.k > 128 || fabric.k % 2 != 0) {
        report(issues, where["k"],
               "a k-ary tree needs an even `k` from 2 to 128 (got '" + std::to_string(fabric.k) +
                   "')");
    }
    if (fabric.leaf.empty()) {
        return;
    }
    const Switch* model = find_part(parts.switches, fabric.leaf);
    if (model == nullptr) {
        report(issues, where["leaf"], "no such switch (got '" + fabric.leaf + "')",
               did_you_mean(fabric.leaf, names_of(parts.switches)));
    } else if (fabric.k > model->ports) {
        report(issues, where["k"],
               "a " + model->name + " has " + std::to_string(model->ports) + " ports (got '" +
                   std::to_string(fabric.k) + "')");
    }
}

}  // namespace

void check_fabric_keys(const FabricSpec& fabric, const Where& where, Issues& issues) {
    const FabricKind kind = fabric.kind;
    const std::string name = kind_name(kind);
    const bool none = kind == FabricKind::kNone;
    const bool k_ary = kind == FabricKind::kKAry;
    const bool one_tier = kind == FabricKind::kLeaf;
    reject(none && fabric.nodes_per_leaf != 0, where["nodes_per_leaf"], name, issues);
    reject(none && !fabric.leaf.empty(), where["leaf"], name, issues);
    reject((none || one_tier || k_ary) && !fabric.spine.empty(), where["spine"], name, issues);
    reject(kind != FabricKind::kFatTree && !fabric.core.empty(), where["core"], name, issues);
    reject((none || one_tier || k_ary) && fabric.link_rate.has_value(), where["link_rate"], name,
           issues);
    reject((none || one_tier || k_ary) && fabric.oversubscription != 1, where["oversubscription"],
           name, issues);
    reject(kind != FabricKind::kFatTree && fabric.pod_oversubscription != 1,
           where["pod_oversubscription"], name, issues);
    reject((none || one_tier) && fabric.rail_planes, where["rail_planes"], name, issues);
    reject(!k_ary && fabric.k != 0, where["k"], name, issues);
    if (fabric.rail_planes && fabric.wiring == Wiring::kTor) {
        report(issues, where["rail_planes"], "there are no rails with `wiring: tor`");
    }
    const auto ratio = [&](std::string_view key, double value) {
        if (!(value >= 1) || value > 1000) {
            report(issues, where[key], "must be from 1 to 1000");
        }
    };
    ratio("oversubscription", fabric.oversubscription);
    ratio("pod_oversubscription", fabric.pod_oversubscription);
}

TopologySpec with_fabric_sizes(const TopologySpec& spec, const Catalog& parts, const Where& where,
                               Issues& issues) {
    TopologySpec sized = spec;
    FabricSpec& fabric = sized.fabric;
    const Where at = where["fabric"];
    if (fabric.wiring == Wiring::kTor && fabric.kind != FabricKind::kKAry &&
        fabric.nodes_per_leaf == 0 && !spec.clusters.empty()) {
        fabric.nodes_per_leaf = spec.clusters[0].nodes_per_rack;
    }
    if (fabric.kind != FabricKind::kKAry) {
        return sized;
    }
    const std::size_t before = issues.list().size();
    check_k(fabric, parts, at, issues);
    for (std::size_t i = 0; i < sized.clusters.size() && issues.list().size() == before; ++i) {
        ClusterSpec& cluster = sized.clusters[i];
        const Server* server = find_part(parts.servers, cluster.server);
        if (server == nullptr || server->nics == 0) {
            continue;  // reported where servers are looked up
        }
        const std::int64_t leaf = k_ary_leaf_nodes(fabric, server->nics, at, issues);
        if (leaf > 0) {
            const bool one_leaf = fabric.wiring == Wiring::kTor || fabric.rail_planes;
            const std::int64_t groups = fabric.k / 2 / (one_leaf ? 1 : server->nics);
            set_size(fabric.nodes_per_leaf, leaf, at["nodes_per_leaf"], issues);
            set_size(cluster.nodes_per_pod, leaf * groups, where["clusters"][i]["nodes_per_pod"],
                     issues);
        }
    }
    return sized;
}

}  // namespace tidepool::topology
