#pragma once
// Every KPI once: its name under /summary, its unit, what it means, which direction is better and
// how it is computed. The terminal table, JSON, the result file and the reference page all read
// this table; to add a KPI, add a row.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/json.h"
#include "sim/results/kpi.h"
#include "sim/results/kpi_inference.h"
#include "sim/results/kpi_money.h"
#include "sim/results/kpi_tenants.h"

namespace tidepool::results {

// Of the cluster and its jobs.
inline constexpr std::array kJobKpis{
    Kpi{"gpus", "1", "GPUs of the datacenter, those that arrive later included", Better::kNone,
        Group::kCapacity, 0, "sum over nodes installed by the end of the run",
        [](const model::Totals& t) { return static_cast<double>(t.gpus); }},
    Kpi{"horizon_s", "s", "length of the run (to the horizon, or to the last event)", Better::kNone,
        Group::kCapacity, 4, "end of the run - its start",
        [](const model::Totals& t) { return to_seconds(t.length).value; }},
    Kpi{"gpu_hours_capacity", "h", "GPU-hours installed", Better::kNone, Group::kCapacity, 4,
        "gpus * horizon_s / 3600, less the time before GPUs were installed",
        [](const model::Totals& t) { return model::gpu_hours(t.capacity); }},
    Kpi{"gpu_hours_down", "h", "GPU-hours down and held by nobody", Better::kLower,
        Group::kCapacity, 4, "integral over time of GPUs that are down and not held by a job",
        [](const model::Totals& t) { return model::gpu_hours(t.down); }},
    Kpi{"gpu_hours_spare", "h", "GPU-hours of spares that were ready", Better::kNone,
        Group::kCapacity, 4,
        "integral over time of the GPUs, neither down nor held, of nodes in the role of a spare",
        [](const model::Totals& t) { return model::gpu_hours(t.spare); }},
    Kpi{"gpu_hours_idle", "h", "GPU-hours in service that nobody held", Better::kLower,
        Group::kCapacity, 4,
        "gpu_hours_capacity - gpu_hours_down - gpu_hours_spare - gpu_hours_allocated",
        [](const model::Totals& t) { return model::gpu_hours(t.idle); }},
    Kpi{"gpu_hours_allocated", "h", "GPU-hours held by jobs", Better::kHigher, Group::kCapacity, 4,
        "gpu_hours_useful + gpu_hours_checkpoint + gpu_hours_lost + gpu_hours_restart + "
        "gpu_hours_stalled",
        [](const model::Totals& t) { return model::gpu_hours(t.allocated); }},
    Kpi{"gpu_hours_useful", "h", "GPU-hours of work that was not lost", Better::kHigher,
        Group::kCapacity, 4, "work done and not lost by the end of the run",
        [](const model::Totals& t) { return model::gpu_hours_of_work(t.time.useful); }},
    Kpi{"gpu_hours_checkpoint", "h", "GPU-hours standing still for checkpoints", Better::kLower,
        Group::kCapacity, 4, "time of the pauses for checkpoints, finished or not",
        [](const model::Totals& t) { return model::gpu_hours(t.time.checkpoint); }},
    Kpi{"gpu_hours_lost", "h", "GPU-hours of work that was lost", Better::kLower, Group::kCapacity,
        4, "work since the last safe checkpoint at interruptions and preemptions",
        [](const model::Totals& t) { return model::gpu_hours_of_work(t.time.lost); }},
    Kpi{"gpu_hours_restart", "h", "GPU-hours held while jobs recovered", Better::kLower,
        Group::kCapacity, 4, "GPUs held from interruptions to the end of the restarts",
        [](const model::Totals& t) { return model::gpu_hours(t.time.restart); }},
    Kpi{"gpu_hours_stalled", "h", "GPU-hours that degraded GPUs, the network or rounding took",
        Better::kLower, Group::kCapacity, 4, "time at work less the work done",
        [](const model::Totals& t) { return model::gpu_hours_of_work(t.time.stalled); }},
    Kpi{"allocation_rate", "1", "share of the installed GPU-hours held by jobs", Better::kHigher,
        Group::kCapacity, 4, "gpu_hours_allocated / gpu_hours_capacity",
        [](const model::Totals& t) { return model::ratio(t.allocated, t.capacity); }},
    Kpi{"goodput_rate", "1", "share of the installed GPU-hours that was useful", Better::kHigher,
        Group::kCapacity, 4, "gpu_hours_useful / gpu_hours_capacity",
        [](const model::Totals& t) {
            return model::ratio(t.time.useful, t.capacity) / double{model::kWorkUnits};
        }},

    Kpi{"availability", "1", "share of the installed GPU-hours that was not down", Better::kHigher,
        Group::kReliability, 6,
        "1 - down / gpu_hours_capacity; down: taken by outages to be repaired and planned ones, "
        "even if a job that does not feel the outage still holds the GPUs",
        [](const model::Totals& t) { return model::availability(t); }},
    Kpi{"availability_node_month_min", "1", "lowest availability of a node in 30 days",
        Better::kHigher, Group::kReliability, 6,
        "per node and each 30 days of the run from its start, if the node was installed for at "
        "least a day of them (also in the last, shorter ones): 1 - down / installed; minimum",
        [](const model::Totals& t) { return t.reliability.node_month_min; }},
    Kpi{"availability_node_month_p1", "1", "availability that 1 % of the node-months do not exceed",
        Better::kHigher, Group::kReliability, 6,
        "the ceil(0.01 n)-th smallest of the n values of availability_node_month_min",
        [](const model::Totals& t) { return t.reliability.node_month_p1; }},
    Kpi{"ettr", "1", "effective training time ratio, without queueing", Better::kHigher,
        Group::kReliability, 4,
        "sum of useful work / sum of gpus * time out of the queue, over started jobs; that time "
        "goes from first start to end, or end of the run, less later waits in the queue",
        [](const model::Totals& t) { return model::ettr(t); }},
    Kpi{"ettr_with_queue", "1", "effective training time ratio, all waits included",
        Better::kHigher, Group::kReliability, 4,
        "sum of useful work / sum of gpus * time from submission to end, or end of the run, over "
        "started jobs",
        [](const model::Totals& t) { return model::ettr_with_queue(t); }},
    Kpi{"interruptions", "1", "interruptions of jobs", Better::kLower, Group::kReliability, 0,
        "by outages, planned ones too, and by their own software failures; one for every job that "
        "an outage interrupts",
        [](const model::Totals& t) { return static_cast<double>(t.reliability.interruptions); }},
    Kpi{"mtti_h", "h", "mean time to interruption of a job", Better::kHigher, Group::kReliability,
        4, "time of the started jobs out of the queue / interruptions / 3600",
        [](const model::Totals& t) {
            return model::hours(t.reliability.out_of_queue, t.reliability.interruptions);
        }},
    Kpi{"recovery_mean_s", "s", "mean time from an interruption to the next start", Better::kLower,
        Group::kReliability, 4,
        "mean of start of the next attempt - interruption, waits in the queue included; jobs that "
        "did not start again are left out",
        [](const model::Totals& t) { return model::seconds(t.reliability.recoveries); }},
    Kpi{"outages", "1", "outages that began", Better::kLower, Group::kReliability, 0,
        "outages of kinds interruption and repair that began within the run, whether or not they "
        "hit a job",
        [](const model::Totals& t) { return static_cast<double>(t.reliability.outages); }},
    Kpi{"outages_planned", "1", "planned outages that began", Better::kNone, Group::kReliability, 0,
        "outages of kind maintenance that began within the run",
        [](const model::Totals& t) { return static_cast<double>(t.reliability.planned); }},
    Kpi{"degradations", "1", "degradations that began", Better::kLower, Group::kReliability, 0,
        "outages of kind degraded that began within the run",
        [](const model::Totals& t) { return static_cast<double>(t.reliability.degradations); }},
    Kpi{"mttr_h", "h", "mean time to repair of a node", Better::kLower, Group::kReliability, 4,
        "mean length of the downtimes of nodes (at least one GPU down; overlapping and touching "
        "outages are one) that ended within the run, without those that were only planned",
        [](const model::Totals& t) {
            return model::hours(t.reliability.repairs.sum, t.reliability.repairs.count);
        }},
    Kpi{"blast_radius_mean_gpus", "1", "mean GPUs of the jobs that one outage interrupted",
        Better::kLower, Group::kReliability, 2,
        "sum of gpus over these jobs, mean over the outages that interrupted any",
        [](const model::Totals& t) { return t.reliability.blast.mean(); }},
    Kpi{"blast_radius_max_gpus", "1", "most GPUs of the jobs that one outage interrupted",
        Better::kLower, Group::kReliability, 0,
        "sum of gpus over these jobs, maximum over the outages that interrupted any",
        [](const model::Totals& t) { return model::blast_max(t); }},
    Kpi{"checkpoints", "1", "checkpoints written", Better::kNone, Group::kReliability, 0,
        "finished checkpoints of all jobs, later lost ones included",
        [](const model::Totals& t) { return static_cast<double>(t.reliability.checkpoints); }},
    Kpi{"preemptions", "1", "preemptions of jobs", Better::kLower, Group::kReliability, 0,
        "times that a job made room for one of higher priority",
        [](const model::Totals& t) { return static_cast<double>(t.reliability.preemptions); }},
    Kpi{"second_order_preemptions", "1", "preemptions that interruptions caused", Better::kLower,
        Group::kReliability, 0, "preemptions for a job that had been interrupted",
        [](const model::Totals& t) {
            return static_cast<double>(t.reliability.second_order_preemptions);
        }},
    Kpi{"spares_in_use_mean", "1", "mean GPUs of spares in use", Better::kNone, Group::kReliability,
        4,
        "GPUs withheld as spares at the start - gpu_hours_spare * 3600 / horizon_s: they stand in "
        "for failed nodes or are down themselves",
        [](const model::Totals& t) { return t.spares_in_use; }},
    Kpi{"spares_in_use_max", "1", "most GPUs of spares in use", Better::kNone, Group::kReliability,
        4, "the same over one bin of the time series, maximum over the bins",
        [](const model::Totals& t) { return t.spares_in_use_max; }},

    Kpi{"gpu_hours_stalled_network", "h", "GPU-hours that the network took", Better::kLower,
        Group::kNetwork, 4,
        "of gpu_hours_stalled: what jobs lost because others, or what failed, left them less than "
        "the line rate of their nodes",
        [](const model::Totals& t) { return model::network_stalled(t); }},
    Kpi{"network_slowdown", "1", "how much longer work took because of the network", Better::kLower,
        Group::kNetwork, 4,
        "time at work / (time at work - gpu_hours_stalled_network), where time at work = "
        "gpu_hours_useful + gpu_hours_lost + gpu_hours_stalled",
        [](const model::Totals& t) { return model::network_slowdown(t); }},
    Kpi{"link_utilisation_max", "1", "mean utilisation of the busiest link", Better::kNone,
        Group::kNetwork, 4,
        "bytes / (capacity * horizon_s), maximum over the trunks of leaf groups and pods and "
        "storage; capacity with nothing broken",
        [](const model::Totals& t) { return t.network.largest; }},
    Kpi{"leaf_utilisation", "1", "mean utilisation of the trunks above leaf groups", Better::kNone,
        Group::kNetwork, 4, "sum of bytes away from the nodes / (sum of capacity * horizon_s)",
        [](const model::Totals& t) { return t.network.leaf; }},
    Kpi{"storage_utilisation", "1", "mean utilisation of shared storage", Better::kNone,
        Group::kNetwork, 4, "sum of bytes written and read / (sum of capacity * horizon_s)",
        [](const model::Totals& t) { return t.network.storage; }},

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
    Kpi{"wait_mean_s", "s", "mean first wait of the jobs that started", Better::kLower,
        Group::kService, 4, "sum of (start - submit) / count, over jobs started within the run",
        [](const model::Totals& t) {
            return model::ratio(t.waits.sum, t.waits.jobs * kTicksPerSecond);
        }},
    Kpi{"wait_p50_s", "s", "median first wait of the jobs that started", Better::kLower,
        Group::kService, 4, "the ceil(0.50 n)-th smallest of the n waits of started jobs",
        [](const model::Totals& t) {
            return t.waits.jobs == 0 ? model::kUndefined : to_seconds(t.waits.p50).value;
        }},
    Kpi{"wait_p95_s", "s", "95th percentile first wait of the jobs that started", Better::kLower,
        Group::kService, 4, "the ceil(0.95 n)-th smallest of the n waits of started jobs",
        [](const model::Totals& t) {
            return t.waits.jobs == 0 ? model::kUndefined : to_seconds(t.waits.p95).value;
        }},
    Kpi{"wait_p99_s", "s", "99th percentile first wait of the jobs that started", Better::kLower,
        Group::kService, 4, "the ceil(0.99 n)-th smallest of the n waits of started jobs",
        [](const model::Totals& t) {
            return t.waits.jobs == 0 ? model::kUndefined : to_seconds(t.waits.p99).value;
        }},
    Kpi{"wait_max_s", "s", "longest first wait of the jobs that started", Better::kLower,
        Group::kService, 4, "the largest of the waits of started jobs",
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
        [](const model::Totals&
               t) { return t.last_end == kNever ? model::kUndefined : to_seconds(t.last_end).value; }},
};

// In the order of the terminal table: rows of one group stand together.
inline constexpr auto kKpis = [] {
    std::array<Kpi,
               kJobKpis.size() + kTenantKpis.size() + kInferenceKpis.size() + kMoneyKpis.size()>
        all{};
    auto at = std::copy(kJobKpis.begin(), kJobKpis.end(), all.begin());
    at = std::copy(kTenantKpis.begin(), kTenantKpis.end(), at);
    at = std::copy(kInferenceKpis.begin(), kInferenceKpis.end(), at);
    std::copy(kMoneyKpis.begin(), kMoneyKpis.end(), at);
    return all;
}();

// Of the KPI, with this currency in it; empty: of a run that is not billed.
std::string unit_of(const Kpi& kpi, std::string_view currency);

// One value per row of kKpis.
std::vector<double> kpi_values(const model::Totals& totals);
std::vector<double> kpi_values(const model::Ledger& ledger);

// For a terminal: name, value, unit, long name, in groups with a heading each; `-` for undefined
// values. Ends with a line feed.
std::string kpi_table_text(const model::Ledger& ledger);
std::string kpi_table_text(const std::vector<double>& values, std::string_view currency);

// One object {"gpus": 64, ...} in table order; undefined values are null.
void write_kpis(JsonWriter& json, const model::Ledger& ledger);
void write_kpis(JsonWriter& json, const std::vector<double>& values);
std::string kpis_json(const model::Ledger& ledger);

// What every KPI means: introduction and table, without title.
std::string kpi_reference_markdown();

}  // namespace tidepool::results
