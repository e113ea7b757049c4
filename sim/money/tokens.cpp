// What services earn by the token.

#include <algorithm>

#include "sim/money/bill.h"

namespace tidepool::money {
namespace {

const TokenPrice* price_of(const PriceBook& book, std::uint32_t service, std::uint32_t in_class) {
    const TokenPrice* found = nullptr;
    for (const TokenPrice& price : book.tokens) {
        if (price.service == service && price.request_class == in_class) {
            return &price;
        }
        if (price.service == service && price.request_class == kNone) {
            found = &price;
        }
    }
    return found;
}

// Ticks of [from, to) that lie in the window of every day.
std::uint64_t off_peak_ticks(std::uint64_t from, std::uint64_t to,
                             const TokenPrice::OffPeak& window) {
    const auto before = [&](std::uint64_t tick) {  // of [0, tick)
        const std::uint64_t days = tick / kTicksPerDay, rest = tick % kTicksPerDay;
        const auto within = [&](std::uint64_t begin, std::uint64_t end) {
            const std::uint64_t part = rest <= begin ? 0 : std::min(rest, end) - begin;
            return days * (end - begin) + part;
        };
        return window.from <= window.to ? within(window.from, window.to)
                                        : within(0, window.to) + within(window.from, kTicksPerDay);
    };
    return before(to) - before(from);
}

}  // namespace

namespace detail {

// The tokens of a bin are taken as spread evenly over it.
void bill_tokens(const Usage& usage, const PriceBook& book, Meter& meter, Statement& statement) {
    for (const TokenBin& bin : usage.tokens) {
        statement.tokens += bin.tokens_in + bin.tokens_out;
        const TokenPrice* price = price_of(book, bin.service, bin.request_class);
        if (price == nullptr) {
            continue;
        }
        const std::uint64_t from = std::uint64_t{bin.bin} * usage.bin_width.value;
        const std::uint64_t to =
            std::min<std::uint64_t>(usage.end.value, from + usage.bin_width.value);
        Share part = kWhole;  // of the full price, over the bin
        if (price->off_peak && to > from) {
            const std::uint64_t off =
                off_peak_ticks(from + book.midnight, to + book.midnight, *price->off_peak);
            const Share& charged = price->off_peak->charged;
            part.denominator = static_cast<std::int64_t>(to - from) * charged.denominator;
            part.numerator = static_cast<std::int64_t>(to - from - off) * charged.denominator +
                             static_cast<std::int64_t>(off) * charged.numerator;
        }
        const auto sell = [&](Item item, std::uint64_t tokens, const Rate& rate) {
            const Wide denominator = Wide{rate.denominator} * part.denominator;
            const Amount charged =
                amount(Wide{static_cast<std::int64_t>(tokens)} * rate.numerator * part.numerator,
                       denominator);
            meter.add(static_cast<std::uint32_t>(from / kTicksPerDay),
                      usage.services[bin.service].tenant, item, kNone, charged.micro, 1,
                      static_cast<std::int64_t>(tokens));
        };
        sell(Item::kTokensIn, bin.tokens_in - bin.cached, price->input);
        sell(Item::kTokensCached, bin.cached, price->cached);
        sell(Item::kTokensOut, bin.tokens_out, price->output);
    }
}

}  // namespace detail

}  // namespace tidepool::money
