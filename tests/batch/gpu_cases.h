#pragma once
// Random cells with rows of them as tasks for a device, and what the rows must be: what one thread
// makes of them.

#include <bit>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/batch/gpu_rows.h"
#include "sim/results/kpi_table.h"
#include "tests/batch/random_cells.h"

namespace tidepool::batch {

class GpuCases {
public:
    // `replicas` rows of the cell; some of them meet no failures.
    void add(RandomCell&& made, std::uint32_t replicas) {
        const auto cell = std::make_shared<const Cell>(std::move(made.cell));
        luck_[cell.get()] = std::move(made.luck);
        for (std::uint32_t r = 0; r < replicas; ++r) {
            tasks_.push_back({cell, tasks_.size(), made.seed + r});
        }
    }

    const std::vector<Task>& tasks() const { return tasks_; }
    LuckSource luck_of() const {
        return [this](const Cell& cell, std::uint64_t seed) {
            const scenario::Luck& luck = luck_.at(&cell);
            if (seed % 5 != 3) {
                return luck;
            }
            scenario::Luck none;
            none.outages.causes = luck.outages.causes;
            return none;
        };
    }
    // Hands the tasks out in portions of any size.
    Source source(std::uint32_t seed) const {
        return [this, next = std::size_t{0},
                dice = properties::Dice(seed, 56)](std::uint64_t most) mutable {
            const std::uint64_t count = std::min<std::uint64_t>(most, dice.from(1, 20));
            std::vector<Task> some;
            for (; some.size() < count && next < tasks_.size(); ++next) {
                some.push_back(tasks_[next]);
            }
            return some;
        };
    }

private:
    std::vector<Task> tasks_;
    std::map<const Cell*, scenario::Luck> luck_;
};

// Rows as they come, and the sums of their waits.
struct Collected {
    std::map<std::uint64_t, Row> rows;
    std::map<const Cell*, WaitHistogram> waits;
    std::uint64_t batches = 0;

    Sink sink(const GpuCases& cases) {
        return [this, &cases](std::vector<Row>&& some) {
            ++batches;
            for (Row& row : some) {
                WaitHistogram& histogram = waits[cases.tasks().at(row.row).cell.get()];
                EXPECT_TRUE(row.problem.empty() || row.waits.empty());
                for (const auto& [bucket, count] : row.waits) {
                    histogram[bucket] += count;
                }
                const std::uint64_t number = row.row;
                EXPECT_TRUE(rows.emplace(number, std::move(row)).second) << "row " << number;
            }
        };
    }
};

// Of the rows that were collected, or all.
inline Collected expected(const GpuCases& cases) {
    Collected all;
    ReplicaRunner runner;
    const LuckSource luck_of = cases.luck_of();
    for (const Task& task : cases.tasks()) {
        WaitHistogram histogram{};
        Row row;
        row.row = task.row;
        row.seed = task.seed;
        row.result = runner.run(*task.cell, luck_of(*task.cell, task.seed), task.seed, histogram);
        row.problem = problem_of(row.result);
        WaitHistogram& sum = all.waits[task.cell.get()];
        for (std::size_t bucket = 0; bucket < histogram.size(); ++bucket) {
            sum[bucket] += histogram[bucket];
        }
        all.rows.emplace(task.row, std::move(row));
    }
    return all;
}

inline void expect_same_row(const Row& row, const Row& right) {
    EXPECT_EQ(row.seed, right.seed);
    EXPECT_EQ(row.problem, right.problem);
    EXPECT_EQ(row.result.decisions, right.result.decisions);
    EXPECT_EQ(row.result.worked, right.result.worked);
    EXPECT_EQ(row.result.ran_out, right.result.ran_out);
    EXPECT_EQ(row.result.overflow, right.result.overflow);
    EXPECT_EQ(row.result.given_up, right.result.given_up);
    EXPECT_EQ(row.result.totals.waits, right.result.totals.waits);
    EXPECT_EQ(row.result.totals.in_state, right.result.totals.in_state);
    for (const results::Kpi& kpi : results::kKpis) {
        EXPECT_EQ(std::bit_cast<std::uint64_t>(kpi.value(row.result.totals)),
                  std::bit_cast<std::uint64_t>(kpi.value(right.result.totals)))
            << kpi.name;
    }
}

inline void expect_same(const Collected& rows, const Collected& right) {
    ASSERT_EQ(rows.rows.size(), right.rows.size());
    for (const auto& [number, row] : rows.rows) {
        expect_same_row(row, right.rows.at(number));
        ASSERT_FALSE(testing::Test::HasFailure()) << "row " << number;
    }
    EXPECT_EQ(rows.waits, right.waits);
}

inline Collected run_all(Accelerator& device, const GpuOptions& options, const GpuCases& cases,
                         std::uint32_t seed) {
    Collected rows;
    run_on_device(
        device, options, cases.source(seed), rows.sink(cases), [] { return false; }, {},
        cases.luck_of());
    return rows;
}

}  // namespace tidepool::batch
