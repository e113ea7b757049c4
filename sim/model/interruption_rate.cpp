#include "sim/model/interruption_rate.h"

#include <algorithm>

#include "topology/failure_presets.h"

namespace tidepool::model {
namespace {

using topology::ComponentFailureSpec;
using topology::FailureBasis;
using topology::FailureReach;
using topology::NodeRange;
using topology::ThingRow;

double lemon_factor(const topology::FailureSpec& spec, FailureBasis basis) {
    const bool counts =
        basis == FailureBasis::kGpu || basis == FailureBasis::kNode || basis == FailureBasis::kLink;
    return spec.lemons && counts ? 1 + spec.lemons->share.value * (spec.lemons->multiplier - 1) : 1;
}

double rate_of(const ComponentFailureSpec& part) {
    const double last = part.law.steps.empty() ? 1 : part.law.steps.back().factor;
    return last / part.mtbf->value;
}

double log_rate(const workloads::FaultLog& log) {
    const auto count =
        std::count_if(log.faults.begin(), log.faults.end(), [](const workloads::Fault& fault) {
            return fault.kind == workloads::FaultKind::kRepair ||
                   fault.kind == workloads::FaultKind::kInterruption;
        });
    return log.last.value > 0 ? static_cast<double>(count) / log.last.value : 0;
}

}  // namespace

InterruptionRates::InterruptionRates(const topology::Topology& topology,
                                     const topology::FailureSpec& spec,
                                     const workloads::FaultLog* log)
    : topology_(topology), gpus_(topology::things(topology, FailureBasis::kGpu)) {
    for (const ComponentFailureSpec& component : topology::failure_components(spec)) {
        if (*component.kind == topology::FailureKind::kDegraded) {
            continue;
        }
        Part part;
        part.rows = topology::things(topology, component.per);
        part.reach = *component.reach;
        part.of_job = component.per == FailureBasis::kJob;
        part.by_gpu =
            component.per == FailureBasis::kGpu && *component.takes == topology::FailureTakes::kGpu;
        part.rate = rate_of(component) * lemon_factor(spec, component.per) * spec.scale;
        part.of_gpus = component.of_gpus.value_or(0);
        parts_.push_back(part);
    }
    if (log != nullptr) {
        log_rate_per_node_ = log_rate(*log) / static_cast<double>(topology.nodes.size());
    }
}

NodeRange InterruptionRates::fewest_nodes(std::uint64_t gpus) const {
    NodeRange best;
    for (const ThingRow& row : gpus_) {
        if (row.count >= gpus) {
            const auto needed =
                static_cast<std::uint32_t>((gpus + row.per_unit - 1) / row.per_unit);
            if (best.last == 0 || needed < best.last - best.first) {
                best = {row.nodes.first, row.nodes.first + needed};
            }
        }
    }
    if (best.last > 0) {
        return best;
    }
    for (const ThingRow& row : gpus_) {  // cluster after cluster
        const std::uint64_t here = std::min<std::uint64_t>(gpus, row.count);
        const auto needed = static_cast<std::uint32_t>((here + row.per_unit - 1) / row.per_unit);
        best.last = needed > 0 ? row.nodes.first + needed : best.last;
        gpus -= here;
    }
    return best;
}

bool InterruptionRates::feels(NodeRange nodes, FailureReach reach) const {
    switch (reach) {
        case FailureReach::kMultiNode:
            return nodes.last - nodes.first > 1;
        case FailureReach::kMultiLeaf:
            return topology::leaf_groups_of(topology_, nodes) > 1;
        case FailureReach::kAll:
            break;
    }
    return true;
}

double InterruptionRates::things_felt(const Part& part, NodeRange nodes, std::uint64_t gpus) const {
    if (part.of_job) {
        return 1;
    }
    if (!feels(nodes, part.reach)) {
        return 0;
    }
    if (part.by_gpu) {
        return static_cast<double>(gpus);
    }
    double felt = 0;
    for (const ThingRow& row : part.rows) {
        const double weight =
            part.of_gpus > 0 ? topology_.nodes[row.nodes.first].gpus / part.of_gpus : 1;
        felt += weight * static_cast<double>(topology::things_touching(topology_, row, nodes));
    }
    return felt;
}

EventsPerSecond InterruptionRates::operator()(std::uint32_t gpus) const {
    const NodeRange nodes = fewest_nodes(gpus);
    double rate = log_rate_per_node_ * (nodes.last - nodes.first);
    for (const Part& part : parts_) {
        rate += things_felt(part, nodes, gpus) * part.rate;
    }
    return {rate};
}

}  // namespace tidepool::model
