#pragma once
// /summary: one scalar per KPI.

#include <string_view>
#include <vector>

#include "sim/results/h5.h"
#include "sim/results/h5_source.h"

namespace tidepool::results {

// `values`: one per row of kKpis; `currency`: of those of money, empty if the run is not billed.
void write_summary(h5::Group& root, const std::vector<double>& values, std::string_view currency);

// Back from a file of this layout; KPIs that it does not know are NaN.
std::vector<double> read_summary(const h5::Source& file);

}  // namespace tidepool::results
