#pragma once
// `--set` and the presets of a topology, of prices and of promises, in the one order that means
// what people expect: assignments that choose a preset or file act first, then it is merged in,
// then all other assignments act, then what these refer to (the preset of `failures`, parts of the
// catalogue) is merged in as well.

#include <optional>
#include <span>
#include <string>

#include "sim/base/issue.h"
#include "sim/config/value.h"

namespace tidepool::scenario {

struct NamedFile {
    std::string as_written;
    std::string location;  // relative to the working directory
};

// Folder that a file name counts from: the one of the file that holds it, or the working directory
// (empty) when it came from the command line.
std::string folder_of(const config::Value& named);

// Joins a folder and a file name.
std::string joined(const std::string& folder, const std::string& file);

// What to lay over a file: first the assignments of a sweep, then those of --set.
struct Overrides {
    std::span<const config::Assignment> of_sweep;
    std::span<const std::string> of_command_line;
};

// `root` is a map with the topology under `topology`; other keys are a scenario's. With `bare`, the
// file was a topology alone, and assignments may leave out `topology.`. Returns the topology file
// that was merged in, if any.
std::optional<NamedFile> apply_overrides(config::Value& root, const Overrides& overrides, bool bare,
                                         Issues& issues);

}  // namespace tidepool::scenario
