// Ticks, messages and JSON: the small things everything else stands on.
#include <cstdlib>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "sim/base/issue.h"
#include "sim/base/json.h"
#include "sim/base/ticks.h"

namespace tidepool {
namespace {

TEST(Ticks, RoundUpToASixteenthOfASecond) {
    EXPECT_EQ(to_ticks(Seconds{0})->value, 0U);
    EXPECT_EQ(to_ticks(Seconds{1})->value, 16U);
    EXPECT_EQ(to_ticks(Seconds{0.0625})->value, 1U);
    EXPECT_EQ(to_ticks(Seconds{0.0626})->value, 2U);
    EXPECT_EQ(to_ticks(Seconds{1e-9})->value, 1U);
    EXPECT_EQ(to_ticks(Seconds{1.1 * 3600})->value, 63360U);  // 3960.0000000000005 in binary
    EXPECT_EQ(to_ticks(Seconds{3960.000001})->value, 63361U);
}

TEST(Ticks, RefuseWhatTheClockCannotShow) {
    EXPECT_FALSE(to_ticks(Seconds{-1}));
    EXPECT_FALSE(to_ticks(Seconds{std::numeric_limits<double>::quiet_NaN()}));
    EXPECT_FALSE(to_ticks(Seconds{std::numeric_limits<double>::infinity()}));
    // 2^32 - 1 ticks mean "never"; the last time is one tick earlier, 268435455.875 s.
    EXPECT_FALSE(to_ticks(Seconds{268435455.9375}));
    EXPECT_EQ(to_ticks(Seconds{268435455.875})->value, 0xFFFF'FFFEU);
}

std::string text(const char* file, int line, int column, const char* path, const char* problem,
                 const char* hint) {
    Issue issue;
    issue.at.file = file;
    issue.at.line = line;
    issue.at.column = column;
    issue.path = path;
    issue.problem = problem;
    issue.hint = hint;
    return to_string(issue);
}

TEST(Issue, NamesPlacePathProblemAndHint) {
    EXPECT_EQ(text("a.yaml", 9, 3, "cluster.memry", "unknown key", "did you mean 'memory'?"),
              "a.yaml:9:3: cluster.memry: unknown key, did you mean 'memory'?");
    EXPECT_EQ(text("a.csv", 9, 0, "", "bad line", ""), "a.csv:9: bad line");
    EXPECT_EQ(text("a.csv", 0, 0, "", "missing", ""), "a.csv: missing");
    EXPECT_EQ(text("", 0, 0, "", "broken", ""), "broken");
}

TEST(Issue, AllAreThrownTogether) {
    Issues issues;
    EXPECT_NO_THROW(issues.throw_if_any());
    issues.add({"f", 1, 1}, "a", "wrong");
    issues.add({"f", 2, 1}, "b", "wrong too");
    try {
        issues.throw_if_any();
        FAIL();
    } catch (const InputError& error) {
        EXPECT_EQ(error.issues().size(), 2U);
        EXPECT_STREQ(error.what(), "f:1:1: a: wrong\nf:2:1: b: wrong too\n");
    }
}

TEST(Nearest, FindsSlipsAndRefusesGuesses) {
    const std::vector<std::string> names{"horizon", "seed", "topology", "name"};
    EXPECT_EQ(nearest("horzon", names), "horizon");     // one letter left out
    EXPECT_EQ(nearest("sede", names), "seed");          // neighbours swapped
    EXPECT_EQ(nearest("Topology", names), "topology");  // case
    EXPECT_EQ(nearest("prices", names), "");
    EXPECT_EQ(nearest("", names), "");
    EXPECT_EQ(nearest(std::string(1'000'000, 'x'), names), "");
    EXPECT_EQ(did_you_mean("nme", names), "did you mean 'name'?");
}

TEST(Json, WritesNestedDocuments) {
    JsonWriter json(0);
    json.begin_object().member("a", 1).key("b").begin_array().value(2.5).value(true).null();
    json.end_array().key("c").begin_object().end_object().end_object();
    EXPECT_EQ(json.str(), R"({"a": 1, "b": [2.5, true, null], "c": {}})");
}

TEST(Json, EscapesTextAndRefusesNoNumber) {
    JsonWriter json(0);
    json.begin_array().value("q\" b\\ n\n t\t \x01 \xc3\xa9");
    json.value(std::numeric_limits<double>::quiet_NaN());
    json.value(std::numeric_limits<double>::infinity()).end_array();
    EXPECT_EQ(json.str(), "[\"q\\\" b\\\\ n\\n t\\u0009 \\u0001 \xc3\xa9\", null, null]");
}

TEST(Json, ReplacesWhatIsNoUtf8) {
    JsonWriter json(0);
    json.value("a\xff b\xc3 \xe4\xb8\xad \xed\xa0\x80");  // stray, cut off, fine, a surrogate
    EXPECT_EQ(json.str(), "\"a\\ufffd b\\ufffd \xe4\xb8\xad \\ufffd\\ufffd\\ufffd\"");
}

TEST(Shortest, ReadsBackToTheSameNumber) {
    EXPECT_EQ(shortest(100000), "100000");
    EXPECT_EQ(shortest(0.1), "0.1");
    EXPECT_EQ(shortest(-0.00001), "-0.00001");
    EXPECT_EQ(shortest(1e15), "1e+15");
    EXPECT_EQ(shortest(0), "0");
    for (const double number : {1.0 / 3, 2e-5 / 3, 999999999999999.9, 1e300 / 7, 5e-324}) {
        EXPECT_EQ(std::strtod(shortest(number).c_str(), nullptr), number);
    }
}

}  // namespace
}  // namespace tidepool
