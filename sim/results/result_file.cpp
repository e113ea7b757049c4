#include "sim/results/result_file.h"

#include "sim/base/assert.h"
#include "sim/results/layout.h"

namespace tidepool::results {

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
    : file_(std::move(path), force), header_(std::move(header)) {}

ResultFile ResultFile::create(std::string path, bool force, Header header) {
    ResultFile file(std::move(path), force, std::move(header));
    file.file_.create(initial_image(file.header_));
    return file;
}

void ResultFile::progress(const model::Ledger& ledger, Ticks now) {
    file_.renew(progress_image(header_, ledger, now));
}

std::string ResultFile::finish(Status status, const model::Ledger& ledger,
                               std::span<const std::string_view> ids,
                               const Provenance& provenance) {
    TP_ASSERT(status != Status::kRunning, "a finished run is not running");
    return file_.finish(final_image(header_, status, ledger, ids, provenance),
                        status == Status::kComplete);
}

}  // namespace tidepool::results
