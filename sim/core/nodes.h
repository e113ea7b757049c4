#pragma once
// Who has which GPUs of a node, when nodes can fail: the scheduler (free), jobs (held), nobody
// (down), the pool of spares. One place changes it, so that the counters and indexes always follow.

#include <cstdint>

#include "sim/core/placement.h"
#include "sim/core/state.h"

namespace tidepool::core {

// The driver says whether jobs can be interrupted, so that runs in which they cannot do not pay for
// it; Plan::interruptible must say the same. And whether it has a network that says how fast jobs
// get on (those can be interrupted).
template <class Exec, class Driver>
struct Run {
    static constexpr bool kInterruptible = Driver::kInterruptible;
    static constexpr bool kNetwork = requires { Driver::kNetwork; };
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

// Tells a driver that wants to know how many more GPUs of the node are held, and how many more are
// down and held by nobody.
template <class Exec, class Driver>
TP_HD inline void tell_node(Run<Exec, Driver>& run, std::uint32_t node, std::int64_t held,
                            std::int64_t down) {
    if constexpr (requires { run.driver.node_changed(node, held, down); }) {
        run.driver.node_changed(node, held, down);
    }
}

}  // namespace detail

// GPUs of a node go into the hands of a job (`taken`: they were free) or out of them (they were
// held). Lane 0 calls edit(), which notes in whose; everything that depends on it follows.
template <class Exec, class Driver, class Edit>
TP_HD inline void edit_held(Run<Exec, Driver>& run, std::uint32_t node, std::uint64_t gpus,
                            bool taken, Edit&& edit) {
    const Plan& plan = run.plan;
    State& state = run.state;
    run.exec.sync();
    const std::uint64_t down = state.down[node];
    const std::uint64_t held = taken ? state.held[node] | gpus : state.held[node] & ~gpus;
    const std::uint64_t free = serves(state, node) ? all_gpus(plan, node) & ~held & ~down : 0;
    const std::uint64_t all = count_bits(gpus);
    const std::uint64_t broken = count_bits(gpus & down);
    const std::uint64_t spare = state.role[node] == Role::kSpare ? all - broken : 0;
    state.allocated += taken ? all : 0 - all;
    state.down_gpus -= taken ? broken : 0 - broken;
    state.spare_gpus -= taken ? spare : 0 - spare;
    detail::tell_node(run, node, static_cast<std::int64_t>(taken ? all : 0 - all),
                      static_cast<std::int64_t>(taken ? 0 - broken : broken));
    state.released = state.released || count_bits(free) > free_gpus(plan, state.now, node);
    run.exec.sync();
    if (run.exec.lane() == 0) {
        state.held[node] = held;
        state.gpu_mask[node] = free;
        edit();
    }
    set_free(run.exec, plan, state.now, node, count_bits(free));
}

// The same for all GPUs of a node that is in service and up, which are the most by far.
template <class Exec, class Driver>
TP_HD inline void edit_whole(Run<Exec, Driver>& run, std::uint32_t node, bool taken,
                             std::uint32_t owner) {
    State& state = run.state;
    const std::uint64_t size = run.plan.classes_by_size[run.plan.node_class[node]].gpus;
    const std::uint64_t all = ~std::uint64_t{0} >> (kLargestNode - size);
    state.allocated += taken ? size : 0 - size;
    detail::tell_node(run, node, static_cast<std::int64_t>(taken ? size : 0 - size), 0);
    state.released = state.released || !taken;
    run.exec.sync();
    if (run.exec.lane() == 0) {
        state.held[node] = taken ? all : 0;
        state.gpu_mask[node] = taken ? 0 : all;
        state.owner[node] = owner;
    }
    set_free(run.exec, run.plan, state.now, node, taken ? 0 : static_cast<std::uint32_t>(size));
}

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
    detail::tell_node(run, node, std::int64_t{after.held} - before.held,
                      std::int64_t{after.down} - before.down);
    state.lacking += after.lacking - before.lacking;
    state.more_room = state.promise_again = true;
    state.released = state.released || count_bits(free) > free_gpus(plan, state.now, node);
    run.exec.sync();
    if (run.exec.lane() == 0) {
        state.gpu_mask[node] = free;
    }
    set_free(run.exec, plan, state.now, node, count_bits(free));
}

}  // namespace tidepool::core
