#pragma once
// Flow fidelity: what becomes of a demand given per bin of time, on the units that a service had.
// docs/inference-model.md states the rules and what they leave out.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/base/ticks.h"
#include "sim/model/service_capacity.h"
#include "sim/model/service_ledger.h"

namespace tidepool::model {

// Sums over one bin of the demand.
struct FlowDemand {
    double requests = 0, tokens_in = 0, tokens_out = 0;
    double unit_seconds = 0;  // of one request, the mean
    double work_seconds = 0;  // likewise, as the request replay counts work (ServiceBin::work_ns)
};

// So many units take requests from here on.
struct ReadyStep {
    std::uint32_t tick = 0;
    std::uint32_t units = 0;
};

struct FlowRules {
    std::string batch_class;  // of the requests with a deadline
    double batch_share = 0;   // of all requests
    double deadline = 0;      // s
    double batch_fill = 0.7;  // share of the capacity up to which they join
    double patience = 0;      // s; 0: endless
    double queue_limit = -1;  // requests that may wait per ready unit; < 0: any number
    double ttft_promise = 0, tpot_promise = 0;  // s; 0: none
    double cached_share = 0;                    // of prompt tokens
    double round_trip = 0;                      // s, on top of the times to first and last token
};

// The mean work of a request, as the request replay counts it: docs/inference.md, "Counted".
// tokens_in: those that are computed.
double full_batch_seconds(const UnitModel& unit, double tokens_in, double tokens_out);

// `demand` covers bins of `demand_bin` ticks, `ready` begins at tick 0 and is sorted. Bins of the
// ledger are `bin` ticks wide.
ServiceLedger flow_through(const FlowRules& rules, const FlowLatency& latency,
                           std::span<const FlowDemand> demand, std::uint32_t demand_bin,
                           std::span<const ReadyStep> ready, std::uint32_t end, std::uint32_t bin);

}  // namespace tidepool::model
