// Loads on trunks against an enumeration of all pairs of nodes, and against loads counted by hand.

#include "sim/network/traffic.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "tests/network/random_system.h"
#include "tests/network/small_fabric.h"
#include "tests/network/traffic_twin.h"

namespace tidepool::network {
namespace {

using Loads = std::map<std::uint32_t, double>;

// Uneven groups, perhaps pods, perhaps rails; trunks of any capacity.
SmallFabric random_fabric(Random& random) {
    SmallFabric fabric;
    const std::uint32_t groups = 1 + random.below(5);
    for (std::uint32_t g = 0; g < groups; ++g) {
        fabric.sizes.push_back(1 + random.below(5));
    }
    fabric.rails = random.below(3) == 0 ? 1 : 2 + random.below(7);
    if (random.below(8) == 0) {
        return fabric;  // one switch, no trunks
    }
    for (std::uint32_t g = 0; g < groups; ++g) {
        fabric.leaf.push_back(100.0 * (1 + random.below(8)));
    }
    if (random.below(2) == 0) {
        for (std::uint32_t p = 0; p < 1 + groups / 2; ++p) {
            fabric.pod.push_back(100.0 * (1 + random.below(8)));
        }
        for (std::uint32_t g = 0; g < groups; ++g) {
            fabric.pod_of.push_back(random.below(static_cast<std::uint32_t>(fabric.pod.size())));
        }
    }
    return fabric;
}

std::vector<std::uint32_t> random_nodes(Random& random, std::uint32_t nodes) {
    std::vector<std::uint32_t> all(nodes);
    std::iota(all.begin(), all.end(), 0);
    for (std::uint32_t i = nodes; i > 1; --i) {
        std::swap(all[i - 1], all[random.below(i)]);
    }
    all.resize(1 + random.below(nodes));
    return all;
}

Traffic random_traffic(Random& random, std::uint32_t nodes) {
    Traffic traffic;
    traffic.replica_nodes = 1 + random.below(nodes);
    traffic.expert_nodes = 1 + random.below(nodes);
    traffic.ranks = random.below(2) == 0 ? Ranks::kRailAligned : Ranks::kUnaligned;
    const std::uint32_t kind = random.below(5);
    traffic.ring = kind == 0 ? 1 : kind < 3 ? 0 : random.unit();
    traffic.pipeline = kind == 1 ? 1 : kind < 3 ? 0 : (1 - traffic.ring) * random.unit();
    traffic.all_to_all = 1 - traffic.ring - traffic.pipeline;
    return traffic;
}

bool is_whole(double load) {
    return std::fabs(load - std::round(load)) < 1e-9;
}

bool are_whole(const Loads& loads) {
    return std::ranges::all_of(loads, [](const auto& load) { return is_whole(load.second); });
}

Loads loads_of(const FlowShape& shape, Direction direction) {
    Loads loads;
    for (const Crossing& crossing : shape.crossings) {
        if (crossing.direction == direction) {
            loads[crossing.trunk] += static_cast<double>(crossing.weight) * shape.scale;
        }
    }
    return loads;
}

// Exact if every load is whole; else within 1/128 of the load on the narrowest link, whose own is
// exact. (Of equally narrow ones any can be that.)
void expect_loads(const NetworkPlan& plan, const FlowShape& shape, Direction direction,
                  const Loads& expected) {
    Loads found = loads_of(shape, direction);
    for (const auto& [link, load] : found) {
        EXPECT_TRUE(expected.contains(link)) << plan.links[link].name;
    }
    if (are_whole(expected)) {
        EXPECT_EQ(shape.scale, 1);
        for (const auto& [link, load] : expected) {
            EXPECT_EQ(found[link], std::round(load)) << plan.links[link].name;
        }
        return;
    }
    double narrowest = 0;
    for (const auto& [link, load] : expected) {
        narrowest = std::max(narrowest, load / plan.links[link].capacity.value);
    }
    bool exact = false;
    for (const auto& [link, load] : expected) {
        const bool narrow = load / plan.links[link].capacity.value > narrowest * (1 - 1e-9);
        exact = exact || (narrow && std::fabs(load - 64 * shape.scale) < 1e-9);
        EXPECT_NEAR(found[link], load, shape.scale / 2 * (1 + 1e-9)) << plan.links[link].name;
    }
    EXPECT_TRUE(exact);
}

std::uint32_t distinct(std::span<const std::uint32_t> nodes, const NetworkPlan& plan, int up) {
    std::vector<std::uint32_t> above;
    for (std::uint32_t link : nodes) {
        for (int i = 0; i < up; ++i) {
            link = link == kNoTrunk ? kNoTrunk : plan.links[link].parent;
        }
        above.push_back(link);
    }
    std::ranges::sort(above);
    return static_cast<std::uint32_t>(std::ranges::unique(above).begin() - above.begin());
}

TEST(Traffic, LoadsTrunksAsAllPairsOfNodesDo) {
    std::uint32_t whole = 0, rounded = 0, pods = 0;
    for (std::uint32_t number = 0; number < 20'000; ++number) {
        SCOPED_TRACE(number);
        Random random(number);
        const SmallFabric fabric = random_fabric(random);
        NetworkPlan plan = fabric.plan();
        plan.both_ways = random.below(2) == 0;
        TrafficMap map(plan);
        for (std::uint32_t round = 0; round < 2; ++round) {  // the map keeps its memory
            const auto nodes = random_nodes(random, plan.nodes);
            const auto n = static_cast<std::uint32_t>(nodes.size());
            const Traffic traffic = random_traffic(random, n);
            const FlowShape shape = map.training(traffic, nodes, 1, number);
            const Loads expected =
                Sent(traffic, n).loads(plan, traffic.ranks == Ranks::kRailAligned, nodes);
            expect_loads(plan, shape, Direction::kUp, expected);
            EXPECT_EQ(loads_of(shape, Direction::kDown),
                      plan.both_ways ? loads_of(shape, Direction::kUp) : Loads{});
            EXPECT_EQ(shape.line.value, fabric.node_rate);
            EXPECT_EQ(shape.nodes, n);
            EXPECT_EQ(shape.leaf_groups, distinct(nodes, plan, 1));
            EXPECT_EQ(shape.pods, distinct(nodes, plan, 2));
            whole += !expected.empty() && are_whole(expected) ? 1 : 0;
            rounded += are_whole(expected) ? 0 : 1;
            pods +=
                std::ranges::any_of(expected,
                                    [&](const auto& load) {
                                        return plan.links[load.first].tier == model::LinkTier::kPod;
                                    })
                    ? 1
                    : 0;
        }
        ASSERT_FALSE(HasFailure());
    }
    EXPECT_GT(whole, 3000U);
    EXPECT_GT(rounded, 10'000U);
    EXPECT_GT(pods, 4000U);
}

// To storage on the fabric every node sends its equal part: up when writing, down when reading.
TEST(Traffic, OfStorageOnTheFabricPassesTheTrunksAboveTheNodes) {
    for (std::uint32_t number = 0; number < 4000; ++number) {
        SCOPED_TRACE(number);
        Random random(number);
        NetworkPlan plan = random_fabric(random).plan();
        const std::uint32_t near = add_storage(plan, 1000, 0, false);
        const std::uint32_t far = add_storage(plan, 100.0 * (1 + random.below(20)), 0, true);
        TrafficMap map(plan);
        const auto nodes = random_nodes(random, plan.nodes);
        const double each = 1.0 / static_cast<double>(nodes.size());
        Loads trunks;
        for (const std::uint32_t node : nodes) {
            for (std::uint32_t link = plan.links[node].parent; link != kNoTrunk;
                 link = plan.links[link].parent) {
                trunks[link] += each;
            }
        }
        Loads with_storage = trunks;
        with_storage[far] = 1;
        for (const bool write : {true, false}) {
            const FlowShape shape = map.storage(far, nodes, write);
            std::vector<Crossing> swapped = shape.crossings;
            for (Crossing& crossing : swapped) {
                EXPECT_EQ(crossing.direction,
                          write || crossing.trunk == far ? Direction::kUp : Direction::kDown);
                crossing.direction = Direction::kUp;
            }
            FlowShape all_up = shape;
            all_up.crossings = swapped;
            expect_loads(plan, all_up, Direction::kUp, with_storage);
            EXPECT_EQ(map.storage(near, nodes, write).crossings,
                      (std::vector<Crossing>{{near, Direction::kUp, 1}}));
        }
        ASSERT_FALSE(HasFailure());
    }
}

// Two groups of four nodes, rings. A copy on one node each: the ring leaves each group once. Copies
// of two nodes that lie inside the groups: two rings, each leaves each group once. Copies of four
// nodes: everything goes between the groups.
TEST(Traffic, OfRingsIsWhatLeavesAGroup) {
    SmallFabric fabric;
    fabric.sizes = {4, 4};
    fabric.leaf = {400, 400};
    const NetworkPlan plan = fabric.plan();
    TrafficMap map(plan);
    const std::vector<std::uint32_t> nodes{0, 1, 2, 3, 4, 5, 6, 7};
    for (const std::uint32_t copy : {1U, 2U, 4U}) {
        Traffic traffic;
        traffic.replica_nodes = copy;
        EXPECT_EQ(map.training(traffic, nodes, 1, 0).crossings,
                  (std::vector<Crossing>{{8, Direction::kUp, copy}, {9, Direction::kUp, copy}}));
    }
    // Node by node from one group to the other: all leave their group every time.
    Traffic ring;
    const std::vector<std::uint32_t> to_and_fro{0, 4, 1, 5, 2, 6, 3, 7};
    EXPECT_EQ(map.training(ring, to_and_fro, 1, 0).crossings,
              (std::vector<Crossing>{{8, Direction::kUp, 4}, {9, Direction::kUp, 4}}));
}

// Eight nodes, copies of three, two nodes left over, which belong to no pipeline. Of the first copy
// nodes 1 and 2 are neighbours in different groups: half of what a node sends crosses each way. The
// second copy lies in one group.
TEST(Traffic, IsThatOfWholeCopies) {
    SmallFabric fabric;
    fabric.sizes = {2, 4, 2};
    fabric.leaf = {100, 100, 100};
    const NetworkPlan plan = fabric.plan();
    TrafficMap map(plan);
    Traffic traffic;
    traffic.ring = 0;
    traffic.pipeline = 1;
    traffic.replica_nodes = 3;
    const std::vector<std::uint32_t> nodes{0, 1, 2, 3, 4, 5, 6, 7};
    const FlowShape shape = map.training(traffic, nodes, 1, 0);
    ASSERT_EQ(shape.crossings.size(), 2U);
    for (const Crossing& crossing : shape.crossings) {
        EXPECT_EQ(crossing.weight * shape.scale, 0.5) << crossing.trunk;
    }
    const std::vector<std::uint32_t> left_over_apart{0, 1, 2, 3, 4, 5, 1, 6};
    EXPECT_EQ(map.training(traffic, left_over_apart, 1, 0).crossings, shape.crossings);
}

// Eight nodes, all to all, half of them in each group: of its 7 parts each node sends 4 across, so
// 16/7 cross a trunk. With 4 rails and peers on any of them also 3/4 of the 12/7 that stay.
TEST(Traffic, OfAllToAllCountsPairs) {
    SmallFabric fabric;
    fabric.sizes = {4, 4};
    fabric.leaf = {400, 400};
    fabric.rails = 4;
    const NetworkPlan plan = fabric.plan();
    TrafficMap map(plan);
    Traffic traffic;
    traffic.ring = 0;
    traffic.all_to_all = 1;
    traffic.expert_nodes = 8;
    const std::vector<std::uint32_t> nodes{0, 1, 2, 3, 4, 5, 6, 7};
    const FlowShape aligned = map.training(traffic, nodes, 1, 0);
    EXPECT_DOUBLE_EQ(aligned.crossings.at(0).weight * aligned.scale, 16.0 / 7);
    traffic.ranks = Ranks::kUnaligned;
    const FlowShape unaligned = map.training(traffic, nodes, 1, 0);
    EXPECT_DOUBLE_EQ(unaligned.crossings.at(0).weight * unaligned.scale, 16.0 / 7 + 9.0 / 7);
}

// Scattered is unaligned in some order of the nodes.
TEST(Traffic, OfScatteredRanksIsThatOfSomeOrder) {
    for (std::uint32_t number = 0; number < 400; ++number) {
        SCOPED_TRACE(number);
        Random random(number);
        const NetworkPlan plan = random_fabric(random).plan();
        TrafficMap map(plan);
        auto nodes = random_nodes(random, plan.nodes);
        nodes.resize(std::min<std::size_t>(nodes.size(), 5));
        Traffic traffic = random_traffic(random, static_cast<std::uint32_t>(nodes.size()));
        traffic.ranks = Ranks::kScattered;
        const FlowShape scattered = map.training(traffic, nodes, 7, number);
        EXPECT_EQ(map.training(traffic, nodes, 7, number).crossings, scattered.crossings);
        traffic.ranks = Ranks::kUnaligned;
        bool found = false;
        std::ranges::sort(nodes);
        do {
            const FlowShape shape = map.training(traffic, nodes, 7, number);
            found =
                found || (shape.crossings == scattered.crossings && shape.scale == scattered.scale);
        } while (std::ranges::next_permutation(nodes).found);
        EXPECT_TRUE(found);
    }
}

// Two nodes in each of two groups, as a ring: of the 3 circular orders of 4 nodes one alternates
// between the groups (2 leave each), in the others 1 does. Jobs: 3,000, expected 1,000 +- 26.
TEST(Traffic, OfScatteredRanksMeetsEveryOrderEquallyOften) {
    SmallFabric fabric;
    fabric.sizes = {2, 2};
    fabric.leaf = {200, 200};
    const NetworkPlan plan = fabric.plan();
    TrafficMap map(plan);
    Traffic traffic;
    traffic.ranks = Ranks::kScattered;
    const std::vector<std::uint32_t> nodes{0, 1, 2, 3};
    std::uint32_t alternating = 0;
    for (std::uint32_t job = 0; job < 3000; ++job) {
        const std::uint32_t weight = map.training(traffic, nodes, 1, job).crossings.at(0).weight;
        ASSERT_TRUE(weight == 1 || weight == 2);
        alternating += weight == 2 ? 1 : 0;
    }
    EXPECT_NEAR(alternating, 1000, 4 * 26);
}

// Loads with hashing, as a factor of those without.
double hash_factor(NetworkPlan plan, const Traffic& traffic,
                   const std::vector<std::uint32_t>& nodes, std::uint32_t job) {
    plan.balance = Balance::kIdeal;
    const FlowShape ideal = TrafficMap(plan).training(traffic, nodes, 1, job);
    plan.balance = Balance::kHash;
    const FlowShape hashed = TrafficMap(plan).training(traffic, nodes, 1, job);
    EXPECT_EQ(ideal.crossings.at(0).trunk, hashed.crossings.at(0).trunk);
    return hashed.crossings.at(0).weight * hashed.scale /
           (ideal.crossings.at(0).weight * ideal.scale);
}

// Two rings between two groups: 2 connections. On 2 cables they meet with probability 1/2, and the
// job waits for a cable twice as full. On 4 cables: with 1/4, and one of 4 cables has all (4 times
// the mean) or half of the load (twice). One cable makes no difference. Jobs: 4,000; 4 deviations.
TEST(Traffic, WaitsForItsFullestCable) {
    SmallFabric fabric;
    fabric.cards = 1;  // each has a connection of its own
    fabric.sizes = {2, 2};
    fabric.leaf = {200, 200};
    Traffic traffic;
    traffic.replica_nodes = 2;
    const std::vector<std::uint32_t> nodes{0, 1, 2, 3};
    for (const std::uint32_t cables : {1U, 2U, 4U}) {
        fabric.cables = cables;
        std::uint32_t met = 0;
        for (std::uint32_t job = 0; job < 4000; ++job) {
            const double factor = hash_factor(fabric.plan(), traffic, nodes, job);
            const double alone = cables / 2.0;
            ASSERT_TRUE(factor == cables || factor == alone) << factor;
            met += factor == cables ? 1 : 0;
        }
        const double p = 1.0 / cables;
        EXPECT_NEAR(met, 4000 * p, 4 * std::sqrt(4000 * p * (1 - p)) + 0.5);
    }
    // Two rails of two cables each: on either both connections may meet, 1 - 1/4 in all.
    fabric.cables = 4;
    fabric.rails = fabric.cards = 2;
    std::uint32_t met = 0;
    for (std::uint32_t job = 0; job < 4000; ++job) {
        const double factor = hash_factor(fabric.plan(), traffic, nodes, job);
        ASSERT_TRUE(factor == 2 || factor == 1) << factor;
        met += factor == 2 ? 1 : 0;
    }
    EXPECT_NEAR(met, 3000, 4 * std::sqrt(4000 * 0.75 * 0.25));
}

// Never better than an even spread, never worse than everything on one cable.
TEST(Traffic, IsNeverSpreadBetterThanEvenly) {
    for (std::uint32_t number = 0; number < 2000; ++number) {
        SCOPED_TRACE(number);
        Random random(number);
        SmallFabric fabric = random_fabric(random);
        fabric.cables = 1 + random.below(12);
        NetworkPlan plan = fabric.plan();
        const auto nodes = random_nodes(random, plan.nodes);
        const Traffic traffic = random_traffic(random, static_cast<std::uint32_t>(nodes.size()));
        const Loads ideal =
            loads_of(TrafficMap(plan).training(traffic, nodes, 1, number), Direction::kUp);
        plan.balance = Balance::kHash;
        const FlowShape shape = TrafficMap(plan).training(traffic, nodes, 1, number);
        const Loads hashed = loads_of(shape, Direction::kUp);
        double rounding = 0;  // of both, at most
        for (const auto& [link, load] : hashed) {
            rounding = std::max(rounding, load / 64);
        }
        for (const auto& [link, load] : hashed) {
            if (ideal.contains(link)) {
                EXPECT_GE(load, ideal.at(link) - rounding);
                EXPECT_LE(load, ideal.at(link) * fabric.cables + fabric.cables * rounding);
            }
        }
        ASSERT_FALSE(HasFailure());
    }
}

}  // namespace
}  // namespace tidepool::network
