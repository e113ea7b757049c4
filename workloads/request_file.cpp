#include "workloads/request_file.h"

#include "sim/base/assert.h"

namespace tidepool::workloads {

RequestFile::RequestFile(const std::string& path, const DemandFileFormat& format)
    : problems_(path, issues_), lines_(path, problems_) {
    TP_ASSERT(format.requests != nullptr, "the caller looks for a format of requests");
    if (problems_.any()) {
        fail();
    }
    reader_ = format.requests(lines_, problems_);
}

void RequestFile::fail() {
    Request request;
    while (reader_ != nullptr && reader_->next(request)) {
    }
    problems_.finish();
    throw InputError(issues_.list());
}

bool RequestFile::next(Request& request) {
    const bool more = reader_->next(request);
    if (!more && !any_ && !problems_.any()) {
        problems_.add(0, 0, {}, "the file holds no requests");
    }
    if (problems_.any()) {
        fail();
    }
    any_ = true;
    return more;
}

}  // namespace tidepool::workloads
