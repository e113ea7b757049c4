#pragma once
// The commands of tidepool. Results go to stdout, everything else to stderr; InputError and
// RunError are left to main(), which prints them and picks the exit code.

#include <string>

#include "sim/cli/arguments.h"

namespace tidepool::cli {

ExitCode run_command(const Arguments& arguments, const std::string& command_line);
ExitCode sweep_command(const Arguments& arguments, const std::string& command_line);
ExitCode merge_command(const Arguments& arguments, const std::string& command_line);
ExitCode reprice_command(const Arguments& arguments, const std::string& command_line);
ExitCode calibrate_command(const Arguments& arguments);
ExitCode validate_command(const Arguments& arguments);
ExitCode topology_command(const Arguments& arguments);  // show, stats, export, flows
ExitCode flows_command(const Arguments& arguments);
ExitCode trace_command(const Arguments& arguments);  // info, validate, convert, generate
ExitCode trace_generate_command(const Arguments& arguments);
ExitCode model_command(const Arguments& arguments);  // checkpoint, spares, mtti, step, ...
ExitCode model_checkpoint_command(const Arguments& arguments);
ExitCode model_step_command(const Arguments& arguments);
ExitCode model_collective_command(const Arguments& arguments);
ExitCode model_serving_command(const Arguments& arguments);
ExitCode model_fleet_command(const Arguments& arguments);
ExitCode model_tco_command(const Arguments& arguments);
ExitCode model_payback_command(const Arguments& arguments);
ExitCode list_command(const Arguments& arguments);
ExitCode schema_command(const Arguments& arguments);
ExitCode reference_command(const Arguments& arguments);
ExitCode completion_command(const Arguments& arguments);
ExitCode version_command(const Arguments& arguments);

}  // namespace tidepool::cli
