#pragma once
// Short ways to read demand, and what is said about bad files of it.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/workloads/scratch.h"
#include "workloads/demand.h"
#include "workloads/demand_formats.h"
#include "workloads/file_requests.h"

namespace tidepool::workloads {

struct Kept {  // a request with its own blocks and the name of its class
    std::int64_t arrival = 0;
    std::uint32_t tokens_in = 0, tokens_out = 0;
    std::string name;
    std::vector<std::uint64_t> blocks;
    friend bool operator==(const Kept&, const Kept&) = default;
};

inline std::vector<Kept> keep_all(RequestStream& stream) {
    std::vector<Kept> all;
    for (Request request; stream.next(request);) {
        all.push_back({request.arrival,
                       request.tokens_in,
                       request.tokens_out,
                       stream.classes().at(request.request_class),
                       {request.blocks.begin(), request.blocks.end()}});
    }
    return all;
}

inline constexpr Seconds kForever{kClockEnd};

inline DemandSpec demand_of(const std::string& file) {
    DemandSpec spec;
    spec.file = file;
    return spec;
}

inline std::vector<Kept> requests_of(const DemandSpec& spec, Seconds end = kForever) {
    return keep_all(*open_requests(spec, "", 1, 0, end));
}
inline std::vector<Kept> requests_in(std::string_view text) {
    const Scratch scratch;
    return requests_of(demand_of(scratch.file("t.csv", text)));
}

// What an attempt complains of, one problem a line, without the folder.
inline std::string complaints_of(const std::function<void()>& attempt) {
    std::string text;
    try {
        attempt();
    } catch (const InputError& error) {
        for (Issue issue : error.issues()) {
            issue.at.file = issue.at.file.substr(issue.at.file.rfind("/tidepool-") + 1);
            issue.at.file.erase(0, issue.at.file.find('/') + 1);
            text += to_string(issue) + '\n';
        }
    }
    return text;
}
inline std::string demand_complaints(const DemandSpec& spec) {
    return complaints_of([&] { requests_of(spec, Seconds{1e6}); });
}
inline std::string demand_complaints_about(std::string_view text,
                                           DemandFormat format = DemandFormat::kAuto) {
    const Scratch scratch;
    DemandSpec spec = demand_of(scratch.file("t.csv", text));
    spec.format = format;
    return demand_complaints(spec);
}

inline RateTrace good_rates(const std::string& path) {
    Issues issues;
    const DemandFileFormat* format = find_demand_format(DemandFormat::kAuto, path, issues);
    RateTrace trace;
    if (format != nullptr && format->rates != nullptr) {
        trace = format->rates(path, issues);
    }
    for (const Issue& issue : issues.list()) {
        ADD_FAILURE() << to_string(issue);
    }
    return trace;
}

}  // namespace tidepool::workloads
