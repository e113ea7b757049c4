#pragma once
// Random problems in which services and jobs share a machine on which things fail: small, crowded,
// with demand that changes faster than units start and jobs leave.

#include "tests/properties/placement_oracle.h"
#include "tests/properties/random_interruptions.h"
#include "tests/properties/small_tide.h"

namespace tidepool::properties {

inline core::Service random_service(Dice& dice, std::uint32_t first) {
    core::Service service;
    service.first = first;
    service.last = first + dice.from(1, 5);
    service.least = dice.chance(50) ? 0 : dice.below(service.last - first + 1);
    service.grow_after = dice.chance(60) ? 0 : dice.from(1, 20);
    service.shrink_after = dice.chance(40) ? 0 : dice.from(1, 20);
    service.drain = dice.chance(30) ? 0 : dice.from(1, 12);
    service.clear = dice.chance(50) ? 0 : dice.from(1, 30);
    return service;
}

// Units of one service are alike.
inline void add_units(Dice& dice, TideProblem& problem, const core::Service& service) {
    const PlacementOracle where(problem);
    core::CheckpointRule rule;
    rule.cold = true;
    rule.restart = dice.chance(25) ? 0 : dice.from(1, 12);
    if (dice.chance(40)) {
        rule.tiers = 1;
        rule.tier[0].load = dice.below(8);
    }
    const bool own_failures = dice.chance(25);
    const std::uint32_t gpus = dice.chance(25) ? random_gpus(dice, problem.nodes) : dice.from(1, 6);
    const std::uint32_t models = dice.chance(60) ? 7 : dice.from(1, 7);
    const core::RecoveryRule recovery = random_recovery_rule(dice, own_failures);
    for (std::uint32_t rank = service.first; rank < service.last; ++rank) {
        const auto at = static_cast<std::ptrdiff_t>(rank);
        problem.jobs.insert(problem.jobs.begin() + at, small_unit(gpus, models));
        problem.checkpoint.insert(problem.checkpoint.begin() + at, rule);
        problem.recovery.insert(problem.recovery.begin() + at, recovery);
        problem.entity.insert(problem.entity.begin() + at, dice.below(100));
    }
    for (std::uint32_t rank = service.first; rank < service.last; ++rank) {
        SmallJob& made = problem.jobs[rank];
        made.models = where.fits_empty_machine(rank) ? made.models : 7;
        made.gpus = where.fits_empty_machine(rank) ? made.gpus : 1;
    }
}

inline void add_demand(Dice& dice, TideProblem& problem) {
    const auto services = static_cast<std::uint32_t>(problem.services.size());
    for (std::uint32_t s = 0; s < services; ++s) {
        const std::uint32_t most = problem.services[s].last - problem.services[s].first;
        const std::uint32_t every = dice.from(1, dice.pick({5U, 12U, 30U}));
        const std::uint32_t tide = dice.from(10, 60);  // ticks from low to high
        const bool tidal = dice.chance(70);
        for (std::uint32_t tick = 0; tick < problem.horizon; tick += every) {
            core::DemandStep step;
            step.tick = tick;
            step.service = s;
            step.units = tick > 0 && dice.chance(20)       ? core::kNone
                         : tidal && (tick / tide) % 2 == 0 ? 0
                                                           : dice.below(most + 2);
            step.load = dice.chance(20) ? core::kUnitLoad * dice.below(most + 1)
                                        : dice.below(core::kUnitLoad * (most + 1));
            problem.demand.push_back(step);
        }
    }
    std::stable_sort(problem.demand.begin(), problem.demand.end(),
                     [](const core::DemandStep& a, const core::DemandStep& b) {
                         return std::tuple(a.tick, a.service) < std::tuple(b.tick, b.service);
                     });
}

inline void add_tide(Dice& dice, TideProblem& problem) {
    std::uint32_t gpus = 0;
    for (const SmallNode& node : problem.nodes) {
        gpus += node.gpus;
    }
    core::TideRule& tide = problem.tide;
    tide.reclaim = dice.chance(80);
    tide.notice = dice.chance(30) ? 0 : dice.from(1, dice.pick({4U, 12U, 40U}));
    tide.jobs_floor = dice.chance(60) ? 0 : dice.below(gpus);
    if (dice.chance(30)) {
        tide.units_ceiling = dice.from(1, gpus);
    }
    if (dice.chance(20)) {
        problem.ceiling.push_back({0, 0, dice.below(gpus + 1)});
    } else if (tide.reclaim && dice.chance(50)) {
        const std::uint32_t low = dice.below(gpus + 1);
        for (std::uint32_t tick = dice.below(20), n = 0; tick < problem.horizon; ++n) {
            problem.ceiling.push_back({tick, 0, n % 2 == 0 ? low : ~std::uint64_t{0}});
            tick += dice.from(1, 40);
        }
    }
    for (std::uint32_t rank = 0; rank < problem.jobs.size(); ++rank) {
        problem.may_be_asked.push_back(rank >= problem.units() && dice.chance(75) ? 1 : 0);
        problem.priority.push_back(static_cast<std::int32_t>(dice.below(3)) - 1);
    }
}

inline constexpr Sizes kTight{2, 4, 4, 2, 14, 40, 120};

inline TideProblem random_tide(std::uint32_t number, const Sizes& sizes = kTight) {
    Dice dice(number, 78);
    TideProblem problem;
    static_cast<InterruptionProblem&>(problem) = random_interruptions(number, sizes);
    if (dice.chance(40)) {
        problem.outages.clear();
    }
    for (SmallJob& job : problem.jobs) {
        job.submit = dice.chance(60) ? job.submit / 8 : job.submit;
    }
    if (dice.chance(60)) {
        for (core::RecoveryRule& rule : problem.recovery) {
            rule.own_mean = 0;
        }
    }
    for (std::uint32_t s = dice.from(1, 3), first = 0; s > 0; --s) {
        problem.services.push_back(random_service(dice, first));
        first = problem.services.back().last;
        add_units(dice, problem, problem.services.back());
    }
    add_demand(dice, problem);
    add_tide(dice, problem);
    return problem;
}

}  // namespace tidepool::properties
