#pragma once
// What rates expect on average, bin by bin.

#include <vector>

#include "sim/base/quantity.h"
#include "workloads/demand.h"
#include "workloads/rate_trace.h"
#include "workloads/tide_spec.h"

namespace tidepool::workloads {

// Requests: the exact integral of the rates over each bin of [0, end); the last bin may be cut
// short by `end`. Tokens: times the mean lengths after rounding and cutting. What draw_requests()
// draws has these means, whatever the law of the gaps.
std::vector<DemandBin> expected_bins(const RateTrace& rates, const LengthsSpec& lengths,
                                     Seconds bin, Seconds end);

}  // namespace tidepool::workloads
