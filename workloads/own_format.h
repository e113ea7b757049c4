#pragma once
// Tidepool's own trace format, column by column: one table that the reader, the writer and the
// reference page share.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "workloads/job_trace.h"
#include "workloads/trace_builder.h"

namespace tidepool::workloads {

struct OwnColumn {
    std::string_view name;
    bool required;
    std::string_view type;      // and unit
    std::string_view fallback;  // what an empty field or an absent column means
    std::string_view doc;
    // Reads a non-empty field.
    void (*read)(Row& row, const Field& field, Draft& draft);
    // Appends the job's value as read() takes it; nothing when it is the fallback.
    void (*write)(const JobTrace& trace, std::size_t job, std::string& out);
};

std::span<const OwnColumn> own_columns();

// The note `# origin: <ISO 8601>` before the header gives second 0 its calendar time.
inline constexpr std::string_view kOriginNote = "# origin:";

// A text as a CSV field: in quotes where it must be.
void append_quoted(std::string_view text, std::string& out);

}  // namespace tidepool::workloads
