#include "sim/results/sweep_file.h"

#include <filesystem>
#include <utility>

#include "sim/base/assert.h"
#include "sim/base/atomic_file.h"
#include "sim/base/issue.h"
#include "sim/results/sweep_layout.h"

namespace tidepool::results {
namespace {

bool exists(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
}

void require_same_range(const std::string& path, const SweepHeader& found,
                        const SweepHeader& wanted) {
    require_same_sweep(path, found, wanted,
                       "something has changed since: the sweep file, a file it reads, or the "
                       "version of tidepool");
    if (found.first_row != wanted.first_row || found.last_row != wanted.last_row) {
        throw input_error(path, "belongs to another shard (got '" + std::to_string(found.shard) +
                                    "/" + std::to_string(found.shards) + "')");
    }
}

}  // namespace

void require_same_sweep(const std::string& path, const SweepHeader& found,
                        const SweepHeader& wanted, const std::string& hint) {
    if (found.sweep_id != wanted.sweep_id) {
        throw input_error(path, "belongs to another sweep (got sweep id '" + found.sweep_id + "')",
                          hint);
    }
    if (found.cells != wanted.cells || found.replicas != wanted.replicas) {
        throw input_error(path, "has another number of cells or replicas than its sweep");
    }
}

SweepFile::SweepFile(std::string path, bool force, SweepHeader header)
    : file_(std::move(path), force), header_(std::move(header)) {}

SweepFile SweepFile::create(std::string path, bool force, SweepHeader header) {
    SweepFile file(std::move(path), force, std::move(header));
    file.file_.create(sweep_image(file.header_, SweepTable(file.header_), Status::kRunning, {}));
    return file;
}

SweepFile SweepFile::resume(std::string path, bool force, SweepHeader header, SweepTable& table) {
    TP_ASSERT(table.complete() + table.failed() == 0, "rows are read into an empty table");
    SweepFile file(std::move(path), force, std::move(header));
    if (!exists(file.partial_path())) {
        return create(file.path(), force, std::move(file.header_));
    }
    require_free(file.path(), force);
    SweepContents before = read_sweep(file.partial_path());
    require_same_range(file.partial_path(), before.header, file.header_);
    table = std::move(before.table);
    return file;
}

void SweepFile::save(const SweepTable& table) {
    file_.renew(sweep_image(header_, table, Status::kRunning, {}));
}

std::string SweepFile::finish(const SweepTable& table, Status status,
                              const Provenance& provenance) {
    TP_ASSERT(status != Status::kRunning, "a finished sweep is not running");
    TP_ASSERT(status != Status::kComplete || table.missing() == 0, "complete with all rows");
    return file_.finish(sweep_image(header_, table, status, provenance),
                        status == Status::kComplete);
}

bool is_finished(const std::string& path, const SweepHeader& header) {
    if (!exists(path)) {
        return false;
    }
    const SweepContents contents = read_sweep(path);
    require_same_range(path, contents.header, header);
    return contents.table.missing() == 0;
}

void write_sweep(const std::string& path, bool force, const SweepContents& contents,
                 const Provenance& provenance) {
    create_file(path, sweep_image(contents.header, contents.table, contents.status, provenance),
                force);
}

}  // namespace tidepool::results
