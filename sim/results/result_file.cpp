#include "sim/results/result_file.h"

#include "sim/base/assert.h"
#include "sim/base/atomic_file.h"
#include "sim/base/issue.h"
#include "sim/results/layout.h"

namespace tidepool::results {
namespace {

constexpr const char* kLeftOver =
    "delete it, choose another name or replace it with --force if no other run is writing it";

}  // namespace

std::string_view name_of(Status status) {
    switch (status) {
        case Status::kRunning:
            return "running";
        case Status::kComplete:
            return "complete";
        case Status::kFailed:
            return "failed";
        case Status::kInterrupted:
            break;
    }
    return "interrupted";
}

ResultFile::ResultFile(std::string path, bool force, Header header)
    : path_(std::move(path)),
      partial_(path_ + ".partial"),
      force_(force),
      header_(std::move(header)) {}

ResultFile ResultFile::create(std::string path, bool force, Header header) {
    if (path.empty() || path.back() == '/') {
        throw input_error("", "the result needs a file name (got '" + path + "')");
    }
    ResultFile file(std::move(path), force, std::move(header));
    require_free(file.path_, force, "replace it with --force");
    require_free(file.partial_, force, kLeftOver);
    const std::string image = initial_image(file.header_);
    if (force) {
        replace_file(file.partial_, image, false);
        return file;
    }
    const std::string name = write_beside(file.partial_, image, false);
    bool moved = false;
    try {
        moved = move_new(name, file.partial_);
    } catch (const RunError&) {
        remove_file(name);
        throw;
    }
    if (!moved) {  // another run was faster
        remove_file(name);
        require_free(file.partial_, force, kLeftOver);
        throw RunError("cannot create '" + file.partial_ + "': another run just created it");
    }
    return file;
}

void ResultFile::progress(const model::Ledger& ledger, Ticks now) {
    replace_file(partial_, progress_image(header_, ledger, now), false);
}

std::string ResultFile::finish(Status status, const model::Ledger& ledger,
                               std::span<const std::string_view> ids,
                               const Provenance& provenance) {
    TP_ASSERT(status != Status::kRunning, "a finished run is not running");
    const std::string image = final_image(header_, status, ledger, ids, provenance);
    if (status != Status::kComplete) {
        replace_file(partial_, image, true);
        sync_folder(partial_);
        return partial_;
    }
    // Never by way of `<path>.partial`: with --force that name may be another run's by now.
    const std::string name = write_beside(partial_, image, true);
    try {
        if (force_) {
            move_over(name, path_);
        } else if (!move_new(name, path_)) {
            throw RunError("cannot create '" + path_ + "': it was created during the run; '" +
                           partial_ + "' holds the complete result");
        }
    } catch (const RunError&) {
        move_over(name, partial_);
        throw;
    }
    sync_folder(path_);
    remove_file(partial_);
    return path_;
}

}  // namespace tidepool::results
