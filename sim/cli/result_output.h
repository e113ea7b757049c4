#pragma once
// What the commands that write result files have in common.

#include <string>
#include <vector>

#include "sim/results/result_file.h"
#include "sim/scenario/load.h"

namespace tidepool::cli {

// The name of a scenario or sweep as a file name: letters, digits, dot and dash stay, the rest
// becomes a dash.
std::string default_output(const std::string& name);

// Throws InputError if the two are one file.
void refuse_input_as_output(const std::string& input, const std::string& output);

// Neither the output nor its `.partial` may be a file that the run is made from: `file`, which the
// command was given, or what that reads (InputError).
void refuse_input_as_output(const std::vector<scenario::Input>& inputs, const std::string& file,
                            const std::string& output);

// Everything that may differ between two equal runs. device: `cpu` or the names of GPUs.
results::Provenance provenance(const std::string& command_line, double wall_seconds,
                               const std::string& device, unsigned threads);

}  // namespace tidepool::cli
