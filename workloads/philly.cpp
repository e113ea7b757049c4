// The Microsoft Philly trace in its processed five-column form (Jeon et al., ATC'19).

#include <array>
#include <cmath>
#include <string>

#include "workloads/readers.h"
#include "workloads/trace_builder.h"

namespace tidepool::workloads {
namespace {

enum : std::size_t { kTimestamp, kDuration, kGpus, kGpuTime, kCluster };
constexpr std::array<CsvColumn, 5> kHeader{{{"timestamp", true},
                                            {"duration", true},
                                            {"num_gpus", true},
                                            {"gpu_time", false},
                                            {"cluster", true}}};

// gpu_time is duration x num_gpus; a row where it is not was shifted or cut.
void check_gpu_time(Row& row, const Field& field, const Job& job) {
    const double read = row.real(field, "gpu_time", 0, kClockEnd * kMostGpus);
    const double product = job.duration.value * job.gpus;
    if (row.ok && std::abs(read - product) > 1e-9 * product) {
        row.fail(field, "gpu_time", "is not duration x num_gpus" + got(field.text));
    }
}

void read_row(const CsvTable& table, Row& row, Draft& draft) {
    draft.submit = *table[kTimestamp];
    draft.submitted = parse_calendar(table[kTimestamp]->text);
    if (!draft.submitted) {
        row.fail(*table[kTimestamp], "timestamp",
                 "not a calendar time" + got(table[kTimestamp]->text),
                 "write it like 2017-09-04 10:30:41");
    }
    draft.duration = *table[kDuration];
    draft.job.duration = row.time(*table[kDuration], "duration");
    draft.job.gpus =
        static_cast<std::uint32_t>(row.integer(*table[kGpus], "num_gpus", 1, kMostGpus));
    if (table[kGpuTime] != nullptr) {
        check_gpu_time(row, *table[kGpuTime], draft.job);
    }
    draft.tenant = row.text(*table[kCluster], "cluster");
}

}  // namespace

JobTrace read_philly(LineSource& lines, Problems& problems) {
    TraceBuilder builder(problems, RowOrder::kFree);
    CsvTable table(lines, problems);
    if (!table.read_header(kHeader, OtherColumns::kIgnore)) {
        return {};
    }
    bool more = true;
    for (std::uint64_t number = 1; more && table.next_row(); ++number) {
        builder.count_row();
        Row row{problems, table.line()};
        Draft draft;
        const std::string id = std::to_string(number);
        draft.id = id;
        read_row(table, row, draft);
        if (row.ok) {
            more = builder.add(row, draft);
        }
    }
    return builder.finish();
}

}  // namespace tidepool::workloads
