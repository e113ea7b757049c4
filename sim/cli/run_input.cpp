#include "sim/cli/run_input.h"

#include <cstdint>
#include <limits>
#include <string>

#include "sim/base/issue.h"
#include "sim/cli/sweep_input.h"
#include "sim/scenario/sweep.h"

namespace tidepool::cli {
namespace {

// Of `--cell` or `--replica`: one of `count`, from 0.
std::uint64_t number_below(const std::string& option, const std::string& text,
                           std::uint64_t count) {
    const std::uint64_t number = whole_number(option, text, 0);
    if (number >= count) {
        throw input_error(option, "there are only " + std::to_string(count) +
                                      ", counted from 0 (got " + text + ")");
    }
    return number;
}

scenario::Loaded load_row(const Arguments& arguments) {
    const std::string& file = arguments.files.at(0);
    if (!arguments.cell) {
        throw input_error(file, "is a sweep file",
                          "run all of it with `tidepool sweep`, or choose one run with --cell");
    }
    if (arguments.replica && arguments.seed) {
        throw input_error("--seed", "says the same as --replica", "keep one of the two");
    }
    const scenario::Sweep sweep = scenario::Sweep::load(file, {});
    const std::uint64_t cell = number_below("--cell", *arguments.cell, sweep.cells());
    scenario::LoadOptions options{arguments.overrides, arguments.seed, arguments.until,
                                  arguments.network};
    if (!arguments.seed) {  // any replica: a sweep may have been run with more than its file says
        constexpr std::uint64_t kReplicas = std::numeric_limits<std::uint32_t>::max();
        const std::uint64_t replica =
            arguments.replica ? number_below("--replica", *arguments.replica, kReplicas) : 0;
        const auto seed = static_cast<std::uint64_t>(sweep.load_cell(cell)->spec.seed);
        options.seed =
            std::to_string(scenario::replica_seed(seed, static_cast<std::uint32_t>(replica)));
    }
    return sweep.load_cell(cell, options);
}

}  // namespace

scenario::Loaded load_run(const Arguments& arguments) {
    const std::string& file = arguments.files.at(0);
    if (scenario::is_sweep(file)) {
        return load_row(arguments);
    }
    if (arguments.cell || arguments.replica) {
        throw input_error(arguments.cell ? "--cell" : "--replica",
                          "has no meaning for " + file + ", which is no sweep file");
    }
    return scenario::load(
        file, {arguments.overrides, arguments.seed, arguments.until, arguments.network});
}

}  // namespace tidepool::cli
