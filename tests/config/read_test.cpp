#include "sim/config/read.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/rig.h"
#include "tests/config/texts.h"

namespace tidepool::config {
namespace {

using rig::RigSpec;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

RigSpec good(const std::string& text) {
    Issues issues;
    RigSpec spec = read<RigSpec>(parse_yaml(text, "f.yaml", issues), "", issues);
    EXPECT_THAT(texts(issues), IsEmpty());
    return spec;
}

std::vector<std::string> complaints(const std::string& text) {
    Issues issues;
    read<RigSpec>(parse_yaml(text, "f.yaml", issues), "", issues);
    return texts(issues);
}

// The one complaint about `field: value`, without its place.
std::string complaint(const std::string& line) {
    const std::vector<std::string> all = complaints("name: a\n" + line + "\n");
    EXPECT_EQ(all.size(), 1U) << line;
    return all.empty() ? "" : all[0].substr(all[0].find(": ") + 2);
}

TEST(Read, FillsEveryTypeOfMember) {
    const RigSpec spec = good(
        "name: bench\n"
        "gpus: 16 GPUs\n"
        "load: 1e1\n"
        "enabled: false\n"
        "order: backfill\n"
        "timeout: 1 h 30 min\n"
        "speed: 1 PFLOPS\n"
        "power: 10 kW\n"
        "share: 25 %\n"
        "budget: 30000 USD\n"
        "failures: 2 /h\n"
        "scratch: {size: 1 TB, rate: 8 Gb/s}\n"
        "disks:\n"
        "  - size: 2 TB\n"
        "  - {}\n"
        "window: [7 d, 21 d]\n"
        "caps: {r2: 5 kW, r1: 6 kW}\n"
        "tags: [a, 'b c', '8']\n");
    RigSpec expected;
    expected.name = "bench";
    expected.gpus = 16;
    expected.load = 10;
    expected.enabled = false;
    expected.order = rig::Order::kBackfill;
    expected.timeout = Seconds{5400};
    expected.speed = FlopPerSecond{1e15};
    expected.power = Watts{10'000};
    expected.share = Fraction{0.25};
    expected.budget = Money{30'000};
    expected.failures = EventsPerSecond{2.0 / 3600};
    expected.scratch = {Bytes{1e12}, BytesPerSecond{1e9}};
    expected.disks = {{Bytes{2e12}, BytesPerSecond{7e9}}, {}};
    expected.window = {Seconds{604800}, Seconds{1814400}};
    expected.caps = {{"r2", Watts{5000}}, {"r1", Watts{6000}}};
    expected.tags = {"a", "b c", "8"};
    EXPECT_EQ(spec, expected);
}

TEST(Read, LeavesDefaultsWhereNothingIsSaid) {
    RigSpec expected;
    expected.name = "a";
    EXPECT_EQ(good("name: a\n"), expected);
    // A nested spec that is mentioned starts from the default of the field, not of its type.
    EXPECT_EQ(good("name: a\narchive: {size: 2 PB}\n").archive.rate.value, 1e9);
}

TEST(Read, ReportsEverythingAtOnce) {
    EXPECT_THAT(complaints("gpus: 100\n"
                           "tiemout: 5 s\n"
                           "scratch:\n"
                           "  size: 5\n"
                           "  sized: 5 GB\n"
                           "disks: [{}, {rate: 1 TB}]\n"),
                ElementsAre("f.yaml:1:1: name: is required but missing",
                            "f.yaml:1:7: gpus: must be between 1 and 72 (got '100')",
                            "f.yaml:4:9: scratch.size: needs a unit (got '5'), "
                            "write for example '5 GB'",
                            "f.yaml:5:3: scratch.sized: unknown key, did you mean 'size'?",
                            "f.yaml:6:20: disks[1].rate: 'TB' is a unit of data, but a data rate "
                            "is expected (got '1 TB'), write for example '90 GB/s'",
                            "f.yaml:2:1: tiemout: unknown key, did you mean 'timeout'?"));
}

TEST(Read, SaysRangesAsPeopleWriteThem) {
    EXPECT_EQ(complaint("timeout: 30 d"), "timeout: must be between 1 s and 7 d (got '30 d')");
    EXPECT_EQ(complaint("power: -1 W"), "power: must be at least 0 W (got '-1 W')");
    EXPECT_EQ(complaint("share: 150 %"), "share: must be between 0 and 1 (got '150 %')");
    EXPECT_EQ(complaint("window: [1 d, -1 s]"), "window[1]: must be at least 0 s (got '-1 s')");
    EXPECT_EQ(complaint("caps: {r1: 2 MW}"), "caps.r1: must be between 0 W and 1 MW (got '2 MW')");
    EXPECT_EQ(complaint("tags: ['']"), "tags[0]: must not be empty");
}

TEST(Read, AcceptsTheEndsOfARange) {
    EXPECT_EQ(good("name: a\ngpus: 72\ntimeout: 1 s\nshare: 100 %\n").gpus, 72);
    EXPECT_EQ(good("name: a\ngpus: 1\ntimeout: 1 w\nshare: 0\n").timeout.value, 604800);
}

TEST(Read, NamesTheKindsThereAre) {
    EXPECT_EQ(complaint("order: shotest"),
              "order: must be one of fifo, shortest, backfill (got 'shotest'), "
              "did you mean 'shortest'?");
    EXPECT_EQ(complaint("order: [fifo]"),
              "order: expected one of fifo, shortest, backfill (got a list)");
}

TEST(Read, KnowsTypesLikeTheYamlCoreSchema) {
    EXPECT_EQ(complaint("enabled: yes"), "enabled: expected true or false (got 'yes')");
    EXPECT_EQ(complaint("enabled: True"), "enabled: expected true or false (got 'True')");
    EXPECT_EQ(complaint("enabled: 'true'"),
              "enabled: expected true or false (got the text 'true'), leave out the quotes");
    EXPECT_EQ(complaint("gpus: '8'"),
              "gpus: expected a whole number (got the text '8'), leave out the quotes");
    EXPECT_EQ(complaint("share: '0.5'"),
              "share: expected a fraction (got the text '0.5'), leave out the quotes");
    EXPECT_EQ(complaint("load: .inf"), "load: expected a number (got '.inf')");
    EXPECT_EQ(complaint("load: 5 s"), "load: expected a number (got '5 s')");
    EXPECT_EQ(complaint("tags: [8]"),
              "tags[0]: expected text (got the number '8'), put it in quotes if text is meant");
    EXPECT_EQ(complaint("tags: [true]"),
              "tags[0]: expected text (got the truth value 'true'), "
              "put it in quotes if text is meant");
    EXPECT_EQ(good("name: no\n").name, "no");
    EXPECT_EQ(good("name: 2024-05-01\n").name, "2024-05-01");
    EXPECT_EQ(good("name: 1.2.3\n").name, "1.2.3");
}

TEST(Read, TakesQuantitiesInQuotes) {
    EXPECT_EQ(good("name: a\ngpus: '16 GPUs'\ntimeout: \"5 s\"\n").timeout.value, 5);
}

TEST(Read, WantsAValueBehindEveryKey) {
    EXPECT_EQ(complaint("gpus:"), "gpus: expected a whole number (got nothing)");
    EXPECT_EQ(complaint("power: ~"), "power: expected a power (got nothing)");
    EXPECT_EQ(complaint("scratch:"), "scratch: expected a map of keys and values (got nothing)");
    EXPECT_EQ(complaint("disks:"), "disks: expected a list (got nothing)");
}

TEST(Read, TellsListsMapsAndScalarsApart) {
    EXPECT_EQ(complaint("gpus: [8]"), "gpus: expected a whole number (got a list)");
    EXPECT_EQ(complaint("tags: a"), "tags: expected a list (got 'a'), put it in brackets");
    EXPECT_EQ(complaint("caps: [5 W]"), "caps: expected a map of keys and values (got a list)");
    EXPECT_THAT(complaints("- a\n"),
                ElementsAre("f.yaml:1:1: expected a map of keys and values (got a list)"));
}

TEST(Read, CountsCharactersNotBytes) {
    Issues issues;
    const Value value = parse_yaml("'äöü'", "f.yaml", issues);
    const std::string path = "p";
    EXPECT_EQ(read_text({value, path, issues}, required(3, 3)), "äöü");
    EXPECT_EQ(read_text({value, path, issues}, required(4)), std::nullopt);
    EXPECT_THAT(texts(issues),
                ElementsAre("f.yaml:1:1: p: must be at least 4 characters long (got 'äöü')"));
}

TEST(Read, CallsValidateWithPlacesOnceTheFieldsAreGood) {
    EXPECT_THAT(complaints("name: a\npower: 5 W\n"),
                ElementsAre("f.yaml:2:8: power: needs a budget"));
    EXPECT_THAT(complaints("name: a\npower: 5 W\nbudget: 5 USD\n"), IsEmpty());
    EXPECT_THAT(complaints("name: a\npower: 5 W\nbudget: 5\n"),
                ElementsAre(HasSubstr("budget: needs a unit")));
}

TEST(Read, PrefixesThePathItIsGiven) {
    Issues issues;
    read<RigSpec>(parse_yaml("gpus: 0", "f.yaml", issues), "rigs[3]", issues);
    EXPECT_THAT(texts(issues),
                ElementsAre("f.yaml:1:1: rigs[3].name: is required but missing",
                            "f.yaml:1:7: rigs[3].gpus: must be between 1 and 72 (got '0')"));
}

TEST(Read, PassesOverWhatCouldNotBeParsed) {
    EXPECT_THAT(complaints("name: [\n"), testing::SizeIs(1));
    EXPECT_THAT(complaints(""), ElementsAre("f.yaml: is empty"));
}

TEST(Read, SumsUpAFileOfSomeOtherKind) {
    std::string text = "name: a\n";
    for (int i = 0; i < 30; ++i) {
        text += "zzzzzzzz" + std::to_string(i) + ": 1\n";
    }
    const std::vector<std::string> all = complaints(text);
    ASSERT_EQ(all.size(), 21U);
    EXPECT_THAT(all[0], HasSubstr("f.yaml:2:1: zzzzzzzz0: unknown key, known keys: name, gpus, "));
    EXPECT_EQ(all[20], "f.yaml:1:1: and 10 more unknown keys");
}

}  // namespace
}  // namespace tidepool::config
