#include "sim/config/write.h"

#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/rig.h"
#include "tests/config/texts.h"

namespace tidepool::config {
namespace {

using rig::RigSpec;
using testing::IsEmpty;

void expect_round_trip(const RigSpec& spec) {
    const std::string text = to_yaml(spec);
    Issues issues;
    const RigSpec back = read<RigSpec>(parse_yaml(text, "f.yaml", issues), "", issues);
    EXPECT_THAT(texts(issues), IsEmpty()) << text;
    EXPECT_EQ(back, spec) << text;
}

TEST(ToYaml, WritesEveryFieldInSi) {
    RigSpec spec;
    spec.name = "bench";
    spec.power = Watts{10'000};
    spec.budget = Money{0.5};
    spec.disks = {{}, {}};
    spec.caps = {{"rack 1", Watts{5000}}};
    spec.tags = {"a", "no", "8"};
    EXPECT_EQ(to_yaml(spec),
              "name: bench\n"
              "gpus: 8\n"
              "load: 0.5\n"
              "enabled: true\n"
              "order: fifo\n"
              "timeout: 86400 s\n"
              "speed: 989000000000000 FLOP/s\n"
              "power: 10000 W\n"
              "share: 0.6\n"
              "budget: 0.5 USD\n"
              "failures: 0.0002777777777777778 /s\n"  // 1/3600, shortest
              "scratch:\n"
              "  size: 4000000000000 B\n"
              "  rate: 7000000000 B/s\n"
              "archive:\n"
              "  size: 1e+15 B\n"
              "  rate: 1000000000 B/s\n"
              "disks:\n"
              "  - size: 4000000000000 B\n"
              "    rate: 7000000000 B/s\n"
              "  - size: 4000000000000 B\n"
              "    rate: 7000000000 B/s\n"
              "window: [604800 s, 1209600 s]\n"
              "caps:\n"
              "  \"rack 1\": 5000 W\n"
              "tags: [a, \"no\", \"8\"]\n");
    expect_round_trip(spec);
}

TEST(ToYaml, LeavesOutAbsentValuesAndMarksEmptyOnes) {
    RigSpec spec;
    spec.name = "a";
    const std::string text = to_yaml(spec);
    EXPECT_EQ(text.find("power"), std::string::npos);
    EXPECT_NE(text.find("disks: []\n"), std::string::npos);
    EXPECT_NE(text.find("caps: {}\n"), std::string::npos);
    expect_round_trip(spec);
}

TEST(ToYaml, QuotesWhateverYamlWouldMisread) {
    for (const char* text : {"no",
                             "Yes",
                             "ON",
                             "null",
                             "~",
                             "true",
                             "False",
                             ": ",
                             "a: b",
                             "#",
                             "a #b",
                             "'",
                             "\"",
                             "\\",
                             "\\n",
                             "new\nline",
                             "\n",
                             "\n\n x\n",
                             " leading",
                             "trailing ",
                             "\ttab",
                             "512 GPU",
                             "8",
                             "1e5",
                             "0x10",
                             ".inf",
                             ".nan",
                             "-",
                             "- a",
                             "?",
                             "? a",
                             "&a",
                             "*a",
                             "!a",
                             "!!str",
                             "|",
                             ">",
                             "%",
                             "%YAML",
                             "@",
                             "`",
                             "{",
                             "}",
                             "[a",
                             "]",
                             ",",
                             "a,b",
                             "a]",
                             "<<",
                             "---",
                             "...",
                             "=",
                             "äöü",
                             "日本語",
                             "\xF0\x9F\x8C\x8A",
                             "\xC2\xA0",
                             "\xE2\x80\xA8",
                             "\xC2\x85",
                             "\xEF\xBB\xBF",
                             "a\rb",
                             "2024-01-01",
                             "12:30:45",
                             "llama-3.1/70b",
                             "C:\\x\\u1234"}) {
        RigSpec spec;
        spec.name = text;
        spec.tags = {text, text};
        spec.caps = {{text, Watts{1}}};
        expect_round_trip(spec);
    }
}

TEST(ToYaml, KeepsExtremeNumbers) {
    RigSpec spec;
    spec.name = "a";
    for (const double value : {0.0, 5e-324, 1.0 / 3, 0.1 + 0.2, 1.7976931348623157e308}) {
        spec.load = value;
        spec.speed = FlopPerSecond{-value};
        spec.failures = EventsPerSecond{value};
        spec.share = Fraction{value > 1 ? 1 : value};
        spec.budget = Money{value};
        expect_round_trip(spec);
    }
}

TEST(ToYaml, OfATreeKeepsNestedLists) {
    Issues issues;
    const std::string text = "a:\n  - [1, 2]\n  - - b: 1\n      c: []\n    - []\n  - {}\n";
    const Value tree = parse_yaml(text, "f.yaml", issues);
    EXPECT_TRUE(issues.empty());
    EXPECT_EQ(to_yaml(tree), text);
}

TEST(ToYamlDeath, RefusesNumbersThatAreNone) {
    RigSpec spec;
    spec.load = std::numeric_limits<double>::infinity();
    EXPECT_DEATH(to_yaml(spec), "finite");
    spec.load = 1;
    spec.timeout.value = std::numeric_limits<double>::quiet_NaN();
    EXPECT_DEATH(to_yaml(spec), "finite");
}

}  // namespace
}  // namespace tidepool::config
