#pragma once
// Small networks for tests: leaf groups of any sizes, perhaps below pods, and storage, as the plan
// that the simulator compiles.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/network/network_plan.h"

namespace tidepool::network {

struct SmallFabric {
    double node_rate = 100;             // B/s of a node's cards
    std::vector<std::uint32_t> sizes;   // nodes per leaf group
    std::vector<double> leaf;           // B/s of a group's trunk; empty: there are none
    std::vector<std::uint32_t> pod_of;  // by group; empty: no pods
    std::vector<double> pod;            // B/s of a pod's trunk
    std::uint32_t rails = 1;
    std::uint32_t cables = 1;  // of every trunk above nodes
    std::uint32_t cards = 8, spines = 16, cores = 4;

    std::uint32_t nodes() const {
        std::uint32_t sum = 0;
        for (const std::uint32_t size : sizes) {
            sum += size;
        }
        return sum;
    }
    std::uint32_t group_of(std::uint32_t node) const {
        std::uint32_t group = 0;
        for (std::uint32_t last = sizes[0]; last <= node; last += sizes[group]) {
            ++group;
        }
        return group;
    }
    // Links of the plan.
    std::uint32_t leaf_link(std::uint32_t group) const { return nodes() + group; }
    std::uint32_t pod_link(std::uint32_t pod_number) const {
        return nodes() + static_cast<std::uint32_t>(leaf.size()) + pod_number;
    }
    std::uint32_t storage_link() const { return pod_link(static_cast<std::uint32_t>(pod.size())); }

    NetworkPlan plan() const {
        NetworkPlan plan;
        plan.nodes = nodes();
        plan.rails = rails;
        for (std::uint32_t n = 0; n < plan.nodes; ++n) {
            Link link;
            link.name = "node" + std::to_string(n);
            link.capacity = {node_rate};
            link.parent = leaf.empty() ? kNoTrunk : leaf_link(group_of(n));
            link.cables = link.own_parts = cards;
            link.above_parts = rails;
            plan.links.push_back(link);
        }
        for (std::uint32_t g = 0; g < leaf.size(); ++g) {
            Link link;
            link.name = "group" + std::to_string(g);
            link.tier = model::LinkTier::kLeaf;
            link.capacity = {leaf[g]};
            link.parent = pod_of.empty() ? kNoTrunk : pod_link(pod_of[g]);
            link.cables = cables;
            link.own_parts = rails;
            link.above_parts = spines;
            plan.links.push_back(link);
        }
        for (std::uint32_t p = 0; p < pod.size(); ++p) {
            Link link;
            link.name = "pod" + std::to_string(p);
            link.tier = model::LinkTier::kPod;
            link.capacity = {pod[p]};
            link.cables = cables;
            link.own_parts = spines;
            link.above_parts = cores;
            plan.links.push_back(link);
        }
        return plan;
    }
};

// Adds a storage system to the plan; returns its link.
inline std::uint32_t add_storage(NetworkPlan& plan, double bandwidth, double per_client,
                                 bool on_fabric) {
    Link link;
    link.name = "storage";
    link.tier = model::LinkTier::kStorage;
    link.capacity = {bandwidth};
    link.per_client = {per_client};
    link.on_fabric = on_fabric;
    plan.both_ways = plan.both_ways || on_fabric;
    plan.links.push_back(link);
    return static_cast<std::uint32_t>(plan.links.size()) - 1;
}

}  // namespace tidepool::network
