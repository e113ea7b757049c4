#pragma once
// Who has which GPUs of a node, when nodes can fail: the scheduler (free), jobs (held), nobody
// (down), the pool of spares. One place changes it, so that the counters and indexes always follow.

#include <cstdint>

#include "sim/core/placement.h"
#include "sim/core/state.h"

namespace tidepool::core {

template <class Exec, class Driver>
struct Run {
    Exec exec;
    const Plan& plan;
    State& state;
    Driver& driver;
};

TP_HD inline std::uint64_t all_gpus(const Plan& plan, std::uint32_t node) {
    return ~std::uint64_t{0} >> (kLargestNode - plan.classes_by_size[plan.node_class[node]].gpus);
}

// Whether the scheduler may use what is free of a node.
TP_HD inline bool serves(const State& state, std::uint32_t node) {
    return state.role[node] == Role::kService && state.closed[node] == 0;
}

namespace detail {

struct NodeUse {
    std::uint32_t held = 0, down = 0, spare = 0;  // GPUs; down: held by nobody
};

TP_HD inline NodeUse use_of(const Plan& plan, const State& state, std::uint32_t node) {
    const std::uint64_t up = all_gpus(plan, node) & ~state.down[node];
    return {count_bits(state.held[node]), count_bits(state.down[node] & ~state.held[node]),
            state.role[node] == Role::kSpare ? count_bits(up & ~state.held[node]) : 0};
}

}  // namespace detail

// Lane 0 calls edit(), which may change held, down and role of this node; everything that depends
// on them follows.
template <class Exec, class Driver, class Edit>
TP_HD void edit_node(Run<Exec, Driver>& run, std::uint32_t node, Edit&& edit) {
    const Plan& plan = run.plan;
    State& state = run.state;
    run.exec.sync();
    const detail::NodeUse before = detail::use_of(plan, state, node);
    run.exec.sync();
    if (run.exec.lane() == 0) {
        edit();
    }
    run.exec.sync();
    const detail::NodeUse after = detail::use_of(plan, state, node);
    const std::uint64_t free =
        serves(state, node) ? all_gpus(plan, node) & ~state.held[node] & ~state.down[node] : 0;
    state.allocated += std::uint64_t{after.held} - before.held;
    state.down_gpus += std::uint64_t{after.down} - before.down;
    state.spare_gpus += std::uint64_t{after.spare} - before.spare;
    state.released = state.released || count_bits(free) > state.now.free[node];
    run.exec.sync();
    if (run.exec.lane() == 0) {
        state.gpu_mask[node] = free;
    }
    set_free(run.exec, plan, state.now, node, count_bits(free));
}

// A pool with a node too many in service makes a spare of the lowest that is up and wholly free.
template <class Exec, class Driver>
TP_HD void settle(Run<Exec, Driver>& run, std::uint32_t pool) {
    State& state = run.state;
    const Plan& plan = run.plan;
    run.exec.sync();
    while (state.short_of[pool] < 0) {
        std::uint32_t found = kNone;
        const std::uint32_t last = plan.pool_begin[pool + 1];
        for (std::uint32_t base = plan.pool_begin[pool]; base < last && found == kNone;
             base += Exec::kWidth) {
            const std::uint32_t n = base + run.exec.lane();
            const bool free = n < last && state.role[n] == Role::kService && state.held[n] == 0 &&
                              state.down[n] == 0;
            found = run.exec.min(free ? n : kNone);
        }
        if (found == kNone) {
            return;
        }
        edit_node(run, found, [&] {
            state.role[found] = Role::kSpare;
            ++state.short_of[pool];
        });
    }
}

}  // namespace tidepool::core
