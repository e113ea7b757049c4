#include "sim/engine/platform.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <unordered_set>
#include <utility>

#include "sim/base/json.h"
#include "sim/engine/simgrid_network.h"
#include "sim/network/rate_solver.h"

namespace tidepool::engine {
namespace {

void check_name(const std::string& name, const std::string& path,
                std::unordered_set<std::string>& taken, Issues& issues) {
    if (name.empty()) {
        issues.add({}, path, "must not be empty");
    } else if (!taken.insert(name).second) {
        issues.add({}, path, "is already taken (got '" + name + "')");
    }
}

}  // namespace

Platform platform_of(const topology::Topology& topology, const network::NetworkPlan& network) {
    Platform platform;
    platform.hosts.reserve(topology.nodes.size());
    for (std::uint32_t n = 0; n < topology.nodes.size(); ++n) {
        const topology::Node& node = topology.nodes[n];
        PlatformHost host{topology.node_name(n)};
        const auto& peak = topology.gpu_models[node.gpu_model].bf16;
        if (node.gpus > 0 && peak) {
            host.speed = {node.gpus * peak->value};
        }
        platform.hosts.push_back(std::move(host));
    }
    platform.trunks = topology.trunks;
    for (std::size_t l = topology.trunks.size(); l < network.links.size(); ++l) {
        topology::Trunk storage;
        storage.name = "storage:" + network.links[l].name;
        storage.capacity = network.links[l].capacity;
        platform.trunks.push_back(storage);
    }
    return platform;
}

void validate(const Platform& platform, Issues& issues) {
    std::unordered_set<std::string> taken{kZoneName, kSourceName, kSinkName};
    for (std::size_t i = 0; i < platform.hosts.size(); ++i) {
        const PlatformHost& host = platform.hosts[i];
        const std::string path = "hosts[" + std::to_string(i) + "]";
        check_name(host.name, path + ".name", taken, issues);
        if (!(host.speed.value > 0) || !std::isfinite(host.speed.value)) {
            issues.add({}, path + ".speed",
                       "must be positive and finite (got " + shortest(host.speed.value) + ")");
        }
    }
    taken.clear();
    for (std::size_t i = 0; i < platform.trunks.size(); ++i) {
        const topology::Trunk& trunk = platform.trunks[i];
        const std::string path = "trunks[" + std::to_string(i) + "]";
        check_name(trunk.name, path + ".name", taken, issues);
        if (!(trunk.capacity.value > 0 && trunk.capacity <= network::kLargestCapacity)) {
            issues.add({}, path + ".capacity",
                       "must be above 0 and at most 2^60 B/s (got " +
                           shortest(trunk.capacity.value) + ")");
        }
    }
}

}  // namespace tidepool::engine
