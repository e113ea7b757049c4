// With tenants, too, a replica's KPIs are those of a run of its own, to the last bit: waits by
// reason, evictions and shares of tenants included. Every run also goes through the laws of a
// ledger, one of which is that the waits by reason add up to the time in the queue.

#include <bit>

#include <gtest/gtest.h>

#include "sim/batch/closed_form.h"
#include "sim/batch/replica.h"
#include "sim/results/kpi_table.h"
#include "tests/batch/random_cells.h"
#include "tests/properties/random_tenants.h"
#include "tests/properties/tenants_plan.h"

namespace tidepool::batch {
namespace {

// Jobs of tenants, without services.
RandomCell tenant_cell(const properties::TenantProblem& problem, std::uint32_t number) {
    properties::Dice dice(number, 34);
    const properties::TenantPlan builder(problem);
    const core::Plan plan = builder.plan();
    RandomCell made;
    made.seed = problem.seed;
    made.cell = detail::cell_of(plan, problem, dice);
    scenario::Compiled& compiled = made.cell.compiled;
    scenario::PlanArrays& a = compiled.plan;
    a.priority = problem.priority;
    a.may_be_asked = problem.may_be_asked;
    a.ceiling = problem.ceiling;
    a.tide = problem.tide;
    a.preempt_after = problem.preempt_after;
    a.tenants = detail::copied(plan.tenant, plan.tenants);
    a.tenant_of = problem.tenant_of;
    a.tenant_rule = problem.rule;
    a.limits = problem.limits;
    a.place_of = detail::copied(plan.place_of, plan.jobs);
    a.rank_at = detail::copied(plan.rank_at, plan.jobs);
    a.job_cpus = problem.cpus;
    a.job_memory = problem.memory;
    for (std::uint32_t t = 1; t < plan.tenants; ++t) {
        compiled.tenants.push_back(std::to_string(t));
        const std::uint32_t parent = plan.tenant[t].parent;
        compiled.listed.push_back({t, parent == 0 ? core::kNone : parent - 1, plan.tenant[t].weight,
                                   plan.tenant[t].guaranteed, plan.tenant[t].limit});
        compiled.listed_in_plan.push_back(t);
    }
    for (std::uint32_t rank = 0; rank < plan.jobs; ++rank) {
        compiled.jobs[compiled.job_of_rank[rank]].tenant = problem.tenant_of[rank];
    }
    made.luck.steps = detail::copied(plan.step, static_cast<std::size_t>(plan.steps));
    made.luck.outages.causes = {"a", "b", "c", "d"};
    made.luck.outages.list = problem.outages;
    return made;
}

TEST(TenantReplica, EqualsARunOfItsOwn) {
    ReplicaRunner runner;
    std::uint64_t evictions = 0, withdrawn = 0, preemptions = 0, uneven = 0;
    std::array<std::uint64_t, model::kReasons> waits{};
    for (std::uint32_t number = 0; number < 6000; ++number) {
        properties::TenantProblem problem = properties::random_tenants(number);
        problem.ceiling.clear();  // of services, which a scenario has with others only
        if (problem.units() > 0) {
            continue;
        }
        const RandomCell made = tenant_cell(problem, number);
        WaitHistogram histogram{};
        const ReplicaResult replica = runner.run(made.cell, made.luck, made.seed, histogram);
        const model::Ledger ledger = run(made.compiled(), {});
        const model::Totals totals = model::totals(ledger);
        for (const results::Kpi& kpi : results::kKpis) {
            ASSERT_EQ(std::bit_cast<std::uint64_t>(kpi.value(replica.totals)),
                      std::bit_cast<std::uint64_t>(kpi.value(totals)))
                << "case " << number << ": " << kpi.name << ": " << kpi.value(replica.totals)
                << " instead of " << kpi.value(totals);
        }
        ASSERT_EQ(replica.totals.tenants.waits, totals.tenants.waits);
        ASSERT_EQ(replica.totals.in_state, totals.in_state);
        ASSERT_EQ(replica.decisions, ledger.decisions);
        const model::TenantTotals& t = totals.tenants;
        evictions += t.evictions;
        preemptions += totals.reliability.preemptions;
        withdrawn += totals.in(model::JobState::kWithdrawn);
        uneven += t.jain < 0.9 ? 1 : 0;
        for (std::size_t reason = 0; reason < model::kReasons; ++reason) {
            waits[reason] += t.waits[reason];
        }
    }
    EXPECT_GT(evictions, 300U);
    EXPECT_GT(preemptions, 1000U);
    EXPECT_GT(withdrawn, 500U);
    EXPECT_GT(uneven, 500U);
    EXPECT_GT(*std::min_element(waits.begin(), waits.end()), 1000U);
}

}  // namespace
}  // namespace tidepool::batch
