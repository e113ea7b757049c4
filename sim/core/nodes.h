#pragma once
// Who has which GPUs of a node, when nodes can fail: the scheduler (free), jobs (held), nobody
// (down), the pool of spares. One place changes it, so that the counters and indexes always follow.

#include <cstdint>

#include "sim/core/placement.h"
#include "sim/core/state.h"

namespace tidepool::core {

// The driver says whether jobs can be interrupted, so that runs in which they cannot do not pay for
// it; Plan::interruptible must say the same.
template <class Exec, class Driver>
struct Run {
    static constexpr bool kInterruptible = Driver::kInterruptible;
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
    return state.role[node] == Role::kService && state.closed[node] == Closed::kNo;
}

// Whether nothing has been done yet about a node that went wholly down in service.
TP_HD inline bool is_lacking(const Plan& plan, const State& state, std::uint32_t node) {
    return state.role[node] == Role::kService && state.closed[node] == Closed::kBroken &&
           state.down[node] == all_gpus(plan, node) && state.missed[node] == 0;
}

namespace detail {

struct NodeUse {
    std::uint32_t held = 0, down = 0, spare = 0;  // GPUs; down: held by nobody
    std::uint32_t lacking = 0;                    // 1: wholly down in service, not missed yet
};

TP_HD inline NodeUse use_of(const Plan& plan, const State& state, std::uint32_t node) {
    const std::uint64_t up = all_gpus(plan, node) & ~state.down[node];
    return {count_bits(state.held[node]), count_bits(state.down[node] & ~state.held[node]),
            state.role[node] == Role::kSpare ? count_bits(up & ~state.held[node]) : 0,
            is_lacking(plan, state, node) ? 1U : 0U};
}

}  // namespace detail

// Lane 0 calls edit(), which may change held, down and role of this node; everything that depends
// on them follows.
template <class Exec, class Driver, class Edit>
TP_HD inline void edit_node(Run<Exec, Driver>& run, std::uint32_t node, Edit&& edit) {
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
    state.lacking += after.lacking - before.lacking;
    state.released = state.released || count_bits(free) > free_gpus(plan, state.now, node);
    run.exec.sync();
    if (run.exec.lane() == 0) {
        state.gpu_mask[node] = free;
    }
    set_free(run.exec, plan, state.now, node, count_bits(free));
}

}  // namespace tidepool::core
