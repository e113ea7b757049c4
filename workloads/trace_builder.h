#pragma once
// Puts a JobTrace together, row by row, and checks what concerns more than one row: the order of
// submits, ids given twice, the end of the simulator's clock. Every trace format ends here.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "workloads/calendar.h"
#include "workloads/job_trace.h"
#include "workloads/row.h"

namespace tidepool::workloads {

// A row on its way into the trace. `submit` of the job is ignored when there is a calendar time.
struct Draft {
    Job job;
    std::string_view id;
    std::string_view tenant;     // empty: none
    std::string_view gpu_model;  // empty: any
    std::optional<CalendarTime> submitted;
    std::size_t id_column = 0;  // for messages, as the two below; 0: the line as a whole
    Field submit;
    Field duration;
};

// Must the file list its jobs by submit?
enum class RowOrder : std::uint8_t { kBySubmit, kFree };

class TraceBuilder {
public:
    static constexpr std::size_t kMostJobs = 10'000'000;

    // `problems` must outlive this.
    TraceBuilder(Problems& problems, RowOrder order) : problems_(problems), order_(order) {}

    // Call for every row, used or not.
    void count_row() { ++trace_.rows; }
    // Adds the job of a row; reports to `row` when it does not fit the rows before. False: stop
    // reading.
    bool add(Row& row, const Draft& draft);
    // Leaves the current row out by a rule of the format. `why` must be a literal: "CPU only".
    void skip(std::string_view why);
    // The calendar time of second 0, for formats whose submits count from there.
    void set_origin(const CalendarTime& origin) { origin_ = origin; }

    // The trace; with problems reported it may be anything.
    JobTrace finish();

private:
    struct Where {
        std::uint32_t id, submit, duration;
    };
    using Names = std::map<std::string, std::uint32_t, std::less<>>;
    static std::uint32_t number_of(std::string_view name, Names& numbers,
                                   std::vector<std::string>& names);
    bool fits_before(Row& row, const Draft& draft, Job& job);
    bool set_calendar_submit(Row& row, const Draft& draft, Job& job);
    void set_zero_to_first_submit();
    void check_clock();
    void check_ids();
    void sort();

    Problems& problems_;
    RowOrder order_;
    JobTrace trace_;
    std::vector<Where> where_;  // columns of each job's fields
    Names tenant_numbers_, gpu_model_numbers_;
    std::vector<std::pair<std::string_view, std::uint64_t>> skipped_;
    std::optional<CalendarTime> origin_;  // with calendar submits: the second of the first row
    bool calendar_ = false;
};

}  // namespace tidepool::workloads
