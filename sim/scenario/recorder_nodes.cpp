// Which nodes jobs hold.

#include <algorithm>

#include "sim/core/activity.h"
#include "sim/scenario/recorder.h"

namespace tidepool::scenario {

// From now on; what was said for the same tick was never true.
void Recorder::note_holding(std::uint32_t slot, std::uint32_t tick, std::uint64_t gpus) {
    ledger_.holdings.push_back({tick, job_of(slot), static_cast<std::uint32_t>(gpus)});
}

void Recorder::holds(std::uint32_t slot, std::uint32_t tick) {
    note_holding(slot, tick, core::held_gpus(plan_, state_, slot));
}

void Recorder::note_nodes(std::uint32_t slot, model::JobRecord& job) const {
    const core::Slot& held = state_.slots[slot];
    job.gpu_model = compiled_.plan.classes[held.node_class].model;
    if (compiled_.plan.classes[held.node_class].pool != 0) {
        return;  // which nodes a pool's GPUs sit in is nobody's business
    }
    job.first_node = core::kNone;
    job.nodes = 0;
    core::for_each_held(plan_, state_, held, plan_.interruptible,
                        [&](std::uint32_t node, std::uint32_t) {
                            job.first_node = std::min(job.first_node, node);
                            ++job.nodes;
                        });
}

void Recorder::note_spread(std::uint32_t slot) {
    const auto distinct = [&](const std::uint32_t* domain_of) {
        domains_.clear();
        core::for_each_share(state_, state_.slots[slot], [&](std::uint32_t node, bool) {
            domains_.push_back(domain_of[node]);
        });
        std::sort(domains_.begin(), domains_.end());
        return static_cast<std::uint32_t>(std::unique(domains_.begin(), domains_.end()) -
                                          domains_.begin());
    };
    spread_[job_of(slot)] = {distinct(plan_.leaf_of), distinct(plan_.pod_of)};
}

// Which nodes the slot holds, neighbours with equal shares together.
void Recorder::note_shares(std::uint32_t slot) {
    const core::Slot& held = state_.slots[slot];
    const auto first = static_cast<std::uint32_t>(ledger_.shares.size());
    if (compiled_.plan.classes[held.node_class].pool == 0) {
        held_.clear();
        core::for_each_held(
            plan_, state_, held, plan_.interruptible,
            [&](std::uint32_t node, std::uint32_t gpus) { held_.emplace_back(node, gpus); });
        std::sort(held_.begin(), held_.end());
        for (const auto& [node, gpus] : held_) {
            if (ledger_.shares.size() > first &&
                ledger_.shares.back().first_node + ledger_.shares.back().nodes == node &&
                ledger_.shares.back().gpus == gpus) {
                ++ledger_.shares.back().nodes;
            } else {
                ledger_.shares.push_back({node, 1, gpus});
            }
        }
    }
    shares_[job_of(slot)] = {first, static_cast<std::uint32_t>(ledger_.shares.size()) - first};
}

}  // namespace tidepool::scenario
