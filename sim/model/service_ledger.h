#pragma once
// What a service leaves behind, in integers: requests and tokens by what became of them, latencies
// as sketches, and sums per bin of time. The request replay fills it, and so do the closed forms of
// flow fidelity (rounded to whole requests and tokens by largest remainder over time). Laws that
// hold exactly, for requests, prompt tokens and answer tokens alike:
//   offered = served + rejected + timed_out + unfinished

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/latency_sketch.h"
#include "sim/base/ticks.h"

namespace tidepool::model {

struct RequestSums {
    std::uint64_t requests = 0, tokens_in = 0, tokens_out = 0;
    RequestSums& operator+=(const RequestSums& more) {
        requests += more.requests;
        tokens_in += more.tokens_in;
        tokens_out += more.tokens_out;
        return *this;
    }
    friend bool operator==(const RequestSums&, const RequestSums&) = default;
};

struct ServiceFlow {
    RequestSums offered;     // arrived
    RequestSums served;      // to their last token
    RequestSums rejected;    // at the door: the queue was full, or they fit into no unit
    RequestSums timed_out;   // waited for their first token longer than the service lets them
    RequestSums unfinished;  // in the house at the end of the run
    RequestSums in_slo;      // of the served: both promises kept
    std::uint64_t cached_tokens = 0;  // prompt tokens of served requests that were not computed
    std::uint64_t lost_tokens = 0;    // prompt and answer tokens computed again, or in vain, since
                                      // their unit went away
    std::uint64_t moved = 0;          // times that a request had to begin again on another unit
    friend bool operator==(const ServiceFlow&, const ServiceFlow&) = default;
};

struct Latencies {
    LatencySketch ttft;   // ns from arrival to the first token, of requests that got one
    LatencySketch tpot;   // ns per further token, of served requests with more than one
    LatencySketch total;  // ns from arrival to the last token, of served requests
    friend bool operator==(const Latencies&, const Latencies&) = default;
};

// What can be sold by the token: of served requests, when they got their last one.
struct SoldTokens {
    std::uint64_t requests = 0, tokens_in = 0, tokens_out = 0;
    std::uint64_t cached = 0;  // of tokens_in: not computed
    friend bool operator==(const SoldTokens&, const SoldTokens&) = default;
};

// By class of request.
struct ServiceClass {
    std::string name;  // "": the requests that name none
    ServiceFlow flow;
    Latencies latencies;
    std::vector<SoldTokens> sold;  // by bin, as far as there are any; adds up to flow.served

    void sell(std::size_t bin, const RequestSums& served, std::uint64_t cached) {
        if (bin >= sold.size()) {
            sold.resize(bin + 1);
        }
        sold[bin].requests += served.requests;
        sold[bin].tokens_in += served.tokens_in;
        sold[bin].tokens_out += served.tokens_out;
        sold[bin].cached += cached;
    }
};

struct ServiceBin {
    RequestSums offered, served, rejected, timed_out;  // by arrival; by the end of their stay
    std::uint64_t in_slo = 0;                          // served requests
    std::uint64_t ready_ns = 0;                        // unit-ns: units that take requests
    std::uint64_t busy_ns = 0;                         // worker-ns: workers computing an iteration
    std::uint64_t work_ns = 0;  // unit-ns that the served requests would take on a full unit
    LatencySketch ttft;         // of the requests whose first token came in this bin
};

struct ServiceLedger {
    std::string name;
    std::vector<ServiceClass> classes;
    std::vector<ServiceBin> bins;  // bin b covers [b, b + 1) * bin width
    std::uint64_t queue_max = 0;   // most requests that waited for a unit at a time
    std::uint64_t cache_lookups = 0, cache_hits = 0;  // prefix blocks of requests that were routed
    std::uint64_t cache_evictions = 0;                // blocks
};

}  // namespace tidepool::model
