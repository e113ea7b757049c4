#pragma once
// One reader per trace format: from the lines of a file to a JobTrace. What is wrong is reported;
// when anything was, the trace returned may be anything. Both arguments must outlive the call only.
// What the files look like: trace_reference_markdown() in reference.h.

#include "workloads/job_trace.h"
#include "workloads/problems.h"
#include "workloads/source.h"

namespace tidepool::workloads {

JobTrace read_own(LineSource& lines, Problems& problems);
JobTrace read_philly(LineSource& lines, Problems& problems);
JobTrace read_swf(LineSource& lines, Problems& problems);
JobTrace read_openb(LineSource& lines, Problems& problems);

}  // namespace tidepool::workloads
