#include "sim/batch/rows.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>

#include "sim/base/issue.h"
#include "sim/base/team.h"
#include "sim/base/wait_buckets.h"
#include "sim/batch/cell_store.h"

namespace tidepool::batch {
namespace {

constexpr std::uint64_t kLargestBlock = 64;

class Worker {
public:
    Worker(const scenario::Sweep& sweep, CellStore& cells) : sweep_(sweep), cells_(cells) {}

    // The rows of a block, all of one cell; fewer if `stop` says so.
    std::vector<Row> run(const Rows& block, const std::function<bool()>& stop) {
        const CellOrProblem cell = cells_.get(block.first / sweep_.replicas());
        std::vector<Row> rows;
        for (std::uint64_t row = block.first; row < block.last && !stop(); ++row) {
            rows.push_back(run(row, cell));
        }
        return rows;
    }

private:
    Row run(std::uint64_t number, const CellOrProblem& cell) {
        Row row;
        row.row = number;
        if (cell.cell == nullptr) {
            row.problem = cell.problem;
            return row;
        }
        const auto replica = static_cast<std::uint32_t>(number % sweep_.replicas());
        row.seed = scenario::replica_seed(static_cast<std::uint64_t>(cell.cell->loaded->spec.seed),
                                          replica);
        histogram_.fill(0);
        try {
            row.result = runner_.run(*cell.cell, row.seed, histogram_);
            row.problem = problem_of(row.result);
        } catch (const InputError& error) {  // more outages than any machine would run under
            row.problem = text_of(error, sweep_.folder());
        }
        for (std::uint32_t bucket = 0; row.problem.empty() && bucket < kWaitBuckets; ++bucket) {
            if (histogram_[bucket] != 0) {
                row.waits.emplace_back(bucket, histogram_[bucket]);
            }
        }
        return row;
    }

    const scenario::Sweep& sweep_;
    CellStore& cells_;
    ReplicaRunner runner_;
    WaitHistogram histogram_{};
};

// What the threads share.
struct Team {
    WorkList& work;
    const Sink& sink;
    const Stop& stop;
    std::uint64_t block = 1;  // rows
    std::mutex mutex;         // of the sink and the failure
    std::exception_ptr failure;
    std::atomic<bool> done{false};

    void work_with(Worker& worker) {
        const auto stopped = [&] { return done || stop(); };
        try {
            while (!stopped()) {
                const auto rows = work.take(block);
                if (!rows) {
                    return;
                }
                std::vector<Row> results = worker.run(*rows, stopped);
                const std::lock_guard lock(mutex);
                if (!done && !results.empty()) {
                    sink(std::move(results));
                }
            }
        } catch (...) {  // thrown again where the team was called
            const std::lock_guard lock(mutex);
            failure = failure ? failure : std::current_exception();
            done = true;
        }
    }
};

}  // namespace

std::string problem_of(const ReplicaResult& result) {
    if (result.overflow) {
        return "an integral over time exceeds 2^64 GPU-ticks: far more work is waiting than could "
               "ever run; shorten the horizon or the trace";
    }
    if (result.given_up) {
        return "jobs are interrupted faster than they get on: more than " +
               std::to_string(core::kMostAttempts) + " attempts";
    }
    if (!result.worked) {
        return "not one job started";
    }
    if (result.ran_out) {
        return "the run passes the 8.5 years of the simulated clock with jobs unfinished; give the "
               "scenario a horizon";
    }
    return {};
}

void run_on_threads(const scenario::Sweep& sweep, WorkList& work, unsigned threads,
                    const Sink& sink, const Stop& stop) {
    CellStore cells(sweep, 2 * std::size_t{threads});
    // Small enough that all threads end at about the same time.
    const std::uint64_t share = work.left() / (std::uint64_t{threads} * 16);
    Team team{work, sink, stop, std::clamp<std::uint64_t>(share, 1, kLargestBlock), {}, {}, {}};
    const auto run = [&] {
        Worker worker(sweep, cells);
        team.work_with(worker);
    };
    work_together(std::min<std::uint64_t>(threads, work.left()), run);
    if (team.failure) {
        std::rethrow_exception(team.failure);
    }
}

}  // namespace tidepool::batch
