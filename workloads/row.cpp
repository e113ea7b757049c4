#include "workloads/row.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <type_traits>
#include <utility>

#include "sim/base/json.h"

namespace tidepool::workloads {
namespace {

// Length of the UTF-8 sequence that starts the text (RFC 3629: shortest form, no surrogates); 0:
// none does.
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
        return byte(i) >= low && byte(i) <= high;
    };
    const unsigned first = byte(0);
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xC2 && first <= 0xDF) {
        return follows(1) ? 2 : 0;
    }
    if (first >= 0xE0 && first <= 0xEF) {
        const bool second = follows(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
        return second && follows(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool second = follows(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
        return second && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

bool printable_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto first = static_cast<unsigned char>(text.front());
        const std::size_t length = utf8_length(text);
        if (length == 0 || first < 0x20 || first == 0x7F) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

// Given a decimal number that no double holds: because it is too small? Its first digit other than
// 0 then stands for less than one.
bool underflows(std::string_view text) {
    const std::size_t e = std::min(text.find_first_of("eE"), text.size());
    const std::string_view digits = text.substr(0, e);
    std::int64_t exponent = 0;
    if (e < text.size()) {
        const bool plus = text.substr(e + 1).starts_with('+');  // from_chars takes none
        const char* const begin = text.data() + e + (plus ? 2 : 1);
        const auto [end, error] = std::from_chars(begin, text.data() + text.size(), exponent);
        if (error == std::errc::result_out_of_range) {
            return *begin == '-';
        }
    }
    const auto place = [](std::size_t i) { return static_cast<std::int64_t>(i); };
    const std::int64_t point = place(std::min(digits.find('.'), digits.size()));
    const std::int64_t first = place(std::min(digits.find_first_of("123456789"), digits.size()));
    const std::int64_t power = first < point ? point - first - 1 : point - first;
    return exponent < -power;  // power is at most a line long: no overflow
}

template <class Number>
std::string print(Number number) {
    if constexpr (std::is_same_v<Number, double>) {
        return shortest(number);
    } else {
        return std::to_string(number);
    }
}

}  // namespace

void Row::fail(const Field& field, std::string_view name, std::string problem, std::string hint) {
    problems.add(line, field.column, name, std::move(problem), std::move(hint));
    ok = false;
}

template <class Number>
Number Row::number(const Field& field, std::string_view name, Number low, Number high) {
    const char* const end = field.text.data() + field.text.size();
    Number value{};
    auto [stopped, error] = std::from_chars(field.text.data(), end, value);
    if constexpr (std::is_same_v<Number, double>) {
        if (error == std::errc::result_out_of_range && underflows(field.text)) {
            value = 0;
            error = std::errc{};
        }
    }
    const bool finite = std::isfinite(static_cast<double>(value));
    if (field.text.empty()) {
        fail(field, name, "the value is missing");
    } else if (error == std::errc::result_out_of_range && stopped == end) {
        fail(field, name, "beyond every sensible value" + got(field.text));
    } else if (error != std::errc{} || stopped != end || !finite) {
        fail(field, name,
             (std::is_same_v<Number, double> ? "not a number" : "not a whole number") +
                 got(field.text));
    } else if (value < low && low == 0) {
        fail(field, name, "must not be negative" + got(field.text));
    } else if (value < low || value > high) {
        fail(field, name,
             "must lie between " + print(low) + " and " + print(high) + got(field.text));
    } else {
        return value;
    }
    return std::max(low, Number{});
}

double Row::real(const Field& field, std::string_view name, double low, double high) {
    return number<double>(field, name, low, high);
}

std::int64_t Row::integer(const Field& field, std::string_view name, std::int64_t low,
                          std::int64_t high) {
    return number<std::int64_t>(field, name, low, high);
}

Seconds Row::time(const Field& field, std::string_view name) {
    return Seconds{real(field, name, 0, kClockEnd)};
}

std::string_view Row::text(const Field& field, std::string_view name) {
    if (field.text.empty()) {
        fail(field, name, "the value is missing");
    } else if (field.text.size() > kLongestName) {
        fail(field, name,
             "longer than " + std::to_string(kLongestName) + " bytes" + got(field.text));
    } else if (!printable_utf8(field.text)) {
        fail(field, name, "not printable UTF-8 text" + got(field.text));
    } else {
        return field.text;
    }
    return {};
}

}  // namespace tidepool::workloads
