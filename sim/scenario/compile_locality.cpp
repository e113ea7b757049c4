#include "sim/scenario/compile_locality.h"

#include <algorithm>
#include <cstddef>

#include "sim/base/assert.h"

namespace tidepool::scenario {
namespace {

// Nodes in service of the largest domain of this level, by class.
std::vector<std::uint32_t> largest_domains(const PlanArrays& plan, std::uint32_t level) {
    std::vector<std::uint32_t> largest(plan.classes.size(), 0);
    for (std::uint32_t d = plan.level_begin[level]; d < plan.level_begin[level + 1]; ++d) {
        const core::Domain& domain = plan.domains[d];
        std::uint32_t nodes = domain.last - domain.first;
        for (std::uint32_t n = domain.first; n < domain.last && !plan.spare.empty(); ++n) {
            nodes -= plan.spare[n];
        }
        largest[domain.node_class] = std::max(largest[domain.node_class], nodes);
    }
    return largest;
}

}  // namespace

void compile_locality(const LocalitySpec& spec, PlanArrays& plan) {
    const auto wait = to_ticks(spec.wait);
    TP_ASSERT(wait, "the field table bounds the wait");
    plan.locality_wait = wait->value;
    if (plan.locality_wait == 0) {
        return;
    }
    const auto pods = static_cast<std::uint32_t>(plan.level_begin.size() - 2);
    const bool leaf = spec.within == Within::kLeaf;
    TP_ASSERT(!leaf || plan.leaf_level != core::kNone, "checked when the scenario was loaded");
    const core::Plan view = plan.view();
    plan.locality_level.assign(plan.submit.size(), core::kNone);
    for (std::uint32_t level = pods + 1; level-- > (leaf ? plan.leaf_level : pods);) {
        const std::vector<std::uint32_t> largest = largest_domains(plan, level);
        for (std::uint32_t rank = plan.units; rank < view.jobs; ++rank) {  // units do not wait
            const std::uint32_t gpus = plan.job_gpus[rank];
            for (std::size_t c = 0; c < plan.classes.size(); ++c) {
                const core::NodeClass& k = plan.classes[c];
                if (gpus > core::largest_node(view, rank) && core::accepts(view, rank, k) &&
                    (gpus - 1) / k.gpus + 1 <= largest[c]) {
                    plan.locality_level[rank] = level;
                }
            }
        }
    }
}

}  // namespace tidepool::scenario
