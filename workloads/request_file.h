#pragma once
// The requests of one file as they stand there, whatever its format.

#include <memory>
#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "workloads/demand_formats.h"
#include "workloads/problems.h"
#include "workloads/request.h"
#include "workloads/source.h"

namespace tidepool::workloads {

class RequestFile {
public:
    // The format must be one of requests.
    RequestFile(const std::string& path, const DemandFileFormat& format);
    RequestFile(const RequestFile&) = delete;
    RequestFile& operator=(const RequestFile&) = delete;

    // False at the end. Meets with a problem: reads on to the end of the file for others, then
    // throws InputError with all of them. A file without requests is a problem.
    bool next(Request& request);
    const std::vector<std::string>& classes() const { return reader_->classes(); }
    std::uint32_t block_tokens() const { return reader_->block_tokens(); }
    std::string origin() const { return reader_->origin(); }

private:
    [[noreturn]] void fail();

    Issues issues_;
    Problems problems_;
    LineSource lines_;
    std::unique_ptr<RequestReader> reader_;
    bool any_ = false;
};

}  // namespace tidepool::workloads
