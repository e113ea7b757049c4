#pragma once
// Writes demand in Tidepool's own formats (own_requests.h, own_rates.h).

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "workloads/rate_trace.h"
#include "workloads/request.h"

namespace tidepool::workloads {

// Writes all requests of a stream; reading the file back gives the same requests, with the same
// names of classes. The columns class and blocks are left out where no request has any, which takes
// a first pass: `open` opens the stream anew each time. `origin`: calendar time of second 0, ISO
// 8601, or empty; asked for after the first pass. Returns how many requests there were. Files and
// errors as write_trace() in convert.h.
using OpenStream = std::function<std::unique_ptr<RequestStream>()>;
std::uint64_t write_requests(const OpenStream& open, const std::function<std::string()>& origin,
                             const std::string& path, bool replace = false);

// Reading the file back gives an equal trace; its clients must have different names.
void write_rates(const RateTrace& rates, const std::string& path, bool replace = false);

}  // namespace tidepool::workloads
