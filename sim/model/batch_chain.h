#pragma once
// How many requests a worker has in its decode phase or waiting for a place in its batch, over the
// time that is left for decoding. A birth-and-death chain whose deaths go at the speed of the batch
// and whose births come in bursts: all prompts that arrive while others are computed join at once.

#include <cstddef>
#include <functional>
#include <vector>

namespace tidepool::model {

struct BatchLoad {
    double rate = 0;        // bursts per s of decoding time
    double burst_mean = 1;  // requests of a burst, at least 1
    double burst_variance = 0;
    double steps = 1;   // iterations that a request needs, > 0
    double places = 1;  // further ones wait
    double lump = 1;    // requests that count as one
};

struct BatchState {
    std::vector<double> share;      // of decoding time with so many requests, the last ones lumped
    std::vector<double> batch;      // answers of the batch then
    std::vector<double> iteration;  // s, then
    double mean_batch = 0;
    double lump = 1;  // requests of one step
    double requests(std::size_t step) const { return lump * static_cast<double>(step); }
    double full = 0;  // share of the time in which a newcomer must wait for a place
    double idle = 0;  // share of the time without any request
};

// P(burst > j), j = 0, 1, ...
std::vector<double> burst_tails(const BatchLoad& load);

// `iteration(batch)` in s, of batch > 0. The load must leave room: rate * burst_mean * steps <
// places / iteration(places). Many requests are lumped: the work grows with the bursts, not with
// the batch.
BatchState batch_state(const BatchLoad& load, const std::function<double(double)>& iteration);

}  // namespace tidepool::model
