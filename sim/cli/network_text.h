#pragma once
// Who shares what on the network at the end of a run, in words, as a table or as JSON.

#include <string>
#include <vector>

#include "sim/model/ledger.h"

namespace tidepool::cli {

// Which jobs stand still, cut off by what failed; empty: none. `ids`: of jobs.
std::string cut_off_text(const model::Ledger& ledger, const std::vector<std::string>& ids);

// The flows, then the links that several of them share or that are full.
std::string flows_table(const model::Ledger& ledger, const std::vector<std::string>& ids);
// {"scenario", "network", "at_s", "running", "flows", "links"}
std::string flows_json(const model::Ledger& ledger, const std::vector<std::string>& ids,
                       const std::string& scenario, const std::string& network, double at);

// Jobs that hold GPUs at the end.
std::size_t running_jobs(const model::Ledger& ledger);

}  // namespace tidepool::cli
