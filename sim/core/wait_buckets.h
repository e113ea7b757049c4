#pragma once
// Counting waits by bucket (sim/base/wait_buckets.h), by all lanes of a group.

#include <cstdint>

#include "sim/base/wait_buckets.h"
#include "sim/core/exec.h"

namespace tidepool::core {

// Calls add(bucket) for every wait that is not kNone; `add` must work from several lanes at a time.
template <class Exec, class Add>
TP_HD inline void count_waits(Exec exec, const std::uint32_t* waits, std::uint32_t size,
                              Add&& add) {
    for (std::uint32_t i = exec.lane(); i < size; i += Exec::kWidth) {
        if (waits[i] != kNone) {
            add(wait_bucket(waits[i]));
        }
    }
}

}  // namespace tidepool::core
