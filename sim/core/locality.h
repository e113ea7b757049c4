#pragma once
// Gangs that wait a while for a place within one leaf group or pod before they go anywhere: delay
// scheduling (Zaharia et al., EuroSys 2010). docs/scheduling.md has the rules.
//
// Jobs that still wait for such a place are chained in the order in which they joined the queue,
// which is the order in which their waits end.

#include <cstdint>

#include "sim/core/activity.h"

namespace tidepool::core {

// The domain level within which a waiting job has to be placed at this tick; kNone: anywhere.
TP_HD inline std::uint32_t near_level(const Plan& plan, const State& state, std::uint32_t rank,
                                      std::uint32_t tick) {
    if (plan.locality_wait == 0 || plan.locality_level[rank] == kNone) {
        return kNone;
    }
    return tick < state.choosy[rank].end ? plan.locality_level[rank] : kNone;
}

namespace detail {

template <class Exec, class Driver>
TP_HD TP_RARE inline void join_chain(Run<Exec, Driver>& run, std::uint32_t rank,
                                     std::uint32_t tick) {
    State& state = run.state;
    run.exec.sync();
    if (run.exec.lane() == 0) {
        state.choosy[rank] = {later(tick, run.plan.locality_wait), state.last_choosy, kNone};
        if (state.last_choosy != kNone) {
            state.choosy[state.last_choosy].next = rank;
        }
    }
    state.first_choosy = state.first_choosy == kNone ? rank : state.first_choosy;
    state.last_choosy = rank;
    run.exec.sync();
}

template <class Exec, class Driver>
TP_HD TP_RARE inline void leave_chain(Run<Exec, Driver>& run, std::uint32_t rank) {
    State& state = run.state;
    const Choosy job = state.choosy[rank];
    run.exec.sync();
    if (run.exec.lane() == 0) {
        if (job.before != kNone) {
            state.choosy[job.before].next = job.next;
        }
        if (job.next != kNone) {
            state.choosy[job.next].before = job.before;
        }
    }
    state.first_choosy = job.before == kNone ? job.next : state.first_choosy;
    state.last_choosy = job.next == kNone ? job.before : state.last_choosy;
    run.exec.sync();
}

}  // namespace detail

// The job has joined the queue.
template <class Exec, class Driver>
TP_HD inline void begin_choosing(Run<Exec, Driver>& run, std::uint32_t rank, std::uint32_t tick) {
    if (run.plan.locality_wait != 0 && run.plan.locality_level[rank] != kNone) {
        detail::join_chain(run, rank, tick);
    }
}

// The job starts in a pass at this tick.
template <class Exec, class Driver>
TP_HD inline void end_choosing(Run<Exec, Driver>& run, std::uint32_t rank, std::uint32_t tick) {
    if (near_level(run.plan, run.state, rank, tick) != kNone) {
        detail::leave_chain(run, rank);
    }
}

// Before a pass: who has waited long enough may go anywhere from now on. For what has been found
// out about such a job before, that is as if something had been given back.
template <class Exec, class Driver>
TP_HD inline void end_waits(Run<Exec, Driver>& run, std::uint32_t tick) {
    State& state = run.state;
    while (state.first_choosy != kNone && state.choosy[state.first_choosy].end <= tick) {
        detail::leave_chain(run, state.first_choosy);
        state.released = true;
    }
}

// The tick at which the next of these waits ends; kNone: none does.
TP_HD inline std::uint32_t next_wait_end(const State& state) {
    return state.first_choosy == kNone ? kNone : state.choosy[state.first_choosy].end;
}

}  // namespace tidepool::core
