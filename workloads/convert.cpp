#include "workloads/convert.h"

#include <cstddef>
#include <vector>

#include "sim/base/issue.h"
#include "workloads/own_format.h"
#include "workloads/pack.h"

namespace tidepool::workloads {
namespace {

// Does any job need the column?
bool is_used(const OwnColumn& column, const JobTrace& trace) {
    std::string value;
    for (std::size_t job = 0; job < trace.jobs.size(); ++job) {
        column.write(trace, job, value);
        if (!value.empty()) {
            return true;
        }
    }
    return false;
}

}  // namespace

// No `x.parquet` full of plain text, and no `x.gz` that hides what is packed in it.
void require_trace_ending(const std::string& path) {
    const auto ends = [&](const char* ending) { return path.ends_with(ending); };
    if (!ends(".csv") && !ends(".csv.gz") && !ends(".csv.zst")) {
        throw input_error(path, "no known ending for a trace to be written",
                          "name it .csv, .csv.gz or .csv.zst");
    }
}

void write_trace(const JobTrace& trace, const std::string& path, bool replace) {
    constexpr std::size_t kChunk = std::size_t{1} << 16U;
    require_trace_ending(path);
    PackedWriter file(path, replace);
    std::vector<const OwnColumn*> columns;
    std::string text;
    if (!trace.origin.empty()) {
        text += std::string(kOriginNote) + ' ' + trace.origin + '\n';
    }
    for (const OwnColumn& column : own_columns()) {
        if (column.required || is_used(column, trace)) {
            text += columns.empty() ? "" : ",";
            text += column.name;
            columns.push_back(&column);
        }
    }
    text += '\n';
    for (std::size_t job = 0; job < trace.jobs.size(); ++job) {
        for (const OwnColumn* column : columns) {
            if (column != columns.front()) {
                text += ',';
            }
            column->write(trace, job, text);
        }
        text += '\n';
        if (text.size() >= kChunk) {
            file.write(text);
            text.clear();
        }
    }
    file.write(text);
    file.commit();
}

}  // namespace tidepool::workloads
