#include "sim/config/units.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "sim/base/assert.h"
#include "sim/base/issue.h"
#include "sim/base/json.h"
#include "sim/config/text.h"

namespace tidepool::config {
namespace {

const UnitSpelling* find_unit(std::string_view unit, Dimension dimension) {
    for (const UnitSpelling& row : unit_table()) {
        if (row.dimension == dimension && row.name == unit) {
            return &row;
        }
    }
    return nullptr;
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return result;
}

bool is_currency(std::string_view unit) {
    return unit.size() == 3 &&
           std::all_of(unit.begin(), unit.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// Words and abbreviations that people write for units, and what to write here.
struct CommonWord {
    std::string_view word, hint;
};
constexpr std::array kCommonWords{
    CommonWord{"m", "'m' is ambiguous, write 'min' for minutes"},
    CommonWord{"second", "write 's'"},
    CommonWord{"seconds", "write 's'"},
    CommonWord{"minute", "write 'min'"},
    CommonWord{"minutes", "write 'min'"},
    CommonWord{"mins", "write 'min'"},
    CommonWord{"hr", "write 'h'"},
    CommonWord{"hour", "write 'h'"},
    CommonWord{"hours", "write 'h'"},
    CommonWord{"day", "write 'd'"},
    CommonWord{"days", "write 'd'"},
    CommonWord{"week", "write 'w'"},
    CommonWord{"weeks", "write 'w'"},
    CommonWord{"y", "write 'yr', 365 days"},
    CommonWord{"year", "write 'yr', 365 days"},
    CommonWord{"years", "write 'yr', 365 days"},
    CommonWord{"mo", "months have no fixed length, write days: '30 d'"},
    CommonWord{"month", "months have no fixed length, write days: '30 d'"},
    CommonWord{"months", "months have no fixed length, write days: '30 d'"},
    CommonWord{"\xC2\xB5s", "write 'us'"},  // micro sign
    CommonWord{"\xCE\xBCs", "write 'us'"},  // Greek mu
    CommonWord{"percent", "write '%'"},
};

// What to write instead of an unknown unit: spellings that differ in case only (all of them: `gb/s`
// may mean GB/s or Gb/s), then common words, then the nearest spelling.
std::string unit_hint(std::string_view unit, Dimension dimension) {
    std::string same_letters;
    std::vector<std::string> names;
    for (const UnitSpelling& row : unit_table()) {
        if (row.dimension == dimension) {
            names.emplace_back(row.name);
            if (lower(row.name) == lower(unit)) {
                same_letters +=
                    (same_letters.empty() ? "did you mean '" : " or '") + names.back() + "'";
            }
        }
    }
    if (!same_letters.empty()) {
        return same_letters + "?";
    }
    if (dimension == Dimension::kMoney && is_currency(unit)) {
        return "only USD is supported";
    }
    const auto word = std::find_if(kCommonWords.begin(), kCommonWords.end(),
                                   [&](const CommonWord& row) { return row.word == lower(unit); });
    if (word != kCommonWords.end() && (dimension == Dimension::kTime || word->word == "percent")) {
        return std::string(word->hint);
    }
    const std::string near = did_you_mean(unit, names);
    return near.empty()
               ? "write for example '90 " + std::string(dimension_info(dimension).usual) + "'"
               : near;
}

Parsed<double> wrong_unit(std::string_view unit, Dimension dimension, const std::string& got) {
    const DimensionInfo& expected = dimension_info(dimension);
    if (const auto other = dimension_of_unit(unit)) {
        return {0,
                shown(unit) + " is a unit of " + std::string(dimension_info(*other).name) +
                    ", but " + std::string(expected.with_article) + " is expected" + got,
                "write for example '90 " + std::string(expected.usual) + "'"};
    }
    const bool money = dimension == Dimension::kMoney;
    return {0, (money ? "unknown currency " : "unknown unit ") + shown(unit) + got,
            unit_hint(unit, dimension)};
}

// One number with its unit, taken off the front of `text`.
struct Part {
    std::string_view number, unit;
};

Part take_part(std::string_view& text, Dimension dimension) {
    const auto skip_spaces = [&] {
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    };
    const std::size_t length = number_length(text);
    Part part{text.substr(0, length), {}};
    text.remove_prefix(length);
    skip_spaces();
    const std::size_t end = dimension == Dimension::kTime
                                ? std::min(text.find_first_of(" 0123456789+-."), text.size())
                                : text.size();
    part.unit = text.substr(0, end);
    text.remove_prefix(end);
    if (text.find_first_not_of(' ') != std::string_view::npos) {
        skip_spaces();
    }
    return part;
}

// Sums the parts of a quantity; only times may have several.
Parsed<double> sum_parts(std::string_view text, Dimension dimension) {
    const DimensionInfo& info = dimension_info(dimension);
    const std::string got = " (got " + shown(text) + ")";
    std::string_view rest = text;
    double sum = 0;
    const UnitSpelling* previous = nullptr;
    do {
        const Part part = take_part(rest, dimension);
        const Parsed<double> number = parse_number(part.number);
        if (part.number.empty()) {
            return {0, "expected " + std::string(info.with_article) + got,
                    "write a number and a unit, for example '90 " + std::string(info.usual) + "'"};
        }
        if (!number.ok()) {
            return {0, "is beyond the range of numbers" + got, {}};
        }
        if (part.unit.empty()) {
            return {0, "needs a unit" + got,
                    "write for example '" + std::string(part.number) + " " +
                        std::string(info.usual) + "'"};
        }
        const UnitSpelling* unit = find_unit(part.unit, dimension);
        if (unit == nullptr) {
            return wrong_unit(part.unit, dimension, got);
        }
        const bool signed_part = part.number.front() == '-' || part.number.front() == '+';
        if (previous != nullptr && (signed_part || unit->multiply / unit->divide >=
                                                       previous->multiply / previous->divide)) {
            return {0, "expected units that fall from left to right, without signs" + got,
                    "write for example '1 h 30 min'"};
        }
        const double value = number.value * unit->multiply / unit->divide;
        sum = text.front() == '-' && previous != nullptr ? sum - value : sum + value;
        previous = unit;
    } while (!rest.empty());
    if (!std::isfinite(sum)) {
        return {0, "is beyond the range of numbers" + got, {}};
    }
    return {sum + 0.0, {}, {}};
}

}  // namespace

Parsed<double> parse_quantity(std::string_view text, Dimension dimension) {
    if (dimension == Dimension::kFraction) {
        const std::size_t length = number_length(text);
        if (length > 0 && length == text.size()) {
            return parse_number(text);
        }
    }
    return sum_parts(text, dimension);
}

std::string print_exact(double value, Dimension dimension) {
    TP_ASSERT(std::isfinite(value), "specs hold finite numbers only");
    const std::string_view unit = dimension_info(dimension).canonical;
    const std::string number = shortest(value + 0.0);
    return unit.empty() ? number : number + " " + std::string(unit);
}

std::string print_human(double value, Dimension dimension) {
    std::string best = print_exact(value, dimension);
    for (const UnitSpelling& row : unit_table()) {
        if (row.dimension == dimension) {
            const std::string text =
                shortest(value / row.multiply * row.divide) + " " + std::string(row.name);
            const Parsed<double> back = parse_quantity(text, dimension);
            if (text.size() < best.size() && back.ok() && back.value == value) {
                best = text;
            }
        }
    }
    return best;
}

std::string quantity_pattern(Dimension dimension) {
    const std::string magnitude =
        R"((?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)";
    std::string units;
    for (const UnitSpelling& row : unit_table()) {
        if (row.dimension == dimension) {
            units += (units.empty() ? "" : "|") + std::string(row.name);
        }
    }
    const std::string part = magnitude + " *(?:" + units + ")";
    return "^[-+]?" + part + (dimension == Dimension::kTime ? "(?: *" + part + ")*$" : "$");
}

}  // namespace tidepool::config
