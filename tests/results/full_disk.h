#pragma once
// The disk is full: writing beyond a few bytes fails.

#include <signal.h>
#include <string>
#include <sys/resource.h>

#include <gtest/gtest.h>

#include "sim/base/issue.h"

namespace tidepool::results {

// No file may grow beyond this many bytes, as if the disk were full.
class FullDisk {
public:
    explicit FullDisk(::rlim_t bytes) : before_(::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &limit_);
        ::rlimit tight = limit_;
        tight.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &tight);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &limit_);
        ::signal(SIGXFSZ, before_);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    ::rlimit limit_{};
    ::sighandler_t before_;
};

// What an attempt says when no file may have more than so many bytes. It must print nothing.
template <class Attempt>
std::string run_error_on_full_disk(Attempt attempt, ::rlim_t bytes = 2000) {
    const FullDisk full(bytes);
    testing::internal::CaptureStderr();
    std::string message = "no RunError";
    try {
        attempt();
    } catch (const RunError& error) {
        message = error.what();
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    return message;
}

}  // namespace tidepool::results
