// Offsets against the laws of the countries: EU 2000/84 (last Sundays of March and October, 01:00
// UTC), US Energy Policy Act of 2005 (second Sunday of March, first of November, 02:00 local).
#include "workloads/time_zone.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "tests/workloads/demand_rig.h"

namespace tidepool::workloads {
namespace {

TimeZone zone(const std::string& name) {
    std::string problem, hint;
    const std::optional<TimeZone> found = TimeZone::find(name, problem, hint);
    EXPECT_TRUE(found) << problem;
    return found.value_or(TimeZone());
}

void expect_change(const std::string& name, const std::string& utc, double hours_before,
                   double hours_after) {
    const TimeZone clock = zone(name);
    const std::int64_t at = instant(utc);
    EXPECT_EQ(clock.at(at - 1).offset, hours_before * 3600) << name << ' ' << utc;
    EXPECT_EQ(clock.at(at - 1).end, at) << name << ' ' << utc;
    EXPECT_EQ(clock.at(at).offset, hours_after * 3600) << name << ' ' << utc;
}

TEST(TimeZone, ChangesClocksWhenTheLawSays) {
    expect_change("Europe/Berlin", "2026-03-29T01:00Z", 1, 2);
    expect_change("Europe/Berlin", "2026-10-25T01:00Z", 2, 1);
    expect_change("America/New_York", "2026-03-08T07:00Z", -5, -4);
    expect_change("America/New_York", "2026-11-01T06:00Z", -4, -5);
    expect_change("Australia/Lord_Howe", "2026-04-04T15:00Z", 11, 10.5);  // half an hour
    EXPECT_EQ(zone("Asia/Kolkata").at(instant("2026-07-01T00:00Z")).offset, 19'800);
    EXPECT_EQ(zone("Asia/Shanghai").at(instant("2026-07-01T00:00Z")).offset, 28'800);
    EXPECT_EQ(zone("UTC").at(instant("2026-07-01T00:00Z")).offset, 0);
}

// Files list changes up to 2037 at most; later ones follow from the rule at their end.
TEST(TimeZone, GoesOnByTheRule) {
    expect_change("Europe/Berlin", "2050-03-27T01:00Z", 1, 2);
    expect_change("Europe/Berlin", "2050-10-30T01:00Z", 2, 1);
    expect_change("Australia/Sydney", "2050-04-02T16:00Z", 11, 10);
    expect_change("Australia/Sydney", "2050-10-01T16:00Z", 10, 11);
}

TEST(TimeZone, FindsTheBeginOfADay) {
    EXPECT_EQ(zone("Europe/Berlin").first_instant(instant("2026-01-05T00:00Z")),
              instant("2026-01-04T23:00Z"));
    EXPECT_EQ(zone("America/New_York").first_instant(instant("2026-07-01T00:00Z")),
              instant("2026-07-01T04:00Z"));
    // Lebanon skips from 00:00 to 01:00; Cuba goes back from 01:00 to 00:00.
    EXPECT_EQ(zone("Asia/Beirut").first_instant(instant("2026-03-29T00:00Z")),
              instant("2026-03-28T22:00Z"));
    EXPECT_EQ(zone("America/Havana").first_instant(instant("2026-11-01T00:00Z")),
              instant("2026-11-01T04:00Z"));
}

TEST(TimeZone, SuggestsWhatWasMeant) {
    const auto said = [](const std::string& name) {
        std::string problem, hint;
        EXPECT_FALSE(TimeZone::find(name, problem, hint)) << name;
        return problem + ", " + hint;
    };
    EXPECT_EQ(said("Europe/Berlim"),
              "no such time zone (got 'Europe/Berlim'), did you mean 'Europe/Berlin'?");
    EXPECT_EQ(said("Berlin"), "no such time zone (got 'Berlin'), did you mean 'Europe/Berlin'?");
    EXPECT_NE(said("Mars/Base").find("write it as the IANA database does"), std::string::npos);
    for (const char* evil : {"../../../etc/passwd", "/etc/passwd", "Europe", "right/UTC", "..",
                             "zone.tab", "Europe/Berlin/", "leapseconds"}) {
        EXPECT_NE(said(evil).find("no such time zone"), std::string::npos);
    }
}

// One zone without changes listed, 3 h west of Greenwich, and this rule.
std::string file_with_rule(const std::string& rule) {
    const auto header = [](char types, char letters) {
        std::string text = "TZif2" + std::string(15, '\0');
        for (const char count : {'\0', '\0', '\0', '\0', types, letters}) {
            text += std::string(3, '\0') + count;
        }
        return text;
    };
    const std::string type("\xff\xff\xd5\xd0\0\0", 6);  // -10800
    return header(1, 4) + type + std::string("-03\0", 4) + header(1, 4) + type +
           std::string("-03\0", 4) + '\n' + rule + '\n';
}

// POSIX: J60 is March 1 in every year, 59 is February 29 in leap years.
TEST(TimeZone, KnowsDaysByNumber) {
    const auto clock = TimeZone::from_file(file_with_rule("<-03>3<-02>,J60/2,59/-1:30"));
    ASSERT_TRUE(clock);
    EXPECT_EQ(clock->at(instant("2027-03-01T04:59Z")).end, instant("2027-03-01T05:00Z"));
    EXPECT_EQ(clock->at(instant("2028-03-01T04:59Z")).end, instant("2028-03-01T05:00Z"));
    EXPECT_EQ(clock->at(instant("2028-03-01T05:00Z")).offset, -7'200);
    EXPECT_EQ(clock->at(instant("2028-02-29T00:29Z")).end, instant("2028-02-29T00:30Z"));
    EXPECT_EQ(clock->at(instant("2028-02-29T00:30Z")).offset, -10'800);
}

TEST(TimeZone, RefusesDamagedFiles) {
    for (const char* rule :
         {"<-03", "-03", "AAA", "<-03>3<-02>", "<-03>3<-02>,J0,59", "<-03>3<-02>,M13.1.0,59",
          "<-03>3<-02>,M3.5.0,59 ", "CET-1CEST,M3.5.0"}) {
        EXPECT_FALSE(TimeZone::from_file(file_with_rule(rule))) << rule;
    }
    std::ifstream in("/usr/share/zoneinfo/Europe/Berlin", std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    ASSERT_TRUE(TimeZone::from_file(bytes));
    const std::size_t listed = bytes.rfind("\nCET");
    for (std::size_t length = 0; length < listed; length += length < 100 ? 1 : 7) {
        EXPECT_FALSE(TimeZone::from_file(bytes.substr(0, length))) << length;
    }
    for (std::size_t at = 0; at < bytes.size(); ++at) {  // whatever it says, it ends
        const char kept = bytes[at];
        bytes[at] = '\xff';
        if (const auto clock = TimeZone::from_file(bytes)) {
            clock->first_instant(instant("2050-06-01T00:00Z"));
        }
        bytes[at] = kept;
    }
}

}  // namespace
}  // namespace tidepool::workloads
