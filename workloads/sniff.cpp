#include "workloads/sniff.h"

#include <cstddef>

namespace tidepool::workloads {
namespace {

constexpr std::size_t kHeadLooked = 4096;  // bytes of a first line that are looked at

}  // namespace

std::vector<std::string_view> pieces(std::string_view line, std::string_view separators) {
    std::vector<std::string_view> found;
    std::size_t at = line.find_first_not_of(separators);
    while (at != std::string_view::npos) {
        const std::size_t end = std::min(line.find_first_of(separators, at), line.size());
        found.push_back(line.substr(at, end - at));
        at = line.find_first_not_of(separators, end);
    }
    return found;
}

std::string_view first_line(std::string_view head) {
    std::string_view first;
    while (!head.empty()) {
        const std::size_t end = std::min(head.find('\n'), head.size());
        first = head.substr(0, end);
        head.remove_prefix(std::min(end + 1, head.size()));
        if (!first.starts_with('#') && first.find_first_not_of(" \t\r") != std::string_view::npos) {
            break;
        }
    }
    first = first.substr(0, kHeadLooked);
    if (first.ends_with('\r')) {
        first.remove_suffix(1);
    }
    return first;
}

}  // namespace tidepool::workloads
