#pragma once
// Adding up where GPU time went.

#include <cstdint>

#include "sim/model/ledger.h"

namespace tidepool::model {

inline constexpr std::uint64_t kWorkUnits = 1024;  // of work in a GPU-tick; see GpuTime

inline GpuTime& operator+=(GpuTime& sum, const GpuTime& part) {
    sum.useful += part.useful;
    sum.lost += part.lost;
    sum.stalled += part.stalled;
    sum.checkpoint += part.checkpoint;
    sum.restart += part.restart;
    return sum;
}

// All of it, in 1/1024 GPU-ticks: what was held, times 1024.
constexpr std::uint64_t held(const GpuTime& time) {
    return time.useful + time.lost + time.stalled + kWorkUnits * (time.checkpoint + time.restart);
}

}  // namespace tidepool::model
