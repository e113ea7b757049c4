#pragma once
// `tidepool trace info|validate|convert` for files of demand.

#include <string>

#include "sim/cli/commands.h"
#include "workloads/trace_spec.h"

namespace tidepool::cli {

// Is this a file of demand and not of jobs: by `--format`, else by its first line?
bool is_demand(const Arguments& arguments, const std::string& file);

// `spec` holds window and load scale. They throw InputError and RunError.
void print_demand(const Arguments& arguments, const workloads::TraceSpec& spec);
std::string demand_verdict(const Arguments& arguments, const workloads::TraceSpec& spec);
void convert_demand(const Arguments& arguments, const workloads::TraceSpec& spec,
                    const std::string& to);

}  // namespace tidepool::cli
