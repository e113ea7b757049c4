#pragma once
// The formats of demand files Tidepool reads: one visible table. A file holds either requests, one
// by one, or rates of requests. A new format is one reader and one row.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sim/base/issue.h"
#include "sim/config/field.h"
#include "workloads/rate_reader.h"
#include "workloads/request_reader.h"

namespace tidepool::workloads {

enum class DemandFormat : std::uint8_t {
    kAuto,
    kRequests,
    kAzureLlm,
    kMooncake,
    kRates,
    kAzureLlmRate,
    kServeGen
};

// How sure we are that a file is of a format, from its first line that is neither blank nor a `#`
// note: the number of names that belong to the format; 0: it is not.
int sniff_own_requests(std::string_view first_line);
int sniff_azure_requests(std::string_view first_line);
int sniff_mooncake(std::string_view first_line);
int sniff_own_rates(std::string_view first_line);
int sniff_azure_rates(std::string_view first_line);
int sniff_servegen(std::string_view first_line);

struct DemandFileFormat {
    std::string_view name;  // what `format:` says
    DemandFormat value;
    std::string_view summary;
    int (*sniff)(std::string_view first_line);
    // One of the two; the other is null.
    std::unique_ptr<RequestReader> (*requests)(LineSource& lines, Problems& problems);
    RateTrace (*rates)(const std::string& path, Issues& issues);
};

inline constexpr std::array kDemandFormats{
    DemandFileFormat{"requests", DemandFormat::kRequests,
                     "Tidepool's own CSV of requests, columns by name", sniff_own_requests,
                     open_own_requests, nullptr},
    DemandFileFormat{"azure-llm", DemandFormat::kAzureLlm,
                     "requests of Azure LLM inference, 2023 and 2024", sniff_azure_requests,
                     open_azure_requests, nullptr},
    DemandFileFormat{"mooncake", DemandFormat::kMooncake,
                     "requests of Mooncake (FAST'25) with prefix blocks, JSON lines",
                     sniff_mooncake, open_mooncake, nullptr},
    DemandFileFormat{"rates", DemandFormat::kRates, "Tidepool's own CSV of rates, columns by name",
                     sniff_own_rates, nullptr, read_own_rates},
    DemandFileFormat{"azure-llm-rate", DemandFormat::kAzureLlmRate,
                     "digitised curve of requests per minute of Azure LLM inference, 2024",
                     sniff_azure_rates, nullptr, read_azure_rates},
    DemandFileFormat{"servegen", DemandFormat::kServeGen,
                     "client windows of Alibaba ServeGen: a tar archive or a folder",
                     sniff_servegen, nullptr, read_servegen},
};

struct DetectedFormat {
    const DemandFileFormat* format = nullptr;  // null: none is likely
    int names = 0;                             // what its sniff() said
};

// The format of a file that begins so.
DetectedFormat detect_demand(std::string_view head);
const DemandFileFormat& demand_format_of(DemandFormat value);  // not kAuto

// The format wanted, or that of the file or folder itself; null, and an issue, when it is none.
const DemandFileFormat* find_demand_format(DemandFormat wanted, const std::string& path,
                                           Issues& issues);

}  // namespace tidepool::workloads

namespace tidepool::config {

template <>
struct KindTable<workloads::DemandFormat> {
    static constexpr auto kinds = [] {
        std::array<Kind<workloads::DemandFormat>, workloads::kDemandFormats.size() + 1> all{};
        all[0] = {"auto", workloads::DemandFormat::kAuto, "told by the first line of the file"};
        for (std::size_t i = 0; i < workloads::kDemandFormats.size(); ++i) {
            const workloads::DemandFileFormat& format = workloads::kDemandFormats[i];
            all[i + 1] = {format.name, format.value, format.summary};
        }
        return all;
    }();
};

}  // namespace tidepool::config
