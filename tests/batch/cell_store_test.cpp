// A cell is compiled once however many ask for it, and let go when the work has moved on.

#include "sim/batch/cell_store.h"

#include <barrier>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/batch/whole_sweep.h"

namespace tidepool::batch {
namespace {

// Cells 0, 2, 4, ... run; 1, 3, ... have jobs that never fit.
WholeSweep every_other_cell_runs(std::uint32_t pairs) {
    std::string seeds;
    for (std::uint32_t seed = 1; seed <= pairs; ++seed) {
        seeds += (seed > 1 ? ", " : "") + std::to_string(seed);
    }
    return {"topology: {clusters: [{name: a, server: hgx-h100, nodes: 2}]}\n",
            "job_id,submit,duration,gpus\n1,0,10,16\n",
            "grid:\n  seed: [" + seeds + "]\n  topology.clusters[0].nodes: [2, 1]\nreplicas: 3\n"};
}

TEST(CellStore, CompilesACellOnceForAllThreads) {
    const WholeSweep files = every_other_cell_runs(8);
    const scenario::Sweep sweep = files.load();
    constexpr unsigned kThreads = 8;
    CellStore cells(sweep, 2 * kThreads);
    std::vector<std::vector<CellOrProblem>> got(kThreads);
    std::barrier together(kThreads);
    {
        std::vector<std::jthread> threads;
        for (unsigned t = 0; t < kThreads; ++t) {
            threads.emplace_back([&, t] {
                for (std::uint64_t cell = 0; cell < sweep.cells(); ++cell) {
                    together.arrive_and_wait();
                    got[t].push_back(cells.get(cell));
                }
            });
        }
    }
    for (std::uint64_t cell = 0; cell < sweep.cells(); ++cell) {
        std::set<const Cell*> compiled;
        std::set<std::string> problems;
        for (const std::vector<CellOrProblem>& mine : got) {
            compiled.insert(mine[cell].cell.get());
            problems.insert(mine[cell].problem);
        }
        EXPECT_EQ(compiled.size(), 1U) << "cell " << cell;
        ASSERT_EQ(problems.size(), 1U) << "cell " << cell;
        const bool runs = cell % 2 == 0;
        EXPECT_EQ(*compiled.begin() != nullptr, runs);
        EXPECT_EQ(problems.begin()->empty(), runs);
        if (runs) {
            EXPECT_EQ((*compiled.begin())->loaded->spec.seed, static_cast<int>(cell / 2 + 1));
        }
    }
}

TEST(CellStore, GivesTheSameCellUntilTheWorkHasMovedOn) {
    const WholeSweep files = every_other_cell_runs(8);
    const scenario::Sweep sweep = files.load();
    CellStore cells(sweep, 4);
    const std::weak_ptr<const Cell> first = cells.get(0).cell;
    const Cell* const address = first.lock().get();
    for (const std::uint64_t cell : {1U, 2U, 3U, 0U, 1U, 0U}) {
        EXPECT_EQ(cells.get(cell).cell.get() == address, cell == 0);
    }
    EXPECT_FALSE(first.expired());
    const std::shared_ptr<const Cell> in_use = cells.get(2).cell;
    for (std::uint64_t cell = 4; cell < sweep.cells(); ++cell) {
        cells.get(cell);
    }
    EXPECT_TRUE(first.expired()) << "nobody holds on to cells that are done with";
    EXPECT_EQ(in_use->loaded->spec.seed, 2);
    EXPECT_EQ(in_use.use_count(), 1);
}

}  // namespace
}  // namespace tidepool::batch
