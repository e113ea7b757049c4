// Rows of scenarios that are billed: equal to runs of their own, and run once for all prices.

#include <cmath>

#include <gtest/gtest.h>

#include "sim/batch/cell_store.h"
#include "sim/batch/closed_form.h"
#include "sim/batch/rows.h"
#include "sim/batch/run_store.h"
#include "sim/results/kpi_table.h"
#include "sim/scenario/books.h"
#include "tests/scenario/sweep_folder.h"

namespace tidepool::batch {
namespace {

class BilledRows : public scenario::SweepFolder {
protected:
    BilledRows() {
        std::string jobs = "job_id,submit,duration,gpus,plan\n";
        for (int j = 0; j < 40; ++j) {
            jobs += std::to_string(j) + ',' + std::to_string(j * 5000) + ',' +
                    std::to_string(20'000 + j * 7919 % 60'000) + ',' + std::to_string(8 << j % 3) +
                    (j % 4 == 0 ? ",spot\n" : ",on-demand\n");
        }
        write("jobs.csv", jobs);
        write("small.yaml",
              "tidepool: 1\nname: small\nhorizon: 4 d\n"
              "topology: {clusters: [{name: a, server: hgx-h100, nodes: 5}]}\n"
              "workloads: [{trace: {file: jobs.csv}}]\n"
              "failures: {preset: llama3, scale: 60}\n"
              "checkpoint: {interval: young, write: 60 s}\n"
              "prices:\n  list:\n    - {plan: on-demand, price: 5.76 USD/gpu/h}\n"
              "    - {plan: spot, price: 1 USD/gpu/h}\n"
              "  billing: {granularity: 1 h}\n"
              "sla: {tiers: [{below: 99.5 %, credit: 10 %}]}\n");
    }
    static double kpi(const model::Totals& totals, std::string_view name) {
        for (const results::Kpi& kpi : results::kKpis) {
            if (kpi.name == name) {
                return kpi.value(totals);
            }
        }
        return NAN;
    }
};

TEST_F(BilledRows, EqualRunsOfTheirOwn) {
    const scenario::Sweep swept = sweep("grid: {prices.billing.granularity: [1 s, 1 h]}\n", "3");
    CellStore cells(swept, 4);
    ReplicaRunner runner;
    WaitHistogram waits{};
    for (std::uint64_t c = 0; c < 2; ++c) {
        const CellOrProblem cell = cells.get(c);
        ASSERT_NE(cell.cell, nullptr) << cell.problem;
        for (std::uint32_t r = 0; r < 3; ++r) {
            const std::uint64_t seed = scenario::replica_seed(1, r);
            const ReplicaResult row = runner.run(*cell.cell, seed, waits);
            ASSERT_TRUE(row.complete());
            scenario::Loaded loaded = swept.load_cell(c, {{}, std::to_string(seed), {}});
            const scenario::Compiled compiled = scenario::compile(loaded);
            model::Ledger ledger = run(compiled, {});
            scenario::settle(loaded, compiled, ledger);
            const std::vector<double> single = results::kpi_values(ledger);
            const std::vector<double> swept_kpis = results::kpi_values(row.totals);
            for (std::size_t k = 0; k < single.size(); ++k) {
                EXPECT_TRUE(single[k] == swept_kpis[k] ||
                            (std::isnan(single[k]) && std::isnan(swept_kpis[k])))
                    << results::kKpis[k].name << ' ' << single[k] << ' ' << swept_kpis[k];
            }
            EXPECT_EQ(row.decisions, ledger.decisions);
            EXPECT_GT(kpi(row.totals, "revenue"), 0);
            EXPECT_GT(kpi(row.totals, "interruptions"), 0);
        }
    }
}

TEST_F(BilledRows, PricesDoNotRunItAgain) {
    const scenario::Sweep swept = sweep(
        "grid:\n  prices.list[0].price: [5.76 USD/gpu/h, 11.52 USD/gpu/h]\n"
        "  costs: [{rent: {price: 1 USD/gpu/h}}, {rent: {price: 2 USD/gpu/h}}]\n"
        "  checkpoint.write: [60 s, 10 min]\n",
        "2");
    CellStore cells(swept, 16);
    ReplicaRunner runner;
    WaitHistogram waits{};
    std::shared_ptr<RunStore> runs;
    std::vector<model::Totals> rows;
    std::vector<std::shared_ptr<const money::Statement>> kept;
    for (std::uint64_t c = 0; c < swept.cells(); ++c) {
        const CellOrProblem cell = cells.get(c);
        ASSERT_NE(cell.cell, nullptr) << cell.problem;
        runs = cell.cell->runs;
        for (std::uint32_t r = 0; r < 2; ++r) {
            const ReplicaResult row = runner.run(*cell.cell, scenario::replica_seed(1, r), waits);
            rows.push_back(row.totals);
            kept.push_back(row.statement);
        }
    }
    ASSERT_EQ(rows.size(), 16U);
    EXPECT_EQ(runs->runs(), 4U);  // two writes, two seeds
    for (std::size_t i = 0; i < 8;
         ++i) {  // 100 and 200 micro-units per GPU-tick: nothing is rounded
        EXPECT_EQ(kpi(rows[i + 8], "revenue_on_demand"), 2 * kpi(rows[i], "revenue_on_demand"));
        EXPECT_EQ(kpi(rows[i + 8], "revenue_spot"), kpi(rows[i], "revenue_spot"));
        EXPECT_EQ(kpi(rows[i + 8], "cost"), kpi(rows[i], "cost"));
    }
}

TEST_F(BilledRows, RunsThatWereLetGoAreMadeAgain) {
    RunStore store(0);
    int made = 0;
    const auto make = [&] {
        ++made;
        return UnbilledReplica{};
    };
    store.get("a", make);
    store.get("a", make);
    EXPECT_EQ(made, 1);
    store.get("b", make);  // beyond what it holds: "a" goes
    store.get("a", make);
    EXPECT_EQ(made, 3);
    EXPECT_THROW(store.get("c", []() -> UnbilledReplica { throw RunError("no"); }), RunError);
}

}  // namespace
}  // namespace tidepool::batch
