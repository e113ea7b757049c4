#pragma once
// A machine in a few words, for tests whose expected values are worked out by hand: pods of equal
// nodes, free GPUs node by node, and the question where a job goes.

#include <cstddef>
#include <utility>
#include <vector>

#include "tests/properties/plan_builder.h"

namespace tidepool::core {

using properties::PlanBuilder;
using properties::Problem;
using properties::SmallJob;
using properties::SmallNode;
using properties::Take;
using properties::Takes;

// Adds a pod; `island` nodes share an island.
inline void add_pod(Problem& problem, std::uint32_t nodes, std::uint32_t gpus,
                    std::uint32_t model = 0, std::uint32_t island = 1) {
    const std::uint32_t pod = problem.nodes.empty() ? 0 : problem.nodes.back().pod + 1;
    std::uint32_t last_island = problem.nodes.empty() ? 0 : problem.nodes.back().island;
    for (std::uint32_t n = 0; n < nodes; ++n) {
        last_island += n % island == 0 ? 1 : 0;
        problem.nodes.push_back({model, gpus, pod, last_island});
    }
}

// A machine on which `free[n]` GPUs of node n are free.
class SmallMachine {
public:
    SmallMachine(Problem problem, const std::vector<std::uint32_t>& free)
        : problem_(std::move(problem)) {
        if (problem_.jobs.empty()) {
            problem_.jobs.resize(1);
        }
        const PlanBuilder builder(problem_);
        const Plan plan = builder.plan();
        memory_.resize(StateLayout(plan).bytes() / sizeof(std::uint64_t));
        map_ = StateLayout(plan).make(Serial{}, memory_.data()).now;
        for (std::uint32_t n = 0; n < free.size(); ++n) {
            set_free(Serial{}, plan, map_, n, free[n]);
        }
    }

    // Where a job of this size goes; nothing if it does not fit. It is then there.
    // `near`: all of it in one domain of that level of the plan.
    Takes place(std::uint32_t gpus, std::uint32_t models = 1, std::uint32_t near = kNone) {
        problem_.jobs[0].gpus = gpus;
        problem_.jobs[0].models = models;
        const PlanBuilder builder(problem_);
        const Plan plan = builder.plan();
        Takes takes;
        if (fits(Serial{}, plan, map_, 0, near)) {
            core::place(Serial{}, plan, map_, 0, near, [&](std::uint32_t node, std::uint32_t take) {
                set_free(Serial{}, plan, map_, node, free_gpus(plan, map_, node) - take);
                takes.push_back({node, take});
            });
        }
        return takes;
    }

    const FreeMap& map() const { return map_; }

private:
    Problem problem_;
    std::vector<std::uint64_t> memory_;
    FreeMap map_;
};

inline Takes whole(std::uint32_t gpus, std::initializer_list<std::uint32_t> nodes) {
    Takes takes;
    for (const std::uint32_t node : nodes) {
        takes.push_back({node, gpus});
    }
    return takes;
}

}  // namespace tidepool::core
