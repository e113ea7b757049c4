#include "sim/results/kpi_table.h"

#include <cmath>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/networked_ledger.h"
#include "tests/model/small_ledger.h"

namespace tidepool::results {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

std::map<std::string_view, double> values_of(const model::Ledger& ledger) {
    std::map<std::string_view, double> values;
    const std::vector<double> list = kpi_values(ledger);
    for (std::size_t k = 0; k < kKpis.size(); ++k) {
        values[kKpis[k].name] = list[k];
    }
    return values;
}

constexpr double kNone = model::kUndefined;

void expect_values(const model::Ledger& ledger,
                   const std::map<std::string_view, double>& expected) {
    const auto values = values_of(ledger);
    ASSERT_EQ(kJobKpis.size(), expected.size());
    for (const Kpi& kpi : kInferenceKpis) {  // without services
        EXPECT_TRUE(std::isnan(values.at(kpi.name))) << kpi.name;
    }
    for (const auto& [name, value] : expected) {
        ASSERT_TRUE(values.contains(name)) << name;
        if (std::isnan(value)) {
            EXPECT_TRUE(std::isnan(values.at(name))) << name << " is " << values.at(name);
        } else {
            EXPECT_DOUBLE_EQ(values.at(name), value) << name;
        }
    }
}

TEST(KpiTable, AgreesWithAHandComputation) {
    // From the table in small_ledger.h; 57,600 GPU-ticks are a GPU-hour, 16 ticks a second.
    const std::map<std::string_view, double> expected{
        {"gpus", 4},
        {"horizon_s", 100},
        {"gpu_hours_capacity", 6400 / 57600.0},
        {"gpu_hours_allocated", 4640 / 57600.0},
        {"gpu_hours_idle", 1760 / 57600.0},
        {"gpu_hours_down", 0},
        {"gpu_hours_spare", 0},
        {"gpu_hours_useful", 4640 / 57600.0},
        {"gpu_hours_checkpoint", 0},
        {"gpu_hours_lost", 0},
        {"gpu_hours_restart", 0},
        {"gpu_hours_stalled", 0},
        {"allocation_rate", 0.725},  // 4640 / 6400
        {"goodput_rate", 0.725},
        {"availability", 1},
        {"availability_node_month_min", kNone},
        {"availability_node_month_p1", kNone},
        {"ettr", 1},
        {"ettr_with_queue", 4640 / 7680.0},  // jobs 1 and 2 waited 4 * 480 + 1120 GPU-ticks
        {"interruptions", 0},
        {"mtti_h", kNone},
        {"recovery_mean_s", kNone},
        {"outages", 0},
        {"outages_planned", 0},
        {"degradations", 0},
        {"mttr_h", kNone},
        {"blast_radius_mean_gpus", kNone},
        {"blast_radius_max_gpus", kNone},
        {"checkpoints", 0},
        {"preemptions", 0},
        {"second_order_preemptions", 0},
        {"spares_in_use_mean", 0},
        {"spares_in_use_max", 0},
        {"gpu_hours_stalled_network", kNone},
        {"network_slowdown", kNone},
        {"link_utilisation_max", kNone},
        {"leaf_utilisation", kNone},
        {"storage_utilisation", kNone},
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
    expect_values(model::small_ledger(), expected);
}

TEST(KpiTable, AgreesWithAHandComputationOfInterruptions) {
    // From the table in interrupted_ledger.h.
    model::Ledger ledger = model::interrupted_ledger();
    ledger.second_order_preemptions = 7;
    const std::map<std::string_view, double> expected{
        {"gpus", 10},
        {"horizon_s", 100},
        {"gpu_hours_capacity", 14400 / 57600.0},
        {"gpu_hours_down", 1800 / 57600.0},
        {"gpu_hours_spare", 1400 / 57600.0},
        {"gpu_hours_idle", 1536 / 57600.0},
        {"gpu_hours_allocated", 9664 / 57600.0},
        {"gpu_hours_useful", 7120 / 57600.0},  // 4 * 480 + 2 * 200 + 8 * 600
        {"gpu_hours_checkpoint", 128 / 57600.0},
        {"gpu_hours_lost", 1720 / 57600.0},    // 4 * 100 + 2 * 660
        {"gpu_hours_restart", 496 / 57600.0},  // 4 * 88 + 2 * 72
        {"gpu_hours_stalled", 200 / 57600.0},
        {"allocation_rate", 9664 / 14400.0},
        {"goodput_rate", 7120 / 14400.0},
        {"availability", 0.875},  // 1 - 1800 / 14400
        {"availability_node_month_min", kNone},
        {"availability_node_month_p1", kNone},
        {"ettr", 7120 / 9664.0},
        {"ettr_with_queue", 7120 / 11864.0},  // and 2 * 768 + 2 * 332 GPU-ticks queued
        {"interruptions", 2},
        {"mtti_h", 1166 / 57600.0},  // (700 + 832 + 200 + 600) / 2
        {"recovery_mean_s", 7.75},   // (48 + 200) / 2 ticks
        {"outages", 2},
        {"outages_planned", 1},
        {"degradations", 1},
        {"mttr_h", 800 / 57600.0},  // the planned downtime is none to be repaired
        {"blast_radius_mean_gpus", 4},
        {"blast_radius_max_gpus", 4},
        {"checkpoints", 2},
        {"preemptions", 1},
        {"second_order_preemptions", 7},
        {"spares_in_use_mean", 1.125},  // 2 - 1400 / 1600
        {"spares_in_use_max", 1.3625},  // 2 - 408 / 640
        {"gpu_hours_stalled_network", kNone},
        {"network_slowdown", kNone},
        {"link_utilisation_max", kNone},
        {"leaf_utilisation", kNone},
        {"storage_utilisation", kNone},
        {"jobs_submitted", 5},
        {"jobs_completed", 2},
        {"jobs_failed", 0},
        {"jobs_cancelled", 0},
        {"jobs_rejected", 0},
        {"jobs_unfinished", 3},
        {"wait_mean_s", 5.1875},  // 332 / 4 ticks: first waits only
        {"wait_p50_s", 0},
        {"wait_p95_s", 20.75},
        {"wait_p99_s", 20.75},
        {"wait_max_s", 20.75},
        {"queue_length_mean", 1},
        {"queue_length_max", 2},
        {"queued_gpus_mean", 2},
        {"makespan_s", 45.75},
    };
    expect_values(ledger, expected);
}

TEST(KpiTable, TheNetworkHasItsOwnGroup) {
    const model::Ledger ledger = model::networked_ledger();
    const auto values = values_of(ledger);
    EXPECT_DOUBLE_EQ(values.at("gpu_hours_stalled_network"), 200 / 57600.0);
    EXPECT_DOUBLE_EQ(values.at("network_slowdown"), 9040 / 8840.0);
    EXPECT_DOUBLE_EQ(values.at("link_utilisation_max"), 0.7);
    EXPECT_DOUBLE_EQ(values.at("leaf_utilisation"), 8500 / 15000.0);
    EXPECT_DOUBLE_EQ(values.at("storage_utilisation"), 0.1);
    EXPECT_THAT(kpi_table_text(ledger), HasSubstr("\nnetwork\n  gpu_hours_stalled_network "));
}

TEST(KpiTable, LeavesOutAGroupThatSaysNothing) {
    const std::string text = kpi_table_text(model::interrupted_ledger());
    EXPECT_THAT(text, Not(HasSubstr("network\n")));
    EXPECT_THAT(text, Not(HasSubstr("network_slowdown")));
    EXPECT_THAT(kpis_json(model::interrupted_ledger()), HasSubstr("\"network_slowdown\": null"));
}

TEST(KpiTable, BlastRadiusIsOverOutagesThatHit) {
    model::Ledger ledger;
    ledger.effects = {{1, 8}, {}, {3, 20}, {1, 2}};  // 30 / 3
    const auto values = values_of(ledger);
    EXPECT_DOUBLE_EQ(values.at("blast_radius_mean_gpus"), 10);
    EXPECT_DOUBLE_EQ(values.at("blast_radius_max_gpus"), 20);
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
    EXPECT_THAT(kpi_table_text(ledger), ContainsRegex("\n  wait_p50_s +- s  median first wait"));
    EXPECT_THAT(kpis_json(ledger), HasSubstr("\"wait_p50_s\": null"));
}

TEST(KpiTable, OfARunWithoutLengthRatesAreUndefined) {
    const auto values = values_of(model::Ledger{});
    for (const char* name :
         {"allocation_rate", "goodput_rate", "availability", "ettr", "mtti_h", "spares_in_use_mean",
          "spares_in_use_max", "queue_length_mean", "queued_gpus_mean"}) {
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
        HasSubstr(
            "capacity\n"
            "  gpus                                4    GPUs of the datacenter, those that arrive "
            "later included\n"
            "  horizon_s                    100.0625 s  length of the run (to the horizon, or "
            "to the last event)\n"));
    EXPECT_THAT(text,
                HasSubstr("\nservice\n"
                          "  jobs_submitted                      5    jobs of the workload\n"));
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
