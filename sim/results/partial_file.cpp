#include "sim/results/partial_file.h"

#include <utility>

#include "sim/base/atomic_file.h"
#include "sim/base/issue.h"

namespace tidepool::results {
namespace {

constexpr const char* kLeftOver =
    "delete it, choose another name or replace it with --force if no other run is writing it";

}  // namespace

PartialFile::PartialFile(std::string path, bool force)
    : path_(std::move(path)), partial_(path_ + ".partial"), force_(force) {
    if (path_.empty() || path_.back() == '/') {
        throw input_error("", "the result needs a file name (got '" + path_ + "')");
    }
}

void PartialFile::create(std::string_view bytes) const {
    require_free(path_, force_, "replace it with --force");
    require_free(partial_, force_, kLeftOver);
    if (force_) {
        replace_file(partial_, bytes, false);
        return;
    }
    const std::string name = write_beside(partial_, bytes, false);
    bool moved = false;
    try {
        moved = move_new(name, partial_);
    } catch (const RunError&) {
        remove_file(name);
        throw;
    }
    if (!moved) {  // another run was faster
        remove_file(name);
        require_free(partial_, force_, kLeftOver);
        throw RunError("cannot create '" + partial_ + "': another run just created it");
    }
}

void PartialFile::renew(std::string_view bytes) const {
    replace_file(partial_, bytes, false);
}

std::string PartialFile::finish(std::string_view bytes, bool complete) const {
    if (!complete) {
        replace_file(partial_, bytes, true);
        sync_folder(partial_);
        return partial_;
    }
    // Never by way of `<path>.partial`: with --force that name may be another run's by now.
    const std::string name = write_beside(partial_, bytes, true);
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
