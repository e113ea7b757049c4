#pragma once
// A sweep in a folder of its own, from YAML to rows, the way the program runs it.

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/batch/rows.h"
#include "tests/workloads/scratch.h"

namespace tidepool::batch {

class WholeSweep {
public:
    using Files = std::map<std::string, std::string>;

    // `base`: a scenario without its head and its workload, which is jobs.csv; `blocks`: the sweep
    // without its head; `others`: files that they name.
    WholeSweep(const std::string& base, const std::string& jobs, const std::string& blocks,
               const Files& others = {}) {
        folder_.file("jobs.csv", jobs);
        folder_.file("base.yaml",
                     "tidepool: 1\nname: base\nworkloads: [{trace: {file: jobs.csv}}]\n" + base);
        folder_.file("sweep.yaml", "tidepool_sweep: 1\nname: sweep\nbase: base.yaml\n" + blocks);
        for (const auto& [name, bytes] : others) {
            folder_.file(name, bytes);
        }
    }

    scenario::Sweep load() const { return scenario::Sweep::load(folder_.path("sweep.yaml"), {}); }

private:
    workloads::Scratch folder_;
};

// Rows in order, as they arrive; none may come twice.
struct Arrived {
    explicit Arrived(const scenario::Sweep& sweep) : rows(sweep.rows()), seen(sweep.rows()) {}

    Sink sink() {
        return [this](std::vector<Row>&& some) {
            EXPECT_FALSE(some.empty());
            for (Row& row : some) {
                const std::uint64_t number = row.row;
                EXPECT_FALSE(seen.at(number)) << "row " << number << " came twice";
                seen[number] = true;
                rows[number] = std::move(row);
            }
        };
    }
    std::uint64_t count() const {
        return static_cast<std::uint64_t>(std::ranges::count(seen, true));
    }

    std::vector<Row> rows;
    std::vector<bool> seen;
};

inline std::vector<Row> rows_of(const scenario::Sweep& sweep, unsigned threads) {
    WorkList work({{0, sweep.rows()}}, sweep.replicas());
    Arrived arrived(sweep);
    run_on_threads(sweep, work, threads, arrived.sink(), [] { return false; });
    EXPECT_EQ(work.left(), 0U);
    EXPECT_EQ(arrived.count(), sweep.rows()) << "rows are missing";
    return std::move(arrived.rows);
}

}  // namespace tidepool::batch
