// Standard Workload Format 2.2 (Chapin et al. 1999; Feitelson's Parallel Workloads Archive): `;`
// comments, then rows of 18 numbers between blanks, -1 for unknown. Processors are taken as GPUs.

#include <array>
#include <charconv>
#include <string>
#include <vector>

#include "workloads/readers.h"
#include "workloads/trace_builder.h"

namespace tidepool::workloads {
namespace {

enum : std::size_t {
    kJobNumber,
    kSubmit,
    kWait,
    kRunTime,
    kAllocated,
    kCpuTime,
    kUsedMemory,
    kRequested,
    kRequestedTime,
    kRequestedMemory,
    kStatus,
    kUser,
    kGroup,
    kExecutable,
    kQueue,
    kPartition,
    kPreceding,
    kThinkTime,
    kFields
};
constexpr std::array<std::string_view, kFields> kNames{
    "job_number", "submit_time",   "wait_time", "run_time",       "allocated",
    "cpu_time",   "used_memory",   "requested", "requested_time", "requested_memory",
    "status",     "user",          "group",     "executable",     "queue",
    "partition",  "preceding_job", "think_time"};

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kStartKey = "UnixStartTime:";

// At most kFields + 1 of them: enough to see that there are too many.
void split(std::string_view line, std::vector<Field>& fields) {
    fields.clear();
    std::size_t at = line.find_first_not_of(kBlanks);
    while (at != std::string_view::npos && fields.size() <= kFields) {
        const std::size_t end = std::min(line.find_first_of(kBlanks, at), line.size());
        fields.push_back({line.substr(at, end - at), at + 1});
        at = line.find_first_not_of(kBlanks, end);
    }
}

// `; UnixStartTime: 844246808` dates second 0, in UTC.
void read_comment(std::string_view line, std::uint64_t number, Problems& problems,
                  TraceBuilder& builder) {
    const std::size_t at = line.find_first_not_of("; \t");
    if (at == std::string_view::npos || !line.substr(at).starts_with(kStartKey)) {
        return;
    }
    const std::size_t begin = line.find_first_not_of(kBlanks, at + kStartKey.size());
    const std::string_view text = begin == std::string_view::npos ? "" : line.substr(begin);
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    const std::size_t used = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || seconds < -1 || seconds >= kCalendarEnd ||
        text.find_first_not_of(kBlanks, used) != std::string_view::npos) {
        problems.add(number, begin == std::string_view::npos ? 0 : begin + 1, "UnixStartTime",
                     "not seconds since 1970, up to the year 9999" + got(text));
    } else if (seconds > 0) {  // archives write 0 or -1 for unknown
        builder.set_origin({seconds, 0, 0});
    }
}

class SwfRow {
public:
    SwfRow(const std::vector<Field>& fields, Row& row) : fields_(fields), row_(row) {}

    double real(std::size_t field, double high, double low = -1) {
        return row_.real(fields_[field], kNames[field], low, high);
    }
    std::int64_t integer(std::size_t field, std::int64_t high, std::int64_t low = -1) {
        return row_.integer(fields_[field], kNames[field], low, high);
    }
    const Field& operator[](std::size_t field) const { return fields_[field]; }

private:
    const std::vector<Field>& fields_;
    Row& row_;
};

constexpr std::int64_t kMostNumber = 1'000'000'000'000;
constexpr double kMostKilobytes = 1e15;

JobEnd end_of(std::int64_t status) {
    return status == 0 ? JobEnd::kFailed : status == 5 ? JobEnd::kCancelled : JobEnd::kCompleted;
}

// One job, or a reason to leave it out.
bool read_row(const std::vector<Field>& fields, Row& row, TraceBuilder& builder) {
    SwfRow in(fields, row);
    const std::int64_t status = in.integer(kStatus, 5);
    if (row.ok && status >= 2 && status <= 4) {
        builder.skip("partial executions, which their summary rows cover");
        return true;
    }
    Draft draft;
    draft.id = row.text(in[kJobNumber], kNames[kJobNumber]);
    in.integer(kJobNumber, kMostNumber, 0);
    draft.id_column = in[kJobNumber].column;
    draft.submit = in[kSubmit];
    draft.duration = in[kRunTime];
    draft.job.submit = row.time(in[kSubmit], kNames[kSubmit]);
    draft.job.duration = {in.real(kRunTime, kClockEnd)};
    const std::int64_t allocated = in.integer(kAllocated, kMostGpus);
    const std::int64_t requested = in.integer(kRequested, kMostGpus);
    const std::int64_t gpus = requested > 0 ? requested : allocated;
    if (const double estimate = in.real(kRequestedTime, kClockEnd); estimate >= 0) {
        draft.job.estimate = {estimate};
    }
    if (const double memory = in.real(kRequestedMemory, kMostKilobytes); memory > 0 && gpus > 0) {
        draft.job.memory = {memory * 1024 * static_cast<double>(gpus)};
    }
    std::string tenant;
    if (const std::int64_t user = in.integer(kUser, kMostNumber); user >= 0) {
        tenant = "user" + std::to_string(user);
        draft.tenant = tenant;
    }
    draft.job.end = end_of(status);
    for (const std::size_t unused : {kWait, kCpuTime, kUsedMemory, kGroup, kExecutable, kQueue,
                                     kPartition, kPreceding, kThinkTime}) {
        in.real(unused, 1e18);
    }
    if (!row.ok) {
        return true;
    }
    if (draft.job.duration.value < 0) {
        builder.skip("of unknown run time");
    } else if (gpus <= 0) {
        builder.skip("of unknown size");
    } else {
        draft.job.gpus = static_cast<std::uint32_t>(gpus);
        return builder.add(row, draft);
    }
    return true;
}

}  // namespace

JobTrace read_swf(LineSource& lines, Problems& problems) {
    TraceBuilder builder(problems, RowOrder::kBySubmit);
    std::vector<Field> fields;
    std::string_view line;
    bool more = true;
    while (more && !problems.too_many() && lines.next(line)) {
        const std::size_t first = line.find_first_not_of(kBlanks);
        if (first == std::string_view::npos) {
            continue;
        }
        if (line[first] == ';') {
            read_comment(line, lines.line(), problems, builder);
            continue;
        }
        builder.count_row();
        split(line, fields);
        if (fields.size() != kFields) {
            const std::string count =
                fields.size() > kFields ? "more" : std::to_string(fields.size());
            problems.add(lines.line(), 0, {}, "a row has 18 fields (got " + count + ")");
            continue;
        }
        Row row{problems, lines.line()};
        more = read_row(fields, row, builder);
    }
    return builder.finish();
}

}  // namespace tidepool::workloads
