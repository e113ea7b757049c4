// Rows that went through an emulated device are those of one thread, to the last bit: whatever its
// memory, the ladder of slots, the order of lanes and the time that launches take.

#include "sim/batch/gpu_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/issue.h"
#include "tests/batch/emulated_accelerator.h"
#include "tests/batch/gpu_cases.h"

namespace tidepool::batch {
namespace {

constexpr properties::Sizes kCrowded{9, 12, 8, 2, 120, 100, 90};

// Every queue, placement and rule, with and without things that fail, a few rows each.
GpuCases many_small_cells(std::uint32_t first, std::uint32_t count) {
    GpuCases cases;
    for (std::uint32_t number = first; number < first + count; ++number) {
        cases.add(quiet_cell(number), 1 + number % 3);
        cases.add(fragile_cell(number), 1 + number % 4);
    }
    return cases;
}

GpuCases crowded_cells(std::uint32_t count, std::uint32_t replicas) {
    GpuCases cases;
    for (std::uint32_t number = 0; number < count; ++number) {
        cases.add(quiet_cell(number, kCrowded), replicas);
        cases.add(fragile_cell(number, kCrowded), replicas);
    }
    return cases;
}

TEST(GpuRows, AreThoseOfAThread) {
    const GpuCases cases = many_small_cells(0, 40);
    EmulatedAccelerator device({});
    const Collected rows = run_all(device, {}, cases, 1);
    expect_same(rows, expected(cases));
    EXPECT_GT(device.launches(), 4U);
}

TEST(GpuRows, AreThoseOfAThreadOfManyJobs) {
    const GpuCases cases = crowded_cells(2, 2);
    EmulatedAccelerator device({});
    GpuOptions options;
    options.ladder = {16, 64};
    expect_same(run_all(device, options, cases, 1), expected(cases));
}

TEST(GpuRows, GoUpTheLadderWithoutAnyoneNoticing) {
    const GpuCases cases = crowded_cells(12, 6);
    const Collected right = expected(cases);
    const std::vector<std::vector<std::uint32_t>> ladders{
        {}, {1}, {1, 2, 3, 5, 8, 13, 21, 34, 55, 89}, {2, 32, 64, 1000}, {40}};
    std::vector<std::uint64_t> launches;
    for (std::size_t i = 0; i < ladders.size(); ++i) {
        EmulatedAccelerator device({.blocks = 4, .lanes = false, .seed = i});
        GpuOptions options;
        options.ladder = ladders[i];
        options.most_rows = 16;
        expect_same(run_all(device, options, cases, 7), right);
        ASSERT_FALSE(HasFailure()) << "ladder " << i;
        launches.push_back(device.launches());
    }
    EXPECT_GT(launches[2], launches[0]) << "nobody needed more slots";
}

TEST(GpuRows, NeitherKnowSharedMemoryNorTheShapeOfALaunch) {
    const GpuCases cases = crowded_cells(6, 4);
    const Collected right = expected(cases);
    for (const std::size_t shared : {0U, 3'000U, 6'000U, 12'000U, 200'000U}) {
        for (const std::uint32_t blocks : {1U, 5U, 64U}) {
            EmulatedAccelerator device({.shared_bytes = shared,
                                        .blocks = blocks,
                                        .lanes = false,
                                        .seed = shared + blocks});
            GpuOptions options;
            options.ladder = {4, 16, 64};
            options.host_threads = 1 + blocks % 3;
            expect_same(run_all(device, options, cases, blocks), right);
            ASSERT_FALSE(HasFailure()) << shared << " bytes, " << blocks << " blocks";
        }
    }
}

TEST(GpuRows, DoNotDependOnHowLongLaunchesTake) {
    const GpuCases cases = crowded_cells(8, 10);
    const Collected right = expected(cases);
    std::vector<std::uint32_t> most;
    for (const double seconds : {1e-9, 1e-3, 1e3}) {
        EmulatedAccelerator device({.blocks = 2, .lanes = false});
        GpuOptions options;
        options.launch_seconds = seconds;
        expect_same(run_all(device, options, cases, 3), right);
        most.push_back(device.most_rows());
    }
    EXPECT_EQ(most.front(), 2U) << "one wave, if that takes too long already";
    EXPECT_GT(most.back(), 8U) << "launches grow";
}

TEST(GpuRows, KeepWithinAnyMemory) {
    const GpuCases cases = crowded_cells(4, 5);
    const Collected right = expected(cases);
    properties::Dice dice(1, 57);
    bool nothing_fitted = false, all_fitted = false;
    for (std::uint32_t i = 0; i < 60; ++i) {
        const std::uint64_t bytes = (std::uint64_t{1} << dice.from(8, 22)) + dice.below(100'000);
        const double share = dice.pick({0.1, 0.5, 1.0});
        EmulatedAccelerator device(
            {.bytes = bytes,
             .promised = share,
             .shared_bytes = dice.pick({std::size_t{0}, std::size_t{20'000}}),
             .blocks = dice.from(1, 40),
             .lanes = false,
             .seed = i});
        GpuOptions options;
        options.memory_share = share;
        options.ladder = {8, 32};
        options.too_large = TooLarge::kRunOnHost;
        std::size_t fitting = 0;
        for (const Task& task : cases.tasks()) {
            fitting += why_not(*task.cell, device, options).empty() ? 1 : 0;
        }
        expect_same(run_all(device, options, cases, i), right);
        ASSERT_FALSE(HasFailure()) << bytes << " bytes";
        EXPECT_EQ(fitting > 0, device.launches() > 0);
        nothing_fitted = nothing_fitted || fitting == 0;
        all_fitted = all_fitted || fitting == cases.tasks().size();
        if (fitting < cases.tasks().size()) {
            options.too_large = TooLarge::kRefuse;
            EXPECT_THROW(run_all(device, options, cases, i), RunError);
        }
    }
    EXPECT_TRUE(nothing_fitted);
    EXPECT_TRUE(all_fitted);
}

TEST(GpuRows, SayWhyACellDoesNotFit) {
    const GpuCases cases = crowded_cells(1, 1);
    EmulatedAccelerator device({.bytes = 10'000});
    EXPECT_THAT(
        why_not(*cases.tasks()[0].cell, device, {}),
        testing::MatchesRegex("Emulated: a row needs [0-9.]+ KiB of the device's memory, of "
                              "which 7.8 KiB may be taken"));
    EmulatedAccelerator large({});
    EXPECT_EQ(why_not(*cases.tasks()[0].cell, large, {}), "");
}

// To the last byte: a row runs in what it needs, and not in less.
TEST(GpuRows, FitIntoWhatTheyNeed) {
    for (std::uint32_t number = 0; number < 30; ++number) {
        GpuCases cases;
        cases.add(quiet_cell(number), 3);
        const auto cell = std::make_shared<GpuCell>(cases.tasks()[0].cell, Ladder{{4}, 5'000});
        GpuOptions options;
        options.memory_share = 1;
        options.ladder = {4};
        const std::uint64_t needed = least_bytes(cell);
        EmulatedAccelerator device({.bytes = needed, .shared_bytes = 5'000, .lanes = false});
        EXPECT_EQ(why_not(cell->cell(), device, options), "");
        expect_same(run_all(device, options, cases, number), expected(cases));
        EXPECT_GE(device.launches(), 3U);
        EXPECT_EQ(device.most_taken(), needed);
        EmulatedAccelerator less({.bytes = needed - 1, .shared_bytes = 5'000});
        EXPECT_NE(why_not(cell->cell(), less, options), "");
    }
}

TEST(GpuRows, AreToldOfBeforeTheFirstLaunch) {
    const GpuCases cases = crowded_cells(2, 8);
    EmulatedAccelerator device({.blocks = 5, .lanes = false});
    Collected rows;
    std::vector<GpuNeed> told;
    run_on_device(
        device, {}, cases.source(1), rows.sink(cases), [] { return false; },
        [&](const GpuNeed& need) {
            EXPECT_EQ(device.launches(), 0U);
            told.push_back(need);
        },
        cases.luck_of());
    ASSERT_EQ(told.size(), 1U);
    const GpuNeed& need = told.front();
    EXPECT_EQ(need.device, "Emulated");
    EXPECT_EQ(need.free_bytes, 64U << 20U);
    EXPECT_EQ(need.limit_bytes, (std::uint64_t{64} << 20U) * 4 / 5 / 256 * 256);
    EXPECT_LE(device.most_taken(), need.limit_bytes);
    EXPECT_EQ(need.warps, 5U);
    EXPECT_GT(need.shared_bytes, 1000U);
    EXPECT_GE(need.taken_bytes, need.cell_bytes + need.warps * need.warp_bytes);
    EXPECT_THAT(to_string(need), testing::HasSubstr("Emulated: 5 rows at a time, each with "));
}

TEST(GpuRows, AreWholeWhenStopped) {
    const GpuCases cases = crowded_cells(10, 10);
    const Collected right = expected(cases);
    for (const std::uint32_t stop_at : {0U, 1U, 2U, 7U, 20U}) {
        EmulatedAccelerator device({.blocks = 4, .lanes = false, .seed = stop_at});
        GpuOptions options;
        options.ladder = {8, 32};
        options.most_rows = 4;
        Collected rows;
        std::uint32_t asked = 0;
        run_on_device(
            device, options, cases.source(1), rows.sink(cases), [&] { return asked++ >= stop_at; },
            {}, cases.luck_of());
        EXPECT_LT(rows.rows.size(), cases.tasks().size());
        EXPECT_TRUE(stop_at > 0 ? stop_at < 20 || !rows.rows.empty() : rows.rows.empty());
        std::map<const Cell*, WaitHistogram> waits;  // of those rows alone
        for (const auto& [number, row] : rows.rows) {
            expect_same_row(row, right.rows.at(number));
            const Task& task = cases.tasks()[number];
            ReplicaRunner().run(*task.cell, cases.luck_of()(*task.cell, task.seed), task.seed,
                                waits[task.cell.get()]);
        }
        EXPECT_EQ(rows.waits, waits);
    }
}

TEST(GpuRows, WithoutLuckSayWhy) {
    const GpuCases cases = many_small_cells(0, 5);
    const Collected right = expected(cases);
    EmulatedAccelerator device({.lanes = false});
    Collected rows;
    const LuckSource luck_of = cases.luck_of();
    run_on_device(
        device, {}, cases.source(1), rows.sink(cases), [] { return false; }, {},
        [&](const Cell& cell, std::uint64_t seed) {
            if (seed % 2 == 1) {
                throw input_error("a.yaml", "failures without end");
            }
            return luck_of(cell, seed);
        });
    ASSERT_EQ(rows.rows.size(), cases.tasks().size());
    for (const auto& [number, row] : rows.rows) {
        if (cases.tasks()[number].seed % 2 == 1) {
            EXPECT_EQ(row.problem, "a.yaml: failures without end");
        } else {
            expect_same_row(row, right.rows.at(number));
        }
    }
}

TEST(GpuRows, PassOnWhatTheDeviceThrows) {
    const GpuCases cases = crowded_cells(3, 4);
    for (const std::uint64_t launches : {0U, 1U, 3U}) {
        EmulatedAccelerator device({.lanes = false, .fails_after = launches});
        EXPECT_THROW(run_all(device, {}, cases, 1), RunError);
    }
}

TEST(GpuRows, PassOnWhatTheSinkThrows) {
    const GpuCases cases = crowded_cells(3, 4);
    EmulatedAccelerator device({.lanes = false});
    EXPECT_THROW(run_on_device(
                     device, {}, cases.source(1),
                     [](std::vector<Row>&&) { throw RunError("the disk is full"); },
                     [] { return false; }, {}, cases.luck_of()),
                 RunError);
}

}  // namespace
}  // namespace tidepool::batch
