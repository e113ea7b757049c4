#include "workloads/calendar.h"

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdlib>

namespace tidepool::workloads {
namespace {

// <chrono> of GCC 12 lacks parse(), and the date library's accepts more spellings than we want to
// promise; a scanner of digits is short, strict and fast.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    // Exactly `digits` digits.
    bool number(std::size_t digits, int& value) {
        if (rest_.size() < digits) {
            return false;
        }
        value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') {
                return false;
            }
            value = 10 * value + (rest_[i] - '0');
        }
        rest_.remove_prefix(digits);
        return true;
    }
    bool literal(char c) {
        const bool there = rest_.starts_with(c);
        rest_.remove_prefix(there ? 1 : 0);
        return there;
    }
    // One to nine digits after the point.
    bool fraction(double& value) {
        std::int64_t digits = 0;
        std::int64_t scale = 1;
        while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
            if (scale == 1'000'000'000) {
                return false;
            }
            digits = 10 * digits + (rest_.front() - '0');
            scale *= 10;
            rest_.remove_prefix(1);
        }
        value = static_cast<double>(digits) / static_cast<double>(scale);
        return scale > 1;
    }
    bool offset(std::optional<int>& minutes) {
        if (literal('Z')) {
            minutes = 0;
            return true;
        }
        const bool east = literal('+');
        if (!east && !literal('-')) {
            return false;
        }
        int hour = 0;
        int minute = 0;
        if (!number(2, hour)) {
            return false;
        }
        literal(':');
        if (!number(2, minute) || hour > 15 || minute > 59) {
            return false;
        }
        minutes = (east ? 1 : -1) * (60 * hour + minute);
        return true;
    }
    bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

void append_two(char before, std::int64_t number, std::string& text) {
    text += before;
    text += static_cast<char>('0' + number / 10);
    text += static_cast<char>('0' + number % 10);
}

}  // namespace

std::optional<CalendarTime> parse_calendar(std::string_view text) {
    Scanner in(text);
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    CalendarTime time;
    if (!in.number(4, year) || !in.literal('-') || !in.number(2, month) || !in.literal('-') ||
        !in.number(2, day) || !(in.literal('T') || in.literal(' ')) || !in.number(2, hour) ||
        !in.literal(':') || !in.number(2, minute)) {
        return std::nullopt;
    }
    if (in.literal(':')) {
        if (!in.number(2, second) || (in.literal('.') && !in.fraction(time.fraction))) {
            return std::nullopt;
        }
    }
    if (!in.at_end() && !(in.offset(time.offset_minutes) && in.at_end())) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) {
        return std::nullopt;
    }
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    time.seconds = 86'400 * days + 3'600LL * hour + 60LL * minute + second;
    return in_calendar(time) ? std::optional(time) : std::nullopt;
}

std::string print_calendar(const CalendarTime& time) {
    const std::int64_t in_day = ((time.seconds % 86'400) + 86'400) % 86'400;
    const std::int64_t days = (time.seconds - in_day) / 86'400;
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
    std::string text = std::to_string(static_cast<int>(date.year()));
    append_two('-', static_cast<unsigned>(date.month()), text);
    append_two('-', static_cast<unsigned>(date.day()), text);
    append_two('T', in_day / 3'600, text);
    append_two(':', in_day / 60 % 60, text);
    append_two(':', in_day % 60, text);
    if (const auto nanoseconds = static_cast<std::int64_t>(std::floor(time.fraction * 1e9 + 0.5));
        nanoseconds > 0 && nanoseconds < 1'000'000'000) {
        std::string digits = std::to_string(nanoseconds);
        digits.insert(0, 9 - digits.size(), '0');
        digits.erase(digits.find_last_not_of('0') + 1);
        text += '.';
        text += digits;
    }
    if (time.offset_minutes) {
        const int minutes = std::abs(*time.offset_minutes);
        if (minutes == 0) {
            text += 'Z';
        } else {
            append_two(*time.offset_minutes < 0 ? '-' : '+', minutes / 60, text);
            append_two(':', minutes % 60, text);
        }
    }
    return text;
}

CalendarTime later(const CalendarTime& time, double by) {
    const double whole = std::floor(by);
    CalendarTime result = time;
    result.seconds += static_cast<std::int64_t>(whole);
    result.fraction += by - whole;
    if (result.fraction >= 1) {
        result.fraction -= 1;
        ++result.seconds;
    }
    return result;
}

}  // namespace tidepool::workloads
