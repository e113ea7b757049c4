#include "workloads/reference.h"

#include <string_view>

#include "sim/base/assert.h"
#include "workloads/formats.h"
#include "workloads/own_format.h"
#include "workloads/row.h"
#include "workloads/source.h"
#include "workloads/trace_builder.h"

namespace tidepool::workloads {
namespace {

constexpr std::string_view kRules = R"(
Plain text, gzip or Zstandard, told by the first bytes. UTF-8; LF or CR LF; a byte-order mark is ignored.
The first line names the columns, in any order; an unknown name is an error. Fields may stand in double
quotes, with `""` for a quote; blanks around a field and blank lines are ignored. Lines before the header
that start with `#` are notes; the note `# origin: 2017-09-04T10:30:41` (with or without offset) gives
second 0 its calendar time.

Every row of a file is checked, and all problems are reported at once, the first 50 of them in full.
Errors are: a field too many or too few, a missing required value, a number that is none (`nan`, `inf`,
hexadecimal), negative times, an id given twice, a submit earlier than the row before, a job that would
end beyond the simulator's clock even if it started at once.
)";

constexpr std::string_view kPhilly = R"(
Columns `timestamp` (local, `YYYY-MM-DD hh:mm:ss`), `duration` (s), `num_gpus`, `gpu_time` (GPU-s, optional;
must be duration x num_gpus), `cluster`; others are ignored. Rows may stand in any order. Second 0 is the
first submission. The virtual cluster becomes the tenant; ids are row numbers, from 1, without the header.
Every job counts as completed: the processed file has no states.
)";

constexpr std::string_view kSwf = R"(
Rows of 18 numbers between blanks, -1 for unknown; `;` starts a comment, of which `UnixStartTime` dates
second 0 (UTC). Rows must be ordered by submit, as the standard asks.

| Field | becomes |
|---|---|
| 1 job number | id |
| 2 submit time (s) | submit |
| 4 run time (s) | duration; unknown: the row is left out and counted |
| 8 requested processors, else 5 allocated | gpus, one for one; both unknown or 0: left out and counted |
| 9 requested time (s) | estimate |
| 10 requested memory (KB per processor) | memory of the gang, x 1024 |
| 11 status | 0 failed, 1 completed, 5 cancelled, -1 taken as completed; 2, 3, 4 (partial executions) are left out and counted, since a summary row stands for them |
| 12 user | tenant `user<number>` |

The other fields must be numbers and are not used.
)";

constexpr std::string_view kOpenb = R"(
Pods as rows: `name`, `cpu_milli`, `memory_mib`, `num_gpu`, `gpu_milli` (share of each GPU, 1000 = whole),
`gpu_spec` (models joined by `|`), `qos`, `pod_phase`, `creation_time`, `deletion_time`, `scheduled_time` (s);
others are ignored. Submit is `creation_time`; duration is `deletion_time` - `scheduled_time`: the delay
between creation and scheduling is for the simulated scheduler to decide. Phase Failed becomes failed, Running
and Succeeded (the phase when recorded; such pods have an end too) completed. The QoS class becomes the
tenant, as a label: it is not a commercial plan. Left out and counted: pods without a GPU, pods on a part of
a GPU, pods that were never scheduled. A few pods are much older than the rest (99.6 % start in the
last 30 days of the record): choose a window.
)";

std::string_view text_of(Format format) {
    switch (format) {
        case Format::kPhilly:
            return kPhilly;
        case Format::kSwf:
            return kSwf;
        case Format::kOpenb:
            return kOpenb;
        case Format::kAuto:
        case Format::kTidepool:
        case Format::kCommon:
            break;
    }
    return {};
}

std::string column_table() {
    std::string text = "| Column | Type, unit | Default | Meaning |\n|---|---|---|---|\n";
    for (const OwnColumn& column : own_columns()) {
        text += "| `" + std::string(column.name) + "` | " + std::string(column.type) + " | " +
                (column.required ? "required" : std::string(column.fallback)) + " | " +
                std::string(column.doc) + " |\n";
    }
    return text;
}

std::string limits() {
    return "Limits: a line " + std::to_string(LineSource::kMostLine >> 20U) + " MiB, a name " +
           std::to_string(kLongestName) + " bytes, " + std::to_string(TraceBuilder::kMostJobs) +
           " jobs, " + std::to_string(LineSource::kMostLines) + " lines, " +
           std::to_string(kMostBytes >> 30U) + " GiB of text after unpacking.\n";
}

}  // namespace

std::string trace_reference_markdown() {
    std::string text = "# Trace formats\n\n| `format:` | What it is |\n|---|---|\n";
    for (const auto& kind : config::KindTable<Format>::kinds) {
        text += "| `" + std::string(kind.name) + "` | " + std::string(kind.summary) + " |\n";
    }
    text +=
        "\n## tidepool, common\n" + std::string(kRules) + '\n' + limits() + '\n' + column_table();
    for (const TraceFormat& format : kTraceFormats) {
        if (const std::string_view body = text_of(format.value); !body.empty()) {
            text += "\n## " + std::string(format.name) + '\n' + std::string(body);
        }
    }
    return text + demand_reference_markdown();
}

}  // namespace tidepool::workloads
