#include "sim/scenario/money_text.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "sim/config/text.h"

namespace tidepool::scenario {
namespace {

using money::Wide;

Wide divisor(Wide a, Wide b) {
    while (b != 0) {
        const Wide rest = a % b;
        a = b;
        b = rest;
    }
    return a == 0 ? 1 : a;
}

Ratio lowest(Wide numerator, Wide denominator) {
    const Wide common = divisor(numerator < 0 ? -numerator : numerator, denominator);
    return {numerator / common, denominator / common};
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

template <class T>
config::Parsed<T> refused(std::string_view text, const std::string& problem,
                          const std::string& hint) {
    return {{}, problem + " (got " + config::shown(text) + ")", hint};
}

Wide power_of_ten(int exponent) {
    Wide power = 1;
    for (int i = 0; i < exponent; ++i) {
        power *= 10;
    }
    return power;
}

// The decimal that the text is: digits with at most one point, perhaps `e` and an exponent.
std::optional<Ratio> exact(std::string_view number) {
    Wide digits = 0;
    int significant = 0, decimals = 0;
    std::size_t i = 0;
    bool point = false;
    for (; i < number.size() && (is_digit(number[i]) || number[i] == '.'); ++i) {
        if (number[i] == '.') {
            point = true;
            continue;
        }
        significant += significant > 0 || number[i] != '0' ? 1 : 0;
        decimals += point ? 1 : 0;
        if (significant > 15 || decimals > 15) {
            return std::nullopt;
        }
        digits = 10 * digits + (number[i] - '0');
    }
    int exponent = 0;
    if (i < number.size()) {  // `e`
        ++i;
        const bool negative = i < number.size() && number[i] == '-';
        i += i < number.size() && (number[i] == '-' || number[i] == '+') ? 1 : 0;
        for (; i < number.size(); ++i) {
            exponent = std::min(10 * exponent + (number[i] - '0'), 99);
        }
        exponent = negative ? -exponent : exponent;
    }
    exponent -= decimals;
    if (exponent > 15 || exponent < -15 ||
        (exponent > 0 && digits >= power_of_ten(15) / power_of_ten(exponent))) {
        return std::nullopt;
    }
    return exponent >= 0 ? lowest(digits * power_of_ten(exponent), 1)
                         : lowest(digits, power_of_ten(-exponent));
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') {
        text.remove_prefix(1);
    }
    while (!text.empty() && text.back() == ' ') {
        text.remove_suffix(1);
    }
    return text;
}

}  // namespace

std::optional<Ratio> product(const Ratio& a, const Ratio& b) {
    const Ratio left = lowest(a.numerator, b.denominator);
    const Ratio right = lowest(b.numerator, a.denominator);
    Ratio result;
    if (__builtin_mul_overflow(left.numerator, right.numerator, &result.numerator) ||
        __builtin_mul_overflow(left.denominator, right.denominator, &result.denominator)) {
        return std::nullopt;
    }
    return result;
}

std::optional<std::int64_t> nearest_integer(const Ratio& ratio) {
    constexpr Wide kMost = Wide{1} << 125U;
    if (ratio.numerator > kMost || ratio.denominator > kMost) {
        return std::nullopt;
    }
    const Wide whole = money::rounded(ratio.numerator, ratio.denominator);
    if (whole > INT64_MAX || whole < INT64_MIN) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(whole);
}

config::Parsed<Ratio> parse_ratio(std::string_view text) {
    const std::size_t length = config::number_length(text);
    if (length == 0 || length != text.size()) {
        return refused<Ratio>(text, "expected a number", "write it like 0.087");
    }
    if (text.front() == '-') {
        return refused<Ratio>(text, "must not be negative", "");
    }
    text.remove_prefix(text.front() == '+' ? 1 : 0);
    const std::optional<Ratio> number = exact(text);
    if (!number) {
        return refused<Ratio>(text, "has too many digits", "at most 15, below 1e15");
    }
    return {*number, {}, {}};
}

config::Parsed<MoneyText> parse_money(std::string_view text) {
    constexpr const char* kHint = "write it like 258001 USD, 150 USD/kW/mo or 0.087 USD/kWh";
    const std::size_t length = config::number_length(text);
    const config::Parsed<Ratio> number = parse_ratio(text.substr(0, length));
    if (length == 0) {
        return refused<MoneyText>(text, "expected an amount of money", kHint);
    }
    if (!number.ok()) {
        return {{}, number.problem, number.hint};
    }
    MoneyText money{number.value, {}, {}};
    std::string_view rest = text.substr(length);
    std::vector<std::string> parts;
    while (true) {
        const std::size_t slash = rest.find('/');
        parts.emplace_back(trimmed(rest.substr(0, slash)));
        if (slash == std::string_view::npos) {
            break;
        }
        rest.remove_prefix(slash + 1);
    }
    const bool currency = parts[0].size() == 3 && std::ranges::all_of(parts[0], [](char c) {
                              return c >= 'A' && c <= 'Z';
                          });
    const bool units = std::all_of(parts.begin() + 1, parts.end(), [](const std::string& part) {
        return !part.empty() && part.size() <= 8 && std::ranges::all_of(part, [](char c) {
            return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        });
    });
    if (!currency || !units || parts.size() > 4) {
        return refused<MoneyText>(text, "expected an amount of money", kHint);
    }
    money.currency = parts[0];
    money.per.assign(parts.begin() + 1, parts.end());
    return {money, {}, {}};
}

std::optional<Ratio> Currencies::worth(const std::string& currency) const {
    if (currency == own) {
        return Ratio{1, 1};
    }
    for (const auto& [name, rate] : rates) {
        if (name == currency && rate >= 1e-6 && rate <= 1e6) {
            return lowest(1'000'000'000, std::llround(rate * 1e9));
        }
    }
    return std::nullopt;
}

std::vector<std::string> Currencies::names() const {
    std::vector<std::string> all{own};
    for (const auto& rate : rates) {
        all.push_back(rate.first);
    }
    return all;
}

}  // namespace tidepool::scenario
