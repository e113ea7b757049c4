#pragma once
// Units of inference services: which are ready, and what has piled up meanwhile.
// docs/tide.md has the rules.
//
// A driver that wants to know offers these hooks, too:
//   void ready(slot, tick)      the unit takes requests from now on
//   void closing(slot, tick)    it takes no further ones; finished() follows when it has left, or
//                               requeued() if it was interrupted or recovering, but it is gone
//   void reopened(slot, tick)   it stays after all; ready() follows
//   void wants(service, tick)   ServiceState::wanted has changed
//   void asked_to_go(slot, tick)  the job has until Activity::leaves

#include <cstdint>

#include "sim/core/activity.h"

namespace tidepool::core {

// The service's backlog grows by what its ready units cannot stand, and shrinks by what they could.
template <class Exec, class Driver>
TP_HD TP_RARE inline void settle_backlog(Run<Exec, Driver>& run, std::uint32_t service,
                                         std::uint32_t tick) {
    run.exec.sync();
    if (run.exec.lane() == 0) {
        ServiceState& s = run.state.service[service];
        const std::uint64_t can = std::uint64_t{s.ready} * kUnitLoad;
        const std::uint64_t ticks = tick - s.since;
        if (s.load > can) {
            const std::uint64_t more = (s.load - can) * ticks;
            s.backlog = more > ~s.backlog ? ~std::uint64_t{0} : s.backlog + more;
        } else {
            const std::uint64_t spare = can - s.load;
            const bool all = ticks > 0 && spare > s.backlog / ticks;
            s.backlog = all ? 0 : s.backlog - spare * ticks;
        }
        s.since = tick;
    }
    run.exec.sync();
}

namespace detail {

template <class Exec, class Driver>
TP_HD TP_RARE inline void change_ready(Run<Exec, Driver>& run, std::uint32_t id, bool ready,
                                       std::uint32_t tick) {
    const std::uint32_t service = run.plan.service_of[run.state.slots[id].rank];
    settle_backlog(run, service, tick);
    if (run.exec.lane() == 0) {
        run.state.service[service].ready += ready ? 1U : 0U - 1U;
        run.state.activity[id].ready = ready;
    }
    run.exec.sync();
}

}  // namespace detail

// The unit may have come to the end of its cold start.
template <class Exec, class Driver>
TP_HD TP_RARE inline void check_ready(Run<Exec, Driver>& run, std::uint32_t id,
                                      std::uint32_t tick) {
    bring_up_to(run, id, tick);
    const Activity& a = run.state.activity[id];
    if (a.ready || a.restart_left > 0 || a.transfer.load > 0 || a.leaves != 0xFFFF'FFFFu) {
        return;
    }
    detail::change_ready(run, id, true, tick);
    if constexpr (requires { run.driver.ready(id, tick); }) {
        run.driver.ready(id, tick);
    }
}

// The unit takes no requests any more.
template <class Exec, class Driver>
TP_HD inline void set_unready(Run<Exec, Driver>& run, std::uint32_t id, std::uint32_t tick) {
    if (run.state.activity[id].ready) {
        detail::change_ready(run, id, false, tick);
    }
}

}  // namespace tidepool::core
