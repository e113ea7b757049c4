#pragma once
// Sums of a stream of requests per bin of time.

#include "sim/base/quantity.h"
#include "workloads/demand.h"
#include "workloads/request.h"

namespace tidepool::workloads {

// Reads the stream to its end; what arrives at `end` or later is not counted. Lengths are those of
// every 2^k-th request, so that at most kLengthSample are kept.
DemandSeries count_requests(RequestStream& requests, Seconds bin, Seconds end);

}  // namespace tidepool::workloads
