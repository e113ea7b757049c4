// Calendar times: expected seconds are those of `date -u -d <time> +%s`.

#include "workloads/calendar.h"

#include <gtest/gtest.h>

namespace tidepool::workloads {
namespace {

TEST(Calendar, CountsSecondsSince1970) {
    EXPECT_EQ(parse_calendar("1970-01-01T00:00:00")->seconds, 0);
    EXPECT_EQ(parse_calendar("2017-09-04 10:30:41")->seconds, 1'504'521'041);
    EXPECT_EQ(parse_calendar("2024-02-29T23:59:30")->seconds, 1'709'251'170);
    EXPECT_EQ(parse_calendar("2017-09-04T10:30")->seconds, 1'504'521'000);
}

TEST(Calendar, KnowsFractionsAndOffsets) {
    EXPECT_EQ(parse_calendar("1970-01-01T00:00:00.25")->fraction, 0.25);
    EXPECT_EQ(parse_calendar("1970-01-01T00:00:00")->offset_minutes, std::nullopt);
    EXPECT_EQ(parse_calendar("1970-01-01T00:00:00Z")->offset_minutes, 0);
    EXPECT_EQ(parse_calendar("1970-01-01T00:00:00+0530")->offset_minutes, 330);
    EXPECT_EQ(parse_calendar("1970-01-01T00:00:00.5-03:30")->offset_minutes, -210);
    // 08:00 in Shanghai is midnight in UTC.
    EXPECT_EQ(parse_calendar("1970-01-01T08:00:00+08:00")->instant(), 0);
}

TEST(Calendar, RefusesWhatIsNoTime) {
    for (const char* text : {"",
                             "2017",
                             "2017-09-04",
                             "2017-9-4 10:30:41",
                             "2017-02-29T00:00:00",
                             "2100-02-29T00:00",
                             "2017-13-01T00:00:00",
                             "2017-00-01T00:00:00",
                             "2017-01-32T00:00:00",
                             "2017-01-01T24:00:00",
                             "2017-01-01T00:60:00",
                             "2017-01-01T00:00:60",
                             "2017-01-01T00:00:00.",
                             "2017-01-01T00:00:00.1234567890",
                             "2017-01-01T00:00:00+8",
                             "2017-01-01T00:00:00+16:00",
                             "2017-01-01T00:00:00 Z",
                             "2017-01-01T00:00:00x",
                             "1969-12-31T23:59:59",
                             "10000-01-01T00:00:00",
                             "-017-01-01T00:00:00",
                             " 2017-01-01T00:00"}) {
        EXPECT_EQ(parse_calendar(text), std::nullopt) << text;
    }
}

TEST(Calendar, PrintsWhatItReads) {
    for (const char* text : {"2017-09-04T10:30:41", "2024-02-29T23:59:30Z", "1970-01-01T00:00:00",
                             "2017-01-01T00:00:00.25-03:30", "2201-02-01T00:00:00",
                             "9999-12-31T23:59:59.000000001+15:59"}) {
        EXPECT_EQ(print_calendar(*parse_calendar(text)), text);
    }
}

TEST(Calendar, CoversTheYears1970To9999) {
    EXPECT_EQ(parse_calendar("9999-12-31T23:59:59")->seconds, kCalendarEnd - 1);
    EXPECT_TRUE(in_calendar({0, 0, 0}));
    EXPECT_FALSE(in_calendar({-1, 0.5, 0}));
    EXPECT_TRUE(in_calendar({kCalendarEnd - 1, 0.5, 0}));
    EXPECT_FALSE(in_calendar({kCalendarEnd, 0, 0}));
}

// 2017-12-31 23:59:59.75 + 0.5 s is a quarter second into the new year.
TEST(Calendar, MovesAcrossTheNewYear) {
    const CalendarTime late = *parse_calendar("2017-12-31T23:59:59.75+08:00");
    EXPECT_EQ(print_calendar(later(late, 0.5)), "2018-01-01T00:00:00.25+08:00");
    EXPECT_EQ(print_calendar(later(late, -86'399.75)), "2017-12-31T00:00:00+08:00");
}

}  // namespace
}  // namespace tidepool::workloads
