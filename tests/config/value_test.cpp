#include "sim/config/value.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/texts.h"

namespace tidepool::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Value parse(const std::string& text) {
    Issues issues;
    Value value = parse_yaml(text, "f.yaml", issues);
    EXPECT_THAT(texts(issues), IsEmpty()) << text;
    return value;
}

std::vector<std::string> complaints(const std::string& text) {
    Issues issues;
    parse_yaml(text, "f.yaml", issues);
    return texts(issues);
}

std::vector<std::string> keys(const Value& map) {
    std::vector<std::string> names;
    for (const Member& member : map.members) {
        names.push_back(member.key);
    }
    return names;
}

TEST(ParseYaml, KeepsPositionsOrderAndText) {
    const Value root = parse("b: 1\na:\n  - x\n  - 'y z'\n");
    EXPECT_EQ(root.kind, Value::Kind::kMap);
    EXPECT_THAT(keys(root), ElementsAre("b", "a"));
    EXPECT_EQ(root.members[1].at, (Position{"f.yaml", 2, 1}));
    const Value& list = *root.find("a");
    ASSERT_EQ(list.items.size(), 2U);
    EXPECT_EQ(list.items[1].text, "y z");
    EXPECT_EQ(list.items[1].at, (Position{"f.yaml", 4, 5}));
    EXPECT_EQ(root.find("c"), nullptr);
}

TEST(ParseYaml, KnowsQuotedFromPlain) {
    const Value root = parse("[8, '8', \"8\", ~, '~', , '', text]");
    const auto& items = root.items;
    ASSERT_EQ(items.size(), 8U);
    EXPECT_FALSE(items[0].quoted);
    EXPECT_TRUE(items[1].quoted);
    EXPECT_TRUE(items[2].quoted);
    EXPECT_EQ(items[3].kind, Value::Kind::kNull);
    EXPECT_EQ(items[4].kind, Value::Kind::kScalar);
    EXPECT_EQ(items[5].kind, Value::Kind::kNull);
    EXPECT_EQ(items[6].kind, Value::Kind::kScalar);
    EXPECT_FALSE(items[7].quoted);
}

TEST(ParseYaml, AcceptsWindowsLineEndsAndByteOrderMark) {
    const Value root = parse(
        "\xEF\xBB\xBF"
        "a: 1\r\nb: 2\r\n");
    EXPECT_THAT(keys(root), ElementsAre("a", "b"));
    EXPECT_EQ(root.find("b")->text, "2");
    EXPECT_EQ(root.find("b")->at.line, 2);
}

TEST(ParseYaml, ReportsADuplicateKeyAtTheSecondPlace) {
    Issues issues;
    const Value root = parse_yaml("a: 1\nb: 2\na: 3\n", "f.yaml", issues);
    EXPECT_THAT(texts(issues), ElementsAre("f.yaml:3:1: duplicate key 'a', remove one of the two"));
    EXPECT_EQ(root.find("a")->text, "1");
}

TEST(ParseYaml, ReportsSyntaxErrorsWithTheirPlace) {
    EXPECT_THAT(complaints("a: [1, 2\n"), ElementsAre(HasSubstr("f.yaml:2:1: ")));
    EXPECT_THAT(complaints("a: b\n c: d\n"), ElementsAre(HasSubstr("f.yaml:2:3: ")));
    EXPECT_THAT(complaints("a: *nobody\n"), ElementsAre(HasSubstr("f.yaml:1:4: ")));
}

TEST(ParseYaml, WantsExactlyOneDocument) {
    EXPECT_THAT(complaints(""), ElementsAre("f.yaml: is empty"));
    EXPECT_THAT(complaints("# only words\n"), ElementsAre("f.yaml: is empty"));
    EXPECT_THAT(complaints("---\n"), ElementsAre("f.yaml: is empty"));
    EXPECT_THAT(complaints("--- \na: 1\n...\n"), IsEmpty());
    EXPECT_THAT(complaints("a: 1\n---\nb: 2\n"),
                ElementsAre(HasSubstr("f.yaml:2:1: a second document")));
    EXPECT_THAT(complaints("'a' 'b'\n"), ElementsAre(HasSubstr("f.yaml:1:5: a second document")));
}

TEST(ParseYaml, RefusesWhatIsNotText) {
    EXPECT_THAT(complaints("a: 1\nb: \xFF\n"),
                ElementsAre("f.yaml:2:4: is not UTF-8 text (byte 0xFF)"));
    EXPECT_THAT(complaints(std::string("a: \0b", 5)),
                ElementsAre("f.yaml:1:4: holds a control character (U+0000)"));
    EXPECT_THAT(complaints("a: \"\\0\"\n"),
                ElementsAre("f.yaml:1:4: text holds a control character (U+0000)"));
    EXPECT_THAT(complaints("a: \xED\xA0\x80"),
                ElementsAre(HasSubstr("is not UTF-8")));                             // surrogate
    EXPECT_THAT(complaints("a: \xC0\xAF"), ElementsAre(HasSubstr("is not UTF-8")));  // overlong
    EXPECT_THAT(complaints("a: \xE2\x82"), ElementsAre(HasSubstr("is not UTF-8")));  // cut short
}

TEST(ParseYaml, RefusesTagsAndKeysThatAreNotWords) {
    EXPECT_THAT(complaints("a: !!str 5\n"),
                ElementsAre(HasSubstr("f.yaml:1:4: tags are not supported")));
    EXPECT_THAT(complaints("a: !mine {b: 1}\n"), ElementsAre(HasSubstr("tags are not supported")));
    EXPECT_THAT(complaints("[1, 2]: 3\n"), ElementsAre("f.yaml:1:1: a key must be a word"));
    EXPECT_THAT(
        complaints("~: 3\n"),
        ElementsAre("f.yaml:1:1: a key must be a word, write null or ~ as a key in quotes"));
}

TEST(Aliases, AreCopiesWithThePlaceOfTheOriginal) {
    const Value root = parse("a: &x {k: 1}\nb: *x\n");
    EXPECT_EQ(root.find("b")->find("k")->text, "1");
    EXPECT_EQ(root.find("b")->find("k")->at.line, 1);
}

TEST(Aliases, MayNotContainThemselves) {
    EXPECT_THAT(complaints("a: &x [*x]\n"), ElementsAre(HasSubstr("f.yaml:1:8: an alias stands")));
}

TEST(MergeKeys, OwnKeysWinThenEarlierMaps) {
    const Value root = parse(
        "a: &a {x: 1, y: 1}\n"
        "b: &b {y: 2, z: 2}\n"
        "c: {first: 0, <<: [*a, *b], x: 3, last: 9}\n");
    const Value& c = *root.find("c");
    EXPECT_THAT(keys(c), ElementsAre("first", "y", "z", "x", "last"));
    EXPECT_EQ(c.find("x")->text, "3");
    EXPECT_EQ(c.find("y")->text, "1");
    EXPECT_EQ(c.find("z")->text, "2");
}

TEST(MergeKeys, MayBeNestedAndInline) {
    const Value root = parse("a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc:\n  <<: *b\nd: {<<: {q: 1}}\n");
    EXPECT_THAT(keys(*root.find("c")), ElementsAre("x", "y"));
    EXPECT_THAT(keys(*root.find("d")), ElementsAre("q"));
}

TEST(MergeKeys, NeedMapsAndNoQuotes) {
    EXPECT_THAT(complaints("a: {<<: 5}\n"),
                ElementsAre(HasSubstr("f.yaml:1:9: '<<' merges a map")));
    EXPECT_THAT(complaints("a: {<<: [{b: 1}, 5]}\n"), ElementsAre(HasSubstr("f.yaml:1:18: '<<'")));
    EXPECT_THAT(complaints("a: {<<: {b: 1}, <<: {c: 1}}\n"),
                ElementsAre(HasSubstr("f.yaml:1:17: duplicate key '<<'")));
    EXPECT_THAT(keys(*parse("a: {'<<': {b: 1}}\n").find("a")), ElementsAre("<<"));
}

TEST(Limits, NestingEndsAtSixtyFour) {
    EXPECT_THAT(complaints(std::string(64, '[') + std::string(64, ']')), IsEmpty());
    EXPECT_THAT(complaints(std::string(65, '[') + std::string(65, ']')),
                ElementsAre("f.yaml:1:65: lists and maps are nested deeper than 64"));
    // Each of the two is allowed; one inside the other is not.
    const std::string deep = std::string(40, '[') + std::string(40, ']');
    EXPECT_THAT(
        complaints("a: &x " + deep + "\nb: " + std::string(40, '[') + "*x" + std::string(40, ']')),
        ElementsAre(HasSubstr("nested deeper than 64")));
}

TEST(Limits, BillionLaughsStopEarly) {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i <= 9; ++i) {
        const std::string last = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
        for (int k = 1; k < 10; ++k) {
            text += ", " + last;
        }
        text += "]\n";
    }
    EXPECT_THAT(complaints(text), ElementsAre(HasSubstr("holds more than 1000000 values")));
}

TEST(Limits, RepeatedLongTextsStopEarly) {
    std::string text = "a: &a " + std::string(1 << 20, 'x') + "\nb: [*a";
    for (int i = 0; i < 70; ++i) {
        text += ", *a";
    }
    EXPECT_THAT(complaints(text + "]\n"), ElementsAre(HasSubstr("holds more than 67108864 bytes")));
}

TEST(LoadYaml, ReadsAFileAndSaysWhyItCannot) {
    const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "tp_load_yaml";
    std::filesystem::create_directories(folder);
    const std::string path = (folder / "a.yaml").string();
    std::ofstream(path) << "a: 1\n";
    Issues issues;
    EXPECT_EQ(load_yaml(path, issues).find("a")->at, (Position{path, 1, 4}));
    EXPECT_TRUE(issues.empty());

    load_yaml(folder.string(), issues);
    load_yaml(path + ".gone", issues);
    EXPECT_THAT(texts(issues),
                ElementsAre(folder.string() + ": is a folder, but a file is expected",
                            path + ".gone: cannot be opened: No such file or directory"));
    std::filesystem::remove_all(folder);
}

TEST(Merged, GoesKeyByKeyAndReplacesEverythingElse) {
    const Value base = parse("a: {x: 1, y: [1, 2]}\nb: 5\n");
    const Value over = parse("a: {y: [3], z: 4}\nc: 6\n");
    const Value result = merged(base, over);
    EXPECT_THAT(keys(result), ElementsAre("a", "b", "c"));
    const Value& a = *result.find("a");
    EXPECT_THAT(keys(a), ElementsAre("x", "y", "z"));
    ASSERT_EQ(a.find("y")->items.size(), 1U);
    EXPECT_EQ(a.find("y")->items[0].text, "3");
    EXPECT_EQ(result.find("b")->text, "5");
}

TEST(PositionOf, FallsBackToTheMap) {
    const Value root = parse("\na: 1\n");
    EXPECT_EQ(position_of(root, "a"), (Position{"f.yaml", 2, 4}));
    EXPECT_EQ(position_of(root, "b"), (Position{"f.yaml", 2, 1}));
}

}  // namespace
}  // namespace tidepool::config
