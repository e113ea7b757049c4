#pragma once
// The time from a request's first token to its last, in the steady state of one load.

#include <array>
#include <vector>

#include "sim/model/batch_chain.h"
#include "sim/model/queueing.h"
#include "sim/model/unit_work.h"

namespace tidepool::model {

struct Weighted {
    double weight = 0, value = 0;
};
// Of positive values; each of `shares` is from 0 to 1 of the weights, which need not sum to 1. 0
// without values.
std::array<double, 3> weighted_quantiles(const std::vector<Weighted>& values,
                                         const std::array<double, 3>& shares);

class AnswerLaw {
public:
    // Of requests that have the unit for themselves.
    explicit AnswerLaw(const UnitSpeed& speed) : speed_(&speed) {}
    // Of requests in a batch: `rate` per s and unit. A share of `others` of them does not wait for
    // a place but `prompt_wait` s for earlier prompts, and then for later ones.
    AnswerLaw(const UnitSpeed& speed, const MixWork& mix, const BatchState& state, double rate,
              double prompt_wait, double others);

    // Where prompts are computed elsewhere: the wait for an iteration and for a place in the batch.
    double joining = 0;
    WaitLaw place;

    double mean(const RequestWork& request) const { return mean_of(1, request); }
    // The same of a sum over requests with more than one token, of which `many` is the sum of their
    // weights: a mean time is proportional to work and number.
    double mean_of(double many, const RequestWork& work) const;
    // A few values with the same mean, weights sum to 1; appended.
    void append(const RequestWork& request, std::vector<Weighted>& points) const;

private:
    struct Prompts {  // of others, that a request stands still for
        double mean = 0, variance = 0, events = 0;
    };
    Prompts prompts_within(const RequestWork& request) const;
    double steady(const RequestWork& request) const;  // all but those and the place

    const UnitSpeed* speed_;
    std::vector<Weighted> iterations_;  // s, as a token of an answer meets them; empty: alone
    double iteration_ = 0;              // mean of them
    double steps_ = 1;                  // of a mean request
    double rate_ = 0, prompt_wait_ = 0, others_ = 1, room_ = 1;
    double burst_ = 0, burst_square_ = 0;  // of the time that a burst of prompts takes
};

}  // namespace tidepool::model
