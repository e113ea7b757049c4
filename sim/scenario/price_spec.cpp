#include "sim/scenario/price_spec.h"

#include <cmath>

#include "sim/scenario/price_text.h"

namespace tidepool::scenario {
namespace {

using config::Value;

// Where complaints about a spec go.
struct Judge {
    const Value& value;
    const std::string& path;
    Issues& issues;

    void fail(const char* key, std::string problem, std::string hint = {}) const {
        issues.add(config::position_of(value, key), path.empty() ? key : path + "." + key,
                   std::move(problem), std::move(hint));
    }
    template <class T>
    bool reads(const char* key, const config::Parsed<T>& parsed) const {
        if (!parsed.ok()) {
            fail(key, parsed.problem, parsed.hint);
        }
        return parsed.ok();
    }
    void price(const char* key, const std::string& text, bool per_gpu = false) const {
        const auto parsed = parse_price(text);
        if (reads(key, parsed) && per_gpu && parsed.value.basis != PriceBasis::kGpu) {
            fail(key, "has to be per GPU (got '" + text + "')", "as in `1.20 USD/gpu/h`");
        }
    }
    void moment(const char* key, const std::string& text) const {
        if (!text.empty()) {
            reads(key, parse_moment(text));
        }
    }
    void share(const char* key, Fraction fraction) const {
        if (!billionths(fraction.value)) {
            fail(key, "is finer than a billionth");
        }
    }
    void date(const char* key, const std::string& text) const {
        if (!text.empty() && !parse_date(text)) {
            fail(key, "is no date or calendar time (got '" + text + "')", "as in `2026-06-01`");
        }
    }
    // Of times that count in whole ticks.
    void whole_ticks(const char* key, Seconds time) const {
        const double ticks = time.value * kTicksPerSecond;
        if (ticks != std::floor(ticks)) {
            fail(key, "has to be a multiple of 1/16 s");
        }
    }
};

}  // namespace

void validate(const PriceSeriesSpec& spec, const Value& value, const std::string& path,
              Issues& issues) {
    const Judge judge{value, path, issues};
    judge.date("origin", spec.origin);
    if (!billionths(spec.scale)) {
        judge.fail("scale", "is finer than a billionth");
    }
}

void validate(const PriceLineSpec& spec, const Value& value, const std::string& path,
              Issues& issues) {
    const Judge judge{value, path, issues};
    if (spec.price.empty() != spec.series.has_value()) {
        judge.fail("price", "needs either `price` or `series`");
    } else if (!spec.series) {
        judge.price("price", spec.price);
    }
    judge.moment("from", spec.from);
    judge.moment("until", spec.until);
}

void validate(const BillingSpec& spec, const Value& value, const std::string& path,
              Issues& issues) {
    const Judge judge{value, path, issues};
    judge.whole_ticks("granularity", spec.granularity);
    judge.whole_ticks("minimum", spec.minimum);
}

void validate(const ContractSpec& spec, const Value& value, const std::string& path,
              Issues& issues) {
    const Judge judge{value, path, issues};
    judge.reads("quantity", parse_quantity_text(spec.quantity));
    judge.moment("from", spec.from);
    judge.whole_ticks("term", spec.term);
    judge.share("prepaid", spec.prepaid);
    if (spec.price.empty() != spec.discount.has_value()) {
        judge.fail("price", "needs either `price` or `discount`");
    } else if (spec.discount) {
        judge.share("discount", *spec.discount);
    } else {
        judge.price("price", spec.price);
    }
}

void validate(const SpotBidSpec& spec, const Value& value, const std::string& path,
              Issues& issues) {
    Judge{value, path, issues}.price("bid", spec.bid, true);
}

void validate(const SpotMarketSpec& spec, const Value& value, const std::string& path,
              Issues& issues) {
    const Judge judge{value, path, issues};
    if (!spec.reserve.empty()) {
        judge.price("reserve", spec.reserve, true);
        if (spec.rule != SpotPricing::kBids) {
            judge.fail("reserve", "has no effect", "write `rule: bids` as well");
        }
    }
    if (spec.rule == SpotPricing::kBids && value.find("notice") != nullptr &&
        spec.notice.value != SpotMarketSpec{}.notice.value) {
        judge.fail("notice", "has no effect with `rule: bids`, which outbids nobody");
    }
    judge.whole_ticks("notice", spec.notice);
    for (std::size_t b = 0; b < spec.bids.size(); ++b) {
        for (std::size_t other = 0; other < b; ++other) {
            if (spec.bids[b].tenant == spec.bids[other].tenant) {
                judge.fail("bids",
                           "has two bids of one tenant (got '" + spec.bids[b].tenant + "')");
            }
        }
    }
}

void validate(const OffPeakSpec& spec, const Value& value, const std::string& path,
              Issues& issues) {
    const Judge judge{value, path, issues};
    judge.whole_ticks("from", spec.from);
    judge.whole_ticks("until", spec.until);
    judge.share("discount", spec.discount);
    if (spec.from.value == spec.until.value) {
        judge.fail("until", "has to differ from `from`",
                   "a whole day is `{from: 0 h, until: 24 h}`");
    }
}

void validate(const TokenPriceSpec& spec, const Value& value, const std::string& path,
              Issues& issues) {
    const Judge judge{value, path, issues};
    const auto price = [&](const char* key, const std::string& text, bool required) {
        if (!text.empty()) {
            judge.reads(key, parse_token_price(text));
        } else if (required) {
            judge.fail(key, "is missing", "as in `0.55 USD/M`, or name a `preset`");
        }
    };
    price("input", spec.input, true);
    price("cached", spec.cached, false);
    price("output", spec.output, true);
    if (!spec.request_class.empty() && spec.service.empty()) {
        judge.fail("class", "needs `service`, the one whose class it is");
    }
}

void validate(const PricesSpec& spec, const Value& value, const std::string& path, Issues& issues) {
    const Judge judge{value, path, issues};
    const auto is_code = [](const std::string& text) {
        return text.size() == 3 &&
               text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
    };
    if (!is_code(spec.currency)) {
        judge.fail("currency", "is no currency code (got '" + spec.currency + "')",
                   "three capital letters, as in `USD`");
    }
    judge.date("starts", spec.starts);
    for (const auto& [currency, rate] : spec.rates) {
        if (!is_code(currency)) {
            judge.fail("rates", "has a key that is no currency code (got '" + currency + "')",
                       "three capital letters, as in `CNY`");
        } else if (currency == spec.currency && rate != 1) {
            judge.fail("rates",
                       "has a rate of the currency of the bill itself (got '" + currency + "')");
        } else if (!billionths(rate)) {
            judge.fail("rates", "has a rate that is finer than a billionth, of " + currency);
        }
    }
    if (const Value* commission = value.find("commission")) {
        const std::string below = path.empty() ? "commission" : path + ".commission";
        const Judge of{*commission, below, issues};
        of.share("reserved", spec.commission.reserved);
        of.share("on-demand", spec.commission.on_demand);
        of.share("spot", spec.commission.spot);
        of.share("tokens", spec.commission.tokens);
    }
}

void validate(const SlaSpec& spec, const Value& value, const std::string& path, Issues& issues) {
    const Judge judge{value, path, issues};
    if (spec.tiers.empty()) {
        judge.fail("tiers", "promises nothing", "give `tiers`, or name a `preset`");
    }
    for (std::size_t t = 0; t < spec.tiers.size(); ++t) {
        const SlaTierSpec& tier = spec.tiers[t];
        if (!billionths(tier.below.value) || !billionths(tier.credit.value)) {
            judge.fail("tiers", "has a share that is finer than a billionth");
        }
        if (t > 0 && (tier.below.value >= spec.tiers[t - 1].below.value ||
                      tier.credit.value < spec.tiers[t - 1].credit.value)) {
            judge.fail("tiers", "have to fall in `below` and not to fall in `credit`");
        }
    }
    judge.share("cap", spec.cap);
    judge.share("claimed", spec.claimed);
    judge.whole_ticks("grace", spec.grace);
    if (spec.plans.empty()) {
        judge.fail("plans", "holds for no plan", "leave it out for `[reserved, on-demand]`");
    }
}

}  // namespace tidepool::scenario
