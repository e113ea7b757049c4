#include "sim/config/text.h"

#include <string>

#include <gtest/gtest.h>

namespace tidepool::config {
namespace {

TEST(PlainKind, FollowsTheCoreSchema) {  // YAML 1.2.2, section 10.3.2
    for (const char* text : {"", "~", "null", "Null", "NULL"}) {
        EXPECT_EQ(plain_kind(text), Plain::kNull) << text;
    }
    for (const char* text : {"true", "True", "TRUE", "false", "False", "FALSE"}) {
        EXPECT_EQ(plain_kind(text), Plain::kBool) << text;
    }
    for (const char* text : {"0", "-1", "+12", "010", "0o17", "0xBEEF"}) {
        EXPECT_EQ(plain_kind(text), Plain::kInteger) << text;
    }
    for (const char* text : {"1.", ".5", "-1.5e+3", "1e6", ".inf", "-.Inf", "+.INF", ".nan"}) {
        EXPECT_EQ(plain_kind(text), Plain::kNumber) << text;
    }
    for (const char* text : {"yes", "no", "on", "tRue", "nul", ".", "-", "+", "e5", "1e", "0o8",
                             "0x", "0xG", "1_000", "-.nan", "1.2.3", "5 s", "-0x1"}) {
        EXPECT_EQ(plain_kind(text), Plain::kText) << text;
    }
}

TEST(Shown, QuotesEscapesAndCuts) {
    EXPECT_EQ(shown("a\tb\n\x1B"), "'a\\tb\\n\\x1B'");
    EXPECT_EQ(shown(std::string(100, 'x')), "'" + std::string(60, 'x') + "...'");
    // 59 letters and a two-byte character: cut before it, not inside.
    EXPECT_EQ(shown(std::string(59, 'x') + "\xC3\xA4\xC3\xA4"),
              "'" + std::string(59, 'x') + "...'");
}

TEST(Printable, EscapesWhatIsNoText) {
    EXPECT_EQ(printable("a\xC3(\x7F\xC2\x80"), "a\\xC3(\\x7F\\xC2\\x80");
    EXPECT_EQ(printable("abc", 3), "abc");
    EXPECT_EQ(printable("abcd", 3), "abc...");
    EXPECT_EQ(printable("ab\xC3\xA4", 3), "ab...");
}

TEST(CountCharacters, CountsCodePoints) {
    EXPECT_EQ(count_characters(""), 0U);
    EXPECT_EQ(count_characters("a\xC3\xA4\xE6\x97\xA5\xF0\x9F\x8C\x8A"), 4U);
}

TEST(FindBadByte, FindsTheFirstOne) {
    EXPECT_FALSE(find_bad_byte("plain\t\r\n\xC3\xA4\xE6\x97\xA5\xF0\x9F\x8C\x8A\xC2\x85"));
    EXPECT_EQ(find_bad_byte("ab\x01\x02")->offset, 2U);
    EXPECT_EQ(find_bad_byte("\x7F")->problem, "holds a control character (U+007F)");
    EXPECT_EQ(find_bad_byte("\xC2\x80")->problem, "holds a control character (U+0080)");
    EXPECT_EQ(find_bad_byte("\xEF\xBF\xBF")->problem, "holds a control character (U+FFFF)");
    for (const char* text :
         {"\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3", "\xE6\x97", "\xC3(", "\xFF\xFE"}) {
        ASSERT_TRUE(find_bad_byte(text));
        EXPECT_EQ(find_bad_byte(text)->offset, 0U);
    }
}

TEST(JoinPath, StartsWithoutADot) {
    EXPECT_EQ(join_path("", "a"), "a");
    EXPECT_EQ(join_path("a[0]", "b"), "a[0].b");
}

}  // namespace
}  // namespace tidepool::config
