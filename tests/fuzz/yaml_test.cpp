// Damaged and hostile YAML: reading it must end, report and leak nothing. Run under the address and
// undefined-behaviour sanitizers to mean something.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "sim/config/read.h"
#include "sim/config/text.h"
#include "sim/config/write.h"
#include "tests/config/rig.h"
#include "tests/config/texts.h"

namespace tidepool::config {
namespace {

using rig::RigSpec;

constexpr std::array<std::string_view, 3> kSeeds{
    "name: bench  # a comment\n"
    "gpus: 16 GPUs\n"
    "load: 1.5e1\n"
    "enabled: false\n"
    "order: backfill\n"
    "timeout: 1 h 30 min\n"
    "speed: 989 TFLOPS\n"
    "power: 10.2 kW\n"
    "share: 25 %\n"
    "budget: 30000 USD\n"
    "failures: 2 /h\n"
    "scratch: {size: 1 TB, rate: 8 Gb/s}\n"
    "disks:\n"
    "  - size: 2 TB\n"
    "    rate: 3 GB/s\n"
    "  - {}\n"
    "window: [7 d, 21 d]\n"
    "caps: {r2: 5 kW, 'r 1': 6 kW}\n"
    "tags: [a, 'b c', \"8\\n\", \xE6\x97\xA5\xE6\x9C\xAC]\n",
    "%YAML 1.2\n"
    "---\n"
    "name: &n >-\n"
    "  a folded\n"
    "  text\n"
    "archive: &disk\n"
    "  size: 1 PB\n"
    "scratch:\n"
    "  <<: *disk\n"
    "  rate: 400 MB/s\n"
    "disks: [*disk, {<<: [*disk], rate: 1 GB/s}]\n"
    "? tags\n"
    ": - |\n"
    "    block\n"
    "  - *n\n"
    "...\n",
    "{\"name\": \"json\", \"gpus\": 8, \"share\": 0.5, \"window\": [\"1 d\", \"2 d\"],\n"
    " \"caps\": {}, \"disks\": [{\"size\": \"1 GB\"}], \"enabled\": true, \"tags\": []}\n"};

constexpr std::array<std::string_view, 38> kPieces{
    "[",  "]",  "{",    "}",    ":",  ": ",    "-",         "- ",          "\n- ", ",",
    "?",  "? ", "&a ",  "*a",   "!",  "!!",    "|",         ">",           "'",    "\"",
    "%",  "@",  "`",    "#",    " #", "\n",    "\r\n",      "\t",          " ",    "\n---\n",
    "<<", "~",  "\\x0", "\xC3", "\0", "1e999", "<<: *disk", "\xEF\xBB\xBF"};

// A stream of choices that belongs to one case.
class Dice {
public:
    explicit Dice(std::uint32_t entity) : entity_(entity) {}

    std::size_t below(std::size_t n) {
        const Block block = draw(20'240'501, Purpose::kSynthetic, entity_, next_++);
        return n == 0 ? 0 : bounded(block[0], static_cast<std::uint32_t>(n));
    }

private:
    std::uint32_t entity_;
    std::uint32_t next_ = 0;
};

void mutate(std::string& text, Dice& dice) {
    const std::size_t at = dice.below(text.size() + 1);
    const std::size_t length = std::min(dice.below(12) + 1, text.size() - at);
    switch (dice.below(7)) {
        case 0:  // flip a bit
            if (at < text.size()) {
                text[at] = static_cast<char>(text[at] ^ (1 << dice.below(8)));
            }
            break;
        case 1:
            text.erase(at, length);
            break;
        case 2:
            text.insert(at, text.substr(at, length));
            break;
        case 3:
        case 4:
            text.insert(at, kPieces[dice.below(kPieces.size())]);
            break;
        case 5:
            text.resize(at);
            break;
        default: {  // splice the rest of another seed
            const std::string_view other = kSeeds[dice.below(kSeeds.size())];
            text = text.substr(0, at) + std::string(other.substr(dice.below(other.size())));
        }
    }
}

// Reads; whatever is accepted must survive writing and reading, whatever is refused must be said in
// text that a terminal can take. Returns whether it was accepted.
bool read_and_check(const std::string& text) {
    Issues issues;
    const Value tree = parse_yaml(text, "f.yaml", issues);
    const RigSpec spec = read<RigSpec>(tree, "", issues);
    for (const Issue& issue : issues.list()) {
        const std::string line = to_string(issue);
        EXPECT_EQ(issue.at.file, "f.yaml") << line;
        EXPECT_FALSE(issue.problem.empty()) << line;
        EXPECT_FALSE(find_bad_byte(line)) << line;
    }
    if (!issues.empty()) {
        return false;
    }
    const RigSpec back = read<RigSpec>(parse_yaml(to_yaml(spec), "back", issues), "", issues);
    EXPECT_THAT(texts(issues), testing::IsEmpty()) << text;
    EXPECT_EQ(back, spec) << text;
    return true;
}

std::string repeated(std::string_view piece, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) {
        text += piece;
    }
    return text;
}

TEST(MutatedYaml, SeedsAreGood) {
    for (const std::string_view seed : kSeeds) {
        EXPECT_TRUE(read_and_check(std::string(seed))) << seed;
    }
}

TEST(MutatedYaml, NeverBreaksTheReader) {
    constexpr std::uint32_t kCases = 3000;
    std::uint32_t accepted = 0;
    for (std::uint32_t i = 0; i < kCases; ++i) {
        Dice dice(i);
        std::string text(kSeeds[i % kSeeds.size()]);
        for (std::size_t k = dice.below(3) + 1; k > 0; --k) {
            mutate(text, dice);
        }
        accepted += read_and_check(text) ? 1U : 0U;
    }
    // Both verdicts must occur often, else the mutations test nothing.
    EXPECT_GT(accepted, kCases / 20);
    EXPECT_LT(accepted, kCases / 2);
}

TEST(MutatedYaml, NeverBreaksOverrides) {
    constexpr std::array<std::string_view, 4> kAssignments{
        "disks[1].rate=15 GB/s", "caps.\"r 1\"=[1, {a: b}]", "scratch={size: 1 GB, rate: 1 TB/s}",
        "window[0]=1 h 30 min"};
    for (std::uint32_t i = 0; i < 1500; ++i) {
        Dice dice(1'000'000 + i);
        std::string assignment(kAssignments[i % kAssignments.size()]);
        for (std::size_t k = dice.below(3) + 1; k > 0; --k) {
            mutate(assignment, dice);
        }
        Issues issues;
        Value tree = parse_yaml(kSeeds[0], "f.yaml", issues);
        ASSERT_TRUE(issues.empty());
        apply_override(tree, assignment, 1, issues);
        read<RigSpec>(tree, "", issues);
        for (const std::string& line : texts(issues)) {
            EXPECT_FALSE(find_bad_byte(line)) << line;
        }
    }
}

TEST(HostileYaml, NestingEndsWithAnIssue) {
    for (const std::string_view piece :
         {"[", "{", "{a: ", "[{", "[[a], ", "- ", "? ", "- - ? ", "[? "}) {
        EXPECT_FALSE(read_and_check(repeated(piece, 10'000))) << piece;
        EXPECT_FALSE(read_and_check("name: " + repeated(piece, 100'000))) << piece;
    }
    std::string steps;
    for (std::size_t i = 0; i < 1000; ++i) {
        steps += std::string(i, ' ') + "a:\n";
    }
    EXPECT_FALSE(read_and_check(steps));
}

TEST(HostileYaml, AliasesEndWithAnIssue) {
    std::string laughs = "a: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 30; ++i) {
        const std::string last = "*a" + std::to_string(i - 1);
        laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last + ", " + last +
                  ", " + last + "]\n";
    }
    EXPECT_FALSE(read_and_check(laughs));
    EXPECT_FALSE(read_and_check("a: &a [*a]\n"));
    EXPECT_FALSE(read_and_check("&a a: *a\n"));
    EXPECT_FALSE(read_and_check("&a {<<: *a}\n"));
    EXPECT_FALSE(read_and_check(repeated("&a ", 100'000)));
}

TEST(HostileYaml, LongTokensAndManyOfThem) {
    const std::string megabyte(1 << 20, 'x');
    EXPECT_FALSE(read_and_check(megabyte + ": 1\n"));
    EXPECT_FALSE(read_and_check("'" + megabyte + "': 1\n"));
    EXPECT_TRUE(read_and_check("name: " + megabyte + "\n"));
    EXPECT_FALSE(read_and_check("name: '" + megabyte));
    EXPECT_FALSE(read_and_check("name: !" + megabyte + " a\n"));
    EXPECT_FALSE(read_and_check("gpus: " + std::string(1 << 20, '9') + "\n"));
    EXPECT_FALSE(read_and_check(repeated("a: 1\n", 20'000)));
    EXPECT_FALSE(read_and_check("name: a\nwindow: [" + repeated("1,", 20'000) + "]\n"));
    EXPECT_FALSE(read_and_check(repeated("---\n", 20'000)));
    EXPECT_FALSE(read_and_check(repeated("]", 20'000)));
    EXPECT_FALSE(read_and_check(repeated(": ", 20'000)));
    EXPECT_FALSE(read_and_check(repeated("a: ", 20'000)));
    EXPECT_TRUE(read_and_check("name: a\n" + repeated("\n# words\n", 50'000)));
}

TEST(HostileYaml, OddBytes) {
    EXPECT_FALSE(read_and_check(std::string(1000, '\0')));
    EXPECT_FALSE(read_and_check(std::string("name: a\0b\n", 10)));
    EXPECT_FALSE(read_and_check("\xEF\xBB\xBF"));
    EXPECT_TRUE(read_and_check("\xEF\xBB\xBFname: a\r\ngpus: 8\r\n"));
    EXPECT_FALSE(read_and_check("name: a\nscratch:\n\tsize: 1 GB\n"));
    EXPECT_FALSE(
        read_and_check(std::string("\xFF\xFE"
                                   "n\0a\0m\0e\0:\0 \0a\0",
                                   14)));  // UTF-16
    EXPECT_FALSE(read_and_check(std::string("\xFE\xFF\0n\0a", 6)));
}

}  // namespace
}  // namespace tidepool::config
