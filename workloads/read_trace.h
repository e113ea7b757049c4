#pragma once
// From a TraceSpec to the jobs it means.

#include <string>

#include "sim/base/issue.h"
#include "workloads/job_trace.h"
#include "workloads/trace_spec.h"

namespace tidepool::workloads {

// Reads the file (a relative path counts from `base_dir`; empty: the working directory), then
// applies window, first, load_scale, growth and time_scale, in this order. Every problem goes to
// `issues`, the list of a file's problems capped as problems.h says; if there are any, the trace
// returned must not be used. A trace returned without issues has at least one job, and each ends
// within the simulator's clock.
JobTrace read_trace(const TraceSpec& spec, const std::string& base_dir, Issues& issues);

}  // namespace tidepool::workloads
