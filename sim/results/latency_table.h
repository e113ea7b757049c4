#pragma once
// /latency: the distributions behind the latencies of /services.

#include <cstdint>
#include <vector>

#include "sim/base/latency_sketch.h"
#include "sim/model/ledger.h"
#include "sim/results/h5.h"

namespace tidepool::results {

inline constexpr std::size_t kMostLatencyBuckets = 200;  // of one distribution

// Requests with a latency of [lower, upper).
struct LatencyBucket {
    double lower = 0, upper = 0;  // s
    std::uint64_t requests = 0;
    friend bool operator==(const LatencyBucket&, const LatencyBucket&) = default;
};

// The buckets of a sketch that have requests, in order; if those are more than `most`, 2, 4, 8, ...
// neighbours together: the fewest with which they are not.
std::vector<LatencyBucket> latency_buckets(const LatencySketch& sketch,
                                           std::size_t most = kMostLatencyBuckets);

// Nothing without services.
void write_latencies(h5::Group& root, const model::Ledger& ledger);

}  // namespace tidepool::results
