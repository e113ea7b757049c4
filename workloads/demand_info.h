#pragma once
// What a file of demand holds, in figures: for `tidepool trace info`.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/quantity.h"
#include "workloads/rate_trace.h"
#include "workloads/request.h"

namespace tidepool::workloads {

// Quantiles are by nearest rank: the p-quantile of n values is the ceil(p n)-th smallest.
struct TokensInfo {
    double mean = 0;
    std::uint32_t p50 = 0, p90 = 0, p95 = 0, p99 = 0, max = 0;
    std::uint64_t sum = 0;
};

struct RequestsInfo {
    struct Class {
        std::string name;
        std::uint64_t requests = 0;
    };
    struct Blocks {
        std::uint32_t tokens = 0;  // of a block
        std::uint64_t blocks = 0;
        // Of a cache that forgets nothing and starts empty; absent with more than kMostDistinct.
        std::optional<std::uint64_t> distinct, hits;  // hits: blocks of a beginning met before
    };
    static constexpr std::uint64_t kMostDistinct = 50'000'000;

    std::string file, format, origin;
    std::uint64_t requests = 0;
    Seconds first, last;         // arrivals
    std::optional<double> rate;  // requests/s between them
    std::optional<std::uint64_t> minute_min,
        minute_max;                // requests in full minutes from `first` on
    std::optional<double> gap_cv;  // coefficient of variation of all gaps
    TokensInfo in, out;
    std::vector<Class> classes;  // in the order of the file; one: nobody told any apart
    std::optional<Blocks> blocks;
};

// Reads the stream to its end; it must give at least one request.
RequestsInfo describe(RequestStream& requests);

struct RatesInfo {
    std::string file, format, origin;
    std::uint64_t clients = 0, steps = 0;
    Seconds end;
    double requests = 0;                // expected
    double mean = 0, min = 0, max = 0;  // requests/s of all clients together
    Seconds silent;  // time in which no client asks for anything: a gap in the record?
    // Root of the clients' squared coefficients of variation of gaps, weighted by requests; absent
    // where the file does not say.
    std::optional<double> gap_cv;
    std::array<std::optional<double>, 24> by_hour{};  // mean requests/s; hours as in TraceInfo
    double top = 0, top5 = 0, top20 = 0;  // shares of the largest clients in the requests
};

RatesInfo describe(const RateTrace& rates);

std::string to_text(const RequestsInfo& info);  // a table; ends with a line feed
std::string to_json(const RequestsInfo& info);  // one object; ends with a line feed
std::string to_text(const RatesInfo& info);
std::string to_json(const RatesInfo& info);

}  // namespace tidepool::workloads
