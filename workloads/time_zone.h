#pragma once
// Local clocks: offsets from UTC, daylight saving time included, from the time zone database of the
// system (RFC 9636). The C++ library of GCC 12 has no time zones.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidepool::workloads {

class TimeZone {
public:
    // `UTC` needs no database. Empty, with what is wrong and perhaps what was meant, when the
    // database has no such zone.
    static std::optional<TimeZone> find(const std::string& name, std::string& problem,
                                        std::string& hint);
    // From the bytes of a file of the database; empty when they are none, or count leap seconds.
    static std::optional<TimeZone> from_file(std::string_view bytes);

    struct Span {
        std::int64_t offset = 0;                                      // s, local clock minus UTC
        std::int64_t end = std::numeric_limits<std::int64_t>::max();  // the offset may change then
    };
    // Of an instant in UTC, in seconds since 1970 (1970 .. 9999).
    Span at(std::int64_t instant) const;

    // First instant at which the local clock shows that time, in seconds since 1970, or a later one
    // where it skips that time.
    std::int64_t first_instant(std::int64_t local) const;

private:
    struct Change {
        std::int64_t at = 0;      // UTC
        std::int64_t offset = 0;  // from then on
    };
    struct Date {         // of a year, at which the clock changes
        char kind = 'M';  // M: month, week, day; J: day 1 .. 365; n: day 0 .. 365
        int month = 0, week = 0, day = 0;
        std::int64_t time = 7'200;             // s after midnight of the clock that ends
        std::int64_t in_year(int year) const;  // s since 1970 on the local clock
    };
    struct Rule {  // for all times after the last change listed
        std::int64_t standard = 0;
        std::optional<std::int64_t> summer;
        Date begin, end;  // of summer time
    };
    friend class RuleScanner;

    Span by_rule(std::int64_t instant) const;

    std::int64_t first_offset_ = 0;
    std::vector<Change> changes_;  // by time
    std::optional<Rule> rule_;
};

}  // namespace tidepool::workloads
