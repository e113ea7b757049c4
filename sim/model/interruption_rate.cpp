#include "sim/model/interruption_rate.h"

#include <algorithm>
#include <cstddef>

#include "topology/failure_presets.h"
#include "topology/things.h"

namespace tidepool::model {
namespace {

using topology::ComponentFailureSpec;
using topology::FailureBasis;
using topology::NodeRange;
using topology::ThingRow;

// The nodes of the gang.
NodeRange fewest_nodes(const topology::Topology& topology, std::uint64_t gpus) {
    NodeRange best;
    for (const ThingRow& row : topology::things(topology, FailureBasis::kGpu)) {
        if (row.count >= gpus) {
            const auto needed =
                static_cast<std::uint32_t>((gpus + row.per_unit - 1) / row.per_unit);
            if (best.last == 0 || needed < best.last - best.first) {
                best = {row.nodes.first, row.nodes.first + needed};
            }
        }
    }
    if (best.last == 0) {
        std::uint64_t sum = 0;
        while (best.last < topology.nodes.size() && sum < gpus) {
            sum += topology.nodes[best.last++].gpus;
        }
    }
    return best;
}

bool feels(const topology::Topology& topology, NodeRange nodes, topology::FailureReach reach) {
    switch (reach) {
        case topology::FailureReach::kMultiNode:
            return nodes.last - nodes.first > 1;
        case topology::FailureReach::kMultiLeaf:
            return topology::leaf_groups_of(topology, nodes) > 1;
        case topology::FailureReach::kAll:
            break;
    }
    return true;
}

// How many things of the component interrupt the gang.
double things_felt(const topology::Topology& topology, const ComponentFailureSpec& part,
                   NodeRange nodes, std::uint64_t gpus) {
    if (part.per == FailureBasis::kJob) {
        return 1;
    }
    if (*part.kind == topology::FailureKind::kDegraded || !feels(topology, nodes, *part.reach)) {
        return 0;
    }
    if (part.per == FailureBasis::kGpu && *part.takes == topology::FailureTakes::kGpu) {
        return static_cast<double>(gpus);
    }
    std::uint64_t felt = 0;
    for (const ThingRow& row : topology::things(topology, part.per)) {
        felt += topology::things_touching(topology, row, nodes);
    }
    return static_cast<double>(felt);
}

double lemon_factor(const topology::FailureSpec& spec, FailureBasis basis) {
    const bool counts =
        basis == FailureBasis::kGpu || basis == FailureBasis::kNode || basis == FailureBasis::kLink;
    return spec.lemons && counts ? 1 + spec.lemons->share.value * (spec.lemons->multiplier - 1) : 1;
}

double rate_of(const ComponentFailureSpec& part) {
    const double last = part.law.steps.empty() ? 1 : part.law.steps.back().factor;
    return last / part.mtbf->value;
}

double log_rate_per_node(const topology::Topology& topology, const workloads::FaultLog& log) {
    const auto count =
        std::count_if(log.faults.begin(), log.faults.end(), [](const workloads::Fault& fault) {
            return fault.kind == workloads::FaultKind::kRepair ||
                   fault.kind == workloads::FaultKind::kInterruption;
        });
    return log.last.value > 0 ? static_cast<double>(count) / log.last.value /
                                    static_cast<double>(topology.nodes.size())
                              : 0;
}

}  // namespace

EventsPerSecond interruption_rate(const topology::Topology& topology,
                                  const topology::FailureSpec& spec, const workloads::FaultLog* log,
                                  std::uint32_t gpus) {
    const NodeRange nodes = fewest_nodes(topology, gpus);
    double rate = 0;
    for (const ComponentFailureSpec& part : topology::failure_components(spec)) {
        rate += things_felt(topology, part, nodes, gpus) * rate_of(part) *
                lemon_factor(spec, part.per) * spec.scale;
    }
    if (log != nullptr) {
        rate += log_rate_per_node(topology, *log) * (nodes.last - nodes.first);
    }
    return {rate};
}

}  // namespace tidepool::model
