#include "sim/config/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>

namespace tidepool::config {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

bool all_in(std::string_view text, std::string_view set) {
    return !text.empty() && text.find_first_not_of(set) == std::string_view::npos;
}

std::size_t digits_at(std::string_view text, std::size_t from) {
    return std::min(text.find_first_not_of(kDigits, from), text.size()) - from;
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?, the sign already taken off
bool is_decimal(std::string_view text) {
    const std::size_t whole = digits_at(text, 0);
    std::size_t at = whole;
    std::size_t decimals = 0;
    if (at < text.size() && text[at] == '.') {
        decimals = digits_at(text, at + 1);
        at += 1 + decimals;
    }
    if (whole + decimals == 0) {
        return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '-' || text[at] == '+')) {
            ++at;
        }
        const std::size_t exponent = digits_at(text, at);
        at += exponent;
        return exponent > 0 && at == text.size();
    }
    return at == text.size();
}

// Length of the UTF-8 sequence at `at` (RFC 3629: shortest form, no surrogates, up to U+10FFFF), 0
// when there is none. `code` receives the code point.
std::size_t sequence_length(std::string_view text, std::size_t at, std::uint32_t& code) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const std::uint32_t lead = byte(at);
    if (lead < 0x80U) {
        code = lead;
        return 1;
    }
    const std::size_t length = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : 2;
    if (lead < 0xC2U || lead > 0xF4U || text.size() - at < length) {
        return 0;
    }
    code = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0U) != 0x80U) {
            return 0;
        }
        code = (code << 6U) | (byte(at + i) & 0x3FU);
    }
    constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xD800U && code <= 0xDFFFU;
    return code < kLeast[length] || code > 0x10FFFFU || surrogate ? 0 : length;
}

std::string hex(std::uint32_t number, int digits) {
    std::string text;
    for (int i = digits - 1; i >= 0; --i) {
        text += "0123456789ABCDEF"[(number >> (4U * static_cast<unsigned>(i))) & 15U];
    }
    return text;
}

// YAML 1.2.2, production 1 (c-printable), without tab and line breaks; U+0085 is a line break of
// old.
bool is_printable(std::uint32_t code) {
    return (code >= 0x20U && code < 0x7FU) || code == 0x85U ||
           (code >= 0xA0U && code != 0xFFFEU && code != 0xFFFFU);
}

}  // namespace

Plain plain_kind(std::string_view text) {
    if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) {
        return Plain::kNull;
    }
    if (is_one_of(text, {"true", "True", "TRUE", "false", "False", "FALSE"})) {
        return Plain::kBool;
    }
    if (is_one_of(text, {".nan", ".NaN", ".NAN"})) {
        return Plain::kNumber;
    }
    if (text.starts_with("0x") && all_in(text.substr(2), kHexDigits)) {
        return Plain::kInteger;
    }
    if (text.starts_with("0o") && all_in(text.substr(2), "01234567")) {
        return Plain::kInteger;
    }
    const bool sign = text.starts_with('-') || text.starts_with('+');
    const std::string_view magnitude = text.substr(sign ? 1 : 0);
    if (is_one_of(magnitude, {".inf", ".Inf", ".INF"})) {
        return Plain::kNumber;
    }
    if (all_in(magnitude, kDigits)) {
        return Plain::kInteger;
    }
    return is_decimal(magnitude) ? Plain::kNumber : Plain::kText;
}

std::string printable(std::string_view text, std::size_t longest) {
    std::string result;
    std::size_t at = 0;
    while (at < text.size()) {
        std::uint32_t code = 0;
        const std::size_t length = sequence_length(text, at, code);
        if (at + std::max(length, std::size_t{1}) > longest) {
            return result + "...";
        }
        if (code == '\n' || code == '\t') {
            result += code == '\n' ? "\\n" : "\\t";
        } else if (length == 0 || !is_printable(code)) {
            for (const char c : text.substr(at, std::max(length, std::size_t{1}))) {
                result += "\\x" + hex(static_cast<unsigned char>(c), 2);
            }
        } else {
            result += text.substr(at, length);
        }
        at += std::max(length, std::size_t{1});
    }
    return result;
}

std::string shown(std::string_view text) {
    return "'" + printable(text) + "'";
}

std::string join_path(const std::string& parent, std::string_view key) {
    std::string path = parent;
    if (!path.empty()) {
        path += '.';
    }
    return path += key;
}

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

std::optional<BadByte> find_bad_byte(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        std::uint32_t code = 0;
        const std::size_t length = sequence_length(text, at, code);
        if (length == 0) {
            return BadByte{at, "is not UTF-8 text (byte 0x" +
                                   hex(static_cast<unsigned char>(text[at]), 2) + ")"};
        }
        if (code != '\t' && code != '\n' && code != '\r' && !is_printable(code)) {
            return BadByte{at, "holds a control character (U+" + hex(code, 4) + ")"};
        }
        at += length;
    }
    return std::nullopt;
}

}  // namespace tidepool::config
