#include "sim/config/scalar.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "sim/base/json.h"
#include "sim/config/text.h"

namespace tidepool::config {
namespace {

std::string describe(const Value& value) {
    switch (value.kind) {
        case Value::Kind::kNull:
            return "nothing";
        case Value::Kind::kScalar:
            return shown(value.text);
        case Value::Kind::kSequence:
            return "a list";
        case Value::Kind::kMap:
            return "a map";
    }
    return {};
}

bool expect_scalar(const Place& place, const std::string& expected) {
    if (place.value.kind == Value::Kind::kScalar) {
        return true;
    }
    place.fail("expected " + expected + " (got " + describe(place.value) + ")");
    return false;
}

// A number in quotes is text, for us as for every schema checker.
bool expect_unquoted(const Place& place, const std::string& expected) {
    if (!place.value.quoted) {
        return true;
    }
    place.fail("expected " + expected + " (got the text " + shown(place.value.text) + ")",
               "leave out the quotes");
    return false;
}

bool in_range(const Place& place, double value, const Rule& rule,
              const std::function<std::string(double)>& print) {
    if (value >= rule.min && value <= rule.max) {
        return true;
    }
    const std::string got = " (got " + shown(place.value.text) + ")";
    if (std::isinf(rule.max)) {
        place.fail("must be at least " + print(rule.min) + got);
    } else if (std::isinf(rule.min)) {
        place.fail("must be at most " + print(rule.max) + got);
    } else {
        place.fail("must be between " + print(rule.min) + " and " + print(rule.max) + got);
    }
    return false;
}

std::string plain_name(Plain kind) {
    switch (kind) {
        case Plain::kText:
            return "the text ";
        case Plain::kNull:
            return "the empty value ";
        case Plain::kBool:
            return "the truth value ";
        case Plain::kInteger:
        case Plain::kNumber:
            return "the number ";
    }
    return {};
}

std::string list_of(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

}  // namespace

std::optional<std::string> read_text(const Place& place, const Rule& rule) {
    if (!expect_scalar(place, "text")) {
        return std::nullopt;
    }
    const std::string& text = place.value.text;
    const Plain kind = plain_kind(text);
    if (!place.value.quoted && kind != Plain::kText) {
        place.fail("expected text (got " + plain_name(kind) + shown(text) + ")",
                   "put it in quotes if text is meant");
        return std::nullopt;
    }
    if (text.empty() && rule.min == 1) {
        place.fail("must not be empty");
        return std::nullopt;
    }
    const auto characters = [](double count) { return shortest(count) + " characters long"; };
    if (!in_range(place, static_cast<double>(count_characters(text)), rule, characters)) {
        return std::nullopt;
    }
    return text;
}

std::optional<bool> read_bool(const Place& place) {
    if (!expect_scalar(place, "true or false") || !expect_unquoted(place, "true or false")) {
        return std::nullopt;
    }
    if (place.value.text == "true" || place.value.text == "false") {
        return place.value.text == "true";
    }
    place.fail("expected true or false (got " + shown(place.value.text) + ")");
    return std::nullopt;
}

std::optional<std::int64_t> read_integer(const Place& place, const Rule& rule) {
    if (!expect_scalar(place, "a whole number")) {
        return std::nullopt;
    }
    const std::string& text = place.value.text;
    Parsed<std::int64_t> parsed = parse_integer(text);
    if (!parsed.ok()) {
        place.fail(std::move(parsed.problem), std::move(parsed.hint));
        return std::nullopt;
    }
    if (number_length(text) == text.size() && !expect_unquoted(place, "a whole number")) {
        return std::nullopt;
    }
    if (!in_range(place, static_cast<double>(parsed.value), rule, shortest)) {
        return std::nullopt;
    }
    return parsed.value;
}

std::optional<double> read_number(const Place& place, const Rule& rule) {
    if (!expect_scalar(place, "a number") || !expect_unquoted(place, "a number")) {
        return std::nullopt;
    }
    Parsed<double> parsed = parse_number(place.value.text);
    if (!parsed.ok()) {
        place.fail(std::move(parsed.problem), std::move(parsed.hint));
        return std::nullopt;
    }
    if (!in_range(place, parsed.value, rule, shortest)) {
        return std::nullopt;
    }
    return parsed.value;
}

std::optional<double> read_quantity(const Place& place, const Rule& rule, Dimension dimension) {
    const std::string expected(dimension_info(dimension).with_article);
    if (!expect_scalar(place, expected)) {
        return std::nullopt;
    }
    const std::string& text = place.value.text;
    Parsed<double> parsed = parse_quantity(text, dimension);
    if (!parsed.ok()) {
        place.fail(std::move(parsed.problem), std::move(parsed.hint));
        return std::nullopt;
    }
    if (number_length(text) == text.size() && !expect_unquoted(place, expected)) {
        return std::nullopt;
    }
    const auto print = [&](double value) { return print_human(value, dimension); };
    if (!in_range(place, parsed.value, rule, print)) {
        return std::nullopt;
    }
    return parsed.value;
}

std::optional<std::size_t> read_kind(const Place& place, const std::vector<std::string>& names) {
    if (!expect_scalar(place, "one of " + list_of(names))) {
        return std::nullopt;
    }
    const auto found = std::find(names.begin(), names.end(), place.value.text);
    if (found == names.end()) {
        place.fail("must be one of " + list_of(names) + " (got " + shown(place.value.text) + ")",
                   did_you_mean(place.value.text, names));
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - names.begin());
}

bool expect_list(const Place& place) {
    if (place.value.kind == Value::Kind::kSequence) {
        return true;
    }
    place.fail("expected a list (got " + describe(place.value) + ")",
               place.value.kind == Value::Kind::kScalar ? "put it in brackets" : "");
    return false;
}

bool expect_map(const Place& place) {
    if (place.value.kind == Value::Kind::kMap) {
        return true;
    }
    place.fail("expected a map of keys and values (got " + describe(place.value) + ")");
    return false;
}

void report_missing(const Place& place, std::string_view key) {
    place.issues.add(place.value.at, join_path(place.path, key), "is required but missing");
}

void report_unknown_keys(const Place& place, const std::vector<std::string>& known) {
    constexpr std::size_t kMost = 20;  // a file of some other kind; more would only bury the rest
    std::size_t unknown = 0;
    for (const Member& member : place.value.members) {
        if (std::find(known.begin(), known.end(), member.key) != known.end()) {
            continue;
        }
        if (++unknown <= kMost) {
            std::string hint = did_you_mean(member.key, known);
            place.issues.add(member.at, join_path(place.path, printable(member.key)), "unknown key",
                             hint.empty() ? "known keys: " + list_of(known) : std::move(hint));
        }
    }
    if (unknown > kMost) {
        place.fail("and " + std::to_string(unknown - kMost) + " more unknown keys");
    }
}

}  // namespace tidepool::config
