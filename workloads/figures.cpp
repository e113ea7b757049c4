#include "workloads/figures.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tidepool::workloads {

std::string grouped(double number, int decimals) {
    std::array<char, 400> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number,
                                   std::chars_format::fixed, decimals);
    std::string text(digits.data(), end.ptr);
    const std::size_t point = std::min(text.find('.'), text.size());
    for (std::size_t at = point; at > 3; at -= 3) {
        text.insert(at - 3, ",");
    }
    return text;
}
std::string grouped(std::uint64_t number) {
    return grouped(static_cast<double>(number));
}

std::string right(std::string text, std::size_t width) {
    text.insert(0, text.size() < width ? width - text.size() : 0, ' ');
    return text;
}
std::string left(std::string text, std::size_t width) {
    text.append(text.size() < width ? width - text.size() : 0, ' ');
    return text;
}
std::string percent(double part, double whole) {
    return whole > 0 ? grouped(100 * part / whole, 1) + " %" : "-";
}

void line(std::string& text, std::string name, const std::string& value) {
    text += left(std::move(name), 14) + value + '\n';
}

}  // namespace tidepool::workloads
