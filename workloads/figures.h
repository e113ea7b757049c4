#pragma once
// Figures and columns of the tables that `tidepool trace info` prints.

#include <cstddef>
#include <cstdint>
#include <string>

namespace tidepool::workloads {

std::string grouped(double number, int decimals = 0);  // 1234567.89 -> "1,234,567.9"
std::string grouped(std::uint64_t number);
std::string right(std::string text, std::size_t width);  // blanks before it
std::string left(std::string text, std::size_t width);   // blanks behind it
std::string percent(double part, double whole);          // "12.3 %", "-" of nothing

// Appends a line with a name and a value.
void line(std::string& text, std::string name, const std::string& value);

}  // namespace tidepool::workloads
