#pragma once
// Jobs that are told to be gone in a while, and units that close. docs/tide.md has the rules.

#include <cstdint>

#include "sim/core/preempt.h"

namespace tidepool::core::detail {

// EASY plans with this end of the slot from now on.
template <class Exec, class Driver>
TP_HD inline void expect_end(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t end) {
    State& state = run.state;
    Slot& slot = state.slots[id];
    if (run.plan.queue != QueuePolicy::kEasy) {
        return;
    }
    erase(run.exec, state.expected, end_key(slot.expected_end, slot.rank));
    run.exec.sync();
    if (run.exec.lane() == 0) {
        slot.expected_end = end;
    }
    run.exec.sync();
    insert(run.exec, state.expected, end_key(end, slot.rank), id);
}

// When a slot that is to leave does so; its next event may come before.
template <class Exec, class Driver>
TP_HD inline void set_leaving(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t tick,
                              std::uint32_t leaves, std::uint32_t saves) {
    State& state = run.state;
    edit_activity(run, id, [&](Activity& a) {
        a.leaves = leaves;
        a.saves = saves;
    });
    const std::uint32_t expected = state.slots[id].expected_end;
    expect_end(run, id, leaves < expected || leaves == 0xFFFF'FFFFu ? leaves : expected);
    if (state.activity[id].phase == Phase::kRunning) {
        constexpr bool kNetwork = Run<Exec, Driver>::kNetwork;
        bring_up_to(run, id, tick);
        reschedule(run, id, next_of<kNetwork>(run.plan, state.slots[id], state.activity[id]));
    } else if (leaves != 0xFFFF'FFFFu) {
        reschedule(run, id, tick);  // it is not at work, and has nothing to wait for any more
    }
}

// Tells the job to be gone when its notice (`time` ticks) is over, its work saved if there is time
// for that.
template <class Exec, class Driver>
TP_HD inline void ask(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t tick,
                      std::uint32_t time, Leaves why) {
    State& state = run.state;
    const std::uint32_t rank = state.slots[id].rank;
    const bool at_work = state.activity[id].phase == Phase::kRunning;
    const std::uint32_t notice = at_work ? time : 0;  // else it goes at once
    const std::uint32_t leaves = later(tick, notice);
    const CheckpointRule& rule = checkpoint_rule(run.plan, rank);
    const std::uint32_t tier = leaving_tier(rule);
    std::uint64_t needed = ~std::uint64_t{0};
    if (tier != kNone) {
        needed = std::uint64_t{rule.tier[tier].pause} + rule.tier[tier].background;
    }
    state.leaving += state.activity[id].leaves == 0xFFFF'FFFFu ? run.plan.job_gpus[rank] : 0;
    edit_activity(run, id, [&](Activity& a) { a.why = why; });
    set_leaving(
        run, id, tick, leaves,
        at_work && needed <= notice ? leaves - static_cast<std::uint32_t>(needed) : 0xFFFF'FFFFu);
    if (why != Leaves::kForUnits) {
        if constexpr (requires { run.driver.told_to_go(id, tick); }) {
            run.driver.told_to_go(id, tick);
        }
        return;
    }
    if constexpr (requires { run.driver.asked_to_go(id, tick); }) {
        run.driver.asked_to_go(id, tick);
    }
}

}  // namespace tidepool::core::detail
