// The rows of a sweep are those of runs of their own, to the last bit: whatever the number of
// threads and the blocks. Cells that cannot run, stopping, exceptions.

#include "sim/batch/rows.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/issue.h"
#include "sim/batch/closed_form.h"
#include "sim/results/kpi_table.h"
#include "tests/batch/gpu_cases.h"
#include "tests/batch/whole_sweep.h"

namespace tidepool::batch {
namespace {

using testing::HasSubstr;

// Jobs of 8 to 32 GPUs, a new one every 2 hours, without estimates.
std::string some_jobs() {
    std::string csv = "job_id,submit,duration,gpus,priority\n";
    for (std::uint32_t j = 0; j < 16; ++j) {
        csv += std::to_string(j) + ',' + std::to_string(j * 7'200) + ',' +
               std::to_string(20'000 + j * 7919 % 90'000) + ',' + std::to_string(8 << j % 3) + ',' +
               std::to_string(j % 2) + '\n';
    }
    return csv;
}

constexpr std::uint32_t kReplicas = 9;
enum Cells : std::uint64_t { kEasy, kNoEstimates, kSpare, kTooLong, kNoStart, kQuiet, kRandom };
constexpr std::uint64_t kCells = 7;

// With a cell that cannot be compiled, one in which no job ever starts and one without an end.
WholeSweep sweep_of_all_sorts(std::uint32_t replicas = kReplicas) {
    return {
        "topology: {clusters: [{name: a, server: hgx-h100, nodes: 5}]}\n"
        "failures: {preset: llama3, scale: 60, repair: {law: exponential, mean: 6 h}}\n"
        "checkpoint: {interval: young, write: 60 s}\n",
        some_jobs(),
        "list:\n"
        "  - {horizon: 12 d, scheduler.queue: easy}\n"
        "  - {horizon: 12 d, scheduler.queue: easy, scheduler.estimates: trace}\n"
        "  - {horizon: 12 d, scheduler.spare_nodes: 1, recovery.on_failure: spare}\n"
        "  - {workloads: [{trace: {file: long.csv}}], failures: {}, checkpoint: {}}\n"
        "  - {horizon: 12 d, workloads: [{trace: {file: large.csv}, never_fits: reject}]}\n"
        "  - {failures: {}, checkpoint: {}}\n"
        "  - {horizon: 12 d, scheduler.placement: random, recovery.on_failure: requeue,"
        " scheduler.order: priority, scheduler.preempt: priority}\n"
        "replicas: " +
            std::to_string(replicas) + "\n",
        {{"large.csv", "job_id,submit,duration,gpus\n1,0,10,800\n"},
         {"long.csv", "job_id,submit,duration,gpus\n1,0,2e8,40\n2,0,2e8,40\n"}}};
}

// The waits of rows, by cell.
std::map<std::uint64_t, std::map<std::uint32_t, std::uint64_t>> waits_of(
    const std::vector<Row>& rows) {
    std::map<std::uint64_t, std::map<std::uint32_t, std::uint64_t>> waits;
    for (const Row& row : rows) {
        for (const auto& [bucket, count] : row.waits) {
            waits[row.row / kReplicas][bucket] += count;
        }
    }
    return waits;
}

void expect_same_rows(const std::vector<Row>& rows, const std::vector<Row>& right) {
    ASSERT_EQ(rows.size(), right.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(rows[i].row, right[i].row);
        expect_same_row(rows[i], right[i]);
        ASSERT_FALSE(testing::Test::HasFailure()) << "row " << i;
    }
    EXPECT_EQ(waits_of(rows), waits_of(right));
}

// The row's scenario loaded, compiled and run by itself, with a ledger.
void expect_run_of_its_own(const scenario::Sweep& sweep, const Row& row) {
    scenario::Loaded alone = *sweep.load_cell(row.row / kReplicas);
    const auto base = static_cast<std::uint64_t>(alone.spec.seed);
    const std::uint64_t seed =
        scenario::replica_seed(base, static_cast<std::uint32_t>(row.row % kReplicas));
    EXPECT_EQ(row.seed, seed);
    alone.spec.seed = static_cast<std::int64_t>(seed);
    const model::Ledger ledger = run(scenario::compile(alone), {});
    const std::vector<double> kpis = results::kpi_values(ledger);
    const std::vector<double> of_row = results::kpi_values(row.result.totals);
    for (std::size_t k = 0; k < kpis.size(); ++k) {
        EXPECT_EQ(std::bit_cast<std::uint64_t>(of_row[k]), std::bit_cast<std::uint64_t>(kpis[k]))
            << results::kKpis[k].name;
    }
    EXPECT_EQ(row.result.decisions, ledger.decisions);
    std::map<std::uint32_t, std::uint64_t> waits;
    for (const model::JobRecord& job : ledger.jobs) {
        if (job.start != kNever) {
            ++waits[wait_bucket(job.start.value - job.submit.value)];
        }
    }
    EXPECT_EQ((std::map<std::uint32_t, std::uint64_t>(row.waits.begin(), row.waits.end())), waits);
}

TEST(Rows, AreRunsOfTheirOwn) {
    const WholeSweep files = sweep_of_all_sorts();
    const scenario::Sweep sweep = files.load();
    ASSERT_EQ(sweep.cells(), kCells);
    std::uint64_t interruptions = 0, preemptions = 0;
    for (const Row& row : rows_of(sweep, 1)) {
        if (row.problem.empty()) {
            expect_run_of_its_own(sweep, row);
            interruptions += row.result.totals.reliability.interruptions;
            preemptions += row.result.totals.reliability.preemptions;
        }
        ASSERT_FALSE(HasFailure()) << "row " << row.row;
    }
    EXPECT_GT(interruptions, 100U) << "the cases do not ask the question often enough";
    EXPECT_GT(preemptions, 5U);
}

TEST(Rows, OfCellsThatCannotRunSayWhyAndTheOthersRun) {
    const WholeSweep files = sweep_of_all_sorts();
    for (const Row& row : rows_of(files.load(), 2)) {
        const std::uint64_t cell = row.row / kReplicas;
        switch (cell) {
            case kNoEstimates:
                EXPECT_THAT(row.problem, HasSubstr("has no estimate"));
                EXPECT_THAT(row.problem, HasSubstr("jobs.csv:2"));
                EXPECT_EQ(row.seed, 0U);
                break;
            case kTooLong:
                EXPECT_THAT(row.problem, HasSubstr("passes the 8.5 years"));
                EXPECT_NE(row.seed, 0U);
                break;
            case kNoStart:
                EXPECT_EQ(row.problem, "not one job started");
                break;
            default:
                EXPECT_EQ(row.problem, "");
                EXPECT_TRUE(row.result.complete());
                EXPECT_FALSE(row.waits.empty());
                continue;
        }
        EXPECT_TRUE(row.waits.empty()) << "row " << row.row;
        EXPECT_FALSE(row.problem.ends_with('\n'));
    }
}

TEST(Rows, DoNotKnowTheNumberOfThreads) {
    const WholeSweep files = sweep_of_all_sorts();
    const std::vector<Row> right = rows_of(files.load(), 1);
    for (const unsigned threads : {2U, 8U}) {
        expect_same_rows(rows_of(files.load(), threads), right);
    }
}

// Some rows from anywhere at a time, as shards and what an interrupted sweep left take them.
TEST(Rows, DoNotKnowTheBlocks) {
    const WholeSweep files = sweep_of_all_sorts();
    const scenario::Sweep sweep = files.load();
    const std::vector<Row> right = rows_of(sweep, 1);
    for (const unsigned threads : {1U, 2U, 8U}) {
        properties::Dice dice(threads, 63);
        std::vector<std::vector<Rows>> shares(4);
        for (std::uint64_t row = 0; row < sweep.rows();) {
            const std::uint64_t last = std::min<std::uint64_t>(sweep.rows(), row + dice.from(1, 9));
            shares[dice.below(4)].push_back({row, last});
            row = last;
        }
        Arrived arrived(sweep);
        for (std::vector<Rows>& share : shares) {
            WorkList work(std::move(share), kReplicas);
            run_on_threads(sweep, work, threads, arrived.sink(), [] { return false; });
        }
        expect_same_rows(arrived.rows, right);
    }
}

// Luck makes the difference between replicas, and where nothing can fail there is none.
TEST(Rows, DifferByTheirLuckAlone) {
    const WholeSweep files = sweep_of_all_sorts();
    std::map<std::uint64_t, std::set<std::uint64_t>> hashes, seeds;
    for (const Row& row : rows_of(files.load(), 2)) {
        hashes[row.row / kReplicas].insert(row.result.decisions);
        seeds[row.row / kReplicas].insert(row.seed);
    }
    EXPECT_EQ(hashes[kQuiet].size(), 1U);
    for (const std::uint64_t cell : {kEasy, kSpare, kRandom}) {
        EXPECT_EQ(hashes[cell].size(), kReplicas);
        EXPECT_EQ(seeds[cell], seeds[kQuiet]) << "cells share their luck";
    }
    EXPECT_EQ(seeds[kQuiet].size(), kReplicas);
}

// After any number of rows: what has come is whole, and what has not can still be run.
TEST(Rows, StopBetweenRowsAndGoOnLater) {
    const WholeSweep files = sweep_of_all_sorts();
    const scenario::Sweep sweep = files.load();
    const std::vector<Row> right = rows_of(sweep, 1);
    for (const unsigned threads : {1U, 8U}) {
        for (const std::uint32_t asked : {0U, 1U, 5U, 30U, 60U}) {
            Arrived arrived(sweep);
            std::atomic<std::uint32_t> times{0};
            WorkList work({{0, sweep.rows()}}, kReplicas);
            run_on_threads(sweep, work, threads, arrived.sink(), [&] { return ++times > asked; });
            EXPECT_LE(arrived.count(), asked);
            std::vector<Rows> missing;
            for (std::uint64_t row = 0; row < sweep.rows(); ++row) {
                if (arrived.seen[row]) {
                    expect_same_row(arrived.rows[row], right[row]);
                } else {
                    missing.push_back({row, row + 1});
                }
            }
            ASSERT_FALSE(missing.empty());
            WorkList rest(missing, kReplicas);
            run_on_threads(sweep, rest, threads, arrived.sink(), [] { return false; });
            expect_same_rows(arrived.rows, right);
            ASSERT_FALSE(HasFailure()) << threads << " threads, asked " << asked << " times";
        }
    }
}

std::size_t threads_of_this_process() {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

// Runs with a sink and a stop of which one throws, and expects the exception and nothing after it.
void expect_thrown(unsigned threads, std::uint32_t sink_throws_at, std::uint32_t stop_throws_at) {
    constexpr std::uint32_t replicas = 300;  // more than other threads get done meanwhile
    const WholeSweep files = sweep_of_all_sorts(replicas);
    const scenario::Sweep sweep = files.load();
    const std::size_t before = threads_of_this_process();
    std::atomic<bool> returned{false};
    std::atomic<std::uint32_t> sinks{0}, stops{0};
    WorkList work({{0, sweep.rows()}}, replicas);
    try {
        run_on_threads(
            sweep, work, threads,
            [&](std::vector<Row>&&) {
                EXPECT_FALSE(returned);
                EXPECT_LE(++sinks, sink_throws_at) << "nothing comes after an exception";
                if (sinks == sink_throws_at) {
                    throw RunError("the disk is full");
                }
            },
            [&] {
                EXPECT_FALSE(returned);
                if (++stops == stop_throws_at) {
                    throw RunError("the disk is full");
                }
                return false;
            });
        ADD_FAILURE() << "nothing was thrown";
    } catch (const RunError& error) {
        EXPECT_STREQ(error.what(), "the disk is full");
    }
    returned = true;
    EXPECT_GT(work.left(), 0U) << "the work went on";
    // A thread that was joined may be seen for a moment longer.
    for (int i = 0; i < 1000 && threads_of_this_process() > before; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_LE(threads_of_this_process(), before);
}

TEST(Rows, ThrowWhatTheSinkThrows) {
    for (const unsigned threads : {1U, 2U, 8U}) {
        for (const std::uint32_t at : {1U, 3U, 10U}) {
            expect_thrown(threads, at, 0);
        }
    }
}

TEST(Rows, ThrowWhatAskingForAStopThrows) {
    for (const unsigned threads : {1U, 8U}) {
        expect_thrown(threads, 0xFFFF'FFFF, 1);
        expect_thrown(threads, 0xFFFF'FFFF, 12);
    }
}

}  // namespace
}  // namespace tidepool::batch
