#pragma once
// The documentation of trace files, generated from the tables the readers use.

#include <string>

namespace tidepool::workloads {

// Markdown: the columns of the own format, then a section per other format.
std::string trace_reference_markdown();

}  // namespace tidepool::workloads
