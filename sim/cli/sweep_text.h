#pragma once
// What the commands about sweeps print.

#include <string>

#include "sim/cli/sweep_input.h"

namespace tidepool::cli {

// Of --dry-run: how much would run, and the cells.
void print_plan(const Arguments& arguments, const SweepJob& job);

// What there is to say beside the rows.
struct SweepOutcome {
    std::string file;       // that holds the rows
    std::string device;     // they ran on; empty: they did not run now
    std::string reproduce;  // command
};

// The cells with mean and 95 % interval of some KPIs, or JSON.
void print_sweep(const Arguments& arguments, const results::SweepHeader& header,
                 const results::SweepTable& table, const SweepOutcome& outcome);

// One line per cell with failed rows, of the first few.
std::string problems_text(const results::SweepTable& table);

}  // namespace tidepool::cli
