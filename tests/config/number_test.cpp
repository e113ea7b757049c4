#include "sim/config/number.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace tidepool::config {
namespace {

TEST(Number, ReadsDecimalNotation) {
    EXPECT_EQ(parse_number("0").value, 0.0);
    EXPECT_EQ(parse_number("-2.5").value, -2.5);
    EXPECT_EQ(parse_number("+2.5").value, 2.5);
    EXPECT_EQ(parse_number("1e6").value, 1'000'000.0);
    EXPECT_EQ(parse_number("25E-1").value, 2.5);
    EXPECT_EQ(parse_number(".5").value, 0.5);
    EXPECT_EQ(parse_number("5.").value, 5.0);
    EXPECT_EQ(parse_number("1.7976931348623157e308").value, std::numeric_limits<double>::max());
    EXPECT_EQ(parse_number("5e-324").value, std::numeric_limits<double>::denorm_min());
}

TEST(Number, HasNoNegativeZero) {
    const Parsed<double> zero = parse_number("-0.0");
    ASSERT_TRUE(zero.ok());
    EXPECT_FALSE(std::signbit(zero.value));
}

TEST(Number, RefusesWhatOnlyOtherLanguagesCallNumbers) {
    for (const char* text :
         {"",     "-",    "+",    ".",    "e5",       "1e",    "1e+",   "--1",   "+-1",   "1 ",
          " 1",   "0x10", "0o7",  "010",  "00",       "-01",   "1_000", "1,000", "1'000", "nan",
          ".nan", "inf",  "-inf", ".inf", "Infinity", "1.2.3", "1k",    "½",     "１"}) {
        EXPECT_FALSE(parse_number(text).ok()) << text;
        EXPECT_FALSE(parse_integer(text).ok()) << text;
    }
}

TEST(Number, SaysHowToWriteItInstead) {
    EXPECT_EQ(parse_number("0x10").hint, "write it in decimal");
    EXPECT_EQ(parse_number("-010").hint, "write it without leading zeros");
    EXPECT_EQ(parse_number("1_000").hint, "write the digits without separators");
    EXPECT_EQ(parse_integer("1,000").hint, "write the digits without separators");
}

TEST(Number, RefusesWhatNoDoubleCanHold) {
    EXPECT_EQ(parse_number("1e400").problem, "is beyond the range of numbers (got '1e400')");
    EXPECT_EQ(parse_number("1e-400").problem, "is beyond the range of numbers (got '1e-400')");
}

TEST(Integer, CoversTheWholeRangeAndNothingBeyond) {
    EXPECT_EQ(parse_integer("9223372036854775807").value, std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(parse_integer("-9223372036854775808").value,
              std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(parse_integer("9223372036854775808").problem,
              "is beyond the range of whole numbers (got '9223372036854775808')");
    EXPECT_EQ(parse_integer("-0").value, 0);
    EXPECT_EQ(parse_integer("+7").value, 7);
}

TEST(Integer, MayCarryANoun) {
    EXPECT_EQ(parse_integer("512 GPUs").value, 512);
    EXPECT_EQ(parse_integer("16   nodes").value, 16);
    EXPECT_EQ(parse_integer("8GPU").value, 8);
    EXPECT_TRUE(parse_integer("8GPU").ok());
}

TEST(Integer, RefusesFractionsScalesAndUnits) {
    EXPECT_EQ(parse_integer("1.5").problem, "expected a whole number (got '1.5')");
    EXPECT_EQ(parse_integer("1e6").problem, "expected a whole number (got '1e6')");
    for (const char* text : {"12 k", "12 M", "12 Ki", "2 million", "3 dozen", "5 12", "5 GPUs!",
                             "5 GPU s", "60 %", "5 GPUs "}) {
        EXPECT_FALSE(parse_integer(text).ok()) << text;
    }
    EXPECT_EQ(parse_integer("90 min").problem,
              "expected a count, but 'min' is a unit of time (got '90 min')");
}

TEST(NumberLength, StopsWhereTheUnitBegins) {
    EXPECT_EQ(number_length("90 s"), 2U);
    EXPECT_EQ(number_length("1e3s"), 3U);
    EXPECT_EQ(number_length("5eB"), 1U);  // no exponent without digits
    EXPECT_EQ(number_length("5e+B"), 1U);
    EXPECT_EQ(number_length("GB"), 0U);
    EXPECT_EQ(number_length("-"), 0U);
}

}  // namespace
}  // namespace tidepool::config
