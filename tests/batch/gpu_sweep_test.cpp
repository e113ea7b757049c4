// A sweep on several devices gives the rows that threads give.

#include "sim/batch/gpu_sweep.h"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/issue.h"
#include "sim/batch/devices.h"
#include "tests/batch/emulated_accelerator.h"
#include "tests/batch/gpu_cases.h"
#include "tests/workloads/scratch.h"

namespace tidepool::batch {
namespace {

// Cells with and without failures, for a week; those of 7 nodes cannot be compiled.
class GpuSweep : public testing::Test {
protected:
    GpuSweep() {
        std::string jobs = "job_id,submit,duration,gpus\n";
        for (std::uint32_t j = 0; j < 50; ++j) {
            jobs += std::to_string(j) + ',' + std::to_string(j * 9'000) + ',' +
                    std::to_string(30'000 + j * 2'000) + ',' + std::to_string(8 << j % 4) + '\n';
        }
        folder_.file("jobs.csv", jobs);
        folder_.file("base.yaml",
                     "tidepool: 1\nname: case\nhorizon: 7 d\n"
                     "workloads: [{trace: {file: jobs.csv}}]\n"
                     "topology: {clusters: [{name: a, server: hgx-h100, nodes: 12}]}\n"
                     "checkpoint: {write: 60 s, interval: young}\nfailures: {preset: rsc-1}\n");
        sweep_.emplace(scenario::Sweep::load(
            folder_.file("sweep.yaml",
                         "tidepool_sweep: 1\nname: test\nbase: base.yaml\nreplicas: 5\n"
                         "grid:\n  scheduler.queue: [fifo, easy]\n"
                         "  topology.clusters[0].nodes: [7, 10, 12]\n"
                         "  failures.preset: [rsc-1, llama3]\n"),
            std::nullopt));
    }

    static Sink into(std::map<std::uint64_t, Row>& rows,
                     std::map<std::uint64_t, WaitHistogram>& waits, std::uint32_t replicas) {
        return [&rows, &waits, replicas](std::vector<Row>&& some) {
            for (Row& row : some) {
                for (const auto& [bucket, count] : row.waits) {
                    waits[row.row / replicas][bucket] += count;
                }
                const std::uint64_t number = row.row;
                EXPECT_TRUE(rows.emplace(number, std::move(row)).second) << "row " << number;
            }
        };
    }

    WorkList all() const { return WorkList({{0, sweep_->rows()}}, sweep_->replicas()); }

    workloads::Scratch folder_;
    std::optional<scenario::Sweep> sweep_;
};

TEST_F(GpuSweep, OnSeveralDevicesEqualsThreads) {
    std::map<std::uint64_t, Row> right, rows;
    std::map<std::uint64_t, WaitHistogram> right_waits, waits;
    WorkList work = all();
    run_on_threads(*sweep_, work, 2, into(right, right_waits, sweep_->replicas()),
                   [] { return false; });
    ASSERT_EQ(right.size(), sweep_->rows());
    EXPECT_TRUE(
        std::ranges::any_of(right, [](const auto& row) { return row.second.problem.empty(); }));
    EXPECT_TRUE(std::ranges::any_of(right, [](const auto& row) { return row.second.seed == 0; }));

    for (const std::size_t count : {1U, 3U}) {
        rows.clear();
        waits.clear();
        std::vector<std::unique_ptr<Accelerator>> devices;
        for (std::size_t d = 0; d < count; ++d) {
            devices.push_back(std::make_unique<EmulatedAccelerator>(
                EmulatedDevice{.blocks = 4, .lanes = false, .seed = d}));
        }
        GpuOptions options;
        options.host_threads = 3;
        options.ladder = {2, 8};
        WorkList again = all();
        std::vector<std::string> told;
        run_on_gpus(
            *sweep_, again, devices, options, into(rows, waits, sweep_->replicas()),
            [] { return false; }, [&](const GpuNeed& need) { told.push_back(to_string(need)); });
        EXPECT_EQ(again.left(), 0U);
        EXPECT_FALSE(told.empty());
        EXPECT_LE(told.size(), count);
        ASSERT_EQ(rows.size(), right.size());
        for (const auto& [number, row] : rows) {
            expect_same_row(row, right.at(number));
            ASSERT_FALSE(HasFailure()) << "row " << number;
        }
        EXPECT_EQ(waits, right_waits);
    }
}

TEST_F(GpuSweep, EndsWhenADeviceFails) {
    std::vector<std::unique_ptr<Accelerator>> devices;
    devices.push_back(
        std::make_unique<EmulatedAccelerator>(EmulatedDevice{.blocks = 2, .lanes = false}));
    devices.push_back(std::make_unique<EmulatedAccelerator>(
        EmulatedDevice{.blocks = 2, .lanes = false, .fails_after = 0}));
    std::map<std::uint64_t, Row> rows;
    std::map<std::uint64_t, WaitHistogram> waits;
    WorkList work = all();
    try {
        run_on_gpus(*sweep_, work, devices, {}, into(rows, waits, sweep_->replicas()),
                    [] { return false; }, {});
        EXPECT_EQ(rows.size(), sweep_->rows()) << "the other one was quicker with all of it";
    } catch (const RunError& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("this one fails"));
    }
}

TEST_F(GpuSweep, RefusesWhatDoesNotFit) {
    std::vector<std::unique_ptr<Accelerator>> devices;
    devices.push_back(std::make_unique<EmulatedAccelerator>(EmulatedDevice{.bytes = 5'000}));
    WorkList work = all();
    try {
        run_on_gpus(
            *sweep_, work, devices, {}, [](std::vector<Row>&&) {}, [] { return false; }, {});
        FAIL();
    } catch (const RunError& error) {
        EXPECT_THAT(error.what(),
                    testing::MatchesRegex("row [0-9]+: Emulated: a row needs .* of the device's "
                                          "memory, of which 3.8 KiB may be taken"));
    }
}

TEST_F(GpuSweep, NamesWhyThereIsNoDevice) {
    std::string why;
    if (!devices(&why).empty()) {
        GTEST_SKIP() << "there is one";
    }
    WorkList work = all();
    try {
        run_on_gpus(
            *sweep_, work, std::vector<int>{}, {}, [](std::vector<Row>&&) {}, [] { return false; },
            {});
        FAIL();
    } catch (const RunError& error) {
        EXPECT_EQ(std::string(error.what()), "no CUDA device: " + why);
    }
    EXPECT_THROW(open_accelerator(0), RunError);
    EXPECT_EQ(work.left(), sweep_->rows());
}

}  // namespace
}  // namespace tidepool::batch
