// From a sweep file to its cells: numbering by hand and against an odometer that is written
// differently, assignments against --set, sharing, seeds.
#include "sim/scenario/sweep.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "sim/config/write.h"
#include "sim/scenario/compile.h"
#include "sim/scenario/sweep_spec.h"
#include "tests/scenario/sweep_folder.h"

namespace tidepool::scenario {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Sweeps = SweepFolder;

std::vector<std::string> texts(const std::vector<config::Assignment>& assignments) {
    std::vector<std::string> lines;
    for (const config::Assignment& one : assignments) {
        lines.push_back(one.path + "=" + config::to_flow_yaml(one.value));
    }
    return lines;
}

TEST_F(Sweeps, WithoutBlocksThereIsOneCell) {
    const Sweep one = sweep("question: which?\n");
    EXPECT_EQ(one.name(), "s");
    EXPECT_EQ(one.question(), "which?");
    EXPECT_EQ(one.cells(), 1U);
    EXPECT_EQ(one.replicas(), 1U);
    EXPECT_EQ(one.rows(), 1U);
    EXPECT_THAT(one.axes(), IsEmpty());
    EXPECT_THAT(one.labels(0), IsEmpty());
    EXPECT_EQ(one.load_cell(0)->resolved_yaml, load_small().resolved_yaml);
}

// The example of docs/sweeps.md, numbered by hand: 2 entries, 2 steps, 2 x 2.
TEST_F(Sweeps, TheExampleOfTheRulesByHand) {
    const Sweep all = sweep(
        "set: {horizon: 90 d}\n"
        "list:\n"
        "  - {failures.preset: rsc-1, checkpoint.interval: young}\n"
        "  - {failures.preset: llama3, checkpoint.interval: daly}\n"
        "zip:\n"
        "  topology.clusters[0].nodes: [128, 256]\n"
        "  scheduler.spare_nodes: [2, 4]\n"
        "grid:\n"
        "  scheduler.queue: [fifo, easy]\n"
        "  checkpoint.write: [10 s, 60 s]\n"
        "replicas: 100\n");
    EXPECT_EQ(all.cells(), 16U);
    EXPECT_EQ(all.replicas(), 100U);
    EXPECT_EQ(all.rows(), 1600U);
    ASSERT_EQ(all.axes().size(), 6U);
    EXPECT_EQ(all.axes()[2].path, "topology.clusters[0].nodes");
    EXPECT_THAT(all.axes()[5].labels, ElementsAre("10 s", "60 s"));
    EXPECT_THAT(all.labels(0), ElementsAre("rsc-1", "young", "128", "2", "fifo", "10 s"));
    EXPECT_THAT(all.labels(1), ElementsAre("rsc-1", "young", "128", "2", "fifo", "60 s"));
    EXPECT_THAT(all.labels(2), ElementsAre("rsc-1", "young", "128", "2", "easy", "10 s"));
    EXPECT_THAT(all.labels(4), ElementsAre("rsc-1", "young", "256", "4", "fifo", "10 s"));
    EXPECT_THAT(all.labels(8), ElementsAre("llama3", "daly", "128", "2", "fifo", "10 s"));
    EXPECT_THAT(all.labels(15), ElementsAre("llama3", "daly", "256", "4", "easy", "60 s"));
    EXPECT_THAT(texts(all.assignments(11)),
                ElementsAre("horizon=90 d", "failures.preset=llama3", "checkpoint.interval=daly",
                            "topology.clusters[0].nodes=128", "scheduler.spare_nodes=2",
                            "scheduler.queue=easy", "checkpoint.write=60 s"));
}

// Nested loops over everything, for many shapes of sweeps.
TEST_F(Sweeps, CellsAreThoseOfNestedLoops) {
    for (std::uint32_t shape = 0; shape < 81; ++shape) {
        const std::uint32_t entries = shape % 3;
        const std::uint32_t steps = shape / 3 % 3;
        const std::uint32_t as = shape / 9 % 3;
        const std::uint32_t bs = shape / 27;
        const auto list_of = [](const std::string& letter, std::uint32_t count) {
            std::string text;
            for (std::uint32_t i = 0; i < count; ++i) {
                text += (i > 0 ? ", " : "") + letter + std::to_string(i);
            }
            return "[" + text + "]";
        };
        std::string blocks;
        for (std::uint32_t e = 0; e < entries; ++e) {
            blocks +=
                (e == 0 ? "list:\n" : "") + std::string("  - {p: e") + std::to_string(e) + "}\n";
        }
        blocks += steps == 0
                      ? ""
                      : "zip: {q: " + list_of("q", steps) + ", r: " + list_of("r", steps) + "}\n";
        blocks += as + bs == 0 ? "" : "grid:\n";
        blocks += as == 0 ? "" : "  a: " + list_of("a", as) + "\n";
        blocks += bs == 0 ? "" : "  b: " + list_of("b", bs) + "\n";
        const Sweep got = sweep(blocks);
        std::uint64_t cell = 0;
        for (std::uint32_t e = 0; e < std::max(1U, entries); ++e) {
            for (std::uint32_t z = 0; z < std::max(1U, steps); ++z) {
                for (std::uint32_t a = 0; a < std::max(1U, as); ++a) {
                    for (std::uint32_t b = 0; b < std::max(1U, bs); ++b) {
                        std::vector<std::string> wanted;
                        const auto want = [&](bool there, const std::string& text) {
                            if (there) {
                                wanted.push_back(text);
                            }
                        };
                        want(entries > 0, "e" + std::to_string(e));
                        want(steps > 0, "q" + std::to_string(z));
                        want(steps > 0, "r" + std::to_string(z));
                        want(as > 0, "a" + std::to_string(a));
                        want(bs > 0, "b" + std::to_string(b));
                        const auto labels = got.labels(cell);
                        EXPECT_EQ(std::vector<std::string>(labels.begin(), labels.end()), wanted)
                            << blocks << cell;
                        ++cell;
                    }
                }
            }
        }
        EXPECT_EQ(got.cells(), cell) << blocks;
    }
}

TEST_F(Sweeps, EntriesMayLeaveAPathAlone) {
    const Sweep some = sweep(
        "set: {scheduler.queue: easy}\n"
        "list: [{seed: 7}, {scheduler.queue: fifo}, {scheduler.\"queue\": first-fit, seed: 8}]\n");
    ASSERT_EQ(some.axes().size(), 2U);
    EXPECT_THAT(some.axes()[0].labels, ElementsAre("7", "", "8"));
    EXPECT_EQ(some.axes()[1].path, "scheduler.queue");
    EXPECT_THAT(some.axes()[1].labels, ElementsAre("", "fifo", "first-fit"));
    EXPECT_EQ(some.load_cell(0)->spec.scheduler.queue, core::QueuePolicy::kEasy);
    EXPECT_EQ(some.load_cell(1)->spec.scheduler.queue, core::QueuePolicy::kFifo);
}

TEST_F(Sweeps, LabelsAreYamlInFlowStyle) {
    const Sweep some = sweep(
        "grid:\n  name:\n    - \"8\"\n    - plain, text\n    - 1.50\n    - [a, \"b, c\", {d: ~}]\n"
        "    - {x: 1 h 30 min, y: []}\n    - \"two\\nlines\"\n");
    EXPECT_THAT(some.axes()[0].labels,
                ElementsAre("\"8\"", "plain, text", "1.50", "[a, \"b, c\", {d: null}]",
                            "{x: 1 h 30 min, y: []}", "\"two\\nlines\""));
}

// Every assignment gives what --set gives, to the letter of the resolved scenario.
TEST_F(Sweeps, AssignmentsDoWhatSetDoes) {
    write("dc.yaml", "name: own\nclusters:\n  - {name: c, server: hgx-h100, nodes: 3}\n");
    const std::string file = (folder_ / "dc.yaml").string();
    const std::vector<std::vector<std::pair<std::string, std::string>>> cases{
        {{"topology.preset", "nvl72-pod"}},
        {{"topology.clusters[0].nodes", "36"}, {"topology.preset", "nvl72-pod"}},
        {{"topology", "{preset: nvl72-pod}"}},
        {{"topology", "{file: " + file + "}"}},
        {{"topology.\"clusters\"[0].nodes", "5"}, {"\"topology\".name", "'8'"}},
        {{"scheduler", "{queue: easy, estimates: factor, estimate_factor: 1.5}"}},
        {{"scheduler.queue", "easy"}, {"seed", "42"}, {"horizon", "1 d 12 h"}},
        {{"workloads[0].trace.window", "[0 s, 1 h]"}, {"workloads[0].tenant", "lab"}},
        {{"failures.preset", "llama3"},
         {"failures.scale", "2"},
         {"checkpoint.interval", "young"},
         {"checkpoint.write", "60 s"}},
        {{"failures",
          "{components: [{name: g, per: gpu, mtbf: 10 d, repair: {law: exponential, mean: 1 "
          "h}}]}"}},
        {{"name", "\"quoted: text\""}, {"question", "plain"}},
        {{"topology.failures", "{preset: rsc-1}"}, {"recovery.on_failure", "wait"}},
    };
    for (const auto& one : cases) {
        std::string blocks = "set:\n";
        std::vector<std::string> overrides;
        for (const auto& [path, value] : one) {
            blocks +=
                "  " + (path.starts_with('"') ? "'" + path + "'" : path) + ": " + value + "\n";
            overrides.push_back(path + "=" + value);
        }
        const auto got = sweep(blocks).load_cell(0);
        const Loaded wanted = load_small(overrides);
        EXPECT_EQ(got->resolved_yaml, wanted.resolved_yaml) << blocks;
        EXPECT_NE(got->resolved_yaml, load_small().resolved_yaml) << blocks;
        EXPECT_EQ(got->spec, wanted.spec) << blocks;
        EXPECT_EQ(got->topology->nodes.size(), wanted.topology->nodes.size()) << blocks;
        EXPECT_EQ(got->inputs.size(), wanted.inputs.size()) << blocks;
    }
}

// Files in values count from the sweep file, those of the base from the base.
TEST_F(Sweeps, FilesCountFromTheFileThatNamesThem) {
    write("sub/more.csv", "job_id,submit,duration,gpus\n1,0,10,8\n2,5,10,16\n3,6,10,8\n");
    write("sub/dc.yaml", "name: own\nclusters:\n  - {name: c, server: hgx-h100, nodes: 3}\n");
    write("sub/sweep.yaml",
          "tidepool_sweep: 1\nname: s\nbase: ../small.yaml\n"
          "list:\n  - {seed: 1}\n  - {\"workloads[0].trace.file\": more.csv}\n"
          "  - {topology: {file: dc.yaml}}\n");
    Sweep some = Sweep::load((folder_ / "sub/sweep.yaml").string(), {});
    EXPECT_EQ(some.load_cell(0)->traces[0]->jobs.size(), 2U);
    EXPECT_EQ(some.load_cell(1)->traces[0]->jobs.size(), 3U);
    EXPECT_EQ(some.load_cell(2)->topology->nodes.size(), 3U);
    some.check_cells(1);
    std::vector<std::string> inputs;
    for (const Input& input : some.inputs()) {
        inputs.push_back(input.path);
    }
    EXPECT_THAT(inputs, ElementsAre("../small.yaml", "jobs.csv", "more.csv", "dc.yaml"));
}

TEST_F(Sweeps, CellsShareWhatTheyHaveInCommon) {
    const Sweep some = sweep(
        "grid:\n  topology.clusters[0].nodes: [4, 5]\n  seed: [1, 2]\n"
        "  \"workloads[0].trace.load_scale\": [1, 2]\n");
    const auto cell = [&](std::uint64_t c) { return some.load_cell(c); };
    EXPECT_EQ(&*cell(0)->traces[0], &*cell(6)->traces[0]);  // other nodes and seed
    EXPECT_NE(&*cell(0)->traces[0], &*cell(1)->traces[0]);  // another load
    EXPECT_EQ(&*cell(0)->topology, &*cell(3)->topology);
    EXPECT_NE(&*cell(0)->topology, &*cell(4)->topology);
    for (std::uint64_t c = 0; c < some.cells(); ++c) {
        std::vector<std::string> overrides;
        for (const config::Assignment& one : some.assignments(c)) {
            overrides.push_back(one.path + "=" + config::to_flow_yaml(one.value));
        }
        const Loaded alone = load_small(overrides);
        EXPECT_EQ(cell(c)->resolved_yaml, alone.resolved_yaml);
        EXPECT_EQ(cell(c)->overrides, overrides);
        EXPECT_EQ(compile(*cell(c)).plan.submit, compile(alone).plan.submit);
        EXPECT_EQ(compile(*cell(c)).plan.node_class, compile(alone).plan.node_class);
    }
}

TEST_F(Sweeps, CellsLoadOnManyThreads) {
    const Sweep some = sweep(
        "grid:\n  topology.clusters[0].nodes: [4, 5, 6, 7]\n"
        "  seed: [1, 2, 3, 4, 5, 6, 7, 8]\n");
    std::vector<std::string> alone;
    for (std::uint64_t c = 0; c < some.cells(); ++c) {
        alone.push_back(some.load_cell(c)->resolved_yaml);
    }
    const Sweep again = sweep(some.source_yaml().substr(some.source_yaml().find("grid")));
    std::vector<std::vector<std::string>> found(8);
    std::vector<std::thread> threads;
    for (std::vector<std::string>& mine : found) {
        threads.emplace_back([&] {
            for (std::uint64_t c = 0; c < again.cells(); ++c) {
                mine.push_back(again.load_cell(c)->resolved_yaml);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (const std::vector<std::string>& mine : found) {
        EXPECT_EQ(mine, alone);
    }
}

TEST_F(Sweeps, ReplicasOfTheCommandLineWin) {
    EXPECT_EQ(sweep("replicas: 7\n", "9").replicas(), 9U);
    EXPECT_EQ(sweep("", "4294967295").replicas(), 4'294'967'295U);
}

// What the rows depend on changes the id, what they do not depend on does not.
TEST_F(Sweeps, TheIdSaysWhatTheRowsDependOn) {
    const std::vector<std::string_view> kpis{"ettr", "mfu"};
    const auto id = [&](const std::string& blocks, const std::string& layout = "1") {
        Sweep some = sweep(blocks);
        some.check_cells(2);
        return sweep_id(some, kpis, layout);
    };
    const std::string grid = "grid: {seed: [1, 2]}\n";
    const std::string first = id(grid);
    EXPECT_EQ(first.size(), 64U);
    EXPECT_EQ(id(grid), first);
    std::set<std::string> all{first,
                              id("# words\n" + grid),
                              id(grid, "2"),
                              id(grid + "replicas: 2\n"),
                              id("grid: {seed: [1, 3]}\n"),
                              id("grid: {seed: [2, 1]}\n"),
                              id("zip: {seed: [1, 2]}\n"),
                              id("set: {horizon: 1 d}\n" + grid),
                              id("set: {horizon: 2 d}\n" + grid)};
    write("jobs.csv", "job_id,submit,duration,gpus\n1,0,10,8\n2,5,10,8\n");
    all.insert(id(grid));
    EXPECT_EQ(all.size(), 10U);
}

TEST(ReplicaSeed, ReplicaZeroIsTheScenariosOwn) {
    for (const std::uint64_t seed : {0ULL, 1ULL, 42ULL, 1ULL << 60U}) {
        EXPECT_EQ(replica_seed(seed, 0), seed);
    }
}

// Words of draw 0 of the stream (seed, 6, replica), straight from the generator.
TEST(ReplicaSeed, ComesFromItsOwnStream) {
    const std::uint64_t seed = (7ULL << 32U) | 5U;
    const Block words = philox({0, 0, 6, 3}, 5, 7);
    const std::uint64_t whole = words[0] + words[1] * 4'294'967'296ULL;
    EXPECT_EQ(replica_seed(seed, 3), whole % 9'007'199'254'740'992ULL);
}

TEST(ReplicaSeed, AMillionOfThemDiffer) {
    std::vector<std::uint64_t> seeds;
    for (std::uint32_t replica = 0; replica < 500'000; ++replica) {
        seeds.push_back(replica_seed(1, replica));
        seeds.push_back(replica_seed(2, replica));
    }
    EXPECT_LT(*std::max_element(seeds.begin(), seeds.end()), 1ULL << 53U);
    EXPECT_GT(*std::max_element(seeds.begin(), seeds.end()), (1ULL << 53U) - (1ULL << 36U));
    std::sort(seeds.begin(), seeds.end());
    EXPECT_EQ(std::adjacent_find(seeds.begin(), seeds.end()), seeds.end());
}

}  // namespace
}  // namespace tidepool::scenario
