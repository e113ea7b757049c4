#pragma once
// Shared by the tests of outages: datacenters and failures from YAML.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/config/read.h"
#include "sim/model/generate.h"
#include "tests/topology/reading.h"

namespace tidepool::model {

inline constexpr std::uint32_t kHour = 3600 * kTicksPerSecond;
inline constexpr std::uint32_t kDay = 24 * kHour;

inline topology::FailureSpec failures(const std::string& yaml) {
    Issues issues;
    const config::Value value = config::parse_yaml(yaml, "f.yaml", issues);
    auto spec = config::read<topology::FailureSpec>(value, "failures", issues);
    issues.throw_if_any();
    return spec;
}

// One cluster `a` of so many 8-GPU servers without a network.
inline topology::Topology servers(std::uint32_t nodes) {
    return topology::good_topology(
        "clusters: [{name: a, server: l40s-8, nodes: " + std::to_string(nodes) + "}]\n");
}

inline std::vector<Outage> of_cause(const Outages& outages, const std::string& cause) {
    std::vector<Outage> list;
    for (const Outage& outage : outages.list) {
        if (outages.causes[outage.cause] == cause) {
            list.push_back(outage);
        }
    }
    return list;
}

}  // namespace tidepool::model
