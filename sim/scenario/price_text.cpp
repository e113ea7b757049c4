#include "sim/scenario/price_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "sim/base/assert.h"
#include "sim/base/issue.h"
#include "sim/config/text.h"
#include "sim/config/units.h"

namespace tidepool::scenario {
namespace {

using money::Wide;

constexpr std::int64_t kBillion = 1'000'000'000;
constexpr std::string_view kUsual = "as in `2.99 USD/gpu/h` or `120000 CNY/P/y`";

struct TimeUnit {
    std::string_view name;
    std::uint64_t ticks;
};
constexpr std::array kTimeUnits{
    TimeUnit{"s", kTicksPerSecond},           TimeUnit{"min", 60ULL * kTicksPerSecond},
    TimeUnit{"h", money::kTicksPerHour},      TimeUnit{"d", money::kTicksPerDay},
    TimeUnit{"month", money::kTicksPerMonth}, TimeUnit{"y", money::kTicksPerYear}};

Wide greatest_common_divisor(Wide a, Wide b) {
    while (b != 0) {
        a = std::exchange(b, a % b);
    }
    return a;
}

template <class T>
config::Parsed<T> wrong(const std::string& problem, std::string_view text, std::string hint = {}) {
    return {{}, problem + " (got " + config::shown(text) + ")", std::move(hint)};
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
    while (text.ends_with(' ')) {
        text.remove_suffix(1);
    }
    return text;
}

// The number that a text begins with; empty if it begins with none.
std::string_view leading_number(std::string_view text) {
    return text.substr(0, config::number_length(text));
}

bool is_currency(std::string_view text) {
    return text.size() == 3 &&
           std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t slash = text.find('/');
        parts.push_back(trimmed(text.substr(0, slash)));
        if (slash == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(slash + 1);
    }
}

// The number, and the parts of the unit behind it: a currency, and what it is per.
config::Parsed<PriceText> parse_amount(std::string_view text, std::size_t parts,
                                       std::string_view usual,
                                       std::vector<std::string_view>& units) {
    const std::string_view number = leading_number(text);
    if (number.empty()) {
        return wrong<PriceText>("expected a price", text, std::string(usual));
    }
    const auto decimal = parse_billionths(number);
    if (!decimal.ok()) {
        return {{}, decimal.problem, decimal.hint};
    }
    units = split(trimmed(text.substr(number.size())));
    if (!is_currency(units[0])) {
        return wrong<PriceText>("a price needs a currency of three capital letters", text,
                                std::string(usual));
    }
    if (units.size() != parts) {
        return wrong<PriceText>("a price has to say what it is for", text, std::string(usual));
    }
    PriceText price;
    price.billionths = decimal.value;
    price.currency = units[0];
    return {price, {}, {}};
}

}  // namespace

Exact::Exact(Wide numerator, Wide denominator) {
    TP_ASSERT(numerator >= 0 && denominator > 0, "prices are not negative");
    const Wide common = greatest_common_divisor(numerator, denominator);
    numerator_ = numerator / common;
    denominator_ = denominator / common;
}

Exact Exact::times(Wide numerator, Wide denominator) const {
    const Exact other(numerator, denominator);
    const Wide across = greatest_common_divisor(numerator_, other.denominator_);
    const Wide back = greatest_common_divisor(other.numerator_, denominator_);
    Exact product(0, 1);
    const bool over =
        __builtin_mul_overflow(numerator_ / across, other.numerator_ / back, &product.numerator_) ||
        __builtin_mul_overflow(denominator_ / back, other.denominator_ / across,
                               &product.denominator_);
    if (over) {
        product = Exact(0, 1);
    }
    product.ok_ = ok_ && !over;
    return product;
}

std::optional<money::Rate> Exact::rate() const {
    constexpr Wide kMost = Wide{1} << 62U;
    if (!ok_ || numerator_ > kMost || denominator_ > kMost) {
        return std::nullopt;
    }
    return money::Rate{static_cast<std::int64_t>(numerator_),
                       static_cast<std::int64_t>(denominator_)};
}

std::optional<money::Share> Exact::share() const {
    const auto as_rate = rate();
    if (!as_rate || as_rate->numerator > as_rate->denominator) {
        return std::nullopt;
    }
    return money::Share{as_rate->numerator, as_rate->denominator};
}

config::Parsed<std::int64_t> parse_billionths(std::string_view text) {
    if (text.starts_with('-')) {
        return wrong<std::int64_t>("must not be negative", text);
    }
    std::int64_t value = 0, unit = kBillion;  // unit: of the next digit's place, after the point
    bool after_point = false, digits = false;
    for (const char c : text) {
        if (c == '.' && !after_point) {
            after_point = true;
            continue;
        }
        if (c < '0' || c > '9') {
            return wrong<std::int64_t>("expected a decimal number", text, "as in `2.99`");
        }
        digits = true;
        if (after_point && unit == 1) {
            return wrong<std::int64_t>("has more than nine decimals", text);
        }
        unit /= after_point ? 10 : 1;
        const std::int64_t digit = c - '0';
        value = after_point ? value + digit * unit : value * 10 + digit * kBillion;
        if (value > kBillion * kBillion) {
            return wrong<std::int64_t>("is more than a billion", text);
        }
    }
    return digits ? config::Parsed<std::int64_t>{value, {}, {}}
                  : wrong<std::int64_t>("expected a decimal number", text, "as in `2.99`");
}

config::Parsed<PriceText> parse_price(std::string_view text) {
    std::vector<std::string_view> units;
    auto price = parse_amount(text, 3, kUsual, units);
    if (!price.ok()) {
        return price;
    }
    if (units[1] != "gpu" && units[1] != "P") {
        return wrong<PriceText>("a price is per `gpu` or per `P`, PFLOPS of sparse FP16", text,
                                std::string(kUsual));
    }
    price.value.basis = units[1] == "P" ? PriceBasis::kPflops : PriceBasis::kGpu;
    const auto unit = std::ranges::find(kTimeUnits, units[2], &TimeUnit::name);
    if (unit == kTimeUnits.end()) {
        return wrong<PriceText>("a price is per `s`, `min`, `h`, `d`, `month` or `y`", text,
                                std::string(kUsual));
    }
    price.value.ticks = unit->ticks;
    return price;
}

config::Parsed<PriceText> parse_token_price(std::string_view text) {
    std::vector<std::string_view> units;
    auto price = parse_amount(text, 2, "as in `0.55 USD/M`, per million tokens", units);
    if (price.ok() && units[1] != "M") {
        return wrong<PriceText>("a price of tokens is per `M`, a million of them", text,
                                "as in `0.55 USD/M`");
    }
    price.value.basis = PriceBasis::kMillionTokens;
    return price;
}

config::Parsed<QuantityText> parse_quantity_text(std::string_view text) {
    constexpr std::string_view hint = "as in `512 GPU` or `1200 P`";
    const std::string_view number = leading_number(text);
    const std::string_view unit = trimmed(text.substr(number.size()));
    const bool pflops = unit == "P";
    if (number.empty() || !(pflops || unit == "GPU" || unit == "GPUs")) {
        return wrong<QuantityText>("expected GPUs or PFLOPS", text, std::string(hint));
    }
    const auto decimal = parse_billionths(number);
    if (!decimal.ok()) {
        return {{}, decimal.problem, decimal.hint};
    }
    if (decimal.value == 0 || (!pflops && decimal.value % kBillion != 0)) {
        return wrong<QuantityText>("must be a whole number of GPUs, or some PFLOPS", text,
                                   std::string(hint));
    }
    return {{decimal.value, pflops}, {}, {}};
}

std::optional<workloads::CalendarTime> parse_date(std::string_view text) {
    std::string full(text);
    if (text.size() == 10) {
        full += "T00:00";
    }
    const auto time = workloads::parse_calendar(full);
    return time && time->fraction == 0 ? time : std::nullopt;
}

config::Parsed<MomentText> parse_moment(std::string_view text) {
    if (auto date = parse_date(text)) {
        return {{date, {}}, {}, {}};
    }
    const auto time = config::parse_quantity(text, config::Dimension::kTime);
    if (!time.ok() || time.value < 0 || !std::isfinite(time.value)) {
        return wrong<MomentText>("expected a time of the run or a date", text,
                                 "as in `90 d` or `2026-06-01`");
    }
    return {{std::nullopt, Seconds{time.value}}, {}, {}};
}

std::optional<std::int64_t> billionths(double value) {
    const double scaled = value * 1e9;
    if (!(scaled >= 0) || scaled > 9e15) {
        return std::nullopt;
    }
    const double whole = std::round(scaled);
    // What a product and a division of doubles may add: 2^-51 of it.
    if (std::fabs(scaled - whole) > std::fabs(scaled) * 0x1p-51) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(whole);
}

}  // namespace tidepool::scenario
