#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "sim/base/assert.h"
#include "sim/scenario/compile_network.h"

namespace tidepool::scenario {
namespace {

using model::FabricPart;
using model::Outage;
using network::CapacityStep;
using network::Link;
using network::Part;

struct LinkPart {
    std::uint32_t link = 0;
    Part part = Part::kOwn;
};

// The links that lose something with a part of the fabric, which takes these nodes along.
std::vector<LinkPart> links_of(const Outage& outage, const topology::Topology& topology) {
    const topology::Fabric& fabric = topology.fabric;
    const auto nodes = static_cast<std::uint32_t>(topology.nodes.size());
    std::vector<LinkPart> links;
    if (outage.part == FabricPart::kCard) {
        links.push_back({outage.first_node, Part::kOwn});
        return links;
    }
    const bool leaf = outage.part == FabricPart::kLeaf;
    if (leaf) {
        for (std::uint32_t n = outage.first_node; n < outage.last_node; ++n) {
            links.push_back({n, Part::kAbove});
        }
    }
    for (std::uint32_t g = 0; outage.part != FabricPart::kCore && g < fabric.groups.size(); ++g) {
        const std::uint32_t first = fabric.groups[g].first_node;
        if (fabric.has_spines() && first >= outage.first_node && first < outage.last_node) {
            links.push_back({nodes + g, leaf ? Part::kOwn : Part::kAbove});
        }
    }
    for (std::uint32_t p = 0; !leaf && p < fabric.pods.size(); ++p) {
        const std::uint32_t pod = nodes + static_cast<std::uint32_t>(fabric.groups.size()) + p;
        if (outage.part == FabricPart::kCore) {
            links.push_back({pod, Part::kAbove});
        } else if (topology.nodes[outage.first_node].pod == p) {
            links.push_back({pod, Part::kOwn});
        }
    }
    return links;
}

}  // namespace

network::NetworkPlan network_links(const topology::Topology& topology) {
    const topology::Fabric& fabric = topology.fabric;
    network::NetworkPlan plan;
    plan.nodes = static_cast<std::uint32_t>(topology.nodes.size());
    plan.rails = std::max(1U, fabric.leaves_per_group);
    const auto groups = static_cast<std::uint32_t>(fabric.groups.size());
    const std::uint32_t spines = std::max(1U, fabric.planes * fabric.spines_per_plane);
    for (std::uint32_t t = 0; t < topology.trunks.size(); ++t) {
        const topology::Trunk& trunk = topology.trunks[t];
        Link link;
        link.capacity = trunk.capacity;
        link.parent = trunk.parent;
        link.cables = trunk.members;
        if (t < plan.nodes) {
            link.name = topology.node_name(t);
            link.own_parts = trunk.members;
            link.above_parts = plan.rails;
        } else if (t < plan.nodes + groups) {
            link.name = trunk.name;
            link.tier = model::LinkTier::kLeaf;
            link.own_parts = plan.rails;
            link.above_parts = spines;
        } else {
            link.name = trunk.name;
            link.tier = model::LinkTier::kPod;
            link.own_parts = spines;
            link.above_parts = std::max(1U, fabric.core_count());
        }
        plan.links.push_back(std::move(link));
    }
    for (const topology::StorageSpec& storage : topology.storage) {
        Link link;
        link.name = storage.name;
        link.tier = model::LinkTier::kStorage;
        link.capacity = storage.bandwidth;
        link.per_client = storage.per_client.value_or(BytesPerSecond{0});
        link.on_fabric = storage.path == topology::StoragePath::kFabric;
        plan.both_ways = plan.both_ways || link.on_fabric;
        plan.links.push_back(std::move(link));
    }
    return plan;
}

std::vector<CapacityStep> capacity_steps(const model::Outages& outages,
                                         const topology::Topology& topology) {
    struct Edge {
        std::uint32_t tick = 0;
        bool begins = false;
        std::uint32_t outage = 0;
    };
    std::map<std::pair<FabricPart, std::uint32_t>, std::vector<Edge>> things;
    for (std::uint32_t o = 0; o < outages.list.size(); ++o) {
        const Outage& outage = outages.list[o];
        if (outage.kind == model::OutageKind::kBandwidth && outage.end > outage.begin) {
            std::vector<Edge>& edges = things[{outage.part, outage.entity}];
            edges.push_back({outage.begin.value, true, o});
            edges.push_back({outage.end.value, false, o});
        }
    }
    std::vector<CapacityStep> steps;
    for (auto& [thing, edges] : things) {
        std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) {
            return std::tuple(a.tick, a.begins, a.outage) < std::tuple(b.tick, b.begins, b.outage);
        });
        const auto links = links_of(outages.list[edges.front().outage], topology);
        std::multiset<std::int32_t> losses;
        std::int32_t before = 0;
        for (std::size_t i = 0; i < edges.size();) {
            const std::uint32_t tick = edges[i].tick;
            for (; i < edges.size() && edges[i].tick == tick; ++i) {
                const Outage& outage = outages.list[edges[i].outage];
                const auto loss = static_cast<std::int32_t>(model::kFullSpeed) - outage.speed;
                if (edges[i].begins) {
                    losses.insert(loss);
                } else {
                    losses.erase(losses.find(loss));
                }
            }
            const std::int32_t now = losses.empty() ? 0 : *losses.rbegin();
            for (const LinkPart& link : links) {
                if (now != before && tick != kNever.value) {
                    steps.push_back({tick, link.link, link.part, now - before});
                }
            }
            before = now;
        }
    }
    std::stable_sort(steps.begin(), steps.end(), [](const CapacityStep& a, const CapacityStep& b) {
        return std::tuple(a.tick, a.link, a.part) < std::tuple(b.tick, b.link, b.part);
    });
    return steps;
}

}  // namespace tidepool::scenario
