#pragma once
// The steady state of one load: docs/inference-model.md, step by step.

#include <cstdint>
#include <vector>

#include "sim/model/queueing.h"
#include "sim/model/unit_work.h"

namespace tidepool::model {

// Times in s; infinite when overloaded.
struct FlowPoint {
    double utilisation = 0;  // of the units: offered work / (units * time)
    double busy = 0;         // share of time in which a unit computes anything
    double batch = 0;        // mean number of answers in generation in a unit
    double ttft_mean = 0, ttft_p50 = 0, ttft_p95 = 0, ttft_p99 = 0;
    double tpot_mean = 0, tpot_p50 = 0, tpot_p95 = 0, tpot_p99 = 0;  // per token after the first
    double total_mean = 0, total_p50 = 0, total_p95 = 0, total_p99 = 0;
    double in_slo = 0;  // share of requests that keep both promises
};

struct FlowPromises {
    double ttft = 0, tpot = 0;  // s; 0: none
};

struct FlowLoad {
    std::uint32_t units = 1;
    double rate = 0;            // requests per s for all of them
    double arrival_scv = 1;     // of the gaps between them
    bool shared_queue = false;  // the units take requests from one queue; else each has its own,
                                // and its share of the arrivals, whose gaps have that scv
};

// The load must be work for less than all of the units' time, and more than none.
FlowPoint solve_flow(const UnitSpeed& speed, const MixWork& mix, const FlowLoad& load,
                     const FlowPromises& promises);

// Requests have a unit for themselves from prompt to last token.
bool one_by_one(const UnitSpeed& speed, const MixWork& mix);
// Wait for a place in the batches of units with one queue: M/M/c with servers whose speed depends
// on the batch, and the correction for other laws that M/G/c has.
WaitLaw place_wait(const UnitSpeed& speed, const MixWork& mix, const FlowLoad& load);

}  // namespace tidepool::model
