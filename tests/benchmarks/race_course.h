#pragma once
// The common trace on its 1,024 GPUs (128 nodes of 8), as a plan, and the barest driver of the
// core.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "sim/core/replay.h"
#include "sim/scenario/compile.h"
#include "workloads/read_trace.h"

namespace tidepool::bench {

inline topology::Topology race_nodes(std::uint32_t nodes, std::uint32_t nodes_per_pod) {
    topology::Topology topology;
    topology.gpu_models.emplace_back();
    topology.clusters = {"race"};
    for (std::uint32_t n = 0; n < nodes; ++n) {
        topology::Node node;
        node.gpus = 8;
        node.island = n;
        node.rack = n;
        node.pod = n / nodes_per_pod;
        topology.nodes.push_back(node);
    }
    topology.islands = topology.racks = nodes;
    topology.pods = (nodes + nodes_per_pod - 1) / nodes_per_pod;
    return topology;
}

inline scenario::Compiled race_course(const std::string& trace, const std::string& placement,
                                      const std::string& queue) {
    Issues issues;
    scenario::Loaded loaded;
    workloads::TraceSpec spec;
    spec.file = trace;
    loaded.traces.push_back(workloads::read_trace(spec, "", issues));
    issues.throw_if_any();
    loaded.topology = race_nodes(128, 128);
    loaded.spec.workloads.emplace_back();
    scenario::SchedulerSpec& rules = loaded.spec.scheduler;
    rules.placement = placement == "fungible" ? scenario::PlacementChoice::kFungible
                                              : scenario::choice_of(core::Placement::kPack);
    rules.queue = queue == "easy"   ? core::QueuePolicy::kEasy
                  : queue == "fifo" ? core::QueuePolicy::kFifo
                                    : core::QueuePolicy::kFirstFit;
    return scenario::compile(loaded);
}

struct Outcome {
    std::uint64_t wait = 0;      // ticks, summed over jobs
    std::uint32_t last_end = 0;  // tick
};

class BareDriver : public core::QuietDriver {
public:
    static constexpr bool kInterruptible = false;
    BareDriver(const core::Plan& plan, const core::State& state) : plan_(plan), state_(state) {}
    void started(std::uint32_t id, std::uint32_t) {
        const core::Slot& slot = state_.slots[id];
        outcome.wait += slot.start - plan_.submit[slot.rank];
        outcome.last_end = std::max(outcome.last_end, slot.end);
    }

    Outcome outcome;

private:
    const core::Plan& plan_;
    const core::State& state_;
};

inline Outcome replay(const core::Plan& plan) {
    const core::StateLayout layout(plan);
    std::vector<std::uint64_t> memory(layout.bytes() / sizeof(std::uint64_t));
    core::State state = layout.make(core::Serial{}, memory.data());
    BareDriver driver(plan, state);
    core::replay(core::Serial{}, plan, state, driver);
    return driver.outcome;
}

}  // namespace tidepool::bench
