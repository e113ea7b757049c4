#pragma once
// Random small problems as cells of a sweep and luck, for the simulator's own drivers: every queue,
// placement, order, rule of recovery, pools, spares, preemption, with and without a horizon.

#include <vector>

#include "sim/batch/replica.h"
#include "tests/properties/interruption_plan.h"
#include "tests/properties/random_interruptions.h"

namespace tidepool::batch {

struct RandomCell {
    Cell cell;
    scenario::Luck luck;
    std::uint64_t seed = 0;

    // With the luck in it, for a run of its own.
    scenario::Compiled compiled() const {
        scenario::Compiled whole = cell.compiled;
        whole.plan.steps = luck.steps;
        whole.plan.seed = seed;
        whole.outages = luck.outages;
        return whole;
    }
};

namespace detail {

template <class T>
std::vector<T> copied(core::Input<T> array, std::size_t n) {
    const T* const from = array;
    return from == nullptr ? std::vector<T>() : std::vector<T>(from, from + n);
}

inline scenario::PlanArrays arrays_of(const core::Plan& plan) {
    scenario::PlanArrays a;
    const std::size_t jobs = plan.jobs, nodes = plan.nodes;
    a.node_class = copied(plan.node_class, nodes);
    a.classes = copied(plan.classes_by_size, plan.classes);
    a.level_begin = copied(plan.level_begin, plan.levels + 1);
    a.domains = copied(plan.domains, plan.level_begin[plan.levels]);
    a.leaf_level = plan.leaf_level;
    a.domain_of = copied(plan.domain_of, plan.levels * nodes);
    a.bit_words = plan.bit_words;
    a.level_counts = plan.level_counts;
    a.submit = copied(plan.submit, jobs);
    a.duration = copied(plan.duration, jobs);
    a.estimate = copied(plan.estimate, jobs);
    a.job_gpus = copied(plan.job_gpus, jobs);
    a.models = copied(plan.models, jobs);
    a.arrival = copied(plan.arrival, plan.arrivals);
    a.gpus = plan.gpus;
    a.locality_wait = plan.locality_wait;
    a.locality_level = copied(plan.locality_level, plan.locality_wait > 0 ? jobs : 0);
    a.queue = plan.queue;
    a.placement = plan.placement;
    a.end = plan.end;
    a.interruptible = plan.interruptible;
    if (!plan.interruptible) {
        return a;
    }
    a.spare = copied(plan.spare, nodes);
    a.pool_of = copied(plan.pool_of, nodes);
    a.pool_begin = copied(plan.pool_begin, plan.pools + 1);
    a.leaf_of = copied(plan.leaf_of, nodes);
    a.checkpoint_rule_of = copied(plan.checkpoint_rule_of, jobs);
    a.recovery_rule_of = copied(plan.recovery_rule_of, jobs);
    a.checkpoint_rules = copied(plan.checkpoint_rules, jobs);  // one of its own for every job
    a.recovery_rules = copied(plan.recovery_rules, jobs);
    a.job_entity = copied(plan.job_entity, jobs);
    return a;
}

// The cell of a plan. Jobs stand in the trace in any order.
inline Cell cell_of(const core::Plan& plan, const properties::Problem& problem,
                    properties::Dice& dice) {
    Cell cell;
    scenario::Compiled& compiled = cell.compiled;
    compiled.plan = arrays_of(plan);
    std::vector<std::uint32_t>& arrival = compiled.plan.arrival;
    std::erase_if(arrival, [&](std::uint32_t rank) { return plan.submit[rank] >= plan.end; });
    compiled.bin_width = Ticks{dice.pick({1U, 3U, 16U, 50U, 100'000U})};
    compiled.gpu_models = {"a", "b", "c"};
    compiled.tenants = {""};
    std::vector<std::uint32_t>& ranks = compiled.job_of_rank;
    for (std::uint32_t job = 0; job < plan.jobs; ++job) {
        ranks.insert(ranks.begin() + dice.below(job + 1), job);
        compiled.ids.push_back(std::to_string(job));
    }
    compiled.jobs.resize(plan.jobs);
    compiled.job_ends.resize(plan.jobs);
    for (std::uint32_t rank = 0; rank < plan.jobs; ++rank) {
        model::JobRecord& job = compiled.jobs[ranks[rank]];
        job.submit = Ticks{plan.submit[rank]};
        job.gpus = plan.job_gpus[rank];
        if (plan.interruptible) {
            job.interval = Ticks{plan.checkpoint_rules[plan.checkpoint_rule_of[rank]].interval};
        }
        job.state = model::JobState::kRejected;
        job.rejection = model::Rejection::kTooLarge;
        compiled.job_ends[ranks[rank]] = static_cast<workloads::JobEnd>(dice.below(3));
        cell.job_end.push_back(static_cast<std::uint8_t>(compiled.job_ends[ranks[rank]]));
    }
    for (const std::uint32_t rank : arrival) {
        compiled.jobs[ranks[rank]].state = model::JobState::kQueued;
        compiled.jobs[ranks[rank]].rejection = model::Rejection::kNone;
    }
    cell.rejected = plan.jobs - arrival.size();
    for (std::size_t n = 0; !problem.fungible && n < problem.nodes.size(); ++n) {
        compiled.node_gpus.push_back(problem.nodes[n].gpus);
        compiled.node_names.push_back(std::to_string(n));
    }
    return cell;
}

// The network slows jobs down as a table says; pods of the fabric are not those of placement.
inline void add_table(scenario::PlanArrays& plan, std::uint32_t number) {
    properties::Dice dice(number, 33);
    for (std::size_t n = 0; n < plan.node_class.size(); ++n) {
        const bool next = n > 0 && plan.leaf_of[n] != plan.leaf_of[n - 1] && dice.chance(50);
        plan.pod_of.push_back(n == 0 ? 0 : plan.pod_of.back() + (next ? 1 : 0));
    }
    plan.pace_leaves = core::spread_bucket(plan.leaf_of.back() + 1) + 1;
    plan.pace_pods = core::spread_bucket(plan.pod_of.back() + 1) + 1;
    const std::uint32_t kinds = dice.from(1, 3);
    for (std::uint32_t i = kinds * plan.pace_leaves * plan.pace_pods; i > 0; --i) {
        plan.pace.push_back(dice.chance(20) ? core::kFullPace
                                            : dice.from(core::kFullPace / 4, core::kFullPace));
    }
    for (std::size_t rank = 0; rank < plan.submit.size(); ++rank) {
        plan.pace_kind.push_back(dice.chance(20) ? core::kNone : dice.below(kinds));
    }
}

}  // namespace detail

// Nothing can fail.
inline RandomCell quiet_cell(std::uint32_t number,
                             const properties::Sizes& sizes = properties::kSmall) {
    properties::Problem problem = properties::random_problem(number, sizes);
    if (number % 4 == 3) {
        problem = properties::on_a_fabric(problem, number);
    }
    if (number % 4 == 2) {
        problem = properties::with_locality(problem, number);
    }
    properties::Dice dice(number, 31);
    RandomCell made;
    made.seed = problem.seed;
    made.cell = detail::cell_of(properties::PlanBuilder(problem).plan(), problem, dice);
    return made;
}

// Things fail, jobs are preempted in half of the cases; a quarter has no horizon, a third a table
// of slow-downs.
inline RandomCell fragile_cell(std::uint32_t number,
                               const properties::Sizes& sizes = properties::kFragile) {
    properties::InterruptionProblem problem = properties::random_interruptions(number, sizes);
    if (number % 4 == 3) {
        problem = properties::on_a_fabric(problem, number);
    }
    if (number % 4 == 2) {
        problem = properties::with_locality(problem, number);
    }
    properties::Dice dice(number, 32);
    if (dice.chance(25)) {
        problem.horizon = properties::kNever;
        for (core::RecoveryRule& rule : problem.recovery) {
            rule.own_mean = 0;  // or a job without checkpoints might never get to its end
        }
    }
    const properties::InterruptionPlan builder(problem);
    RandomCell made;
    made.seed = problem.seed;
    made.cell = detail::cell_of(builder.plan(), problem, dice);
    scenario::PlanArrays& plan = made.cell.compiled.plan;
    plan.preempt = dice.chance(50) && problem.within == properties::Near::kAnywhere;
    plan.preempt_after = dice.chance(50) ? 0 : dice.from(1, 20);
    if (number / 3 % 3 == 1) {
        detail::add_table(plan, number);
    }
    for (std::uint32_t left = builder.plan().jobs; left > 0; --left) {
        plan.priority.push_back(static_cast<std::int32_t>(left / 3));  // as ranks say
    }
    made.luck.steps =
        detail::copied(builder.plan().step, static_cast<std::size_t>(builder.plan().steps));
    made.luck.outages.causes = {"a", "b", "c", "d"};
    made.luck.outages.list = problem.outages;
    return made;
}

}  // namespace tidepool::batch
