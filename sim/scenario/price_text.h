#pragma once
// Prices as people write them: `2.99 USD/gpu/h`, `120000 CNY/P/y`, `0.55 USD/M`; quantities of
// contracts: `512 GPU`, `1200 P`; and times: `90 d`, `2026-06-01`. Decimals are exact.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/base/quantity.h"
#include "sim/config/number.h"
#include "sim/money/amount.h"
#include "sim/money/price_book.h"
#include "workloads/calendar.h"

namespace tidepool::scenario {

// numerator / denominator, not negative, in lowest terms. Empty once a product has left 127 bits.
class Exact {
public:
    Exact(money::Wide numerator, money::Wide denominator);
    Exact times(money::Wide numerator, money::Wide denominator) const;
    Exact times(const Exact& other) const {
        return times(other.numerator_, other.denominator_).marked(other.ok_);
    }
    money::Wide floor() const { return numerator_ / denominator_; }
    bool ok() const { return ok_; }
    // Empty if it does not fit.
    std::optional<money::Rate> rate() const;
    std::optional<money::Share> share() const;

private:
    Exact marked(bool ok) const {
        Exact copy = *this;
        copy.ok_ = copy.ok_ && ok;
        return copy;
    }
    money::Wide numerator_ = 0, denominator_ = 1;
    bool ok_ = true;
};

enum class PriceBasis : std::uint8_t { kGpu, kPflops, kMillionTokens };

struct PriceText {
    std::int64_t billionths = 0;  // of a unit of the currency
    std::string currency;
    PriceBasis basis = PriceBasis::kGpu;
    std::uint64_t ticks = 1;  // that it is for; of tokens: 1
};

// Of GPU time.
config::Parsed<PriceText> parse_price(std::string_view text);
config::Parsed<PriceText> parse_token_price(std::string_view text);

// A decimal alone, in billionths; up to a billion.
config::Parsed<std::int64_t> parse_billionths(std::string_view text);

struct QuantityText {
    std::int64_t billionths = 0;
    bool pflops = false;  // else GPUs, a whole number of them
};
config::Parsed<QuantityText> parse_quantity_text(std::string_view text);

// A time of the run, or a time of the calendar.
struct MomentText {
    std::optional<workloads::CalendarTime> date;
    Seconds time;
};
config::Parsed<MomentText> parse_moment(std::string_view text);

// Of a calendar time whose time of day may be left out. Whole seconds.
std::optional<workloads::CalendarTime> parse_date(std::string_view text);

// The decimal that a double was written as, in billionths; empty if it has finer digits.
std::optional<std::int64_t> billionths(double value);

}  // namespace tidepool::scenario
