#pragma once
// Runs a compiled scenario on one CPU thread with a given clock: what the engines have in common.

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/core/replay.h"
#include "sim/scenario/recorder.h"

namespace tidepool::scenario {

namespace detail {

template <class Clock, class... Rest>
model::Ledger drive_told(const Compiled& compiled, Observer observer, Rest&&... rest) {
    const core::Plan plan = compiled.plan.view();
    const core::StateLayout layout(plan);
    std::vector<std::uint64_t> memory(layout.bytes() / sizeof(std::uint64_t));
    core::State state = layout.make(core::Serial{}, memory.data());
    Clock clock(compiled, state, std::move(observer), std::forward<Rest>(rest)...);
    const std::uint32_t end = core::replay(core::Serial{}, plan, state, clock);
    return clock.close(end);
}

}  // namespace detail

// A Clock is a core driver derived from Recorder; `rest` are the further arguments of its
// constructor. Without a horizon jobs can be left when the 8.5 years of the clock are over: see
// clock_ran_out().
template <class Clock, class... Rest>
model::Ledger drive(const Compiled& compiled, Observer observer, Rest&&... rest) {
    if (compiled.plan.interruptible) {
        return detail::drive_told<core::Told<Clock, true>>(compiled, std::move(observer),
                                                           std::forward<Rest>(rest)...);
    }
    return detail::drive_told<core::Told<Clock, false>>(compiled, std::move(observer),
                                                        std::forward<Rest>(rest)...);
}

// Whether a run that was to go on until the last job has ended could not.
inline bool clock_ran_out(const Compiled& compiled, const model::Ledger& ledger) {
    const auto left = [](const model::JobRecord& job) {
        return job.state == model::JobState::kQueued || job.state == model::JobState::kRunning;
    };
    return compiled.plan.end == kNever.value && !ledger.interrupted &&
           std::any_of(ledger.jobs.begin(), ledger.jobs.end(), left);
}

}  // namespace tidepool::scenario
