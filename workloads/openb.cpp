// Pods of Alibaba's GPU-sharing cluster, cluster-trace-gpu-v2023 "openb" (Weng et al., ATC'23).

#include <algorithm>
#include <array>

#include "workloads/readers.h"
#include "workloads/trace_builder.h"

namespace tidepool::workloads {
namespace {

enum : std::size_t {
    kName,
    kCpu,
    kMemory,
    kGpus,
    kGpuShare,
    kModels,
    kQos,
    kPhase,
    kCreated,
    kDeleted,
    kScheduled
};
constexpr std::array<CsvColumn, 11> kHeader{{{"name", true},
                                             {"cpu_milli", true},
                                             {"memory_mib", true},
                                             {"num_gpu", true},
                                             {"gpu_milli", true},
                                             {"gpu_spec", true},
                                             {"qos", true},
                                             {"pod_phase", true},
                                             {"creation_time", true},
                                             {"deletion_time", true},
                                             {"scheduled_time", true}}};

constexpr std::int64_t kWholeGpu = 1000;  // gpu_milli
constexpr double kMebibyte = 1024.0 * 1024.0;

void read_end(Row& row, const Field& field, JobEnd& end) {
    if (field.text == "Failed") {
        end = JobEnd::kFailed;
    } else if (field.text != "Running" && field.text != "Succeeded" && field.text != "Pending") {
        row.fail(field, "pod_phase", "unknown value" + got(field.text),
                 did_you_mean(field.text, {"Failed", "Pending", "Running", "Succeeded"}));
    }
}

// A pod holds its GPUs from scheduled_time to deletion_time. What it waited before is left out: the
// simulated scheduler decides that anew.
void read_times(const CsvTable& table, Row& row, Draft& draft) {
    draft.submit = *table[kCreated];
    draft.duration = *table[kDeleted];
    draft.job.submit = row.time(*table[kCreated], "creation_time");
    const Seconds deleted = row.time(*table[kDeleted], "deletion_time");
    if (table[kScheduled]->text.empty()) {
        return;
    }
    const Seconds scheduled = row.time(*table[kScheduled], "scheduled_time");
    draft.job.duration.value = deleted.value - scheduled.value;
    if (row.ok && scheduled < draft.job.submit) {
        row.fail(*table[kScheduled], "scheduled_time",
                 "before creation_time" + got(table[kScheduled]->text));
    } else if (row.ok && deleted < scheduled) {
        row.fail(*table[kDeleted], "deletion_time",
                 "before scheduled_time" + got(table[kDeleted]->text));
    }
}

// Why the pod is no job of ours; empty when it is one.
std::string_view reason_to_skip(const CsvTable& table, std::int64_t gpus, std::int64_t share) {
    if (gpus == 0) {
        return "without a GPU";
    }
    if (share < kWholeGpu) {
        return "on a part of a GPU";
    }
    const bool ran = !table[kScheduled]->text.empty() && table[kPhase]->text != "Pending";
    return ran ? std::string_view{} : "never scheduled";
}

void read_pod(const CsvTable& table, Problems& problems, TraceBuilder& builder, bool& more) {
    Row row{problems, table.line()};
    Draft draft;
    draft.id_column = table[kName]->column;
    draft.id = row.text(*table[kName], "name");
    draft.job.cpus = row.real(*table[kCpu], "cpu_milli", 0, 1e12) / 1000;
    draft.job.memory = {row.real(*table[kMemory], "memory_mib", 0, 1e12) * kMebibyte};
    const std::int64_t gpus = row.integer(*table[kGpus], "num_gpu", 0, kMostGpus);
    const std::int64_t share = row.integer(*table[kGpuShare], "gpu_milli", 0, kWholeGpu);
    if (!table[kModels]->text.empty()) {
        draft.gpu_model = row.text(*table[kModels], "gpu_spec");
    }
    draft.tenant = row.text(*table[kQos], "qos");
    read_end(row, *table[kPhase], draft.job.end);
    read_times(table, row, draft);
    if (!row.ok) {
        return;
    }
    if (const std::string_view why = reason_to_skip(table, gpus, share); !why.empty()) {
        builder.skip(why);
    } else {
        draft.job.gpus = static_cast<std::uint32_t>(gpus);
        more = builder.add(row, draft);
    }
}

}  // namespace

JobTrace read_openb(LineSource& lines, Problems& problems) {
    TraceBuilder builder(problems, RowOrder::kFree);
    CsvTable table(lines, problems);
    if (!table.read_header(kHeader, OtherColumns::kIgnore)) {
        return {};
    }
    bool more = true;
    while (more && table.next_row()) {
        builder.count_row();
        read_pod(table, problems, builder, more);
    }
    return builder.finish();
}

}  // namespace tidepool::workloads
