#pragma once
// A distribution of latencies in bounded memory: counts in buckets, one per nanosecond below 64,
// then 64 per factor of two, so that a bucket is at most 1/64 as wide as its lower end. Quantiles
// are by nearest rank and come back as the middle of their bucket: within 1/128 (0.8 %) of a
// latency that really occurred. Counts are integers: sketches add up in any order, to the same
// bytes.

#include <cstdint>
#include <vector>

#include "sim/base/assert.h"

namespace tidepool {

class LatencySketch {
public:
    static constexpr double kRelativeError = 1.0 / 128;
    static constexpr std::uint32_t kBuckets = 64 * 59;  // cover all of 64 bits

    static constexpr std::uint32_t bucket(std::uint64_t ns) {
        if (ns < 64) {
            return static_cast<std::uint32_t>(ns);
        }
        const int halvings = 57 - __builtin_clzll(ns);  // 64 .. 127 are left
        return 64 * (static_cast<std::uint32_t>(halvings) + 1) +
               static_cast<std::uint32_t>((ns >> halvings) - 64);
    }
    // The shortest latency of a bucket.
    static constexpr std::uint64_t begin(std::uint32_t bucket) {
        return bucket < 64 ? bucket : std::uint64_t{64 + bucket % 64} << (bucket / 64 - 1);
    }
    static constexpr std::uint64_t width(std::uint32_t bucket) {
        return bucket < 64 ? 1 : std::uint64_t{1} << (bucket / 64 - 1);
    }

    void add(std::uint64_t ns, std::uint64_t times = 1) {
        if (times == 0) {
            return;
        }
        const std::uint32_t at = bucket(ns);
        if (at - first_ >= counts_.size()) {  // also those before the first one
            cover(at, at + 1);
        }
        counts_[at - first_] += times;
        count_ += times;
    }
    void merge(const LatencySketch& other) {
        if (other.count_ == 0) {
            return;
        }
        cover(other.first_, other.first_ + static_cast<std::uint32_t>(other.counts_.size()));
        for (std::size_t i = 0; i < other.counts_.size(); ++i) {
            counts_[other.first_ - first_ + i] += other.counts_[i];
        }
        count_ += other.count_;
    }

    std::uint64_t count() const { return count_; }
    // The value of rank ceil(share * count), 0 < share <= 1, given as parts of 1,000; 0 without
    // values.
    std::uint64_t quantile(std::uint32_t per_mille) const {
        TP_ASSERT(per_mille > 0 && per_mille <= 1000, "a share of the values");
        __extension__ using Wide = unsigned __int128;
        const auto rank = static_cast<std::uint64_t>((Wide{count_} * per_mille + 999) / 1000);
        std::uint64_t below = 0;
        for (std::uint32_t i = 0; i < counts_.size(); ++i) {
            below += counts_[i];
            if (below >= rank && below > 0) {
                return begin(first_ + i) + (width(first_ + i) - 1) / 2;
            }
        }
        return 0;
    }
    std::uint64_t in_bucket(std::uint32_t bucket) const {
        return bucket < first_ || bucket - first_ >= counts_.size() ? 0 : counts_[bucket - first_];
    }
    friend bool operator==(const LatencySketch&, const LatencySketch&) = default;

private:
    [[gnu::noinline]] void cover(std::uint32_t from, std::uint32_t to) {
        if (counts_.empty()) {
            first_ = from;
        }
        if (from < first_) {
            counts_.insert(counts_.begin(), first_ - from, 0);
            first_ = from;
        }
        if (to - first_ > counts_.size()) {
            counts_.resize(to - first_);
        }
    }

    // From the first bucket with values to the last: latencies of one service lie close together.
    std::uint32_t first_ = 0;
    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0;
};

static_assert(LatencySketch::bucket(63) == 63 && LatencySketch::bucket(64) == 64);
static_assert(LatencySketch::bucket(127) == 127 && LatencySketch::bucket(128) == 128);
static_assert(LatencySketch::bucket(~std::uint64_t{0}) == LatencySketch::kBuckets - 1);
static_assert(LatencySketch::begin(LatencySketch::bucket(1'000'000)) <= 1'000'000);

}  // namespace tidepool
