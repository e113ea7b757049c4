#include "sim/results/jobs_table.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/assert.h"
#include "sim/base/ticks.h"
#include "sim/model/kpis.h"
#include "sim/model/reliability.h"
#include "sim/results/columns.h"
#include "sim/results/network_tables.h"

namespace tidepool::results {
namespace {

// The integer that prints exactly as this text, if there is one.
std::optional<std::int64_t> canonical_integer(std::string_view text) {
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (parsed.ec != std::errc{} || parsed.ptr != end || std::to_string(value) != text) {
        return std::nullopt;
    }
    return value;
}

h5::Dataset write_ids(h5::Group& jobs, std::span<const std::string_view> ids) {
    const h5::Meaning meaning{"", "id in the trace", ""};
    std::vector<std::int64_t> numbers;
    numbers.reserve(ids.size());
    for (const std::string_view id : ids) {
        const std::optional<std::int64_t> number = canonical_integer(id);
        if (!number) {
            return write_texts(jobs, "id", ids, meaning);
        }
        numbers.push_back(*number);
    }
    return jobs.column<std::int64_t>("id", numbers, {"1", meaning.long_name, ""});
}

// What interruptions and checkpoints made of it; only of runs that have them.
void add_reliability(Columns<model::JobRecord>& columns, Ticks end) {
    using model::JobRecord;
    const auto hours = [&](const char* name, std::string_view long_name, auto get) {
        columns.add<double>(name, "h", long_name, get);
    };
    using model::gpu_hours;
    using model::gpu_hours_of_work;
    hours("useful", "GPU-hours of work not lost by the end of the run",
          [](const JobRecord& j) { return gpu_hours_of_work(j.time.useful); });
    hours("checkpoint", "GPU-hours standing still for checkpoints",
          [](const JobRecord& j) { return gpu_hours(j.time.checkpoint); });
    hours("lost", "GPU-hours of work lost",
          [](const JobRecord& j) { return gpu_hours_of_work(j.time.lost); });
    hours("restart", "GPU-hours held from interruptions to the end of the restarts",
          [](const JobRecord& j) { return gpu_hours(j.time.restart); });
    hours("stalled", "GPU-hours at work less the work done: degraded GPUs, the network, rounding",
          [](const JobRecord& j) { return gpu_hours_of_work(j.time.stalled); });
    columns.add<double>("queued", "s", "all waits in the queue, first and later ones",
                        [](const JobRecord& j) { return seconds(j.queued); });
    columns.add<std::uint32_t>("attempts", "1", "starts and restarts",
                               [](const JobRecord& j) { return j.attempts; });
    columns.add<std::uint32_t>("interruptions", "1", "by outages and its own software",
                               [](const JobRecord& j) { return j.interruptions; });
    columns.add<std::uint32_t>("preemptions", "1",
                               "for jobs of higher priority and for units of services",
                               [](const JobRecord& j) { return j.preemptions; });
    columns.add<double>("ettr", "1",
                        "useful / (gpus * time out of the queue); NaN: it did not start",
                        [=](const JobRecord& j) { return model::ettr(j, end); });
    columns.add<double>("ettr_with_queue", "1",
                        "useful / (gpus * time from submission); NaN: it did not start",
                        [=](const JobRecord& j) { return model::ettr_with_queue(j, end); });
}

// What it waited for; only of runs with tenants.
void add_waits(Columns<model::JobRecord>& columns) {
    using model::JobRecord;
    const auto wait = [&](const char* name, std::string_view long_name, Ticks JobRecord::*of) {
        columns.add<double>(name, "s", long_name,
                            [of](const JobRecord& j) { return seconds(j.*of); });
    };
    wait("wait_quota", "of `queued`: over a limit", &JobRecord::wait_quota);
    wait("wait_capacity", "of `queued`: fewer GPUs free than it needs", &JobRecord::wait_capacity);
    wait("wait_fragmentation", "of `queued`: enough GPUs free, but no place",
         &JobRecord::wait_fragmentation);
    wait("wait_priority", "of `queued`: others came first", &JobRecord::wait_priority);
    columns.add<std::uint32_t>("evictions", "1", "of its preemptions: by a new limit of its tenant",
                               [](const JobRecord& j) { return j.evictions; });
}

}  // namespace

void write_jobs(h5::Group& root, const model::Ledger& ledger, std::span<const std::string_view> ids,
                std::string_view time_units) {
    using model::JobRecord;
    TP_ASSERT(ids.size() == ledger.jobs.size(), "one id per job");
    Columns<JobRecord> columns(root.group("jobs"), "job", ledger.jobs);
    columns.number_rows("row number, from 0: workload by workload, each in the order of its trace");
    columns.add(write_ids(columns.group(), ids));
    columns.add<std::int32_t>("workload", "1",
                              "index of its workload in the scenario, from 0; an id is unique "
                              "within a workload only",
                              [](const JobRecord& j) { return j.workload; });
    columns.add<std::uint32_t>("tenant", "1", "row of /dim/tenant",
                               [](const JobRecord& j) { return j.tenant; });
    columns.add_enum("plan", kPlanNames, "commercial plan",
                     [](const JobRecord& j) { return j.plan; });
    if (!ledger.services.empty()) {
        columns.add<std::uint32_t>("reclaims", "1",
                                   "of its preemptions: for units, or when its window closed",
                                   [](const JobRecord& j) { return j.reclaims; });
    }
    columns.add_optional(
        "gpu_model", "row of /dim/gpu_model it ran on; -1: it did not run",
        [](const JobRecord& j) { return j.start == kNever ? Row{} : Row{j.gpu_model}; });
    columns.add<std::uint32_t>("gpus", "1", "GPUs of the gang",
                               [](const JobRecord& j) { return j.gpus; });
    columns.add<double>("submit", time_units, "submission",
                        [](const JobRecord& j) { return seconds(j.submit); });
    columns.add<double>("start", time_units, "start; NaN: it did not start",
                        [](const JobRecord& j) { return seconds(j.start); });
    columns.add<double>("end", time_units, "end; NaN: it did not end",
                        [](const JobRecord& j) { return seconds(j.end); });
    columns.add<double>(
        "wait", "s", "start - submission; NaN: it did not start", [](const JobRecord& j) {
            return j.start == kNever ? seconds(kNever) : seconds(j.start) - seconds(j.submit);
        });
    columns.add_enum("state", kStateNames, "state at the end of the run",
                     [](const JobRecord& j) { return j.state; });
    columns.add_enum("rejection", kRejectionNames, "why it was rejected",
                     [](const JobRecord& j) { return j.rejection; });
    columns.add<std::uint32_t>("nodes", "1",
                               "nodes it held; 0: it did not run, or in a pool without nodes "
                               "(placement fungible)",
                               [](const JobRecord& j) { return j.nodes; });
    columns.add_optional("first_node", "lowest node it held; -1: none", [](const JobRecord& j) {
        return j.nodes == 0 ? Row{} : Row{j.first_node};
    });
    if (ledger.interruptible) {
        add_reliability(columns, ledger.end);
    }
    if (ledger.by_reason) {
        add_waits(columns);
    }
    if (ledger.network.on) {
        add_network(columns, ledger);
    }
    columns.close();
}

}  // namespace tidepool::results
