#pragma once
// Writes a trace in Tidepool's own format.

#include <string>

#include "workloads/job_trace.h"

namespace tidepool::workloads {

// Writes the trace as own CSV, packed as the name of the file says: `.csv`, `.csv.gz` or
// `.csv.zst`. Reading it back gives equal jobs, ids, tenants, GPU models and origin; equal traces
// give equal bytes. Columns in which every job has the fallback are left out. The file is there
// completely or not at all. Throws InputError when the file has another ending, when it exists and
// `replace` is false, or when something else than a plain file has the name; RunError when the disk
// refuses.
void write_trace(const JobTrace& trace, const std::string& path, bool replace = false);

// InputError unless the path ends in `.csv`, `.csv.gz` or `.csv.zst`.
void require_trace_ending(const std::string& path);

}  // namespace tidepool::workloads
