#pragma once
// The calendar of a run, for dated prices, and its currencies.

#include <cstdint>
#include <optional>
#include <string>

#include "sim/base/issue.h"
#include "sim/scenario/price_spec.h"
#include "sim/scenario/price_text.h"
#include "topology/where.h"
#include "workloads/calendar.h"

namespace tidepool::scenario {

class PriceClock {
public:
    // `starts`: of the prices; if it is empty, `origin`: of the traces.
    PriceClock(const std::string& starts, const std::string& origin);

    // Ticks since the start of the run, negative before it. Empty, with an issue, for a date when
    // nobody says when the run starts, or whose clock cannot be compared with that of the start.
    std::optional<std::int64_t> tick(const std::string& moment, const topology::Where& where,
                                     Issues& issues) const;
    const std::optional<workloads::CalendarTime>& start() const { return start_; }
    // Ticks from the midnight before the start to the start; 0 if that is not known.
    std::uint64_t since_midnight() const;

private:
    std::optional<workloads::CalendarTime> start_;
};

class Exchange {
public:
    explicit Exchange(const PricesSpec& spec) : spec_(spec) {}

    // Micro-units of the bill's currency per tick, or per token, and per piece of its basis.
    // Empty, with an issue, for a currency without a rate.
    std::optional<Exact> price(const PriceText& text, const topology::Where& where,
                               Issues& issues) const;
    // Of so many billionths of a unit of this currency.
    std::optional<Exact> convert(std::int64_t billionths, const std::string& currency,
                                 const topology::Where& where, Issues& issues) const;

private:
    const PricesSpec& spec_;
};

}  // namespace tidepool::scenario
