#pragma once
// What tenants hold, may hold and have used. docs/tenants.md has the rules.

#include <cstdint>

#include "sim/core/nodes.h"

namespace tidepool::core {

// Whether it matters whose jobs are whose. A GPU never gets such a plan, so that its code has
// nothing of this.
TP_HD inline bool has_tenants(const Plan& plan) {
#if defined(__CUDA_ARCH__)
    (void)plan;
    return false;
#else
    return plan.tenants > 0;
#endif
}

// Calls visit(tenant) for the job's tenant and everything above it.
template <class Visit>
TP_HD inline void for_each_above(const Plan& plan, std::uint32_t tenant, Visit&& visit) {
    for (; tenant != kNone; tenant = plan.tenant[tenant].parent) {
        visit(tenant);
    }
}

TP_HD inline bool is_within(const Plan& plan, std::uint32_t tenant, std::uint32_t above) {
    bool within = false;
    for_each_above(plan, tenant, [&](std::uint32_t t) { within = within || t == above; });
    return within;
}

// Whether the job would bring its tenant, or one above it, over its limit.
TP_HD inline bool is_over_limit(const Plan& plan, const State& state, std::uint32_t rank) {
    bool over = false;
    for_each_above(plan, plan.tenant_of[rank], [&](std::uint32_t t) {
        over = over || state.tenant[t].held + plan.job_gpus[rank] > state.tenant[t].limit;
    });
    return over;
}

TP_HD inline bool tenant_is_gone(const Plan& plan, const State& state, std::uint32_t rank) {
    return rank >= plan.units && state.tenant[plan.tenant_of[rank]].gone != 0;
}

// Whether the hosts have what the job needs beside GPUs.
TP_HD inline bool hosts_have(const Plan& plan, const State& state, std::uint32_t rank) {
    const TenantRule& rule = plan.tenant_rule;
    const TenantState& all = state.tenant[0];
    return (rule.cpus == 0 || all.cpus + plan.job_cpus[rank] <= rule.cpus) &&
           (rule.memory == 0 || all.memory + plan.job_memory[rank] <= rule.memory);
}

// The lowest tenant of the job whose guarantee holds the job as well; kNone: there is none.
TP_HD inline std::uint32_t entitled_by(const Plan& plan, const State& state, std::uint32_t rank) {
    std::uint32_t by = kNone;
    for_each_above(plan, plan.tenant_of[rank], [&](std::uint32_t t) {
        if (by == kNone &&
            state.tenant[t].held + plan.job_gpus[rank] <= plan.tenant[t].guaranteed) {
            by = t;
        }
    });
    return by;
}

namespace detail {

// What is left of it after one step: 2^(-1/64) of it, rounded down; 4248701964 = floor(2^32 *
// 2^(-1/64)).
TP_HD constexpr std::uint64_t decayed(std::uint64_t usage) {
    constexpr std::uint64_t kLeft = 4'248'701'964U;
    return (usage >> 32) * kLeft + (((usage & 0xFFFF'FFFFu) * kLeft) >> 32);
}

// The job has got a slot, or given it back.
template <class Exec, class Driver>
TP_HD TP_RARE inline void note_tenant_held(Run<Exec, Driver>& run, std::uint32_t rank, bool back) {
    const Plan& plan = run.plan;
    const auto change = [&](std::uint64_t& held, std::uint64_t amount) {
        held += back ? std::uint64_t{0} - amount : amount;
    };
    run.exec.sync();
    if (run.exec.lane() == 0) {
        for_each_above(plan, plan.tenant_of[rank], [&](std::uint32_t t) {
            TenantState& tenant = run.state.tenant[t];
            change(tenant.held, plan.job_gpus[rank]);
            change(tenant.cpus, plan.tenant_rule.cpus > 0 ? plan.job_cpus[rank] : 0);
            change(tenant.memory, plan.tenant_rule.memory > 0 ? plan.job_memory[rank] : 0);
        });
    }
    run.exec.sync();
}

// The job has joined the queue, or left it.
template <class Exec, class Driver>
TP_HD TP_RARE inline void note_tenant_waiting(Run<Exec, Driver>& run, std::uint32_t rank,
                                              bool waits, std::uint32_t tick) {
    const Plan& plan = run.plan;
    State& state = run.state;
    run.exec.sync();
    if (run.exec.lane() == 0) {
        state.tenant[plan.tenant_of[rank]].waiting += waits ? 1U : 0U - 1U;
        if (is_by_tenant(plan.queue)) {
            const std::uint32_t place = plan.place_of[rank];
            state.by_place[place / 64] ^= std::uint64_t{1} << (place % 64);
        }
        state.joined[rank] = waits ? tick : state.joined[rank];
    }
    run.exec.sync();
}

}  // namespace detail

// Time goes on to `tick`: counts what has been held since.
template <class Exec, class Driver>
TP_HD TP_RARE inline void count_usage(Run<Exec, Driver>& run, std::uint32_t tick) {
    State& state = run.state;
    const std::uint32_t step = run.plan.tenant_rule.decay_step;
    run.exec.sync();
    while (state.usage_since < tick) {
        const std::uint64_t due = (std::uint64_t{state.usage_since} / step + 1) * step;
        const bool decays = due <= tick;
        const std::uint32_t to = decays ? static_cast<std::uint32_t>(due) : tick;
        for (std::uint32_t t = run.exec.lane(); t < run.plan.tenants; t += Exec::kWidth) {
            TenantState& tenant = state.tenant[t];
            tenant.usage += tenant.held * (to - state.usage_since);
            tenant.usage = decays ? detail::decayed(tenant.usage) : tenant.usage;
        }
        state.usage_since = to;
    }
    run.exec.sync();
}

// Takes a waiting job out of the queue for good.
template <class Exec, class Driver>
TP_HD TP_RARE inline void withdraw(Run<Exec, Driver>& run, std::uint32_t rank, std::uint32_t tick) {
    if constexpr (requires { run.driver.withdrawn(rank, tick); }) {
        run.driver.withdrawn(rank, tick);
    }
}

}  // namespace tidepool::core
