#pragma once
// Runs a compiled scenario on one CPU thread with a given clock: what the engines have in common.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/issue.h"
#include "sim/core/replay.h"
#include "sim/scenario/recorder.h"

namespace tidepool::scenario {

// A Clock is a core driver derived from Recorder; `rest` are the further arguments of its
// constructor. Throws RunError if jobs are left when the 8.5 years of the clock are over.
template <class Clock, class... Rest>
model::Ledger drive(const Compiled& compiled, Observer observer, Rest&&... rest) {
    const core::Plan plan = compiled.plan.view();
    const core::StateLayout layout(plan);
    std::vector<std::uint64_t> memory(layout.bytes() / sizeof(std::uint64_t));
    core::State state = layout.make(core::Serial{}, memory.data());
    Clock clock(compiled, state, std::move(observer), std::forward<Rest>(rest)...);
    const std::uint32_t end = core::replay(core::Serial{}, plan, state, clock);
    const std::uint32_t left = state.ends.size + state.queue_length;
    model::Ledger ledger = clock.close(end);
    if (plan.end == kNever.value && !ledger.interrupted && left > 0) {
        throw RunError("the run passes the 8.5 years of the simulated clock with " +
                       std::to_string(left) + " jobs unfinished; give the scenario a horizon");
    }
    return ledger;
}

}  // namespace tidepool::scenario
