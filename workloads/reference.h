#pragma once
// The documentation of trace files, generated from the tables the readers use.

#include <string>

namespace tidepool::workloads {

// Markdown: the columns of the own format, then a section per other format, then the formats of
// demand.
std::string trace_reference_markdown();

std::string demand_reference_markdown();  // its last part

}  // namespace tidepool::workloads
