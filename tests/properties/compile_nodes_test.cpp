// The production compiler of nodes against the test's own builder: the same arrays for random
// machines.
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "sim/scenario/compile_locality.h"
#include "tests/properties/plan_builder.h"
#include "tests/properties/random_interruptions.h"

namespace tidepool::properties {
namespace {

using core::kMaxModels;
using core::NodeClass;
using core::Plan;

topology::Topology topology_of(const Problem& problem) {
    topology::Topology topology;
    std::set<std::uint32_t> islands;
    std::set<std::uint32_t> pods;
    for (const SmallNode& node : problem.nodes) {
        topology::Node made;
        made.gpus = node.gpus;
        made.gpu_model = node.model;
        made.island = node.island;
        made.pod = node.pod;
        topology.nodes.push_back(made);
        auto& groups = topology.fabric.groups;
        if (problem.fabric && groups.size() == node.leaf) {
            groups.emplace_back().first_node =
                static_cast<std::uint32_t>(topology.nodes.size() - 1);
        }
        if (problem.fabric) {
            ++groups.back().nodes;
        }
        islands.insert(node.island);
        pods.insert(node.pod);
    }
    topology.islands = static_cast<std::uint32_t>(islands.size());
    topology.pods = static_cast<std::uint32_t>(pods.size());
    topology.gpu_models.resize(kMaxModels);
    return topology;
}

scenario::Grain grain_of(const Problem& problem) {
    return problem.fungible ? scenario::Grain::kPools
           : problem.placement == core::Placement::kCompact || problem.within != Near::kAnywhere
               ? scenario::Grain::kLeafGroups
               : scenario::Grain::kPods;
}

TEST(CompileNodes, AgreesWithTheTestsOwnBuilder) {
    std::size_t with_islands = 0;
    std::size_t with_leaves = 0;
    for (std::uint32_t number = 0; number < 2000; ++number) {
        Problem problem = random_problem(number);
        Dice dice(number, 12);
        if (dice.chance(25)) {
            problem = with_locality(problem, number);
        } else if (dice.chance(50)) {
            problem = on_a_fabric(problem, number);
            problem.placement = core::kPlacementKinds[dice.below(5)].value;
        }
        const PlanBuilder builder(problem);
        const Plan expected = builder.plan();
        scenario::PlanArrays arrays;
        scenario::compile_nodes(topology_of(problem), grain_of(problem), arrays);
        const Plan plan = arrays.view();
        ASSERT_EQ(plan.nodes, expected.nodes) << problem;
        ASSERT_EQ(plan.gpus, expected.gpus) << problem;
        ASSERT_EQ(plan.classes, expected.classes) << problem;
        ASSERT_EQ(plan.levels, expected.levels) << problem;
        ASSERT_EQ(plan.leaf_level, expected.leaf_level) << problem;
        ASSERT_EQ(plan.bit_words, expected.bit_words) << problem;
        ASSERT_EQ(plan.level_counts, expected.level_counts) << problem;
        for (std::uint32_t n = 0; n < plan.nodes; ++n) {
            ASSERT_EQ(plan.node_class[n], expected.node_class[n]) << problem;
        }
        for (std::uint32_t c = 0; c < plan.classes; ++c) {
            const NodeClass& a = plan.classes_by_size[c];
            const NodeClass& b = expected.classes_by_size[c];
            ASSERT_EQ(a.gpus, b.gpus) << problem;
            ASSERT_EQ(a.model, b.model) << problem;
            ASSERT_EQ(a.first, b.first) << problem;
            ASSERT_EQ(a.last, b.last) << problem;
            ASSERT_EQ(a.nodes, b.nodes) << problem;
            ASSERT_EQ(a.pool, b.pool) << problem;
        }
        for (std::uint32_t level = 0; level <= plan.levels; ++level) {
            ASSERT_EQ(plan.level_begin[level], expected.level_begin[level]) << problem;
        }
        for (std::uint32_t d = 0; d < plan.level_begin[plan.levels]; ++d) {
            ASSERT_EQ(plan.domains[d].first, expected.domains[d].first) << problem;
            ASSERT_EQ(plan.domains[d].last, expected.domains[d].last) << problem;
            ASSERT_EQ(plan.domains[d].node_class, expected.domains[d].node_class) << problem;
        }
        for (std::uint32_t i = 0; i < plan.levels * plan.nodes; ++i) {
            ASSERT_EQ(plan.domain_of[i], expected.domain_of[i]) << problem;
        }
        with_leaves += plan.leaf_level != core::kNone ? 1 : 0;
        with_islands += plan.levels > 1 && plan.leaf_level != 0 ? 1 : 0;
    }
    EXPECT_GT(with_islands, 100U);
    EXPECT_GT(with_leaves, 100U);
}

// The levels within which gangs wait, also with spares.
TEST(CompileLocality, AgreesWithTheRules) {
    std::map<std::uint32_t, std::uint32_t> seen;
    std::size_t spares_matter = 0;
    for (std::uint32_t number = 0; number < 3000; ++number) {
        const InterruptionProblem problem = with_locality(random_interruptions(number), number);
        scenario::PlanArrays arrays;
        scenario::compile_nodes(topology_of(problem), grain_of(problem), arrays);
        for (const SmallJob& job : problem.jobs) {
            arrays.submit.push_back(job.submit);
            arrays.job_gpus.push_back(job.gpus);
            arrays.models.push_back(job.models);
        }
        arrays.spare = problem.spare;
        scenario::LocalitySpec spec;
        spec.within =
            problem.within == Near::kLeaf ? scenario::Within::kLeaf : scenario::Within::kPod;
        spec.wait = Seconds{problem.wait / 16.0};
        scenario::compile_locality(spec, arrays);
        ASSERT_EQ(arrays.locality_wait, problem.wait);
        const PlacementOracle oracle(problem);
        for (std::uint32_t rank = 0; rank < problem.jobs.size(); ++rank) {
            const Near near = oracle.level(rank, problem.spare);
            const std::uint32_t level =
                near == Near::kAnywhere ? core::kNone
                : near == Near::kLeaf   ? arrays.leaf_level
                                        : static_cast<std::uint32_t>(arrays.level_begin.size() - 2);
            ASSERT_EQ(arrays.locality_level[rank], level) << "job " << rank << "\n" << problem;
            ++seen[static_cast<std::uint32_t>(near)];
            spares_matter += oracle.level(rank, {}) != near ? 1 : 0;
        }
    }
    EXPECT_EQ(seen.size(), 3U);
    EXPECT_GT(spares_matter, 100U);
}

}  // namespace
}  // namespace tidepool::properties
