#include "sim/config/units.h"

#include <cmath>
#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace tidepool::config {
namespace {

double si(std::string_view text, Dimension dimension) {
    const Parsed<double> parsed = parse_quantity(text, dimension);
    EXPECT_TRUE(parsed.ok()) << text << ": " << parsed.problem;
    return parsed.value;
}

struct Example {
    const char* text;
    double si;  // worked out by hand
};

void expect_all(Dimension dimension, const std::vector<Example>& examples) {
    for (const Example& example : examples) {
        EXPECT_EQ(si(example.text, dimension), example.si) << example.text;
    }
}

TEST(Units, OfTimeAreSeconds) {
    expect_all(Dimension::kTime, {{"3 ns", 3e-9},
                                  {"3 us", 3e-6},
                                  {"7 ms", 0.007},
                                  {"90 s", 90},
                                  {"90 sec", 90},
                                  {"15 min", 900},
                                  {"2 h", 7200},
                                  {"1.5 d", 129600},     // 1.5 * 86400
                                  {"2 w", 1209600},      // 14 * 86400
                                  {"1 yr", 31536000}});  // 365 * 86400
}

TEST(Units, OfDataAreBytes) {
    expect_all(Dimension::kBytes, {{"5 B", 5},
                                   {"5 kB", 5e3},
                                   {"5 MB", 5e6},
                                   {"80 GB", 8e10},
                                   {"5 TB", 5e12},
                                   {"5 PB", 5e15},
                                   {"1 KiB", 1024},
                                   {"1 MiB", 1048576},
                                   {"80 GiB", 85899345920},  // 80 * 2^30
                                   {"1 TiB", 1099511627776},
                                   {"1 PiB", 1125899906842624}});
}

TEST(Units, OfDataRateAreBytesPerSecond) {
    expect_all(Dimension::kRate, {{"8 B/s", 8},
                                  {"1 kB/s", 1e3},
                                  {"1 MB/s", 1e6},
                                  {"900 GB/s", 9e11},
                                  {"8 TB/s", 8e12},
                                  {"1 PB/s", 1e15},
                                  {"1 KiB/s", 1024},
                                  {"1 MiB/s", 1048576},
                                  {"1 GiB/s", 1073741824},
                                  {"1 TiB/s", 1099511627776},
                                  {"1 PiB/s", 1125899906842624},
                                  {"8 Bps", 8},
                                  {"1 kBps", 1e3},
                                  {"1 MBps", 1e6},
                                  {"50 GBps", 5e10},
                                  {"1 TBps", 1e12},
                                  {"1 PBps", 1e15},
                                  {"8 bps", 1},
                                  {"8 kbps", 1e3},
                                  {"8 Mbps", 1e6},
                                  {"400 Gbps", 5e10},
                                  {"8 Tbps", 1e12},
                                  {"8 b/s", 1},
                                  {"8 kb/s", 1e3},
                                  {"8 Mb/s", 1e6},
                                  {"400 Gb/s", 5e10},
                                  {"8 Tb/s", 1e12},
                                  {"8 bit/s", 1},
                                  {"8 kbit/s", 1e3},
                                  {"8 Mbit/s", 1e6},
                                  {"400 Gbit/s", 5e10},
                                  {"8 Tbit/s", 1e12}});
}

TEST(Units, OfComputingSpeedAreFlopPerSecond) {
    expect_all(Dimension::kFlops, {{"3 FLOP/s", 3},
                                   {"3 MFLOP/s", 3e6},
                                   {"3 GFLOP/s", 3e9},
                                   {"989 TFLOP/s", 989e12},
                                   {"3 PFLOP/s", 3e15},
                                   {"3 EFLOP/s", 3e18},
                                   {"3 FLOPS", 3},
                                   {"3 MFLOPS", 3e6},
                                   {"3 GFLOPS", 3e9},
                                   {"989 TFLOPS", 989e12},
                                   {"3 PFLOPS", 3e15},
                                   {"3 EFLOPS", 3e18}});
}

TEST(Units, OfPowerFractionMoneyAndEvents) {
    expect_all(Dimension::kPower,
               {{"700 W", 700}, {"10.2 kW", 10200}, {"5 MW", 5e6}, {"1 GW", 1e9}});
    expect_all(Dimension::kFraction, {{"60 %", 0.6}, {"60%", 0.6}, {"0.6", 0.6}, {"250 %", 2.5}});
    expect_all(Dimension::kMoney, {{"30000 USD", 30000}, {"2.10 USD", 2.1}});
    expect_all(
        Dimension::kEventRate,
        {{"3 /s", 3}, {"2 /h", 2.0 / 3600}, {"1 /d", 1.0 / 86400}, {"1/yr", 1.0 / 31536000}});
}

TEST(Units, OfTokenRateAreTokensPerSecond) {
    expect_all(Dimension::kTokenRate,
               {{"300 tok/s", 300}, {"2.9 ktok/s", 2900}, {"32ktok/s", 32000}, {"5 Mtok/s", 5e6}});
}

TEST(Units, EverySpellingIsCoveredAndUnique) {
    // 10 of time, 11 of data, 32 of rate, 12 of speed, 4 of power, 1 %, 1 USD, 4 of events, 3 of
    // tokens: as above.
    EXPECT_EQ(unit_table().size(), 78U);
    std::set<std::string_view> names;
    for (const UnitSpelling& row : unit_table()) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        EXPECT_EQ(dimension_of_unit(row.name), row.dimension);
    }
    EXPECT_EQ(dimension_of_unit("furlong"), std::nullopt);
}

TEST(Units, MayStandWithOrWithoutSpaces) {
    EXPECT_EQ(si("90s", Dimension::kTime), 90);
    EXPECT_EQ(si("90     s", Dimension::kTime), 90);
    EXPECT_EQ(si("-90 s", Dimension::kTime), -90);
    EXPECT_EQ(si("1e3 s", Dimension::kTime), 1000);
}

TEST(Units, TimesMayBeSums) {
    EXPECT_EQ(si("1 h 30 min", Dimension::kTime), 5400);
    EXPECT_EQ(si("1h30min", Dimension::kTime), 5400);
    EXPECT_EQ(si("2 d 3 h 4 min 5 s", Dimension::kTime), 172800 + 10800 + 240 + 5);
    EXPECT_EQ(si("-1 h 30 min", Dimension::kTime), -5400);
    for (const char* text :
         {"30 min 1 h", "1 h 1 h", "1 h -30 min", "1 h 30", "1 h and", "1 min 60 sec s"}) {
        EXPECT_FALSE(parse_quantity(text, Dimension::kTime).ok()) << text;
    }
    EXPECT_FALSE(parse_quantity("1 GB 500 MB", Dimension::kBytes).ok());
}

struct Complaint {
    Dimension dimension;
    const char *text, *problem, *hint;
};

TEST(Units, ComplaintsSayWhatToWrite) {
    const std::vector<Complaint> complaints{
        {Dimension::kTime, "90", "needs a unit (got '90')", "write for example '90 s'"},
        {Dimension::kRate, "0", "needs a unit (got '0')", "write for example '0 GB/s'"},
        {Dimension::kTime, "5 GB", "'GB' is a unit of data, but a time is expected (got '5 GB')",
         "write for example '90 s'"},
        {Dimension::kRate, "5 GB",
         "'GB' is a unit of data, but a data rate is expected (got '5 GB')",
         "write for example '90 GB/s'"},
        {Dimension::kTime, "5 m", "unknown unit 'm' (got '5 m')",
         "'m' is ambiguous, write 'min' for minutes"},
        {Dimension::kTime, "3 months", "unknown unit 'months' (got '3 months')",
         "months have no fixed length, write days: '30 d'"},
        {Dimension::kTime, "3 Days", "unknown unit 'Days' (got '3 Days')", "write 'd'"},
        {Dimension::kTime, "5 Min", "unknown unit 'Min' (got '5 Min')", "did you mean 'min'?"},
        {Dimension::kRate, "5 gb/s", "unknown unit 'gb/s' (got '5 gb/s')",
         "did you mean 'GB/s' or 'Gb/s'?"},
        {Dimension::kRate, "5 Gbit", "unknown unit 'Gbit' (got '5 Gbit')",
         "write for example '90 GB/s'"},
        {Dimension::kBytes, "5 KB", "unknown unit 'KB' (got '5 KB')", "did you mean 'kB'?"},
        {Dimension::kPower, "5 furlong", "unknown unit 'furlong' (got '5 furlong')",
         "write for example '90 kW'"},
        {Dimension::kMoney, "5 EUR", "unknown currency 'EUR' (got '5 EUR')",
         "only USD is supported"},
        {Dimension::kMoney, "5 usd", "unknown currency 'usd' (got '5 usd')", "did you mean 'USD'?"},
        {Dimension::kMoney, "$5", "expected an amount of money (got '$5')",
         "write a number and a unit, for example '90 USD'"},
        {Dimension::kFraction, "half", "expected a fraction (got 'half')",
         "write a number and a unit, for example '90 %'"},
        {Dimension::kEventRate, "6.5 /1000 node-days",
         "unknown unit '/1000 node-days' (got '6.5 /1000 node-days')", "write for example '90 /h'"},
        {Dimension::kTokenRate, "32 ktok", "unknown unit 'ktok' (got '32 ktok')",
         "write for example '90 tok/s'"},
        {Dimension::kTokenRate, "32", "needs a unit (got '32')", "write for example '32 tok/s'"},
        {Dimension::kTime, "1e400 s", "is beyond the range of numbers (got '1e400 s')", ""},
        {Dimension::kTime, "1e308 yr", "is beyond the range of numbers (got '1e308 yr')", ""},
    };
    for (const Complaint& complaint : complaints) {
        const Parsed<double> parsed = parse_quantity(complaint.text, complaint.dimension);
        EXPECT_EQ(parsed.problem, complaint.problem);
        EXPECT_EQ(parsed.hint, complaint.hint) << complaint.text;
    }
}

TEST(Units, RefuseStrayText) {
    for (const char* text : {"", " ", "s", " 90 s", "90 s ", "90\ts", "nan s", "inf s", "0x10 s",
                             "1_000 s", "010 s", "90 s s", "90 s/s", "1.5.5 s"}) {
        const Parsed<double> parsed = parse_quantity(text, Dimension::kTime);
        EXPECT_FALSE(parsed.ok()) << "'" << text << "'";
    }
}

TEST(PrintExact, ReadsBackToTheSameDouble) {
    EXPECT_EQ(print_exact(86400, Dimension::kTime), "86400 s");
    EXPECT_EQ(print_exact(4.5e11, Dimension::kRate), "450000000000 B/s");
    EXPECT_EQ(print_exact(0.6, Dimension::kFraction), "0.6");
    EXPECT_EQ(print_exact(30000, Dimension::kMoney), "30000 USD");
    EXPECT_EQ(print_exact(-0.0, Dimension::kTime), "0 s");
    for (const double value : {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -2.0 / 7}) {
        for (int i = 0; i < 8; ++i) {
            const auto dimension = static_cast<Dimension>(i);
            EXPECT_EQ(si(print_exact(value, dimension), dimension), value);
        }
    }
}

TEST(PrintHuman, ChoosesTheShortestUnit) {
    EXPECT_EQ(print_human(86400, Dimension::kTime), "1 d");
    EXPECT_EQ(print_human(5400, Dimension::kTime), "1.5 h");
    EXPECT_EQ(print_human(0.007, Dimension::kTime), "7 ms");
    EXPECT_EQ(print_human(9e11, Dimension::kRate), "900 GB/s");
    EXPECT_EQ(print_human(85899345920, Dimension::kBytes), "80 GiB");
    EXPECT_EQ(print_human(0.25, Dimension::kFraction), "0.25");
    EXPECT_EQ(print_human(0, Dimension::kPower), "0 W");
    for (const double value : {0.1, 1.0 / 3, 123456.789, 5e-324, 1.7976931348623157e308}) {
        EXPECT_EQ(si(print_human(value, Dimension::kRate), Dimension::kRate), value);
    }
}

TEST(QuantityPattern, AcceptsEverySpellingOfItsDimensionOnly) {
    for (int i = 0; i < 8; ++i) {
        const auto dimension = static_cast<Dimension>(i);
        const std::regex pattern(quantity_pattern(dimension));
        for (const UnitSpelling& row : unit_table()) {
            const std::string name(row.name);
            EXPECT_EQ(std::regex_match("1.5e3 " + name, pattern), row.dimension == dimension)
                << name;
            EXPECT_EQ(std::regex_match(".5" + name, pattern), row.dimension == dimension) << name;
            EXPECT_FALSE(std::regex_match("010 " + name, pattern));
            EXPECT_FALSE(std::regex_match(name, pattern));
        }
        EXPECT_FALSE(std::regex_match("90", pattern));
    }
    EXPECT_TRUE(std::regex_match("1 h 30 min", std::regex(quantity_pattern(Dimension::kTime))));
}

}  // namespace
}  // namespace tidepool::config
