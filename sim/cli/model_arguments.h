#pragma once
// The command line of `tidepool model`, apart from arguments.cpp, as it takes long to compile.

#include "sim/cli/arguments.h"

namespace CLI {
class App;
}

namespace tidepool::cli {

void add_json(CLI::App* app, Arguments& a);
void add_model(CLI::App& root, Arguments& a);

}  // namespace tidepool::cli
