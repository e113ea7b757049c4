#include "topology/failure_check.h"

#include <cstddef>
#include <string>

#include "topology/names.h"
#include "topology/things.h"

namespace tidepool::topology {
namespace {

std::string what_is_missing(FailureBasis basis) {
    switch (basis) {
        case FailureBasis::kLink:
            return "no node has a network card";
        case FailureBasis::kLeaf:
        case FailureBasis::kSpine:
        case FailureBasis::kCore:
            return "the fabric has no " + kind_name(basis) + " switches";
        default:
            return "there is no " + kind_name(basis);
    }
}

}  // namespace

void check_failures(const FailureSpec& spec, const Topology& topology, const Where& where,
                    Issues& issues) {
    for (std::size_t i = 0; i < spec.components.size(); ++i) {
        const FailureBasis basis = spec.components[i].per;
        if (basis != FailureBasis::kJob && things(topology, basis).empty()) {
            report(issues, where["components"][i]["per"],
                   what_is_missing(basis) + " (got '" + kind_name(basis) + "')");
        }
    }
    const auto nodes = static_cast<std::int64_t>(topology.nodes.size());
    for (std::size_t i = 0; i < spec.maintenance.size(); ++i) {
        const MaintenanceSpec& window = spec.maintenance[i];
        if (!window.nodes.empty() && window.nodes.back() >= nodes) {
            report(issues, where["maintenance"][i]["nodes"],
                   "the last node has the number " + std::to_string(nodes - 1) + " (got '" +
                       std::to_string(window.nodes.back()) + "')");
            continue;
        }
        const std::int64_t count =
            window.nodes.empty() ? nodes : window.nodes.back() - window.nodes.front() + 1;
        const std::int64_t rounds = window.batch ? (count + *window.batch - 1) / *window.batch : 1;
        const double lasts = static_cast<double>(rounds) * window.lasts.value;
        if (window.every && rounds > 1 && lasts > window.every->value) {
            report(issues, where["maintenance"][i]["every"],
                   "the next round begins before one is over: " + std::to_string(rounds) +
                       " batches last longer",
                   "more nodes at a time (`batch`), or a longer `every`");
        }
    }
}

}  // namespace tidepool::topology
