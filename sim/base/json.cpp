#include "sim/base/json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

#include "sim/base/assert.h"

namespace tidepool {

std::string shortest(double number) {
    std::array<char, 32> buffer{};
    const double size = std::fabs(number);
    const bool plain = size >= 1e-5 && size < 1e15;  // 100000 reads better than 1e+05
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                   plain ? std::chars_format::fixed : std::chars_format::general);
    return {buffer.data(), end.ptr};
}

void JsonWriter::new_line() {
    if (indent_ > 0) {
        text_ += '\n';
        text_.append(filled_.size() * static_cast<std::size_t>(indent_), ' ');
    }
}

void JsonWriter::before_value() {
    if (after_key_) {
        after_key_ = false;
    } else if (!filled_.empty()) {
        if (filled_.back()) {
            text_ += indent_ > 0 ? "," : ", ";
        }
        filled_.back() = true;
        new_line();
    }
}

JsonWriter& JsonWriter::open(char bracket) {
    before_value();
    text_ += bracket;
    filled_.push_back(false);
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    TP_ASSERT(!filled_.empty(), "every closing bracket has an opening one");
    const bool filled = filled_.back();
    filled_.pop_back();
    if (filled) {
        new_line();
    }
    text_ += bracket;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    value(name);
    text_ += ": ";
    after_key_ = true;
    return *this;
}

namespace {

// Bytes of the well-formed UTF-8 character at the start of `text` (Unicode 15, table 3-7), or 0.
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto tail = [&](std::size_t i) { return byte(i) >= 0x80 && byte(i) <= 0xBF; };
    const unsigned first = byte(0);
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xC2 && first <= 0xDF) {
        return tail(1) ? 2 : 0;
    }
    if (first >= 0xE0 && first <= 0xEF) {
        const bool second =
            tail(1) && !(first == 0xE0 && byte(1) < 0xA0) && !(first == 0xED && byte(1) > 0x9F);
        return second && tail(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool second =
            tail(1) && !(first == 0xF0 && byte(1) < 0x90) && !(first == 0xF4 && byte(1) > 0x8F);
        return second && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

}  // namespace

JsonWriter& JsonWriter::value(std::string_view text) {
    before_value();
    constexpr std::string_view kHex = "0123456789abcdef";
    text_ += '"';
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const std::string_view character = text.substr(0, length == 0 ? 1 : length);
        text.remove_prefix(character.size());
        const char c = character.front();
        const auto byte = static_cast<unsigned char>(c);
        if (length == 0) {
            text_ += "\\ufffd";  // what is no UTF-8
        } else if (c == '"' || c == '\\') {
            text_ += '\\';
            text_ += c;
        } else if (c == '\n') {
            text_ += "\\n";
        } else if (byte < 0x20) {
            text_ += "\\u00";
            text_ += kHex[byte >> 4U];
            text_ += kHex[byte & 15U];
        } else {
            text_ += character;
        }
    }
    text_ += '"';
    return *this;
}

JsonWriter& JsonWriter::value(double number) {
    if (!std::isfinite(number)) {
        return null();
    }
    before_value();
    text_ += shortest(number);
    return *this;
}

JsonWriter& JsonWriter::value(std::int64_t number) {
    before_value();
    text_ += std::to_string(number);
    return *this;
}

JsonWriter& JsonWriter::value(std::uint64_t number) {
    before_value();
    text_ += std::to_string(number);
    return *this;
}

JsonWriter& JsonWriter::value(bool truth) {
    before_value();
    text_ += truth ? "true" : "false";
    return *this;
}

JsonWriter& JsonWriter::null() {
    before_value();
    text_ += "null";
    return *this;
}

}  // namespace tidepool
