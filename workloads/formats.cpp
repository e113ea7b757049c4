#include "workloads/formats.h"

#include <algorithm>
#include <string>
#include <vector>

#include "sim/base/assert.h"
#include "workloads/own_format.h"

namespace tidepool::workloads {
namespace {

constexpr std::size_t kHeadLooked = 4096;  // bytes of a first line that are looked at

std::vector<std::string_view> pieces(std::string_view line, std::string_view separators) {
    std::vector<std::string_view> found;
    std::size_t at = line.find_first_not_of(separators);
    while (at != std::string_view::npos) {
        const std::size_t end = std::min(line.find_first_of(separators, at), line.size());
        found.push_back(line.substr(at, end - at));
        at = line.find_first_not_of(separators, end);
    }
    return found;
}

template <class Names>
int count_names(std::string_view first_line, const Names& names) {
    int count = 0;
    for (const std::string_view piece : pieces(first_line, ", \t\"")) {
        count += std::find(std::begin(names), std::end(names), piece) != std::end(names) ? 1 : 0;
    }
    return count;
}

}  // namespace

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
    std::string_view first;
    while (!head.empty()) {
        const std::size_t end = std::min(head.find('\n'), head.size());
        first = head.substr(0, end);
        head.remove_prefix(std::min(end + 1, head.size()));
        if (!first.starts_with('#') && first.find_first_not_of(" \t\r") != std::string_view::npos) {
            break;
        }
    }
    first = first.substr(0, kHeadLooked);
    if (first.ends_with('\r')) {
        first.remove_suffix(1);
    }
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
