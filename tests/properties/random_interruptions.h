#pragma once
// Random scheduling problems in which things fail: small, with many outages at the same ticks, on
// the same nodes and while jobs still recover from the last one.

#include "tests/properties/random_problem.h"
#include "tests/properties/small_interruptions.h"

namespace tidepool::properties {

inline core::CheckpointRule random_checkpoint_rule(Dice& dice) {
    core::CheckpointRule rule;
    rule.restart = dice.chance(30) ? 0 : dice.from(1, 6);
    if (dice.chance(15)) {
        return rule;
    }
    rule.interval = dice.from(3, dice.pick({5U, 12U, 40U}));
    rule.tiers = dice.from(1, 3);
    for (std::uint32_t i = 0; i < rule.tiers; ++i) {
        core::Tier& tier = rule.tier[i];
        tier.pause = dice.chance(25) ? 0 : dice.from(1, 4);
        tier.every = dice.chance(50) ? 1 : dice.from(1, 4);
        tier.background = dice.chance(40) ? 0 : dice.from(0, tier.every * rule.interval);
        tier.load = dice.below(6);
        tier.survives = static_cast<core::LossLevel>(dice.chance(30) ? 3 : dice.below(4));
    }
    return rule;
}

inline core::RecoveryRule random_recovery_rule(Dice& dice, bool own_failures) {
    core::RecoveryRule rule;
    rule.on_failure = static_cast<core::OnFailure>(dice.below(3));
    rule.detect = dice.chance(30) ? 0 : dice.from(1, 12);
    rule.swap = dice.chance(30) ? 0 : dice.from(1, 8);
    if (own_failures && dice.chance(60)) {
        rule.own_mean = dice.pick({3U, 20U, 60U, 200U});
        rule.own_stream = dice.below(3);
    }
    return rule;
}

inline model::Outage random_outage(Dice& dice, const Problem& problem, std::uint32_t last_tick) {
    const auto nodes = static_cast<std::uint32_t>(problem.nodes.size());
    model::Outage outage;
    outage.begin.value = dice.chance(40) ? 8 * dice.below(last_tick / 8) : dice.below(last_tick);
    const std::uint32_t length = dice.chance(30) ? 8 * dice.from(1, 4) : dice.from(1, 50);
    outage.cause = dice.below(3);
    outage.entity = dice.below(20);
    outage.first_node = dice.below(nodes);
    outage.last_node =
        std::min(nodes, outage.first_node + (dice.chance(65) ? 1 : dice.from(1, nodes)));
    if (dice.chance(40)) {
        outage.gpus = std::uint64_t{1} << dice.below(problem.nodes[outage.first_node].gpus);
        outage.last_node = outage.first_node + 1;
    }
    outage.kind = dice.pick({model::OutageKind::kInterruption, model::OutageKind::kRepair,
                             model::OutageKind::kRepair, model::OutageKind::kRepair,
                             model::OutageKind::kDegraded, model::OutageKind::kMaintenance});
    outage.reach = dice.chance(65) ? model::Reach::kAll : static_cast<model::Reach>(dice.below(3));
    if (outage.kind == model::OutageKind::kInterruption) {
        outage.end = outage.begin;
    } else {
        outage.end.value = dice.chance(5) ? kNever : outage.begin.value + length;
    }
    if (outage.kind == model::OutageKind::kDegraded) {
        outage.gpus = model::kWholeNode;
        outage.speed = static_cast<std::uint16_t>(dice.chance(50) ? dice.pick({512U, 256U, 768U})
                                                                  : dice.from(1, 1023));
    }
    return outage;
}

inline void add_outages(Dice& dice, InterruptionProblem& problem, std::uint32_t last_tick) {
    const auto nodes = static_cast<std::uint32_t>(problem.nodes.size());
    if (dice.chance(15)) {
        model::Outage late;
        late.end.value = dice.from(1, last_tick / 2);
        late.first_node = dice.below(nodes);
        late.last_node = dice.from(late.first_node + 1, nodes);
        late.kind = model::OutageKind::kNotInstalled;
        late.cause = 3;
        problem.outages.push_back(late);
    }
    for (std::uint32_t o = dice.below(dice.pick({4U, 10U, 25U})); o > 0; --o) {
        problem.outages.push_back(random_outage(dice, problem, last_tick));
    }
    std::stable_sort(problem.outages.begin(), problem.outages.end(),
                     [](const model::Outage& a, const model::Outage& b) {
                         return std::tuple(a.begin.value, a.cause, a.entity) <
                                std::tuple(b.begin.value, b.cause, b.entity);
                     });
}

// Pools are ranges of whole pods; their spares are the highest nodes that are there from the start.
inline void add_spares(Dice& dice, InterruptionProblem& problem) {
    const auto nodes = static_cast<std::uint32_t>(problem.nodes.size());
    const bool several = dice.chance(50);
    for (std::uint32_t n = 0; n < nodes; ++n) {
        const bool cut = n > 0 && several && problem.nodes[n].pod != problem.nodes[n - 1].pod;
        problem.pool.push_back(n == 0 ? 0 : problem.pool.back() + (cut && dice.chance(60) ? 1 : 0));
        problem.leaf.push_back(n == 0 ? 0 : problem.leaf.back() + (dice.chance(40) ? 1 : 0));
    }
    problem.spare.resize(nodes);
    for (std::uint32_t pool = 0; pool <= problem.pool.back(); ++pool) {
        std::uint32_t left = dice.chance(30) ? 0 : dice.from(1, 2);
        for (std::uint32_t n = nodes; n-- > 0;) {
            const bool late = std::any_of(problem.outages.begin(), problem.outages.end(),
                                          [&](const model::Outage& o) {
                                              return o.kind == model::OutageKind::kNotInstalled &&
                                                     o.first_node <= n && n < o.last_node;
                                          });
            if (problem.pool[n] == pool && !late && left > 0) {
                problem.spare[n] = 1;
                --left;
            }
        }
    }
}

inline constexpr Sizes kFragile{3, 4, 4, 2, 10, 60, 60};
inline constexpr Sizes kOneKind{3, 4, 4, 1, 10, 60, 60};

// Case `number`: all queues and placements take turns.
inline InterruptionProblem random_interruptions(std::uint32_t number,
                                                const Sizes& sizes = kFragile) {
    Dice dice(number, 77);
    InterruptionProblem problem;
    problem.queue = core::kQueueKinds[number % 3].value;
    problem.placement = core::kPlacementKinds[number / 3 % 4].value;
    problem.seed = number;
    problem.nodes = random_nodes(dice, sizes);
    problem.horizon = dice.from(40, 4 * sizes.last_submit);
    add_outages(dice, problem, 3 * sizes.last_submit);
    add_spares(dice, problem);
    const Estimates estimates = dice.chance(40) ? Estimates::kExact : Estimates::kWrong;
    const bool own_failures = dice.chance(40);
    for (std::uint32_t j = dice.from(1, sizes.jobs); j > 0; --j) {
        problem.jobs.push_back(random_job(dice, problem, sizes, estimates));
        problem.checkpoint.push_back(random_checkpoint_rule(dice));
        problem.recovery.push_back(random_recovery_rule(dice, own_failures));
        problem.entity.push_back(dice.below(100));
    }
    return problem;
}

}  // namespace tidepool::properties
