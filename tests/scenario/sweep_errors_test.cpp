// Whatever is wrong with a sweep file, to the letter: where, what, and what would be right.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenario/sweep_folder.h"

namespace tidepool::scenario {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using SweepErrors = SweepFolder;

TEST_F(SweepErrors, OfTheFile) {
    EXPECT_THAT(problems_of("grd: {seed: [1]}\n"),
                ElementsAre("sweep.yaml:4:1: grd: unknown key, did you mean 'grid'?"));
    EXPECT_THAT(
        problems_of("replicas: 0\n"),
        ElementsAre("sweep.yaml:4:11: replicas: must be between 1 and 4294967295 (got '0')"));
    EXPECT_THAT(problems_of("replicas: 4294967296\n"),
                ElementsAre("sweep.yaml:4:11: replicas: must be between 1 and 4294967295 (got "
                            "'4294967296')"));
    EXPECT_THAT(problems_of("replicas: 3\n", "many"),
                ElementsAre("--replicas: replicas: expected a whole number (got 'many')"));
    EXPECT_THAT(problems_of("", "0"),
                ElementsAre("--replicas: replicas: must be between 1 and 4294967295 (got '0')"));
    EXPECT_THAT(problems_of("grid: {seed: [1]}\ngrid: {seed: [2]}\n"),
                ElementsAre("sweep.yaml:5:1: duplicate key 'grid', remove one of the two"));
    write("sweep.yaml", "tidepool_sweep: 2\n");
    try {
        Sweep::load((folder_ / "sweep.yaml").string(), {});
        FAIL();
    } catch (const InputError& error) {
        EXPECT_THAT(
            lines_of(error),
            ElementsAre("sweep.yaml:1:17: tidepool_sweep: must be between 1 and 1 (got '2')",
                        "sweep.yaml:1:1: name: is required but missing",
                        "sweep.yaml:1:1: base: is required but missing"));
    }
}

TEST_F(SweepErrors, OfTheBase) {
    const auto with_base = [&](const std::string& base) {
        write("sweep.yaml", "tidepool_sweep: 1\nname: s\nbase: " + base + "\n");
        try {
            Sweep::load((folder_ / "sweep.yaml").string(), {}).check_cells(1);
        } catch (const InputError& error) {
            return lines_of(error);
        }
        return std::vector<std::string>{};
    };
    EXPECT_THAT(with_base("small.yaml"), IsEmpty());
    EXPECT_THAT(
        with_base("gone.yaml"),
        ElementsAre("gone.yaml: cannot be opened: No such file or directory",
                    "sweep.yaml:3:7: base: cannot be used as a scenario (got 'gone.yaml')"));
    EXPECT_THAT(with_base("sweep.yaml"),
                ElementsAre("sweep.yaml:3:7: base: cannot be used as a scenario (got "
                            "'sweep.yaml'), it is a sweep itself"));
    EXPECT_THAT(with_base("jobs.csv"),
                ElementsAre("sweep.yaml:3:7: base: cannot be used as a scenario (got 'jobs.csv'), "
                            "it must hold a map of keys and values"));
    write("bad.yaml",
          "tidepool: 1\nname: bad\nhorizn: 1 d\ntopology: {preset: dgx-pod}\nworkloads:\n"
          "  - trace: {file: jobs.csv}\n");
    EXPECT_THAT(with_base("bad.yaml"),
                ElementsAre("bad.yaml:3:1: horizn: unknown key, did you mean 'horizon'?"));
}

TEST_F(SweepErrors, OfBlocks) {
    EXPECT_THAT(problems_of("set: [1]\nlist: {a: 1}\nzip: 3\ngrid: {seed: 3}\n"),
                ElementsAre("sweep.yaml:4:6: set: expected a map of keys and values (got a list)",
                            "sweep.yaml:5:7: list: expected a list (got a map)",
                            "sweep.yaml:6:6: zip: expected a map of keys and values (got '3')",
                            "sweep.yaml:7:14: grid.seed: expected a list (got '3'), put it in "
                            "brackets"));
    EXPECT_THAT(problems_of("list: []\n"),
                ElementsAre("sweep.yaml:4:7: list: needs at least one entry"));
    EXPECT_THAT(problems_of("list: [{}, {seed: 1}]\n"),
                ElementsAre("sweep.yaml:4:8: list[0]: sets nothing"));
    EXPECT_THAT(problems_of("zip: {seed: []}\n"),
                ElementsAre("sweep.yaml:4:13: zip.seed: needs at least one value"));
    EXPECT_THAT(problems_of("zip: {seed: [1, 2], horizon: [1 d], name: [a, b]}\n"),
                ElementsAre("sweep.yaml:4:30: zip.horizon: has 1 values, but 'seed' has 2, `zip` "
                            "needs equally many of each"));
    EXPECT_THAT(problems_of("set: {horizon: ~}\nlist: [{seed: }]\ngrid: {name: [a, null]}\n"),
                ElementsAre("sweep.yaml:4:16: set.horizon: needs a value",
                            "sweep.yaml:5:15: list[0].seed: needs a value",
                            "sweep.yaml:6:18: grid.name[1]: needs a value"));
}

TEST_F(SweepErrors, OfPaths) {
    EXPECT_THAT(
        problems_of("set: {a..b: 1}\ngrid: {\"a[x]\": [1], \"a=b\": [1], .a: [1]}\n"),
        ElementsAre("sweep.yaml:4:7: set.a..b: expected a key (got '.b'), write for example "
                    "a.b[2].c",
                    "sweep.yaml:5:8: grid.a[x]: expected a number in brackets, counted from "
                    "0 (got '[x]')",
                    "sweep.yaml:5:21: grid.a=b: expected a dot or the end of the path (got "
                    "'=b'), write for example a.b[2].c",
                    "sweep.yaml:5:33: grid..a: expected a key (got '.a'), write for example "
                    "a.b[2].c"));
    EXPECT_THAT(problems_of("grid: {a/b: [1]}\n"),
                ElementsAre("sweep.yaml:4:8: grid.a/b: has a '/' in it, which the name of an axis "
                            "cannot have"));
    EXPECT_THAT(problems_of("list: [{seed: 1}]\nzip: {\"\\\"seed\\\"\": [1]}\ngrid: {seed: [1]}\n"),
                ElementsAre("sweep.yaml:5:7: zip.\"seed\": is an axis of `list` already",
                            "sweep.yaml:6:8: grid.seed: is an axis of `list` already"));
    EXPECT_THAT(problems_of("list: [{seed: 1, \"\\\"seed\\\"\": 2}]\n"),
                ElementsAre("sweep.yaml:4:18: list[0].\"seed\": is set twice in this entry"));
    EXPECT_THAT(
        problems_of("set: {seed: 1}\ngrid: {seed: [1]}\n"),
        ElementsAre("sweep.yaml:5:8: grid.seed: is given by `set` already, which would have "
                    "no effect"));
}

// Every cell is checked; what several of them share is said once, in the order of the cells.
TEST_F(SweepErrors, OfCells) {
    EXPECT_THAT(problems_of("grid:\n  scheduler.quue: [easy, fifo]\n  seed: [1, -2, x]\n"
                            "  horizon: [1 d, 2]\n"),
                ElementsAre("sweep.yaml:5:3: scheduler.quue: unknown key, did you mean 'queue'?",
                            "sweep.yaml:7:18: horizon: needs a unit (got '2'), write for example "
                            "'2 s'",
                            "sweep.yaml:6:13: seed: must be at least 0 (got '-2')",
                            "sweep.yaml:6:17: seed: expected a whole number (got 'x')"));
    EXPECT_THAT(problems_of("grid:\n  workloads[1].tenant: [a]\n  name.x: [b]\n"
                            "  chekpoint.write: [1 s]\n"),
                ElementsAre("sweep.yaml:5:3: workloads: has 1 items, counted from 0 (got 1)",
                            "sweep.yaml:6:3: name: 'name' is a single value, not a map",
                            "sweep.yaml:7:3: chekpoint: unknown key, did you mean 'checkpoint'?"));
    EXPECT_THAT(problems_of("zip:\n  topology.preset: [dgx-pod, dgx-pdo]\n"
                            "  workloads[0].trace.file: [jobs.csv, gone.csv]\n"),
                ElementsAre("sweep.yaml:5:30: topology.preset: no such topology preset (got "
                            "'dgx-pdo'), did you mean 'dgx-pod'?"));
    EXPECT_THAT(problems_of("grid:\n  workloads[0].trace.file: [jobs.csv, gone.csv]\n"
                            "  seed: [1, 2, 3]\n"),
                testing::SizeIs(1));
}

TEST_F(SweepErrors, OfSize) {
    std::string axis = "[1";
    for (int i = 2; i <= 4096; ++i) {
        axis += ", " + std::to_string(i);
    }
    axis += "]";
    const std::string grid = "grid: {a: " + axis + ", b: " + axis + "}\n";
    EXPECT_EQ(sweep(grid, "65536").rows(), 1ULL << 40U);
    const auto refused = [&](const std::string& blocks, const std::string& replicas,
                             const std::string& why) {
        try {
            sweep(blocks, replicas);
            FAIL();
        } catch (const InputError& error) {
            EXPECT_THAT(lines_of(error), ElementsAre("sweep.yaml: has more than " + why));
        }
    };
    refused(grid, "65537", "2^40 rows (cells times replicas)");
    refused(grid + "list: [{c: 1}, {c: 2}]\n", "1", "2^24 cells");
}

}  // namespace
}  // namespace tidepool::scenario
