#pragma once
// Runs a compiled scenario on one CPU thread with a given clock: what the engines have in common.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "sim/core/replay.h"
#include "sim/network/driver.h"
#include "sim/scenario/recorder.h"

namespace tidepool::scenario {

namespace detail {

// The plan and its state, for a clock that run() makes and runs on them.
template <class Run>
model::Ledger drive_on(const Compiled& compiled, Run&& run) {
    const core::Plan plan = compiled.plan.view();
    const core::StateLayout layout(plan);
    std::vector<std::uint64_t> memory(layout.bytes() / sizeof(std::uint64_t));
    core::State state = layout.make(core::Serial{}, memory.data());
    return run(plan, state);
}

template <class Clock, class... Rest>
model::Ledger drive_told(const Compiled& compiled, Observer observer, Rest&&... rest) {
    return drive_on(compiled, [&](const core::Plan& plan, core::State& state) {
        Clock clock(compiled, state, std::move(observer), std::forward<Rest>(rest)...);
        const std::uint32_t end = core::replay(core::Serial{}, plan, state, clock);
        return clock.close(end);
    });
}

template <class Clock, class... Rest>
model::Ledger drive_networked(const Compiled& compiled, Observer observer,
                              std::unique_ptr<network::RateSolver> solver, Rest&&... rest) {
    return drive_on(compiled, [&](const core::Plan& plan, core::State& state) {
        network::Contention contention(compiled.network, compiled.capacity_steps, plan.seed,
                                       compiled.bin_width, std::move(solver));
        network::Networked<Clock> clock(contention, plan, state, compiled, state,
                                        std::move(observer), std::forward<Rest>(rest)...);
        const std::uint32_t end = core::replay(core::Serial{}, plan, state, clock);
        const auto job_of = [&](std::uint32_t rank) { return compiled.job_of_rank[rank]; };
        return clock.close(end, contention.close(Ticks{end}, job_of));
    });
}

}  // namespace detail

// A Clock is a core driver derived from Recorder; `rest` are the further arguments of its
// constructor. `solver`: says how jobs share the network, if the scenario wants one
// (Compiled::has_solver). Without a horizon jobs can be left when the 8.5 years of the clock are
// over: see clock_ran_out().
template <class Clock, class... Rest>
model::Ledger drive(const Compiled& compiled, Observer observer,
                    std::unique_ptr<network::RateSolver> solver, Rest&&... rest) {
    TP_ASSERT(compiled.has_solver == (solver != nullptr), "a solver where one is wanted");
    if (solver != nullptr) {
        return detail::drive_networked<core::Told<Clock, true>>(
            compiled, std::move(observer), std::move(solver), std::forward<Rest>(rest)...);
    }
    if (compiled.plan.interruptible) {
        return detail::drive_told<core::Told<Clock, true>>(compiled, std::move(observer),
                                                           std::forward<Rest>(rest)...);
    }
    return detail::drive_told<core::Told<Clock, false>>(compiled, std::move(observer),
                                                        std::forward<Rest>(rest)...);
}

// Jobs that stood still at the end of a run that was to go on until the last one has ended: nothing
// could bring them on any more. Their part of the fabric is cut off, or the clock's 8.5 years are
// over.
inline bool clock_ran_out(const Compiled& compiled, const model::Ledger& ledger) {
    const auto left = [](const model::JobRecord& job) {
        return job.state == model::JobState::kQueued || job.state == model::JobState::kRunning;
    };
    return compiled.plan.end == kNever.value && !ledger.interrupted &&
           std::any_of(ledger.jobs.begin(), ledger.jobs.end(), left);
}

}  // namespace tidepool::scenario
