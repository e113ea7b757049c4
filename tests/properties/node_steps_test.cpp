// Outages broken down to nodes, against a count, tick by tick and GPU by GPU, of the outages that
// cover it.

#include <gtest/gtest.h>

#include "tests/properties/interruption_plan.h"
#include "tests/properties/random_interruptions.h"

namespace tidepool::properties {
namespace {

using core::NodeStep;
using core::StepKind;

// What one node is like after all steps up to a tick. Jobs run at the least speed of those of their
// own reach and of less.
struct NodeNow {
    std::uint64_t down = 0;
    std::array<std::uint32_t, core::kReaches> speed{1024, 1024, 1024};
};

bool covers(const model::Outage& outage, std::uint32_t node, std::uint32_t tick) {
    return outage.first_node <= node && node < outage.last_node && outage.begin.value <= tick &&
           tick < outage.end.value;
}

NodeNow by_counting(const InterruptionProblem& problem, std::uint32_t node, std::uint32_t tick) {
    NodeNow now;
    for (std::uint32_t gpu = 0; gpu < problem.nodes[node].gpus; ++gpu) {
        for (const model::Outage& outage : problem.outages) {
            const bool takes = outage.kind != model::OutageKind::kDegraded &&
                               outage.kind != model::OutageKind::kInterruption;
            if (takes && covers(outage, node, tick) && (outage.gpus >> gpu & 1) != 0) {
                now.down |= std::uint64_t{1} << gpu;
            }
        }
    }
    for (const model::Outage& outage : problem.outages) {
        if (outage.kind == model::OutageKind::kDegraded && covers(outage, node, tick)) {
            std::uint32_t& speed = now.speed[static_cast<std::size_t>(outage.reach)];
            speed = std::min<std::uint32_t>(speed, outage.speed);
        }
    }
    return now;
}

// Every step says something new, and GPUs that come up were down.
void apply(const NodeStep& step, NodeNow& node) {
    switch (step.kind) {
        case StepKind::kUp:
            EXPECT_NE(step.gpus, 0U);
            EXPECT_EQ(step.gpus & ~node.down, 0U);
            node.down &= ~step.gpus;
            break;
        case StepKind::kSpeed:
            EXPECT_NE(node.speed[step.reach], step.speed);
            node.speed[step.reach] = step.speed;
            break;
        case StepKind::kDown:
        case StepKind::kAbsent:
            EXPECT_NE(step.gpus, 0U);
            EXPECT_EQ(step.gpus & node.down, 0U);
            node.down |= step.gpus;
            break;
        case StepKind::kHit:
            break;
    }
}

// Hits of jobs at one tick: by node and outage; each names the GPUs that the outage is on.
void expect_hits(const InterruptionProblem& problem, const std::vector<NodeStep>& hits,
                 std::uint32_t tick) {
    std::size_t i = 0;
    for (std::uint32_t node = 0; node < problem.nodes.size(); ++node) {
        for (std::uint32_t o = 0; o < problem.outages.size(); ++o) {
            const model::Outage& outage = problem.outages[o];
            if (outage.begin.value != tick || node < outage.first_node ||
                node >= outage.last_node || outage.kind == model::OutageKind::kDegraded ||
                outage.kind == model::OutageKind::kNotInstalled) {
                continue;
            }
            ASSERT_LT(i, hits.size());
            const NodeStep& hit = hits[i++];
            const std::uint64_t all = (std::uint64_t{1} << problem.nodes[node].gpus) - 1;
            EXPECT_EQ(hit.node, node);
            EXPECT_EQ(hit.outage, o);
            EXPECT_EQ(hit.gpus & all, outage.gpus & all);
            EXPECT_EQ(hit.reach, static_cast<std::uint8_t>(outage.reach));
            EXPECT_EQ(hit.planned != 0, outage.kind == model::OutageKind::kMaintenance);
        }
    }
    EXPECT_EQ(i, hits.size());
}

std::uint32_t check_problem(const InterruptionProblem& problem) {
    model::Outages outages;
    outages.causes = {"a", "b", "c", "d"};
    outages.list = problem.outages;
    const std::vector<NodeStep> steps = scenario::node_steps(outages, nodes_only(problem));
    std::vector<NodeNow> nodes(problem.nodes.size());
    std::size_t next = 0;
    for (std::uint32_t tick = 0; tick < 300; ++tick) {
        std::vector<NodeStep> hits;
        StepKind last = StepKind::kUp;
        for (; next < steps.size() && steps[next].tick == tick; ++next) {
            EXPECT_LE(last, steps[next].kind);
            last = steps[next].kind;
            apply(steps[next], nodes.at(steps[next].node));
            if (steps[next].kind == StepKind::kHit) {
                hits.push_back(steps[next]);
            }
        }
        expect_hits(problem, hits, tick);
        for (std::uint32_t n = 0; n < nodes.size(); ++n) {
            const NodeNow expected = by_counting(problem, n, tick);
            EXPECT_EQ(nodes[n].down, expected.down) << "node " << n << " at " << tick;
            for (std::uint32_t reach = 0; reach < 3; ++reach) {
                EXPECT_EQ(nodes[n].speed[reach], expected.speed[reach])
                    << "node " << n << " reach " << reach << " at " << tick;
            }
        }
    }
    EXPECT_EQ(next, steps.size());
    return static_cast<std::uint32_t>(steps.size());
}

TEST(NodeSteps, AddUpToTheOutagesThatCoverEachGpu) {
    std::uint32_t steps = 0;
    for (std::uint32_t number = 0; number < 1500; ++number) {
        const InterruptionProblem problem = random_interruptions(number);
        steps += check_problem(problem);
        ASSERT_FALSE(HasFailure()) << "case " << number << "\n" << problem;
    }
    EXPECT_GT(steps, 20000U);
}

}  // namespace
}  // namespace tidepool::properties
