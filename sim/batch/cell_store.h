#pragma once
// Compiled cells of a sweep, made when somebody needs one and shared by all who run its replicas:
// a plan is compiled once, not per replica. Cells that nobody works on any more are let go, so a
// sweep of a million cells holds a few at a time. Safe for use from several threads; cells are
// compiled side by side.

#include <cstddef>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "sim/base/issue.h"
#include "sim/batch/replica.h"
#include "sim/scenario/sweep.h"

namespace tidepool::batch {

// A cell, or why it cannot run.
struct CellOrProblem {
    std::shared_ptr<const Cell> cell;
    std::string problem;  // if there is no cell
};

// What is wrong, one issue a line, without a line feed at the end. Files are named as seen from
// `folder`, so that the text does not depend on where the program was started.
std::string text_of(const InputError& error, const std::string& folder);

class CellStore {
public:
    // `kept`: cells that are held at least, beside those in use.
    CellStore(const scenario::Sweep& sweep, std::size_t kept);

    // RunError and everything else that is not the cell's fault is thrown to all who ask for it.
    CellOrProblem get(std::uint64_t cell);

private:
    CellOrProblem make(std::uint64_t cell) const;

    const scenario::Sweep& sweep_;
    std::size_t kept_;
    std::shared_ptr<RunStore> runs_;
    std::mutex mutex_;
    std::map<std::uint64_t, std::shared_future<CellOrProblem>> cells_;
};

}  // namespace tidepool::batch
