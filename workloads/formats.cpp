#include "workloads/formats.h"

#include <algorithm>
#include <vector>

#include "sim/base/assert.h"
#include "workloads/own_format.h"
#include "workloads/sniff.h"

namespace tidepool::workloads {

int sniff_own(std::string_view first_line) {
    std::vector<std::string_view> names;
    for (const OwnColumn& column : own_columns()) {
        names.push_back(column.name);
    }
    return count_names(first_line, names);
}

int sniff_philly(std::string_view first_line) {
    constexpr std::array<std::string_view, 5> kNames{"timestamp", "duration", "num_gpus",
                                                     "gpu_time", "cluster"};
    return count_names(first_line, kNames);
}

int sniff_openb(std::string_view first_line) {
    constexpr std::array<std::string_view, 10> kNames{
        "cpu_milli", "memory_mib", "num_gpu",       "gpu_milli",     "gpu_spec",
        "qos",       "pod_phase",  "creation_time", "deletion_time", "scheduled_time"};
    return count_names(first_line, kNames);
}

// A comment, or the 18 numbers of a row.
int sniff_swf(std::string_view first_line) {
    constexpr int kSure = 18;
    const std::vector<std::string_view> fields = pieces(first_line, " \t");
    const bool comment = !fields.empty() && fields.front().starts_with(';');
    const bool numbers = fields.size() == kSure &&
                         first_line.find_first_not_of("0123456789.- \t") == std::string_view::npos;
    return comment || numbers ? kSure : 0;
}

const TraceFormat* detect_format(std::string_view head) {
    const std::string_view first = first_line(head);
    const TraceFormat* best = nullptr;
    int most = 0;
    for (const TraceFormat& format : kTraceFormats) {
        const int score = format.sniff(first);
        if (score > most) {
            most = score;
            best = &format;
        }
    }
    return best;
}

const TraceFormat& format_of(Format value) {
    const auto same = [&](const TraceFormat& format) { return format.value == value; };
    const auto found = std::find_if(kTraceFormats.begin(), kTraceFormats.end(), same);
    TP_ASSERT(found != kTraceFormats.end(), "every format but auto has a row in kTraceFormats");
    return *found;
}

}  // namespace tidepool::workloads
