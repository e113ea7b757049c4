#pragma once
// The result file of a finished run, billed again.

#include <string>
#include <vector>

#include "sim/money/statement.h"
#include "sim/money/usage.h"

namespace tidepool::results {

// What a bill of it needs.
struct BilledRun {
    std::string bytes;  // the file
    std::string title;
    std::string origin;         // calendar time of tick 0; empty: none
    std::string resolved_yaml;  // of its scenario
    std::vector<double> kpis;   // one per row of kKpis
    money::Usage usage;
};

// InputError for a file that is no complete result of a run, has another layout, or was not billed.
BilledRun read_billed_run(const std::string& path);

// The KPIs with those of money as this statement has them.
std::vector<double> repriced_kpis(const BilledRun& run, const money::Statement& statement);

// The file with /summary, /money and /scenario as of now; all else as it was. `price_yaml`: what it
// was billed again with, verbatim.
std::string repriced_image(const BilledRun& run, const money::Statement& statement,
                           const std::string& resolved_yaml, const std::string& price_yaml);

}  // namespace tidepool::results
