#pragma once
// Small questions about text that came from a file.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tidepool::config {

// What an unquoted scalar is in the YAML 1.2 core schema (YAML 1.2.2, section 10.3.2).
enum class Plain { kText, kNull, kBool, kInteger, kNumber };
Plain plain_kind(std::string_view text);

// Text as messages show it: escapes for control characters and whatever is no UTF-8, cut to so many
// bytes.
std::string printable(std::string_view text, std::size_t longest = 60);
// The same in quotes.
std::string shown(std::string_view text);

// `a.b`, or `b` when the parent is the root (empty).
std::string join_path(const std::string& parent, std::string_view key);

// Number of characters (code points) of valid UTF-8.
std::size_t count_characters(std::string_view text);

// The first byte that a text file may not hold: invalid UTF-8, or a control character other than
// tab, line feed and carriage return.
struct BadByte {
    std::size_t offset = 0;
    std::string problem;
};
std::optional<BadByte> find_bad_byte(std::string_view text);

}  // namespace tidepool::config
