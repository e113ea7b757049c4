#pragma once
// Several threads that do the same work until there is none left.

#include <cstdint>
#include <system_error>
#include <thread>
#include <vector>

namespace tidepool {

// Calls work() on up to so many threads, this one among them, and returns when all calls have
// returned. Where the system gives fewer threads, fewer do it. work() must not throw.
template <class Work>
void work_together(std::uint64_t threads, const Work& work) {
    std::vector<std::jthread> others;  // joined at the end
    try {
        for (std::uint64_t t = 1; t < threads; ++t) {
            others.emplace_back([&work] { work(); });
        }
    } catch (const std::system_error&) {  // no more threads: those there are suffice
    }
    work();
}

}  // namespace tidepool
