#pragma once
// Prices over time from a file: our own CSV, or what `aws ec2 describe-spot-price-history` prints.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "sim/scenario/price_spec.h"

namespace tidepool::scenario {

struct SeriesPoint {
    std::int64_t tick = 0;        // of a calendar: since 1970-01-01T00:00 UTC; else of the run
    std::int64_t billionths = 0;  // of a unit of currency, per hour
    friend bool operator==(const SeriesPoint&, const SeriesPoint&) = default;
};

struct PriceSeries {
    bool calendar = false;
    std::vector<SeriesPoint> points;  // by time, no two at one; at least one
};

// `location`: where the file is; `spec` says what to take of it. Empty, with issues, if that cannot
// be.
std::optional<PriceSeries> read_price_series(const PriceSeriesSpec& spec,
                                             const std::string& location, Issues& issues);

}  // namespace tidepool::scenario
