#include "sim/results/kpi_table.h"

#include <cmath>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/small_ledger.h"

namespace tidepool::results {
namespace {

using ::testing::HasSubstr;

std::map<std::string_view, double> values_of(const model::Ledger& ledger) {
    std::map<std::string_view, double> values;
    const std::vector<double> list = kpi_values(ledger);
    for (std::size_t k = 0; k < kKpis.size(); ++k) {
        values[kKpis[k].name] = list[k];
    }
    return values;
}

TEST(KpiTable, AgreesWithAHandComputation) {
    // From the table in small_ledger.h; 57,600 GPU-ticks are a GPU-hour, 16 ticks a second.
    const std::map<std::string_view, double> expected{
        {"gpus", 4},
        {"horizon_s", 100},
        {"gpu_hours_capacity", 6400 / 57600.0},
        {"gpu_hours_allocated", 4640 / 57600.0},
        {"gpu_hours_idle", 1760 / 57600.0},
        {"gpu_hours_useful", 4640 / 57600.0},
        {"allocation_rate", 0.725},  // 4640 / 6400
        {"jobs_submitted", 5},
        {"jobs_completed", 1},
        {"jobs_failed", 1},
        {"jobs_cancelled", 0},
        {"jobs_rejected", 1},
        {"jobs_unfinished", 2},
        {"wait_mean_s", 100 / 3.0},  // (0 + 30 + 70) / 3
        {"wait_p50_s", 30},
        {"wait_p95_s", 70},
        {"wait_p99_s", 70},
        {"wait_max_s", 70},
        {"queue_length_mean", 1.5},  // 2400 / 1600
        {"queue_length_max", 2},
        {"queued_gpus_mean", 3.9},  // 6240 / 1600
        {"makespan_s", 90},
    };
    const auto values = values_of(model::small_ledger());
    ASSERT_EQ(values.size(), expected.size());
    for (const auto& [name, value] : expected) {
        ASSERT_TRUE(values.contains(name)) << name;
        EXPECT_DOUBLE_EQ(values.at(name), value) << name;
    }
}

TEST(KpiTable, QuantilesAndMaximumDiffer) {
    // 200 jobs wait 1, 2, ... 200 ticks: ranks 100, 190 and 198.
    model::Ledger ledger;
    ledger.gpus = 1;
    ledger.end = Ticks{400};
    for (std::uint32_t j = 1; j <= 200; ++j) {
        model::JobRecord job;
        job.start = job.end = Ticks{j};
        job.state = model::JobState::kCancelled;
        ledger.jobs.push_back(job);
    }
    const auto values = values_of(ledger);
    EXPECT_DOUBLE_EQ(values.at("wait_mean_s"), 100.5 / 16);
    EXPECT_DOUBLE_EQ(values.at("wait_p50_s"), 100 / 16.0);
    EXPECT_DOUBLE_EQ(values.at("wait_p95_s"), 190 / 16.0);
    EXPECT_DOUBLE_EQ(values.at("wait_p99_s"), 198 / 16.0);
    EXPECT_DOUBLE_EQ(values.at("wait_max_s"), 200 / 16.0);
    EXPECT_DOUBLE_EQ(values.at("jobs_cancelled"), 200);
}

TEST(KpiTable, WithoutJobsWaitsAreUndefinedAndCountsAreZero) {
    model::Ledger ledger;
    ledger.gpus = 8;
    ledger.end = Ticks{16 * 3600};
    const auto values = values_of(ledger);
    for (const char* name :
         {"wait_mean_s", "wait_p50_s", "wait_p95_s", "wait_p99_s", "wait_max_s", "makespan_s"}) {
        EXPECT_TRUE(std::isnan(values.at(name))) << name;
    }
    EXPECT_DOUBLE_EQ(values.at("gpu_hours_idle"), 8);
    EXPECT_DOUBLE_EQ(values.at("allocation_rate"), 0);
    EXPECT_DOUBLE_EQ(values.at("jobs_submitted"), 0);
    EXPECT_THAT(kpi_table_text(ledger),
                HasSubstr("  wait_p50_s                   - s  median wait"));
    EXPECT_THAT(kpis_json(ledger), HasSubstr("\"wait_p50_s\": null"));
}

TEST(KpiTable, OfARunWithoutLengthRatesAreUndefined) {
    const auto values = values_of(model::Ledger{});
    for (const char* name : {"allocation_rate", "queue_length_mean", "queued_gpus_mean"}) {
        EXPECT_TRUE(std::isnan(values.at(name))) << name;
    }
}

TEST(KpiTable, NamesAreUniqueAndGroupsStandTogether) {
    std::set<std::string_view> names;
    std::set<Group> left;
    for (std::size_t k = 0; k < kKpis.size(); ++k) {
        EXPECT_TRUE(names.insert(kKpis[k].name).second) << kKpis[k].name;
        EXPECT_FALSE(kKpis[k].unit.empty() || kKpis[k].long_name.empty() ||
                     kKpis[k].formula.empty())
            << kKpis[k].name;
        if (k > 0 && kKpis[k].group != kKpis[k - 1].group) {
            EXPECT_TRUE(left.insert(kKpis[k - 1].group).second) << kKpis[k].name;
            EXPECT_FALSE(left.contains(kKpis[k].group)) << kKpis[k].name;
        }
    }
}

TEST(KpiTable, TextIsAlignedAndExactToTheTick) {
    model::Ledger ledger = model::small_ledger();
    ledger.end = Ticks{1601};  // 100.0625 s
    const std::string text = kpi_table_text(ledger);
    EXPECT_THAT(
        text,
        HasSubstr("capacity\n"
                  "  gpus                        4    GPUs installed\n"
                  "  horizon_s            100.0625 s  length of the run (to the horizon, or to "
                  "the last event)\n"));
    EXPECT_THAT(text, HasSubstr("\nservice\n"
                                "  jobs_submitted              5    jobs of the workload\n"));
    EXPECT_EQ(text.back(), '\n');
}

TEST(KpiTable, JsonKeepsTableOrderAndWholeNumbers) {
    const std::string json = kpis_json(model::small_ledger());
    EXPECT_EQ(json.substr(0, json.find("\"gpu_hours_capacity\"")),
              "{\n  \"gpus\": 4,\n  \"horizon_s\": 100,\n  ");
    EXPECT_THAT(json, HasSubstr("\"allocation_rate\": 0.725,"));
}

TEST(KpiTable, ReferenceHasARowPerKpi) {
    const std::string text = kpi_reference_markdown();
    EXPECT_THAT(text,
                HasSubstr("| `allocation_rate` | 1 | share of the installed GPU-hours held by "
                          "jobs | higher | capacity | gpu_hours_allocated / "
                          "gpu_hours_capacity |\n"));
    for (const Kpi& kpi : kKpis) {
        EXPECT_THAT(text, HasSubstr("\n| `" + std::string(kpi.name) + "` | "));
    }
}

}  // namespace
}  // namespace tidepool::results
