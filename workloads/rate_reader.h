#pragma once
// One reader per format of files of rates: from a file (or a folder) to a RateTrace. What is wrong
// becomes issues; when there are any, the trace returned may be anything.

#include <map>
#include <string>
#include <string_view>

#include "sim/base/issue.h"
#include "workloads/rate_trace.h"
#include "workloads/row.h"

namespace tidepool::workloads {

RateTrace read_own_rates(const std::string& path, Issues& issues);
RateTrace read_azure_rates(const std::string& path, Issues& issues);
RateTrace read_servegen(const std::string& path, Issues& issues);

// Puts a RateTrace together, row by row. Of successive steps without requests only the first is
// kept, and none before the first request.
class RateBuilder {
public:
    // The client of this name, which is made when it is new; complains when there are too many.
    std::size_t client(Row& row, const Field& field, std::string_view name);
    // Adds a step; complains when it does not come after the one before it.
    void add(Row& row, const Field& time, std::string_view name, std::size_t client,
             const RateStep& step);
    // The last step of a client is as long as the one before; with one step, it lasts to the end of
    // the simulator's clock.
    Seconds natural_end() const;
    RateTrace& trace() { return trace_; }
    // Steps kept so far, those of other files of the same trace included.
    std::size_t steps() const { return steps_; }
    void count_steps(std::size_t elsewhere) { steps_ = elsewhere; }

private:
    struct Seen {
        double last = 0, length = 0;  // of the steps as written
        bool any = false;
    };
    RateTrace trace_;
    std::vector<Seen> seen_;
    std::size_t steps_ = 0;
    std::map<std::string, std::size_t, std::less<>> numbers_;
};

}  // namespace tidepool::workloads
