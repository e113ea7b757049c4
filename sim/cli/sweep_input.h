#pragma once
// What `tidepool sweep` is asked to do: the sweep, checked in every cell, and this call's part of
// it.

#include <string>

#include "sim/cli/arguments.h"
#include "sim/results/sweep_table.h"
#include "sim/scenario/sweep.h"

namespace tidepool::cli {

// More rows than this are refused without --yes.
inline constexpr std::uint64_t kManyRows = 10'000'000;

struct SweepJob {
    scenario::Sweep sweep;
    results::SweepHeader header;  // with the rows of --shard
    std::string output;
    unsigned threads = 1;
};

// Throws InputError with everything that is wrong: arguments, sweep file, any cell.
SweepJob read_sweep_job(const Arguments& arguments);

// A whole number of at least `least`, from an option's text.
std::uint64_t whole_number(const std::string& option, const std::string& text, std::uint64_t least);

}  // namespace tidepool::cli
