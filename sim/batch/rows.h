#pragma once
// Runs rows of a sweep and hands their results out as they come.

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sim/batch/replica.h"
#include "sim/batch/work_list.h"
#include "sim/scenario/sweep.h"

namespace tidepool::batch {

// Bucket of the wait histogram (sim/base/wait_buckets.h) and how many jobs fell into it.
using WaitCount = std::pair<std::uint32_t, std::uint64_t>;

struct Row {
    std::uint64_t row = 0;         // cell * replicas + replica
    std::uint64_t seed = 0;        // 0 if its cell could not be compiled
    ReplicaResult result;          // of a run that has no problem
    std::string problem;           // why the row failed; empty: it is complete
    std::vector<WaitCount> waits;  // to add to the cell's histogram; a batch of rows of a cell may
                                   // carry their sum in one of them
};

// Called with results in any order, by one thread at a time.
using Sink = std::function<void(std::vector<Row>&&)>;

// Asked between rows; true ends the work early, and rows that have begun are finished.
using Stop = std::function<bool()>;

// Runs everything on `work` with `threads` threads, and returns when all are done or `stop` says
// so. The first exception of a thread or the sink ends the work and is thrown here. The results do
// not depend on the number of threads, nor on how the rows are cut into blocks.
void run_on_threads(const scenario::Sweep& sweep, WorkList& work, unsigned threads,
                    const Sink& sink, const Stop& stop);

// What a row that ran is worth: empty, or why its numbers mean nothing.
std::string problem_of(const ReplicaResult& result);

}  // namespace tidepool::batch
