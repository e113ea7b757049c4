#include "sim/config/number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include "sim/config/text.h"
#include "sim/config/units.h"

namespace tidepool::config {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

// What is in the way of reading the text as a number, for spellings that are numbers elsewhere.
std::string number_hint(std::string_view text) {
    const bool sign = text.starts_with('-') || text.starts_with('+');
    const std::string_view rest = text.substr(sign ? 1 : 0);
    if (rest.starts_with("0x") || rest.starts_with("0o") || rest.starts_with("0b")) {
        return "write it in decimal";
    }
    if (rest.size() > 1 && rest[0] == '0' && kDigits.find(rest[1]) != std::string_view::npos) {
        return "write it without leading zeros";
    }
    const bool numeric = !rest.empty() && kDigits.find(rest[0]) != std::string_view::npos;
    if (numeric && rest.find_first_of("_,'") != std::string_view::npos) {
        return "write the digits without separators";
    }
    return {};
}

std::size_t digits_at(std::string_view text, std::size_t from) {
    return std::min(text.find_first_not_of(kDigits, from), text.size()) - from;
}

std::string_view without_plus(std::string_view text) {
    return text.starts_with('+') ? text.substr(1) : text;  // from_chars takes no plus
}

bool scales(std::string_view noun) {
    constexpr std::array<std::string_view, 8> kScaling{"thousand", "million", "billion", "mio",
                                                       "mln",      "bln",     "dozen",   "percent"};
    return std::find(kScaling.begin(), kScaling.end(), noun) != kScaling.end();
}

}  // namespace

std::size_t number_length(std::string_view text) {
    std::size_t at = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
    const std::size_t whole = digits_at(text, at);
    if (whole > 1 && text[at] == '0') {
        return 0;
    }
    at += whole;
    std::size_t decimals = 0;
    if (at < text.size() && text[at] == '.') {
        decimals = digits_at(text, at + 1);
        at += 1 + decimals;
    }
    if (whole + decimals == 0) {
        return 0;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        const bool sign = at + 1 < text.size() && (text[at + 1] == '-' || text[at + 1] == '+');
        const std::size_t exponent = digits_at(text, std::min(at + (sign ? 2 : 1), text.size()));
        if (exponent > 0) {
            at += (sign ? 2 : 1) + exponent;
        }
    }
    return at;
}

Parsed<double> parse_number(std::string_view text) {
    if (text.empty() || number_length(text) != text.size()) {
        return {0, "expected a number (got " + shown(text) + ")", number_hint(text)};
    }
    const std::string_view digits = without_plus(text);
    double value = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (result.ec != std::errc{}) {
        return {0, "is beyond the range of numbers (got " + shown(text) + ")", {}};
    }
    return {value + 0.0, {}, {}};  // -0 + 0 is 0
}

Parsed<std::int64_t> parse_integer(std::string_view text) {
    const std::string got = " (got " + shown(text) + ")";
    const std::size_t number = number_length(text);
    const std::string_view digits = without_plus(text.substr(0, number));
    std::int64_t value = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (number == 0 || digits.empty() || result.ec == std::errc::invalid_argument ||
        (result.ec == std::errc{} && result.ptr != digits.data() + digits.size())) {
        return {0, "expected a whole number" + got, number_hint(text)};
    }
    if (result.ec != std::errc{}) {
        return {0, "is beyond the range of whole numbers" + got, {}};
    }
    const std::size_t noun_begin = std::min(text.find_first_not_of(' ', number), text.size());
    const std::string_view noun = text.substr(noun_begin);
    if (text.size() == number) {
        return {value, {}, {}};
    }
    if (const auto dimension = dimension_of_unit(noun)) {
        return {0,
                "expected a count, but " + shown(noun) + " is a unit of " +
                    std::string(dimension_info(*dimension).name) + got,
                {}};
    }
    if (noun.size() < 3 || noun.find_first_not_of(kLetters) != std::string_view::npos ||
        scales(noun)) {
        const std::string hint = number_hint(text);
        return {0, "expected a whole number, perhaps with a noun" + got,
                hint.empty() ? "write for example '512 GPUs'" : hint};
    }
    return {value, {}, {}};
}

}  // namespace tidepool::config
