#pragma once
// The rates of a file as a DemandSpec wants them.

#include "sim/base/quantity.h"
#include "workloads/demand_spec.h"
#include "workloads/rate_trace.h"

namespace tidepool::workloads {

// The window of the trace, repeated up to `end` where the spec says so, times its scale. The trace
// was read without issues from `file`, which messages name. Throws InputError for a window in which
// nothing is asked for, and for more than kMostRateSteps steps.
RateTrace shape_rates(RateTrace trace, const DemandSpec& spec, const std::string& file,
                      Seconds end);

}  // namespace tidepool::workloads
