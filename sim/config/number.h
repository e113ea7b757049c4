#pragma once
// Numbers as a configuration file writes them: decimal, finite, no thousands separators, no leading
// zeros. Nothing here depends on the locale.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidepool::config {

// A value, or what is wrong with the text and what to write instead.
template <class T>
struct Parsed {
    T value{};
    std::string problem;  // empty when the text is good; ends with "(got '...')"
    std::string hint;

    bool ok() const { return problem.empty(); }
};

// Length of the number that the text begins with; 0 when it begins with none.
std::size_t number_length(std::string_view text);

// The whole text is one number. Minus zero becomes zero.
Parsed<double> parse_number(std::string_view text);

// The whole text is one integer, perhaps followed by a noun of three letters or more: `512 GPUs`.
// Nouns that scale (`million`) and units (`min`) are refused.
Parsed<std::int64_t> parse_integer(std::string_view text);

}  // namespace tidepool::config
