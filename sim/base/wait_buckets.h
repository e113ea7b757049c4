#pragma once
// Buckets for waits in ticks: one per tick below 64, then 64 per factor of two, so that a bucket is
// at most 1/64 as wide as its lower end. Counts per bucket are integers that add up over runs, in
// any order.

#include <cstdint>

#include "sim/base/assert.h"

namespace tidepool {

inline constexpr std::uint32_t kWaitBuckets = 1728;  // cover all of 32 bits

TP_HD constexpr std::uint32_t wait_bucket(std::uint32_t ticks) {
    if (ticks < 64) {
        return ticks;
    }
    std::uint32_t halvings = 0;  // until 64 .. 127 are left
    for (std::uint32_t step = 16; step > 0; step /= 2) {
        halvings += ticks >> halvings >= std::uint64_t{64} << step ? step : 0;
    }
    return 64 * (halvings + 1) + ((ticks >> halvings) - 64);
}

// The shortest wait of a bucket. Bucket kWaitBuckets would begin at 2^32.
TP_HD constexpr std::uint64_t wait_bucket_begin(std::uint32_t bucket) {
    if (bucket < 64) {
        return bucket;
    }
    return std::uint64_t{64 + bucket % 64} << (bucket / 64 - 1);
}

static_assert(wait_bucket(0) == 0 && wait_bucket(63) == 63 && wait_bucket(64) == 64);
static_assert(wait_bucket(127) == 127 && wait_bucket(128) == 128 && wait_bucket(129) == 128);
static_assert(wait_bucket(0xFFFF'FFFFu) == kWaitBuckets - 1);
static_assert(wait_bucket_begin(128) == 128 && wait_bucket_begin(129) == 130);
static_assert(wait_bucket_begin(kWaitBuckets) == std::uint64_t{1} << 32);

}  // namespace tidepool
