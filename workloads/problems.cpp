#include "workloads/problems.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace tidepool::workloads {

void Problems::add(std::uint64_t line, std::size_t column, std::string_view path,
                   std::string problem, std::string hint) {
    ++count_;
    if (count_ > kListed) {
        return;
    }
    constexpr std::uint64_t kMost = std::numeric_limits<int>::max();
    const Position at{file_, static_cast<int>(std::min(line, kMost)),
                      static_cast<int>(std::min<std::uint64_t>(column, kMost))};
    issues_.add(at, std::string(path), std::move(problem), std::move(hint));
}

void Problems::finish() {
    if (count_ > kListed) {
        const std::string more = std::to_string(count_ - kListed);
        issues_.add({file_, 0, 0}, {},
                    too_many() ? "and at least " + more + " more problems; reading stopped"
                               : "and " + more + " more problems");
    }
}

std::string shown(std::string_view text) {
    constexpr std::size_t kLongest = 40;
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string out = "'";
    for (const char c : text.substr(0, kLongest)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7F) {
            out += c;
        } else {
            out += {'\\', 'x', kHex[byte >> 4U], kHex[byte & 15U]};
        }
    }
    return out + (text.size() > kLongest ? "...'" : "'");
}

std::string got(std::string_view text) {
    return " (got " + shown(text) + ")";
}

}  // namespace tidepool::workloads
