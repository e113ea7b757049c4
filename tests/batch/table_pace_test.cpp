// Slow-downs from a table, by how far a job is spread: runs worked out by hand.

#include <vector>

#include <gtest/gtest.h>

#include "tests/properties/interruption_plan.h"

namespace tidepool::core {
namespace {

using properties::Chronicle;
using properties::Happening;
using properties::InterruptionNotes;
using properties::InterruptionPlan;
using properties::InterruptionProblem;

constexpr std::uint32_t kHalf = kFullPace / 2, kQuarter = kFullPace / 4;

// Six nodes of 4 GPUs: leaf groups {0, 1}, {2, 3}, {4, 5}, pods {0 .. 3}, {4, 5}. On one leaf group
// jobs are not slowed down, on two of one pod by 2, on more or across pods by 4.
struct Machine {
    InterruptionProblem problem;
    std::vector<std::uint32_t> pod{0, 0, 0, 0, 1, 1}, kind;
    std::vector<std::uint32_t> pace{kFullPace, kQuarter, kHalf, kQuarter, kQuarter, kQuarter};

    explicit Machine(std::vector<properties::SmallJob> jobs) {
        for (std::uint32_t n = 0; n < 6; ++n) {
            problem.nodes.push_back({0, 4, 0, n});
        }
        problem.placement = Placement::kFirstFit;
        problem.pool.resize(6);
        problem.spare.resize(6);
        problem.leaf = {0, 0, 1, 1, 2, 2};
        problem.jobs = std::move(jobs);
        problem.checkpoint.resize(problem.jobs.size());
        problem.recovery.resize(problem.jobs.size());
        problem.entity.resize(problem.jobs.size());
        problem.horizon = 1000;
        kind.resize(problem.jobs.size());
    }

    // What happens to jobs of this rank.
    std::vector<Happening> run(std::uint32_t rank) const {
        const InterruptionPlan builder(problem);
        Plan plan = builder.plan();
        plan.pace_leaves = 3;
        plan.pace_pods = 2;
        plan.pace = pace.data();
        plan.pace_kind = kind.data();
        plan.pod_of = pod.data();
        const StateLayout layout(plan);
        std::vector<std::uint64_t> memory(layout.bytes() / sizeof(std::uint64_t));
        State state = layout.make(Serial{}, memory.data());
        Chronicle chronicle;
        InterruptionNotes notes(problem, plan, state, chronicle);
        replay(Serial{}, plan, state, notes);
        std::vector<Happening> mine;
        for (const Happening& h : chronicle.happenings) {
            if (h.rank == rank) {
                mine.push_back(h);
            }
        }
        return mine;
    }
};

// submit, duration, estimate, GPUs, models
constexpr properties::SmallJob job(std::uint32_t submit, std::uint32_t duration,
                                   std::uint32_t gpus) {
    return {submit, duration, duration, gpus, 1};
}

TEST(TablePace, IsThatOfTheJobsSpread) {
    struct Row {
        std::uint32_t nodes, end;
    };
    for (const Row row : {Row{1, 10}, Row{2, 10}, Row{3, 20}, Row{4, 20}, Row{5, 40}, Row{6, 40}}) {
        const std::vector<Happening> got = Machine({job(0, 10, row.nodes * 4)}).run(0);
        ASSERT_EQ(got.size(), 2U);
        EXPECT_EQ(got[1].tick, row.end) << row.nodes << " nodes";
        EXPECT_EQ(got[1].work, 10U * kFullSpeed);
        EXPECT_EQ(got[1].stalled, (row.end - 10) * kFullSpeed);
    }
}

TEST(TablePace, CountsLeafGroupsOnceAndTellsPodsApart) {
    // Job 0 holds nodes 0 to 2 at first: job 1 gets 3 and 4, two leaf groups in two pods.
    const std::vector<Happening> got = Machine({job(0, 2, 12), job(1, 10, 8)}).run(1);
    ASSERT_EQ(got.size(), 2U);
    EXPECT_EQ(got[0].tick, 1U);
    EXPECT_EQ(got[1].tick, 41U);
}

TEST(TablePace, LeavesOtherJobsAlone) {
    Machine machine({job(0, 10, 24)});
    machine.kind[0] = kNone;
    EXPECT_EQ(machine.run(0).at(1).tick, 10U);
}

// Job 0 holds node 0 until 6, so job 1 gets nodes 1 and 2: half pace. An outage of node 2 at 8
// interrupts it with 3.5 ticks of work, all lost; at 10 it starts anew on nodes 0 and 1, at full
// pace.
TEST(TablePace, ChangesWithTheNodesOfTheNextAttempt) {
    Machine machine({job(0, 6, 4), job(1, 10, 8)});
    machine.problem.recovery[1].detect = 2;
    model::Outage outage;
    outage.begin = outage.end = Ticks{8};
    outage.first_node = 2;
    outage.last_node = 3;
    outage.kind = model::OutageKind::kInterruption;
    machine.problem.outages = {outage};
    const std::vector<Happening> got = machine.run(1);
    ASSERT_EQ(got.size(), 5U);
    EXPECT_EQ(got[0].tick, 1U);
    EXPECT_EQ(got[1].tick, 8U);
    EXPECT_EQ(got[1].work, 7U * kFullSpeed / 2);
    EXPECT_EQ(got[1].stalled, 7U * kFullSpeed / 2);
    EXPECT_EQ(got[2].kind, Happening::Kind::kRequeued);
    EXPECT_EQ(got[2].lost, 7U * kFullSpeed / 2);
    EXPECT_EQ(got[3].tick, 10U);
    EXPECT_EQ(got[4].tick, 20U);
    EXPECT_EQ(got[4].stalled, 0U);
}

}  // namespace
}  // namespace tidepool::core
