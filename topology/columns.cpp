#include "topology/columns.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>

namespace tidepool::topology {
namespace {

std::string prefixed(double value, std::span<const char* const> prefixes) {
    std::size_t prefix = 0;
    while (value >= 999.5 && prefix + 1 < prefixes.size()) {
        value /= 1000;
        ++prefix;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3g", value);
    return std::string(text.data()) + prefixes[prefix];
}

}  // namespace

std::string columns(const std::vector<std::vector<std::string>>& rows, std::string_view sides) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()), 0);
        for (std::size_t c = 0; c < row.size(); ++c) {
            widths[c] = std::max(widths[c], row[c].size());
        }
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t c = 0; c < row.size(); ++c) {
            const std::string pad(widths[c] - row[c].size(), ' ');
            line += (c > 0 ? "  " : "") + (sides[c] == 'r' ? pad + row[c] : row[c] + pad);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > 3; at -= 3) {
        digits.insert(at - 3, ",");
    }
    return digits;
}

std::string scaled(double value, const std::string& unit) {
    constexpr std::array prefixes{" ", " k", " M", " G", " T", " P"};
    return prefixed(value, prefixes) + unit;
}

std::string amount(double money) {
    constexpr std::array prefixes{"", " k", " M", " bn"};
    return prefixed(money, prefixes);
}

}  // namespace tidepool::topology
