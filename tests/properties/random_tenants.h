#pragma once
// Random problems in which the jobs of tenants with limits and guarantees compete for a machine on
// which things fail, often beside services.

#include "tests/properties/random_tide.h"
#include "tests/properties/small_tenants.h"

namespace tidepool::properties {

inline void add_tenants(Dice& dice, TenantProblem& problem, std::uint32_t gpus) {
    problem.tenants.push_back({});
    const std::uint32_t top = dice.from(1, 3);
    std::vector<std::uint32_t> leaves;
    for (std::uint32_t t = 1; t <= top; ++t) {
        problem.tenants.push_back({});
    }
    for (std::uint32_t t = 1; t <= top; ++t) {
        const std::uint32_t children = dice.chance(30) ? dice.from(1, 3) : 0;
        for (std::uint32_t c = 0; c < children; ++c) {
            leaves.push_back(static_cast<std::uint32_t>(problem.tenants.size()));
            problem.tenants.push_back({t, 1, 0, ~std::uint64_t{0}});
        }
        if (children == 0) {
            leaves.push_back(t);
        }
    }
    for (std::size_t t = 1; t < problem.tenants.size(); ++t) {
        SmallTenant& tenant = problem.tenants[t];
        tenant.weight = dice.chance(50) ? 1 : dice.from(1, 5);
        tenant.guaranteed = dice.chance(50) ? 0 : dice.below(gpus + 1);
        if (dice.chance(40)) {
            tenant.limit = dice.below(gpus + 1);
        }
    }
    for (std::uint32_t rank = 0; rank < problem.jobs.size(); ++rank) {
        const bool unit = rank < problem.units();
        problem.tenant_of.push_back(
            unit ? 0 : leaves[dice.below(static_cast<std::uint32_t>(leaves.size()))]);
        problem.cpus.push_back(unit ? 0 : dice.below(9));
        problem.memory.push_back(unit ? 0 : dice.below(20));
    }
}

inline void add_limits(Dice& dice, TenantProblem& problem, std::uint32_t gpus) {
    const auto tenants = static_cast<std::uint32_t>(problem.tenants.size());
    for (std::uint32_t n = dice.chance(50) ? 0 : dice.from(1, 6); n > 0; --n) {
        core::LimitStep step;
        step.tick = dice.below(problem.horizon);
        step.tenant = dice.below(tenants);
        step.limit = dice.chance(30)   ? 0
                     : dice.chance(40) ? ~std::uint64_t{0}
                                       : dice.below(gpus + 1);
        step.notice = dice.chance(40) ? 0 : dice.from(1, 12);
        if (dice.chance(8)) {
            step.leaves = 1;
            step.limit = step.notice = 0;
        }
        problem.limits.push_back(step);
    }
    std::stable_sort(problem.limits.begin(), problem.limits.end(),
                     [](const core::LimitStep& a, const core::LimitStep& b) {
                         return std::tuple(a.tick, a.tenant) < std::tuple(b.tick, b.tenant);
                     });
}

inline TenantProblem random_tenants(std::uint32_t number, const Sizes& sizes = kTight) {
    Dice dice(number, 79);
    TenantProblem problem;
    static_cast<TideProblem&>(problem) = random_tide(number, sizes);
    problem.queue = core::kQueueKinds[number % core::kQueueKinds.size()].value;
    if (dice.chance(60)) {  // no services
        const auto drop = [&](auto& list) {
            list.erase(list.begin(), list.begin() + problem.units());
        };
        drop(problem.jobs);
        drop(problem.checkpoint);
        drop(problem.recovery);
        drop(problem.entity);
        drop(problem.may_be_asked);
        drop(problem.priority);
        problem.services.clear();
        problem.demand.clear();
        if (dice.chance(80)) {
            problem.ceiling.clear();
        }
    }
    std::uint32_t gpus = 0;
    for (const SmallNode& node : problem.nodes) {
        gpus += node.gpus;
    }
    add_tenants(dice, problem, gpus);
    add_limits(dice, problem, gpus);
    core::TenantRule& rule = problem.rule;
    rule.preempt = static_cast<core::PreemptRule>(dice.chance(60) ? 2 : dice.below(2));
    rule.order = static_cast<core::PreemptOrder>(dice.below(4));
    rule.notice = dice.chance(50) ? 0 : dice.from(1, dice.pick({4U, 15U}));
    rule.hold = dice.chance(30) ? 0 : dice.from(1, 60);
    rule.decay_step = dice.from(1, dice.pick({2U, 10U}));
    problem.preempt_after = dice.chance(40) ? 0 : dice.from(1, 20);
    if (problem.queue == core::QueuePolicy::kDrf) {
        rule.cpus = dice.chance(25) ? 0 : dice.from(8, 40);
        rule.memory = dice.chance(25) ? 0 : dice.from(19, 100);
    }
    return problem;
}

}  // namespace tidepool::properties
