#pragma once
// The trace formats Tidepool reads: one visible table. A new format is one reader and one row.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sim/config/field.h"
#include "workloads/job_trace.h"
#include "workloads/readers.h"

namespace tidepool::workloads {

enum class Format : std::uint8_t { kAuto, kTidepool, kCommon, kPhilly, kSwf, kOpenb };

// How sure we are that a file is of a format, from its first line that is neither blank nor a `#`
// note: the number of column names that belong to the format; 0: it is not.
using Sniff = int (*)(std::string_view first_line);
int sniff_own(std::string_view first_line);
int sniff_philly(std::string_view first_line);
int sniff_swf(std::string_view first_line);
int sniff_openb(std::string_view first_line);
inline int sniff_never(std::string_view) {
    return 0;
}

struct TraceFormat {
    std::string_view name;  // what `format:` says
    Format value;
    std::string_view summary;
    Sniff sniff;
    JobTrace (*read)(LineSource& lines, Problems& problems);
};

constexpr std::array kTraceFormats{
    TraceFormat{"tidepool", Format::kTidepool, "Tidepool's own CSV, columns by name", sniff_own,
                read_own},
    TraceFormat{"common", Format::kCommon,
                "the own CSV with just job_id, submit, duration and gpus", sniff_never, read_own},
    TraceFormat{"philly", Format::kPhilly, "Microsoft Philly 2017, processed five-column CSV",
                sniff_philly, read_philly},
    TraceFormat{"swf", Format::kSwf, "Standard Workload Format 2.2, processors taken as GPUs",
                sniff_swf, read_swf},
    TraceFormat{"openb", Format::kOpenb, "Alibaba openb 2023 pods, those on whole GPUs",
                sniff_openb, read_openb},
};

// The format of a file that begins so; null when no format is likely.
const TraceFormat* detect_format(std::string_view head);
const TraceFormat& format_of(Format value);  // not kAuto

}  // namespace tidepool::workloads

namespace tidepool::config {

template <>
struct KindTable<workloads::Format> {
    static constexpr auto kinds = [] {
        std::array<Kind<workloads::Format>, workloads::kTraceFormats.size() + 1> all{};
        all[0] = {"auto", workloads::Format::kAuto, "told by the first line of the file"};
        for (std::size_t i = 0; i < workloads::kTraceFormats.size(); ++i) {
            const workloads::TraceFormat& format = workloads::kTraceFormats[i];
            all[i + 1] = {format.name, format.value, format.summary};
        }
        return all;
    }();
};

}  // namespace tidepool::config
