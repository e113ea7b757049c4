#pragma once
// Requests drawn from rates: every client is a renewal process whose gaps follow its law, in the
// time in which its rate is 1 (so that rates may change at any instant).

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/base/quantity.h"
#include "workloads/demand.h"
#include "workloads/rate_trace.h"
#include "workloads/request.h"
#include "workloads/tide_spec.h"

namespace tidepool::workloads {

// The requests of [0, min(end, rates.end)), in order of arrival. `seed`, `entity`: whose luck.
std::unique_ptr<RequestStream> draw_requests(const RateTrace& rates, const LengthsSpec& lengths,
                                             const ArrivalsSpec& arrivals,
                                             const std::vector<ClassShare>& classes,
                                             std::uint64_t seed, std::uint32_t entity, Seconds end);

// The rates that a tide means over [0, end): one client, gaps not given.
RateTrace generate_tide(const TideSpec& tide, std::uint64_t seed, std::uint32_t entity,
                        Seconds end);

// Equally likely lengths that stand for the distribution: kLengthSample of them, always the same.
std::vector<Lengths> sample_lengths(const LengthsSpec& lengths);

}  // namespace tidepool::workloads
