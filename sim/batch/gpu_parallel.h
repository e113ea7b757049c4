#pragma once
// A loop over threads of this machine.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>

#include "sim/base/team.h"

namespace tidepool::batch {

// Calls body(i) for i = 0 .. count - 1 on at most so many threads, this one among them, and returns
// when all are done. The first exception ends the loop early and is thrown here.
template <class Body>
void in_parallel(std::size_t count, unsigned threads, const Body& body) {
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::exception_ptr failure;
    const auto work = [&] {
        try {
            for (std::size_t i = next++; i < count; i = next++) {
                body(i);
            }
        } catch (...) {  // thrown again below
            next = count;
            const std::lock_guard lock(mutex);
            failure = failure ? failure : std::current_exception();
        }
    };
    work_together(std::min<std::size_t>(threads, count), work);
    if (failure) {
        std::rethrow_exception(failure);
    }
}

}  // namespace tidepool::batch
