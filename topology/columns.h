#pragma once
// Numbers and tables as text for people.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidepool::topology {

// Rows of equally many cells, columns padded to the widest cell with two blanks between them.
// `sides` has a letter per column: `l` or `r`. Text is counted in bytes.
std::string columns(const std::vector<std::vector<std::string>>& rows, std::string_view sides);

std::string grouped(std::uint64_t number);                  // `12,500`
std::string scaled(double value, const std::string& unit);  // three digits: `7.31 TB/s`
std::string amount(double money);                           // three digits: `4.29 bn`

}  // namespace tidepool::topology
