#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/value.h"
#include "sim/config/write.h"
#include "tests/config/rig.h"
#include "tests/config/texts.h"

namespace tidepool::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kFile =
    "name: a\n"
    "list:\n"
    "  - {x: 1}\n"
    "  - {x: 2, deep: {y: 3}}\n";

struct Result {
    Value root;
    std::vector<std::string> issues;
};

Result apply(const std::string& assignment, const std::string& file = kFile) {
    Issues issues;
    Result result{parse_yaml(file, "f.yaml", issues), {}};
    apply_override(result.root, assignment, 1, issues);
    result.issues = texts(issues);
    return result;
}

TEST(Override, ReplacesAValueDeepInside) {
    const Result result = apply("list[1].deep.y=15 min");
    EXPECT_THAT(result.issues, IsEmpty());
    const Value& y = *result.root.find("list")->items[1].find("deep")->find("y");
    EXPECT_EQ(y.text, "15 min");
    EXPECT_EQ(y.at, (Position{"--set#1", 1, 16}));
}

TEST(Override, TakesListsMapsAndQuotedText) {
    EXPECT_EQ(to_yaml(apply("list=[7 d, 21 d]").root), "name: a\nlist: [7 d, 21 d]\n");
    EXPECT_EQ(to_yaml(apply("list={a: 1}").root), "name: a\nlist:\n  a: 1\n");
    EXPECT_TRUE(apply("name='8'").root.find("name")->quoted);
    EXPECT_EQ(apply("name=a=b").root.find("name")->text, "a=b");
    EXPECT_EQ(apply("name= spaced ").root.find("name")->text, "spaced");
}

TEST(Override, CreatesKeysSoThatTheReaderCanJudgeThem) {
    Issues issues;
    Value root = parse_yaml("name: a\n", "f.yaml", issues);
    apply_override(root, "scratch.size=5 TB", 1, issues);
    apply_override(root, "scratch.rat=1 GB/s", 2, issues);
    const rig::RigSpec spec = read<rig::RigSpec>(root, "", issues);
    EXPECT_EQ(spec.scratch.size.value, 5e12);
    EXPECT_THAT(texts(issues),
                ElementsAre("--set#2:1:9: scratch.rat: unknown key, did you mean 'rate'?"));
}

TEST(Override, QuotesProtectKeysWithDots) {
    const Result result = apply("models.\"llama-3.1\".x=5");
    EXPECT_THAT(result.issues, IsEmpty());
    EXPECT_EQ(result.root.find("models")->find("llama-3.1")->find("x")->text, "5");
}

TEST(Override, ReportsWhatItCannotReach) {
    EXPECT_THAT(apply("list[2].x=5").issues,
                ElementsAre("--set#1:1:5: list: has 2 items, counted from 0 (got 2)"));
    EXPECT_THAT(apply("name[0]=5").issues,
                ElementsAre("--set#1:1:5: name: 'name' is a single value, not a list"));
    EXPECT_THAT(apply("name.x=5").issues,
                ElementsAre("--set#1:1:6: name: 'name' is a single value, not a map"));
    EXPECT_THAT(
        apply("list.x=5").issues,
        ElementsAre("--set#1:1:6: list: 'list' is a list, not a map, name an item, such as [0]"));
    EXPECT_THAT(apply("gone[0]=5").issues,
                ElementsAre("--set#1:1:5: gone: 'gone' is nothing, not a list"));
}

TEST(Override, ReportsBrokenAssignments) {
    for (const char* text : {"", "=", "=5", ".a=5", "a..b=5", "a.=5", "[0]=5", "a[=5", "a[]=5",
                             "a[x]=5", "a[-1]=5", "a[99999999999999999999]=5", "a[0=5", "a]=5",
                             "\"a=5", "a\"b\"=5", "a[0]b=5", "a", "a.b"}) {
        EXPECT_THAT(apply(text).issues, testing::SizeIs(1)) << text;
        EXPECT_EQ(to_yaml(apply(text).root), to_yaml(apply("name=a").root)) << text;
    }
    EXPECT_THAT(apply("name=").issues, ElementsAre("--set#1:1:6: name: needs a value after '='"));
    EXPECT_THAT(apply("name=[1, 2").issues,
                ElementsAre("--set#1:1:6: name: end of sequence flow not found"));
    EXPECT_THAT(apply("name=\xFF").issues, ElementsAre(HasSubstr("--set#1:1:6: is not UTF-8")));
    EXPECT_THAT(apply("name={a: 1, a: 2}").issues,
                ElementsAre(HasSubstr("--set#1:1:13: name: duplicate key 'a'")));
}

TEST(Override, RefusesEndlessPaths) {
    std::string path = "a";
    for (int i = 0; i < 100'000; ++i) {
        path += ".a";
    }
    EXPECT_THAT(apply(path + "=5").issues, ElementsAre(HasSubstr("path is deeper than 64")));
}

}  // namespace
}  // namespace tidepool::config
