#pragma once
// Requests as work for a unit, in seconds: what the closed forms of flow fidelity compute with.
// docs/inference-model.md states the formulas.

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "sim/model/unit_model.h"

namespace tidepool::model {

struct Length {
    std::uint32_t tokens_in = 1, tokens_out = 1;
    friend bool operator==(const Length&, const Length&) = default;
};

// One request. `steps` are the iterations after its first token, `context` the sum over them of the
// tokens that it has then: prompt and answer so far.
struct RequestWork {
    double prompt = 0;  // s of computing what is not cached of its prompt
    double chunks = 0;  // iterations that this takes; 1 if prompts are computed whole
    double steps = 0;
    double context = 0;
    double footprint = 0;  // tokens of memory that it holds
    double tokens_in = 0;
};

// The times of a unit in seconds, of real numbers of tokens and answers.
class UnitSpeed {
public:
    explicit UnitSpeed(UnitModel unit) : unit_(std::move(unit)) {}

    RequestWork work(double tokens_in, double tokens_out, double cached_share) const;
    // Of an iteration with this batch, whose answers have `context` tokens each.
    double iteration(double batch, double context) const;
    // Requests of this footprint that a worker can have at a time, if so many tokens of its memory
    // stay unused: at least 1.
    double places(double footprint, double unused) const;
    double transfer(double tokens_in) const;  // of the KV cache, where prefill is disaggregated
    double chunk_time() const;  // of computing a full chunk; 0: prompts are computed whole
    double prompt_workers() const { return split() ? unit_.prefill_workers : 1; }
    double decode_workers() const { return split() ? unit_.decode_workers : 1; }
    // Both kinds of workers of a divided unit work at the same time: the busier one sets the pace.
    double unit_time(double prompt, double decode) const;
    bool split() const { return unit_.prefill_workers > 0; }

private:
    double prompt(double tokens) const;
    UnitModel unit_;
};

// Equally likely times in s, ascending.
struct ServiceTimes {
    ServiceTimes() = default;
    explicit ServiceTimes(std::vector<double> of);  // in any order, not empty
    std::vector<double> times;
    double mean = 0, scv = 0;  // no variation if all are 0
};

// Sums over a mix of requests. `context` and `footprint` are means over the steps of all requests:
// what the answers of a batch have.
struct MixWork {
    MixWork(const UnitSpeed& speed, std::span<const Length> lengths, double cached_share);
    std::vector<RequestWork> requests;     // shortest prompt time first
    double prompt = 0, prompt_square = 0;  // s, s^2
    double chunks = 0;
    double steps = 0;
    double context = 0, footprint = 0;
    double places = 1;          // of a worker
    double unevenness = 1;      // how much more the memory of a batch varies than their number
    double full_iteration = 0;  // s, with all places taken
    double work = 0;            // s of a unit whose batch is full
    double capacity = 0;  // requests per s that a unit can stand for ever; infinite without work
    // What requests with more than one token add to the mean of all; and per step, to their own.
    double answering = 0, per_step = 0;
    RequestWork answering_work, per_step_work;
    ServiceTimes prompts;  // of a worker
    ServiceTimes alone;    // whole requests that have the unit for themselves
    ServiceTimes full;     // what a full unit needs for each

private:
    void sum_answers();
};

}  // namespace tidepool::model
