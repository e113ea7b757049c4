#include "workloads/demand_formats.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "sim/base/assert.h"
#include "workloads/sniff.h"
#include "workloads/source.h"
#include "workloads/tar.h"

namespace tidepool::workloads {
namespace {

using Names = std::initializer_list<std::string_view>;

}  // namespace

int sniff_own_requests(std::string_view first_line) {
    return count_names(first_line, Names{"arrival", "tokens_in", "tokens_out", "class", "blocks"});
}

int sniff_azure_requests(std::string_view first_line) {
    return count_names(first_line, Names{"TIMESTAMP", "ContextTokens", "GeneratedTokens"});
}

int sniff_mooncake(std::string_view first_line) {
    if (!first_line.starts_with('{')) {
        return 0;
    }
    int count = 0;
    for (const std::string_view piece : pieces(first_line, ",: \t{}[]")) {
        for (const std::string_view key :
             {"\"timestamp\"", "\"input_length\"", "\"output_length\"", "\"hash_ids\""}) {
            count += piece == key ? 1 : 0;
        }
    }
    return count;
}

int sniff_own_rates(std::string_view first_line) {
    const int must = count_names(first_line, Names{"time", "rate"});
    return must == 0 ? 0
                     : must + count_names(first_line, Names{"client", "tokens_in", "tokens_out",
                                                            "cv", "law", "shape"});
}

int sniff_azure_rates(std::string_view first_line) {
    return count_names(first_line, Names{"timestamp", "requests_per_minute"});
}

int sniff_servegen(std::string_view first_line) {
    constexpr int kSure = 100;
    return looks_like_tar(first_line) ? kSure : 0;
}

DetectedFormat detect_demand(std::string_view head) {
    const std::string_view first = first_line(head);
    DetectedFormat best;
    for (const DemandFileFormat& format : kDemandFormats) {
        const int names = format.sniff(first);
        if (names > best.names) {
            best = {&format, names};
        }
    }
    return best;
}

const DemandFileFormat& demand_format_of(DemandFormat value) {
    const auto same = [&](const DemandFileFormat& format) { return format.value == value; };
    const auto found = std::find_if(kDemandFormats.begin(), kDemandFormats.end(), same);
    TP_ASSERT(found != kDemandFormats.end(), "every format but auto has a row in kDemandFormats");
    return *found;
}

const DemandFileFormat* find_demand_format(DemandFormat wanted, const std::string& path,
                                           Issues& issues) {
    std::error_code error;
    if (wanted != DemandFormat::kAuto) {
        return &demand_format_of(wanted);
    }
    if (std::filesystem::is_directory(path, error)) {
        return &demand_format_of(DemandFormat::kServeGen);
    }
    Problems problems(path, issues);
    const LineSource lines(path, problems);
    if (problems.any()) {
        return nullptr;
    }
    const DetectedFormat detected = detect_demand(lines.head());
    if (detected.format == nullptr && lines.head().find('\n') == std::string_view::npos) {
        return &demand_format_of(DemandFormat::kRequests);  // says that it is empty, or cut off
    }
    if (detected.format == nullptr) {
        std::string names;
        for (const DemandFileFormat& format : kDemandFormats) {
            names += ' ' + std::string(format.name);
        }
        problems.add(1, 0, "header", "this is no format of demand known",
                     "name one with format:" + names);
    }
    return detected.format;
}

}  // namespace tidepool::workloads
