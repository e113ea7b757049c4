// Sweep files as others see them: read back with the C interface of HDF5, checked against rows.

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/wait_buckets.h"
#include "tests/results/read_back.h"
#include "tests/results/sweep_sample.h"

namespace tidepool::results {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

std::string written(const Folder& folder, const std::string& bytes) {
    const std::string path = folder / "sweep.h5";
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
}

std::string image(const SweepHeader& header, Status status = Status::kComplete) {
    return sweep_image(header, full_table(header), status, {});
}

TEST(SweepImage, TellsWhatItIs) {
    const Folder folder;
    const std::string path = written(folder, image(sweep_header(6, 4)));
    EXPECT_EQ(text_attribute(path, "/", "kind"), "sweep");
    EXPECT_EQ(text_attribute(path, "/", "tidepool_schema"), kSchemaVersion);
    EXPECT_EQ(text_attribute(path, "/", "status"), "complete");
    EXPECT_EQ(text_attribute(path, "/", "engine"), "batch");
    EXPECT_EQ(text_attribute(path, "/", "question"), "Wie viele?");
    EXPECT_EQ(text_attribute(path, "/", "sweep_id"), std::string(64, 'b'));
    EXPECT_EQ(number_attribute(path, "/", "cells"), 6);
    EXPECT_EQ(number_attribute(path, "/", "replicas"), 4);
    EXPECT_EQ(number_attribute(path, "/", "rows_complete"), 22);
    EXPECT_EQ(number_attribute(path, "/", "rows_failed"), 2);  // 10 and 21
    EXPECT_THAT(links(path, "/"), ElementsAre("scenario", "sweep"));
    EXPECT_THAT(links(path, "/scenario"), ElementsAre("source_yaml", "base_yaml", "inputs"));
    EXPECT_THAT(texts(path, "/scenario/inputs/path"), ElementsAre("sweep.yaml", "base.yaml"));
    EXPECT_THAT(links(path, "/sweep"),
                ElementsAre("scenario", "param", "problem", "replica", "stats", "histogram"));
    EXPECT_THAT(texts(path, "/sweep/param/topology.clusters[0].nodes"),
                ElementsAre("128", "256", "384", "512", "640", "768"));
    EXPECT_THAT(texts(path, "/sweep/param/scheduler.queue"),
                ElementsAre("fifo", "", "fifo", "", "fifo", ""));
    EXPECT_THAT(texts(path, "/sweep/problem"), ElementsAre("", "", "no job started in row 10", "",
                                                           "", "no job started in row 21"));
}

TEST(SweepImage, HoldsEveryRow) {
    const Folder folder;
    const std::string path = written(folder, image(sweep_header(6, 4)));
    const std::string replica = "/sweep/replica/";
    const std::vector<double> seeds = numbers(path, replica + "seed");
    const std::vector<double> hashes = numbers(path, replica + "decision_hash");
    for (std::uint64_t number = 0; number < 24; ++number) {
        const SweepRow row = sample_row(number);
        EXPECT_EQ(enum_name(path, replica + "state", number),
                  row.state == RowState::kFailed ? "failed" : "complete");
        EXPECT_EQ(seeds[number], static_cast<double>(row.seed));
        EXPECT_EQ(hashes[number], static_cast<double>(row.decisions));
    }
    for (std::size_t k = 0; k < kKpis.size(); ++k) {
        const std::string name = replica + std::string(kKpis[k].name);
        const std::vector<double> values = numbers(path, name);
        ASSERT_EQ(values.size(), 24u);
        for (std::uint64_t number = 0; number < 24; ++number) {
            const SweepRow row = sample_row(number);
            if (row.kpis.empty() || std::isnan(row.kpis[k])) {
                EXPECT_TRUE(std::isnan(values[number])) << name << number;
            } else {
                EXPECT_EQ(values[number], row.kpis[k]) << name << number;
            }
        }
        EXPECT_EQ(text_attribute(path, name, "units"), kKpis[k].unit);
        EXPECT_EQ(text_attribute(path, name, "better"), name_of(kKpis[k].better));
        EXPECT_EQ(scale_of(path, name), "scenario");
    }
}

// Directly, from the rows: n, sums, and the quantile as the smallest value that enough do not
// exceed.
TEST(SweepImage, HoldsTheStatisticsOfEveryCell) {
    constexpr std::uint64_t kCells = 5, kReplicas = 8;
    const Folder folder;
    const std::string path = written(folder, image(sweep_header(kCells, kReplicas)));
    const std::map<std::size_t, double> student{{1, 12.7062047}, {2, 4.3026527}, {3, 3.1824463},
                                                {4, 2.7764451},  {5, 2.5705818}, {6, 2.4469118},
                                                {7, 2.3646243}};
    for (std::size_t k = 0; k < kKpis.size(); ++k) {
        const std::string group = "/sweep/stats/" + std::string(kKpis[k].name) + "/";
        for (std::uint64_t cell = 0; cell < kCells; ++cell) {
            std::vector<double> x;
            double sum = 0, squares = 0;
            for (std::uint64_t number = cell * kReplicas; number < (cell + 1) * kReplicas;
                 ++number) {
                const SweepRow row = sample_row(number);
                if (!row.kpis.empty() && !std::isnan(row.kpis[k])) {
                    x.push_back(row.kpis[k]);
                    sum += x.back();
                }
            }
            const auto n = static_cast<double>(x.size());
            for (const double value : x) {
                squares += (value - sum / n) * (value - sum / n);
            }
            const auto found = [&](const char* name) { return numbers(path, group + name)[cell]; };
            const double se = std::sqrt(squares / (n - 1) / n);
            const double half = student.at(x.size() - 1) * se;
            EXPECT_EQ(found("n"), n);
            EXPECT_EQ(found("mean"), sum / n);
            EXPECT_DOUBLE_EQ(found("se"), se);
            EXPECT_NEAR(found("low"), sum / n - half, 1e-7 * half);
            EXPECT_NEAR(found("high"), sum / n + half, 1e-7 * half);
            for (const auto& [name, share] : {std::pair{"p05", 5}, {"p50", 50}, {"p95", 95}}) {
                double least = INFINITY;
                for (const double value : x) {
                    const auto below =
                        std::ranges::count_if(x, [&](double other) { return other <= value; });
                    if (100 * below >= share * static_cast<std::ptrdiff_t>(x.size())) {
                        least = std::min(least, value);
                    }
                }
                EXPECT_EQ(found(name), least) << group << name;
            }
        }
    }
}

TEST(SweepImage, CountsWaitsInBuckets) {
    const Folder folder;
    const SweepHeader header = sweep_header(19, 3);
    const std::string path = written(folder, image(header));
    const std::vector<double> counts = numbers(path, "/sweep/histogram/wait");
    ASSERT_EQ(counts.size(), 19 * kWaitBuckets);
    std::vector<double> expected(counts.size());
    for (std::uint64_t row = 0; row < header.rows(); ++row) {
        for (const auto& [bucket, jobs] : sample_row(row).waits) {
            expected[row / 3 * kWaitBuckets + bucket] += static_cast<double>(jobs);
        }
    }
    EXPECT_EQ(counts, expected);
    EXPECT_EQ(scale_of(path, "/sweep/histogram/wait"), "scenario");
    EXPECT_EQ(scale_of(path, "/sweep/histogram/wait_lower"), "bucket");
    const std::vector<double> lower = numbers(path, "/sweep/histogram/wait_lower");
    for (std::uint32_t bucket = 0; bucket < kWaitBuckets; ++bucket) {
        EXPECT_EQ(lower[bucket] * 16, static_cast<double>(wait_bucket_begin(bucket)));
        const auto begin = static_cast<std::uint32_t>(wait_bucket_begin(bucket));
        EXPECT_EQ(wait_bucket(begin), bucket);
        EXPECT_TRUE(bucket == 0 || wait_bucket(begin - 1) == bucket - 1);
    }
}

TEST(SweepImage, LeavesOutWhatIsNotThere) {
    const Folder folder;
    SweepHeader header = sweep_header(1, 3);
    header.axes.clear();
    const std::string path = written(folder, image(header, Status::kRunning));
    EXPECT_THAT(links(path, "/sweep"), ElementsAre("scenario", "replica", "histogram"));
    EXPECT_EQ(text_attribute(path, "/", "status"), "running");
}

TEST(SweepImage, SaysWhichShardItIs) {
    const Folder folder;
    const std::string path = written(folder, image(shard_of(sweep_header(6, 4), 2, 5)));
    EXPECT_EQ(number_attribute(path, "/", "shard"), 2);
    EXPECT_EQ(number_attribute(path, "/", "shards"), 5);
    EXPECT_EQ(number_attribute(path, "/", "first_row"), 4);  // floor(24 / 5)
    EXPECT_EQ(number_attribute(path, "/", "last_row"), 9);   // floor(48 / 5)
    EXPECT_THAT(numbers(path, "/sweep/replica/seed"), SizeIs(24));
    EXPECT_EQ(enum_name(path, "/sweep/replica/state", 3), "missing");
    EXPECT_EQ(enum_name(path, "/sweep/replica/state", 4), "complete");
    EXPECT_EQ(enum_name(path, "/sweep/replica/state", 9), "missing");
    EXPECT_TRUE(std::isnan(numbers(path, "/sweep/replica/ettr")[3]));
}

TEST(SweepImage, ASmallShardOfAHugeSweepIsSmall) {
    SweepHeader header = sweep_header(3, 1'000'000);
    header.shard = 2;
    header.shards = 15'000;
    header.first_row = 200;
    header.last_row = 400;
    EXPECT_LT(image(header).size(), 2'000'000u);
}

}  // namespace
}  // namespace tidepool::results
