// The decision core alone, in the form the comparison with reference.py needs: reads a trace,
// replays it with closed-form durations, prints the same line as the reference. Reading is not
// timed.
//
//   replay TRACE fungible|packed fifo|easy|first-fit [ROUNDS]

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/issue.h"
#include "tests/benchmarks/race_course.h"

namespace tidepool::bench {
namespace {

double cpu_seconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

int run(int argc, char** argv) {
    if (argc < 4) {
        std::fputs("usage: replay TRACE fungible|packed fifo|easy|first-fit [ROUNDS]\n", stderr);
        return 2;
    }
    const int rounds = argc > 4 ? std::atoi(argv[4]) : 1;
    const scenario::Compiled plan = race_course(argv[1], argv[2], argv[3]);
    for (int round = 0; round < rounds; ++round) {
        const double began = cpu_seconds();
        const Outcome outcome = replay(plan.plan.view());
        const double took = cpu_seconds() - began;
        const auto jobs = static_cast<double>(plan.jobs.size());
        std::printf("jobs %zu mean_wait_s %.4f last_end_s %.0f cpu_s %.4f jobs_per_s %.0f\n",
                    plan.jobs.size(), static_cast<double>(outcome.wait) / 16 / jobs,
                    outcome.last_end / 16.0, took, jobs / took);
    }
    return 0;
}

}  // namespace
}  // namespace tidepool::bench

int main(int argc, char** argv) {
    try {
        return tidepool::bench::run(argc, argv);
    } catch (const std::exception& error) {
        std::fputs(error.what(), stderr);
        return 2;
    }
}
