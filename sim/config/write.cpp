#include "sim/config/write.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "sim/base/json.h"
#include "sim/config/text.h"

namespace tidepool::config {
namespace {

Value scalar(std::string text, bool quoted) {
    Value value;
    value.kind = Value::Kind::kScalar;
    value.text = std::move(text);
    value.quoted = quoted;
    return value;
}

// Words that YAML 1.1 tools take for truth values; we read them as text, others may not.
bool is_old_bool(std::string_view text) {
    constexpr std::array<std::string_view, 4> kWords{"yes", "no", "on", "off"};
    return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
        return std::equal(word.begin(), word.end(), text.begin(), text.end(), [](char a, char b) {
            return a == b || (b >= 'A' && b <= 'Z' && a == static_cast<char>(b + 32));
        });
    });
}

bool needs_quotes(std::string_view text) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    constexpr std::string_view kMore = "0123456789_./-";
    if (text.empty() || kLetters.find(text.front()) == std::string_view::npos) {
        return true;
    }
    const bool simple = std::all_of(text.begin(), text.end(), [&](char c) {
        return kLetters.find(c) != std::string_view::npos ||
               kMore.find(c) != std::string_view::npos;
    });
    return !simple || plain_kind(text) != Plain::kText || is_old_bool(text);
}

// Double-quoted style; everything but quotes, backslashes and control characters stands for itself.
std::string quote(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (c == '\n') {
            result += "\\n";
        } else if (byte < 0x20U || byte == 0x7FU) {
            result += "\\x";
            result += kHex[byte >> 4U];
            result += kHex[byte & 15U];
        } else {
            result += c;
        }
    }
    return result + '"';
}

std::string text_of(std::string_view text) {
    return needs_quotes(text) ? quote(text) : std::string(text);
}

// Values that fit on the line of their key: scalars, lists of scalars, whatever is empty.
std::optional<std::string> on_one_line(const Value& value) {
    switch (value.kind) {
        case Value::Kind::kNull:
            return "null";
        case Value::Kind::kScalar:
            return value.quoted ? text_of(value.text) : value.text;
        case Value::Kind::kMap:
            return value.members.empty() ? std::optional<std::string>("{}") : std::nullopt;
        case Value::Kind::kSequence:
            break;
    }
    std::string list;
    for (const Value& item : value.items) {
        if (item.kind != Value::Kind::kScalar) {
            return std::nullopt;
        }
        list += (list.empty() ? "" : ", ") + *on_one_line(item);
    }
    return "[" + list + "]";
}

// A plain scalar can hold what would end it inside brackets.
bool ends_in_brackets(std::string_view text) {
    return text.find_first_of(",[]{}") != std::string_view::npos || text.ends_with(':') ||
           text.find(": ") != std::string_view::npos;
}

std::string in_flow(const Value& value) {
    std::string text;
    switch (value.kind) {
        case Value::Kind::kNull:
            return "null";
        case Value::Kind::kScalar:
            return value.quoted || ends_in_brackets(value.text) ? text_of(value.text) : value.text;
        case Value::Kind::kSequence:
            for (const Value& item : value.items) {
                text += (text.empty() ? "" : ", ") + in_flow(item);
            }
            return "[" + text + "]";
        case Value::Kind::kMap:
            for (const Member& member : value.members) {
                text +=
                    (text.empty() ? "" : ", ") + text_of(member.key) + ": " + in_flow(member.value);
            }
            return "{" + text + "}";
    }
    return text;
}

std::vector<std::string> lines_of(const Value& value) {
    if (auto line = on_one_line(value)) {
        return {std::move(*line)};
    }
    std::vector<std::string> lines;
    for (const Member& member : value.members) {
        if (const auto line = on_one_line(member.value)) {
            lines.push_back(text_of(member.key) + ": " + *line);
            continue;
        }
        lines.push_back(text_of(member.key) + ":");
        for (const std::string& line : lines_of(member.value)) {
            lines.push_back("  " + line);
        }
    }
    for (const Value& item : value.items) {
        std::string_view prefix = "- ";
        for (const std::string& line : lines_of(item)) {
            lines.push_back(std::string(prefix) + line);
            prefix = "  ";
        }
    }
    return lines;
}

}  // namespace

std::string to_yaml(const Value& tree) {
    std::string text;
    for (const std::string& line : lines_of(tree)) {
        text += line + '\n';
    }
    return text;
}

std::string to_flow_yaml(const Value& tree) {
    const bool plain = tree.kind == Value::Kind::kScalar && !tree.quoted;
    return plain ? tree.text : in_flow(tree);
}

void add_member(Value& map, std::string_view key, Value value) {
    map.members.push_back({std::string(key), {}, std::move(value)});
}

Value text_value(std::string text) {
    return scalar(std::move(text), true);
}

Value bool_value(bool truth) {
    return scalar(truth ? "true" : "false", false);
}

Value integer_value(std::int64_t number) {
    return scalar(std::to_string(number), false);
}

Value number_value(double number) {
    TP_ASSERT(std::isfinite(number), "specs hold finite numbers only");
    return scalar(shortest(number + 0.0), false);
}

Value quantity_value(double number, Dimension dimension) {
    return scalar(print_exact(number, dimension), false);
}

}  // namespace tidepool::config
