#include "sim/scenario/price_clock.h"

#include <vector>

#include "sim/base/assert.h"
#include "sim/base/ticks.h"

namespace tidepool::scenario {

using topology::Where;

PriceClock::PriceClock(const std::string& starts, const std::string& origin)
    : start_(parse_date(starts.empty() ? origin : starts)) {}

std::optional<std::int64_t> PriceClock::tick(const std::string& moment, const Where& where,
                                             Issues& issues) const {
    const auto parsed = parse_moment(moment);
    TP_ASSERT(parsed.ok(), "validate() has read it");
    if (!parsed.value.date) {
        const auto ticks = to_ticks(parsed.value.time);
        if (!ticks) {
            topology::report(issues, where, "lies beyond the clock (got '" + moment + "')");
            return std::nullopt;
        }
        return ticks->value;
    }
    const workloads::CalendarTime& date = *parsed.value.date;
    if (!start_) {
        topology::report(issues, where,
                         "is a date, but nobody says when the run starts (got '" + moment + "')",
                         "give `prices.starts`, as in `starts: 2026-03-01`");
        return std::nullopt;
    }
    if (date.offset_minutes && !start_->offset_minutes) {
        topology::report(
            issues, where,
            "says its offset from UTC, the start of the run does not (got '" + moment + "')",
            "give both or neither");
        return std::nullopt;
    }
    // A date that does not say its offset is one on the clock of the start.
    const std::int64_t seconds =
        date.offset_minutes ? date.instant() - start_->instant() : date.seconds - start_->seconds;
    return seconds * kTicksPerSecond;
}

std::uint64_t PriceClock::since_midnight() const {
    return start_ ? static_cast<std::uint64_t>(start_->seconds % 86'400) * kTicksPerSecond : 0;
}

std::optional<Exact> Exchange::convert(std::int64_t amount, const std::string& currency,
                                       const Where& where, Issues& issues) const {
    const Exact micro(amount, 1000);
    if (currency == spec_.currency) {
        return micro;
    }
    std::vector<std::string> known{spec_.currency};
    for (const auto& [name, rate] : spec_.rates) {
        if (name == currency) {
            return micro.times(1'000'000'000, *billionths(rate));
        }
        known.push_back(name);
    }
    std::string hint = did_you_mean(currency, known);
    topology::report(
        issues, where,
        "is in a currency without a rate to " + spec_.currency + " (got '" + currency + "')",
        hint.empty()
            ? "as in `rates: {" + currency + ": 7.2}`, what one " + spec_.currency + " buys"
            : hint);
    return std::nullopt;
}

std::optional<Exact> Exchange::price(const PriceText& text, const Where& where,
                                     Issues& issues) const {
    const auto micro = convert(text.billionths, text.currency, where, issues);
    if (!micro) {
        return std::nullopt;
    }
    return text.basis == PriceBasis::kMillionTokens
               ? micro->times(1, 1'000'000)
               : micro->times(1, static_cast<money::Wide>(text.ticks));
}

}  // namespace tidepool::scenario
