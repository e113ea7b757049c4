#pragma once
// Generated demand as a file of its own: what it is, from YAML, and what comes of it, as Tidepool's
// own CSV of requests or of rates, which any run can replay.

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "sim/base/issue.h"
#include "sim/base/quantity.h"
#include "sim/config/field.h"
#include "sim/config/value.h"
#include "workloads/demand.h"
#include "workloads/request.h"
#include "workloads/tide_spec.h"

namespace tidepool::workloads {

struct GeneratedDemand {
    TideSpec tide;
    LengthsSpec lengths;
    ArrivalsSpec arrivals;
    std::vector<ClassShare> classes;
    friend bool operator==(const GeneratedDemand&, const GeneratedDemand&) = default;
};

void validate(const GeneratedDemand& spec, const config::Value& value, const std::string& path,
              Issues& issues);

// Writes all requests, one a row: arrival (s, to the nanosecond), tokens_in, tokens_out, and class
// if there are any. Read back, they are the same to the last bit. Returns how many there were.
// `origin`: calendar time of second 0; empty: not known. The file is there completely or not at
// all. Throws what write_trace() throws, and what `requests` does.
std::uint64_t write_requests(RequestStream& requests, const std::string& origin,
                             const std::string& path, bool replace);

// Writes bins as rates: time (s), rate (requests/s, mean over the bin), tokens_in and tokens_out
// (means; empty without requests). The last bin may be cut short by `end`.
void write_rates(const std::vector<DemandBin>& bins, Seconds bin, Seconds end,
                 const std::string& origin, const std::string& path, bool replace);

}  // namespace tidepool::workloads

namespace tidepool::config {

template <>
struct SpecTable<workloads::GeneratedDemand> {
    using Spec = workloads::GeneratedDemand;
    static constexpr std::string_view name = "generated_demand";
    static constexpr std::string_view doc =
        "Demand that `tidepool trace generate tide` writes as a trace; the same keys as in the "
        "`demand` of a service.";
    static constexpr std::tuple fields{
        Field{"tide", &Spec::tide, required(), "How the rate rises and falls."},
        Field{"lengths", &Spec::lengths, required(), "How long requests are."},
        Field{"arrivals", &Spec::arrivals, optional(),
              "How requests are drawn from the rate; without it, as a Poisson process."},
        Field{"classes", &Spec::classes, optional(),
              "Classes of requests, by share. Empty: requests have none."},
    };
};

}  // namespace tidepool::config
