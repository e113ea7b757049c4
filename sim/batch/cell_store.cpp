#include "sim/batch/cell_store.h"

#include <exception>
#include <filesystem>
#include <utility>

#include "sim/base/issue.h"
#include "sim/batch/run_store.h"

namespace tidepool::batch {
namespace {

constexpr std::size_t kMostRunBytes = std::size_t{1} << 30U;

}  // namespace

std::string text_of(const InputError& error, const std::string& folder) {
    std::string text;
    for (Issue issue : error.issues()) {
        if (issue.at.line > 0) {  // else it is the name of a thing, not of a file
            const std::filesystem::path from = folder.empty() ? "." : folder;
            const std::string relative =
                std::filesystem::path(issue.at.file).lexically_relative(from).string();
            issue.at.file = relative.empty() ? issue.at.file : relative;
        }
        text += (text.empty() ? "" : "\n") + to_string(issue);
    }
    return text;
}

CellStore::CellStore(const scenario::Sweep& sweep, std::size_t kept)
    : sweep_(sweep), kept_(kept), runs_(std::make_shared<RunStore>(kMostRunBytes)) {}

CellOrProblem CellStore::get(std::uint64_t cell) {
    std::promise<CellOrProblem> promise;
    std::shared_future<CellOrProblem> future;
    bool mine = false;
    {
        const std::lock_guard lock(mutex_);
        const auto [at, is_new] = cells_.try_emplace(cell);
        mine = is_new;
        if (mine) {
            at->second = promise.get_future().share();
        }
        future = at->second;
        // Work is handed out in ascending order: the lowest cells are done with first.
        while (cells_.size() > kept_ && cells_.begin()->first < cell) {
            cells_.erase(cells_.begin());
        }
    }
    if (mine) {
        try {
            promise.set_value(make(cell));
        } catch (...) {  // for everybody who waits
            promise.set_exception(std::current_exception());
        }
    }
    return future.get();
}

CellOrProblem CellStore::make(std::uint64_t cell) const {
    CellOrProblem made;
    try {
        Cell made_cell = make_cell(sweep_.load_cell(cell));
        made_cell.runs = runs_;
        made.cell = std::make_shared<const Cell>(std::move(made_cell));
    } catch (const InputError& error) {
        made.problem = text_of(error, sweep_.folder());
    }
    return made;
}

}  // namespace tidepool::batch
