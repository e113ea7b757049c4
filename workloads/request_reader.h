#pragma once
// One reader per format of request files: from lines to requests, one after the other, in memory
// that does not grow with the file. What the files look like: trace_reference_markdown().

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "workloads/problems.h"
#include "workloads/request.h"
#include "workloads/source.h"

namespace tidepool::workloads {

class RequestReader {
public:
    virtual ~RequestReader() = default;
    // The next row that is good; others are reported and passed over. False at the end.
    virtual bool next(Request& request) = 0;
    // [0] is ""; the others in the order of the file, so far.
    virtual const std::vector<std::string>& classes() const = 0;
    virtual std::uint32_t block_tokens() const { return 0; }
    // Calendar time of second 0, ISO 8601; empty: not known. After the first row at the latest.
    virtual std::string origin() const = 0;
};

// Both arguments must outlive the reader. A header that makes no sense is reported; there are no
// rows then.
std::unique_ptr<RequestReader> open_own_requests(LineSource& lines, Problems& problems);
std::unique_ptr<RequestReader> open_azure_requests(LineSource& lines, Problems& problems);
std::unique_ptr<RequestReader> open_mooncake(LineSource& lines, Problems& problems);

}  // namespace tidepool::workloads
