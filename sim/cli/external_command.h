#pragma once
// Commands that are programs of their own, git style: `tidepool WORD ...` becomes `tidepool-WORD
// ...` if WORD is none of our commands and such a program is on PATH. It finds the path of this
// binary in the environment variable TIDEPOOL_BINARY.

#include <optional>
#include <string>
#include <vector>

#include "sim/cli/arguments.h"

namespace tidepool::cli {

// The programs that we ship, without their options.
std::vector<CommandHelp> external_commands();

// The lines of the help that name the programs that we ship.
std::string external_help();

// Becomes that program and does not return; RunError if the system cannot start it. Without such a
// program it returns kBadInput after saying how to install it if WORD is one that we ship, and
// nothing if the parser of the command line has the word.
std::optional<ExitCode> external_command(int argc, char** argv);

}  // namespace tidepool::cli
