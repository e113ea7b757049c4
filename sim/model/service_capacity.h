#pragma once
// Flow fidelity: what a unit can serve, and how long requests wait, in closed form.
// docs/inference.md states the formulas, their assumptions and their sources.

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "sim/model/unit_model.h"

namespace tidepool::model {

struct Length {
    std::uint32_t tokens_in = 1, tokens_out = 1;
};

// The work of one request, in seconds of a unit whose batch is full: prompt + answer.
double unit_seconds(const UnitModel& unit, double tokens_in, double tokens_out, double cached_share);

struct FlowPoint {
    double utilisation = 0;  // of the units: offered work / (units * time)
    double batch = 0;        // mean answers in a unit's batch
    double ttft_mean = 0, ttft_p50 = 0, ttft_p95 = 0, ttft_p99 = 0;  // s; infinite when overloaded
    double tpot_mean = 0, tpot_p50 = 0, tpot_p95 = 0, tpot_p99 = 0;  // s per token
    double total_mean = 0, total_p50 = 0, total_p95 = 0, total_p99 = 0;  // s
    double in_slo = 0;       // share of requests that keep both promises
};

// One service's latencies as a function of units and request rate. Construction does the numeric
// work for the mix of lengths; at() is fast (a few microseconds).
class FlowLatency {
public:
    // lengths: equally likely pairs, not empty. `shared_queue`: requests wait in one queue for all
    // units, else they are sent to units at random. arrival_scv: squared coefficient of variation
    // of the gaps between requests. Promises in seconds; 0: none.
    FlowLatency(const UnitModel& unit, std::span<const Length> lengths, double cached_share,
                double arrival_scv, bool shared_queue, double ttft_promise, double tpot_promise);

    // requests per second on so many ready units.
    FlowPoint at(std::uint32_t units, double rate) const;
    // The rate one unit can stand for ever.
    double capacity() const;
    // Least units with ttft_p95 and tpot_p95 (and queue, in requests) within limits (0: none), up
    // to `most`; `most` if even that is not enough.
    std::uint32_t units_for(double rate, double ttft_p95, double tpot_p95, std::uint32_t most) const;
    // Latencies of an idle unit: the floor under every promise.
    FlowPoint idle() const;
};

}  // namespace tidepool::model
