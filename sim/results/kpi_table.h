#pragma once
// Every KPI once: its name under /summary, its unit, what it means, which direction is better and
// how it is computed. The terminal table, JSON, the result file and the reference page all read
// this table; to add a KPI, add a row.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/json.h"
#include "sim/model/kpis.h"

namespace tidepool::results {

enum class Better { kHigher, kLower, kNone };  // kNone: an input, or a matter of taste
enum class Group { kCapacity, kReliability, kMoney, kService };

std::string_view name_of(Better better);  // higher, lower, none
std::string_view name_of(Group group);    // capacity, reliability, money, service

struct Kpi {
    std::string_view name;
    std::string_view unit;  // UDUNITS style; 1 for counts and ratios
    std::string_view long_name;
    Better better;
    Group group;
    int decimals;  // in the terminal table; 4 show every tick of 1/16 s exactly
    std::string_view formula;
    double (*value)(const model::Totals&);  // NaN: undefined, say the wait when no job started
};

// In the order of the terminal table: rows of one group stand together.
inline constexpr std::array kKpis{
    Kpi{"gpus", "1", "GPUs installed", Better::kNone, Group::kCapacity, 0, "sum over nodes",
        [](const model::Totals& t) { return static_cast<double>(t.gpus); }},
    Kpi{"horizon_s", "s", "length of the run (to the horizon, or to the last event)", Better::kNone,
        Group::kCapacity, 4, "end of the run - its start",
        [](const model::Totals& t) { return to_seconds(t.length).value; }},
    Kpi{"gpu_hours_capacity", "h", "GPU-hours installed", Better::kNone, Group::kCapacity, 4,
        "gpus * horizon_s / 3600",
        [](const model::Totals& t) { return model::gpu_hours(t.capacity); }},
    Kpi{"gpu_hours_allocated", "h", "GPU-hours held by jobs", Better::kHigher, Group::kCapacity, 4,
        "sum over started jobs of gpus * (end - start) / 3600; running jobs up to the end of the "
        "run",
        [](const model::Totals& t) { return model::gpu_hours(t.allocated); }},
    Kpi{"gpu_hours_idle", "h", "GPU-hours nobody held", Better::kLower, Group::kCapacity, 4,
        "gpu_hours_capacity - gpu_hours_allocated",
        [](const model::Totals& t) { return model::gpu_hours(t.idle); }},
    Kpi{"gpu_hours_useful", "h", "GPU-hours of work that was not lost", Better::kHigher,
        Group::kCapacity, 4,
        "gpu_hours_allocated - work lost to interruptions; nothing interrupts jobs in this version",
        [](const model::Totals& t) { return model::gpu_hours(t.allocated); }},
    Kpi{"allocation_rate", "1", "share of the installed GPU-hours held by jobs", Better::kHigher,
        Group::kCapacity, 4, "gpu_hours_allocated / gpu_hours_capacity",
        [](const model::Totals& t) { return model::ratio(t.allocated, t.capacity); }},

    Kpi{"jobs_submitted", "1", "jobs of the workload", Better::kNone, Group::kService, 0,
        "jobs_completed + jobs_failed + jobs_cancelled + jobs_rejected + jobs_unfinished",
        [](const model::Totals& t) { return static_cast<double>(t.submitted); }},
    Kpi{"jobs_completed", "1", "jobs that ran to their end", Better::kHigher, Group::kService, 0,
        "jobs that ended within the run as completed",
        [](const model::Totals& t) {
            return static_cast<double>(t.in(model::JobState::kCompleted));
        }},
    Kpi{"jobs_failed", "1", "jobs that ran and failed by themselves", Better::kNone,
        Group::kService, 0, "jobs that ended within the run as failed, as their trace says",
        [](const model::Totals& t) { return static_cast<double>(t.in(model::JobState::kFailed)); }},
    Kpi{"jobs_cancelled", "1", "jobs that ran and were cancelled by their user", Better::kNone,
        Group::kService, 0, "jobs that ended within the run as cancelled, as their trace says",
        [](const model::Totals& t) {
            return static_cast<double>(t.in(model::JobState::kCancelled));
        }},
    Kpi{"jobs_rejected", "1", "jobs never queued", Better::kLower, Group::kService, 0,
        "jobs too large, without a fitting GPU model, or submitted at or after the end of the run",
        [](const model::Totals& t) {
            return static_cast<double>(t.in(model::JobState::kRejected));
        }},
    Kpi{"jobs_unfinished", "1", "jobs still queued or running at the end of the run",
        Better::kLower, Group::kService, 0, "jobs queued + jobs running at the end of the run",
        [](const model::Totals& t) {
            return static_cast<double>(t.in(model::JobState::kQueued) +
                                       t.in(model::JobState::kRunning));
        }},
    Kpi{"wait_mean_s", "s", "mean wait of the jobs that started", Better::kLower, Group::kService,
        4, "sum of (start - submit) / count, over jobs started within the run",
        [](const model::Totals& t) {
            return model::ratio(t.waits.sum, t.waits.jobs * kTicksPerSecond);
        }},
    Kpi{"wait_p50_s", "s", "median wait of the jobs that started", Better::kLower, Group::kService,
        4, "the ceil(0.50 n)-th smallest of the n waits of started jobs",
        [](const model::Totals& t) {
            return t.waits.jobs == 0 ? model::kUndefined : to_seconds(t.waits.p50).value;
        }},
    Kpi{"wait_p95_s", "s", "95th percentile wait of the jobs that started", Better::kLower,
        Group::kService, 4, "the ceil(0.95 n)-th smallest of the n waits of started jobs",
        [](const model::Totals& t) {
            return t.waits.jobs == 0 ? model::kUndefined : to_seconds(t.waits.p95).value;
        }},
    Kpi{"wait_p99_s", "s", "99th percentile wait of the jobs that started", Better::kLower,
        Group::kService, 4, "the ceil(0.99 n)-th smallest of the n waits of started jobs",
        [](const model::Totals& t) {
            return t.waits.jobs == 0 ? model::kUndefined : to_seconds(t.waits.p99).value;
        }},
    Kpi{"wait_max_s", "s", "longest wait of the jobs that started", Better::kLower, Group::kService,
        4, "the largest of the waits of started jobs",
        [](const model::Totals& t) {
            return t.waits.jobs == 0 ? model::kUndefined : to_seconds(t.waits.max).value;
        }},
    Kpi{"queue_length_mean", "1", "mean number of waiting jobs", Better::kLower, Group::kService, 4,
        "integral of waiting jobs over time / horizon_s",
        [](const model::Totals& t) { return model::ratio(t.queue_length, t.length.value); }},
    Kpi{"queue_length_max", "1", "largest number of waiting jobs", Better::kLower, Group::kService,
        0, "maximum over time of waiting jobs, after each scheduling pass",
        [](const model::Totals& t) { return static_cast<double>(t.queue_length_max); }},
    Kpi{"queued_gpus_mean", "1", "mean number of GPUs asked for by waiting jobs", Better::kLower,
        Group::kService, 4, "integral over time of the GPUs of waiting jobs / horizon_s",
        [](const model::Totals& t) { return model::ratio(t.queued_gpus, t.length.value); }},
    Kpi{"makespan_s", "s", "time until the last job ended", Better::kLower, Group::kService, 4,
        "last end of a job - start of the run",
        [](const model::Totals& t) {
            return t.last_end == kNever ? model::kUndefined : to_seconds(t.last_end).value;
        }},
};

// One value per row of kKpis.
std::vector<double> kpi_values(const model::Ledger& ledger);

// For a terminal: name, value, unit, long name, in groups with a heading each; `-` for undefined
// values. Ends with a line feed.
std::string kpi_table_text(const model::Ledger& ledger);

// One object {"gpus": 64, ...} in table order; undefined values are null.
void write_kpis(JsonWriter& json, const model::Ledger& ledger);
std::string kpis_json(const model::Ledger& ledger);

// What every KPI means: introduction and table, without title.
std::string kpi_reference_markdown();

}  // namespace tidepool::results
