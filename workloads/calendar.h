#pragma once
// Calendar times as traces write them: ISO 8601 `2017-09-04T10:30:41`, also with a blank for the T,
// without seconds, with a fraction of a second, and with an offset `Z`, `+08:00` or `+0800`.
// Gregorian, years 1970 to 9999, no leap seconds.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidepool::workloads {

struct CalendarTime {
    std::int64_t seconds = 0;           // since 1970-01-01T00:00:00 on the clock as written
    double fraction = 0;                // of a second, in [0, 1)
    std::optional<int> offset_minutes;  // of that clock from UTC; empty: not said
    friend bool operator==(const CalendarTime&, const CalendarTime&) = default;

    // Seconds since 1970 in UTC; of the clock as written where no offset is said.
    std::int64_t instant() const { return seconds - 60LL * offset_minutes.value_or(0); }
};

// 10000-01-01T00:00:00: the first second that takes a year of five digits.
inline constexpr std::int64_t kCalendarEnd = 253'402'300'800;

// Does its clock show a year from 1970 to 9999? Others are printed, but not read.
constexpr bool in_calendar(const CalendarTime& time) {
    return time.seconds >= 0 && time.seconds < kCalendarEnd;
}

// Empty when the text is not such a time or the date does not exist.
std::optional<CalendarTime> parse_calendar(std::string_view text);

// `2017-09-04T10:30:41`, with a fraction if there is one (to the nanosecond) and the offset if
// known.
std::string print_calendar(const CalendarTime& time);

// The time `by` seconds later (earlier when negative) on the same clock.
CalendarTime later(const CalendarTime& time, double by);

}  // namespace tidepool::workloads
