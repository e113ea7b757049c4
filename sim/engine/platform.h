#pragma once
// What the engine builds in SimGrid, as plain data: a host per node and a link per direction of a
// trunk.

#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "sim/base/quantity.h"
#include "sim/network/network_plan.h"
#include "topology/topology.h"

namespace tidepool::engine {

struct PlatformHost {
    std::string name;
    FlopPerSecond speed{1};  // finite, > 0; 1 where the hardware's peak is unknown
};

struct Platform {
    std::vector<PlatformHost> hosts;      // by node
    std::vector<topology::Trunk> trunks;  // by trunk; name and capacity are used
};

// The whole topology. Hosts are named by Topology::node_name; their speed is the dense BF16 peak of
// their GPUs together, 1 where it is not known. (Nothing runs on hosts yet: job speeds have a model
// of their own.)
// `network`: its storage systems are links as well, after the trunks; none without one.
Platform platform_of(const topology::Topology& topology, const network::NetworkPlan& network = {});

// Everything SimGrid would abort on: empty or repeated names, speeds and capacities out of range.
// Paths are `hosts[3].name`, `trunks[7].capacity`.
void validate(const Platform& platform, Issues& issues);

}  // namespace tidepool::engine
