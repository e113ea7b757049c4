// The same comparison as gpu_rows_test.cpp on this machine's first CUDA device; skipped without
// one.

#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "sim/batch/devices.h"
#include "tests/batch/gpu_cases.h"

namespace tidepool::batch {
namespace {

constexpr properties::Sizes kCrowded{9, 12, 8, 2, 120, 100, 90};

class GpuDevice : public testing::Test {
protected:
    void SetUp() override {
        std::string why;
        const std::vector<Device> found = devices(&why);
        if (found.empty()) {
            GTEST_SKIP() << why;
        }
        device_ = open_accelerator(found.front().id);
        std::cout << device_->name() << '\n';
    }

    std::unique_ptr<Accelerator> device_;
};

// Few enough for compute-sanitizer.
TEST_F(GpuDevice, RunsAFewRowsAsAThreadDoes) {
    GpuCases cases;
    for (std::uint32_t number = 0; number < 12; ++number) {
        cases.add(quiet_cell(number), 2);
        cases.add(fragile_cell(number), 3);
    }
    for (const std::vector<std::uint32_t>& ladder :
         {std::vector<std::uint32_t>{}, std::vector<std::uint32_t>{4, 16}}) {
        GpuOptions options;
        options.ladder = ladder;
        options.host_threads = 2;
        expect_same(run_all(*device_, options, cases, 1), expected(cases));
    }
}

TEST_F(GpuDevice, RunsEveryPolicyAsAThreadDoes) {
    GpuCases cases;
    for (std::uint32_t number = 0; number < 300; ++number) {
        cases.add(quiet_cell(number), 1 + number % 5);
        cases.add(fragile_cell(number), 1 + number % 7);
    }
    GpuOptions options;
    options.host_threads = 2;
    options.launch_seconds = 0.2;
    expect_same(run_all(*device_, options, cases, 2), expected(cases));
}

TEST_F(GpuDevice, RunsManyRowsOfManyJobsAsAThreadDoes) {
    GpuCases cases;
    for (std::uint32_t number = 0; number < 24; ++number) {
        cases.add(quiet_cell(number, kCrowded), 200);
        cases.add(fragile_cell(number, kCrowded), 200);
    }
    for (const std::vector<std::uint32_t>& ladder :
         {std::vector<std::uint32_t>{128, 256, 512, 1024}, std::vector<std::uint32_t>{8, 32}}) {
        GpuOptions options;
        options.ladder = ladder;
        options.host_threads = 2;
        expect_same(run_all(*device_, options, cases, 3), expected(cases));
    }
}

// In global memory, with little of it.
TEST_F(GpuDevice, RunsInGlobalMemoryAsAThreadDoes) {
    GpuCases cases;
    constexpr properties::Sizes kWide{40, 60, 8, 3, 400, 300, 200};
    for (std::uint32_t number = 0; number < 4; ++number) {
        cases.add(quiet_cell(number, kWide), 40);
        cases.add(fragile_cell(number, kWide), 40);
    }
    GpuOptions options;
    options.ladder = {};
    options.memory_share = 0.001;
    options.host_threads = 2;
    options.too_large = TooLarge::kRunOnHost;
    expect_same(run_all(*device_, options, cases, 4), expected(cases));
}

}  // namespace
}  // namespace tidepool::batch
