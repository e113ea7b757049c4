#include "sim/engine/world.h"

#include <cmath>
#include <csignal>
#include <limits>
#include <random>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <simgrid/engine.h>

#include "tests/engine/sharing.h"

namespace tidepool::engine {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string> paths(const std::vector<Issue>& issues) {
    std::vector<std::string> paths;
    paths.reserve(issues.size());
    for (const Issue& issue : issues) {
        paths.push_back(issue.path);
    }
    return paths;
}

// Every tick is k/16 s and below 2^28 s: 32 bits, exact in a double, and so is every difference.
TEST(World, SimGridsClockIsExactlyTheTickForMoreThanEightYears) {
    World world(bare_links({1e9}));
    std::mt19937 random(7);
    std::uint64_t tick = 0;
    int steps = 0;
    while (tick < kNever.value) {
        world.advance_to({static_cast<std::uint32_t>(tick)});
        ASSERT_EQ(simgrid_get_clock(), static_cast<double>(tick) / 16);
        ASSERT_EQ(world.now().value, tick);
        tick += steps++ % 2 == 0 ? 1 : random() % 400'000;  // neighbours, and up to 7 hours
    }
    EXPECT_GT(steps, 40'000);
    world.advance_to({kNever.value - 1});  // the last tick a run can reach
    EXPECT_EQ(simgrid_get_clock(), 268'435'455.875);
}

TEST(World, TheClockIsExactWithFlowsRunning) {
    World world(bare_links({3e9}));
    const auto solver = world.simgrid_rates();
    KnownRates rates(*solver);
    rates.start({over(0)});
    for (std::uint32_t tick = 0; tick < kNever.value - 10'000'000; tick += 9'999'991) {
        rates.start({over(0)}, 1e9 / (tick + 1));
        rates.solve({tick});
        ASSERT_EQ(simgrid_get_clock(), tick / 16.0);
    }
}

TEST(World, StandingStillIsAllowed) {
    World world(bare_links({}));
    world.advance_to({5});
    world.advance_to({5});
    EXPECT_EQ(world.now(), Ticks{5});
}

TEST(WorldDeathTest, TimeNeverRunsBackwards) {
    World world(bare_links({}));
    world.advance_to({5});
    EXPECT_DEATH(world.advance_to({4}), "time never runs backwards");
}

TEST(World, ASecondOneIsRefusedWhileTheFirstLives) {
    World world(bare_links({1e9}));
    EXPECT_THROW(World{bare_links({1e9})}, std::logic_error);
    world.advance_to({16});  // and the first is none the worse
    EXPECT_EQ(simgrid_get_clock(), 1.0);
}

TEST(World, ASecondOneIsRefusedAfterTheFirstHasDied) {
    { World world(bare_links({1e9})); }
    EXPECT_THROW(World{bare_links({1e9})}, std::logic_error);
}

TEST(World, ARefusedPlatformDoesNotUseUpTheProcess) {
    EXPECT_THROW(World{bare_links({0})}, InputError);
    World world(bare_links({1e9}));
    world.advance_to({16});
    EXPECT_EQ(simgrid_get_clock(), 1.0);
}

// Sweeps build once and fork for every scenario.
TEST(World, LivesOnInForkedChildren) {
    World world(bare_links({10}));
    world.advance_to({16});
    for (int child = 1; child <= 3; ++child) {
        const pid_t pid = fork();
        if (pid == 0) {
            double sum = 0;
            {
                const auto solver = world.simgrid_rates();
                KnownRates rates(*solver);
                std::vector<FlowId> flows;
                flows.reserve(3);
                for (int i = 0; i < child; ++i) {
                    flows.push_back(rates.start({over(0)}));
                }
                rates.solve({32});
                for (const FlowId flow : flows) {
                    sum += rates[flow];
                }
            }
            _exit(simgrid_get_clock() == 2.0 && std::abs(sum - 10) < 1e-8 ? 0 : 1);
        }
        int status = -1;
        ASSERT_EQ(waitpid(pid, &status, 0), pid);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    EXPECT_EQ(simgrid_get_clock(), 1.0);
}

volatile std::sig_atomic_t& interrupts() {
    static volatile std::sig_atomic_t count = 0;
    return count;
}

TEST(World, LeavesInterruptsToTheProgram) {
    std::signal(SIGINT, [](int) { interrupts() = interrupts() + 1; });
    const auto before = std::get_terminate();
    World world(bare_links({1e9}));
    std::raise(SIGINT);
    EXPECT_EQ(interrupts(), 1);
    EXPECT_EQ(std::get_terminate(), before);
}

TEST(World, TakesNamesThatMeanSomethingElsewhere) {
    Platform platform = bare_links({1e9});
    platform.hosts = {{"fabric"}, {"link0"}, {"a b:c/\"d\""}, {"__loopback__"}, {"\xE6\xBD\xAE"}};
    platform.trunks.push_back({"__loopback__", {1e9}});
    platform.trunks.push_back({"fabric", {1e9}});
    World world(platform);
    world.advance_to({1});
    EXPECT_EQ(world.now(), Ticks{1});
}

TEST(Platform, EveryProblemIsReportedAtOnce) {
    Platform platform = bare_links({0, -1, kNan, kInfinity, 2e18, 1, kLargestCapacity.value});
    platform.trunks[5].name = "link0";
    platform.trunks[6].name = "";
    platform.hosts = {{"a", {0}}, {"a"}, {""}, {"b", {kNan}}, {"c", {kInfinity}}, {"<source>"}};
    Issues issues;
    validate(platform, issues);
    const std::vector<std::string> expected{
        "hosts[0].speed",     "hosts[1].name",      "hosts[2].name",      "hosts[3].speed",
        "hosts[4].speed",     "hosts[5].name",      "trunks[0].capacity", "trunks[1].capacity",
        "trunks[2].capacity", "trunks[3].capacity", "trunks[4].capacity", "trunks[5].name",
        "trunks[6].name"};
    EXPECT_EQ(paths(issues.list()), expected);
    EXPECT_EQ(to_string(issues.list()[1]), "hosts[1].name: is already taken (got 'a')");
}

TEST(Platform, HasAHostPerNodeAsFastAsItsGpus) {
    topology::Topology topology = two_levels(1, 2, 50e9, 100e9);
    topology.clusters = {"east"};
    topology.gpu_models.resize(2);
    topology.gpu_models[0].bf16 = FlopPerSecond{989e12};  // and of the other nothing is known
    topology.nodes[0].gpus = 8;
    topology.nodes[1].gpus = 4;
    topology.nodes[1].gpu_model = 1;
    const Platform platform = platform_of(topology);
    ASSERT_EQ(platform.hosts.size(), 2u);
    EXPECT_EQ(platform.hosts[0].name, topology.node_name(0));
    EXPECT_EQ(platform.hosts[1].name, topology.node_name(1));
    EXPECT_EQ(platform.hosts[0].speed.value, 7.912e15);  // 8 * 989e12
    EXPECT_EQ(platform.hosts[1].speed.value, 1);
    ASSERT_EQ(platform.trunks.size(), 3u);
    EXPECT_EQ(platform.trunks[2].name, "group0");
    EXPECT_EQ(platform.trunks[2].capacity.value, 100e9);
    Issues issues;
    validate(platform, issues);
    EXPECT_TRUE(issues.empty());
}

TEST(Platform, AHostAndATrunkMayShareAName) {
    Platform platform = bare_links({1e9});
    platform.hosts = {{"link0"}};
    Issues issues;
    validate(platform, issues);
    EXPECT_TRUE(issues.empty());
}

}  // namespace
}  // namespace tidepool::engine
