#pragma once
// What the first line of a file says about its format.

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

namespace tidepool::workloads {

// The first line that is neither blank nor a `#` note, without its end; cut after 4 KiB.
std::string_view first_line(std::string_view head);

// The pieces of a line between any of the separators, without empty ones.
std::vector<std::string_view> pieces(std::string_view line, std::string_view separators);

// How many of the comma-separated fields of the line are among the names.
template <class Names>
int count_names(std::string_view line, const Names& names) {
    int count = 0;
    for (const std::string_view piece : pieces(line, ", \t\"")) {
        count += std::find(std::begin(names), std::end(names), piece) != std::end(names) ? 1 : 0;
    }
    return count;
}

}  // namespace tidepool::workloads
