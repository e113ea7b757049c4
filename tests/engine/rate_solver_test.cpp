// What flows get where they share. VC-31 of the validation cases, and the rules of rate_solver.h.

#include "sim/network/rate_solver.h"

#include <tuple>

#include <gtest/gtest.h>

#include "sim/engine/world.h"
#include "tests/engine/sharing.h"

namespace tidepool::engine {
namespace {

class Vc31 : public testing::TestWithParam<BackEnd> {};
class Solvers : public testing::TestWithParam<BackEnd> {};
using SolversDeathTest = Solvers;

INSTANTIATE_TEST_SUITE_P(Of, Vc31, testing::ValuesIn(kBackEnds), testing::PrintToStringParamName());
INSTANTIATE_TEST_SUITE_P(Of, Solvers, testing::ValuesIn(kBackEnds),
                         testing::PrintToStringParamName());
INSTANTIATE_TEST_SUITE_P(Of, SolversDeathTest, testing::ValuesIn(kBackEnds),
                         testing::PrintToStringParamName());

// VC-31 a: N senders to one receiver with line rate B get B/N each.
TEST_P(Vc31, IncastSharesTheReceiversLine) {
    constexpr double line = 50e9;
    const topology::Topology topology = two_levels(4, 8, line, 8 * line);
    Shared shared(GetParam(), platform_with_trunks_of(topology));
    std::vector<FlowId> flows;
    for (std::uint32_t n = 1; n < 32; ++n) {
        flows.push_back(shared.rates.start(crossings(topology, n, 0)));
        EXPECT_EQ(shared.rates.solve(), n);  // every sender's share changes
        for (const FlowId flow : flows) {
            EXPECT_RATE(shared.rates[flow], line / n);
        }
    }
}

// VC-31 b: n links of capacity C in a row, one flow over all of them and one over each: C/2 for
// all.
TEST_P(Vc31, ParkingLotGivesEverybodyHalf) {
    constexpr std::uint32_t links = 17;
    Shared shared(GetParam(), bare_links(std::vector<double>(links, 100e9)));
    std::vector<Crossing> all;
    std::vector<FlowId> flows;
    for (std::uint32_t link = 0; link < links; ++link) {
        all.push_back(over(link));
        flows.push_back(shared.rates.start({over(link)}));
    }
    flows.push_back(shared.rates.start(all));
    shared.rates.solve();
    for (const FlowId flow : flows) {
        EXPECT_RATE(shared.rates[flow], 50e9);
    }
}

// VC-31 c: A = 10, B = 4; f1 over A and B, f2 over A, f3 over B. B is the tighter: f1 = f3 = 2.
// Then A has 8 left for f2.
TEST_P(Vc31, WhatOneCannotUseTheOtherGets) {
    Shared shared(GetParam(), bare_links({10, 4}));
    const FlowId f1 = shared.rates.start({over(0), over(1)});
    const FlowId f2 = shared.rates.start({over(0)});
    const FlowId f3 = shared.rates.start({over(1)});
    shared.rates.solve();
    EXPECT_RATE(shared.rates[f1], 2);
    EXPECT_RATE(shared.rates[f2], 8);
    EXPECT_RATE(shared.rates[f3], 2);
}

// VC-31 d: k = 8 fat-tree (8 pods of 4 edge switches of 4 hosts), every trunk as wide as what hangs
// below. Node n sends to 37 n + 5 mod 128: a permutation (37 is odd), all pairs at line rate.
TEST_P(Vc31, APermutationOnANonBlockingFatTreeRunsAtLineRate) {
    constexpr double line = 12.5e9;
    constexpr std::uint32_t nodes = 128, pods = 8;
    topology::Topology topology = two_levels(32, 4, line, 4 * line);
    for (std::uint32_t pod = 0; pod < pods; ++pod) {
        for (std::uint32_t edge = 0; edge < 4; ++edge) {
            topology.trunks[nodes + 4 * pod + edge].parent = nodes + 32 + pod;
        }
        topology.trunks.push_back({"pod" + std::to_string(pod), {16 * line}});
    }
    Shared shared(GetParam(), platform_with_trunks_of(topology));
    std::vector<FlowId> flows;
    for (std::uint32_t n = 0; n < nodes; ++n) {
        const std::uint32_t to = (37 * n + 5) % nodes;
        ASSERT_NE(n, to);  // 36 n + 5 is odd, never a multiple of 128
        flows.push_back(shared.rates.start(crossings(topology, n, to)));
    }
    shared.rates.solve();
    for (const FlowId flow : flows) {
        EXPECT_RATE(shared.rates[flow], line);
    }
}

// VC-31 e: 8 leaves of 16 hosts with line rate B; a leaf's trunk has 16 B / r. Host h of leaf l
// sends to host h of leaf l + 1 mod 8: 16 flows up and 16 down each trunk, B/r each.
class Vc31Oversubscription : public testing::TestWithParam<std::tuple<BackEnd, int>> {};

TEST_P(Vc31Oversubscription, DividesWhatCrossesTheLeaf) {
    constexpr double line = 50e9;
    const auto [back_end, ratio] = GetParam();
    const double r = ratio;
    const topology::Topology topology = two_levels(8, 16, line, 16 * line / r);
    Shared shared(back_end, platform_with_trunks_of(topology));
    std::vector<FlowId> flows;
    for (std::uint32_t n = 0; n < 128; ++n) {
        flows.push_back(shared.rates.start(crossings(topology, n, (n + 16) % 128)));
    }
    shared.rates.solve();
    for (const FlowId flow : flows) {
        EXPECT_RATE(shared.rates[flow], line / r);
    }
}

INSTANTIATE_TEST_SUITE_P(Of, Vc31Oversubscription,
                         testing::Combine(testing::ValuesIn(kBackEnds),
                                          testing::Values(1, 2, 4, 8)),
                         [](const auto& test) {
                             return testing::PrintToString(std::get<0>(test.param)) + "Ratio" +
                                    std::to_string(std::get<1>(test.param));
                         });

// VC-31 f: Llama 3: pods of 3,072 GPUs (384 nodes of 8) with 400 Gb/s each, 1:7 between pods. When
// every node of one pod sends to its counterpart in the other, a GPU gets 400/7 = 57.14 Gb/s.
TEST_P(Vc31, LlamaFabricGivesASeventhAcrossPods) {
    constexpr double gpu = 400e9 / 8, node = 8 * gpu;  // 400 Gb/s in B/s
    constexpr std::uint32_t per_pod = 384;
    const topology::Topology topology = two_levels(2, per_pod, node, per_pod * node / 7);
    Shared shared(GetParam(), platform_with_trunks_of(topology));
    std::vector<FlowId> flows;
    for (std::uint32_t n = 0; n < per_pod; ++n) {
        flows.push_back(shared.rates.start(crossings(topology, n, n + per_pod)));
    }
    shared.rates.solve();
    for (const FlowId flow : flows) {
        EXPECT_RATE(shared.rates[flow] / 8, 400e9 / 8 / 7);
    }
}

// Link of 12; f1 crosses it twice, f2 once: 2 x + x = 12, so both get 4. A flow that lists the link
// twice is the same as one of weight 2.
TEST_P(Solvers, AFlowThatCrossesTwicePaysTwice) {
    Shared shared(GetParam(), bare_links({12, 12}));
    const FlowId weighted = shared.rates.start({over(0, 2)});
    const FlowId once = shared.rates.start({over(0)});
    const FlowId listed_twice = shared.rates.start({over(1), over(1)});
    const FlowId other = shared.rates.start({over(1)});
    shared.rates.solve();
    for (const FlowId flow : {weighted, once, listed_twice, other}) {
        EXPECT_RATE(shared.rates[flow], 4);
    }
}

// Alone, a flow that crosses a link of 12 five times gets 12/5.
TEST_P(Solvers, WeightsCountWithoutCompetitionToo) {
    Shared shared(GetParam(), bare_links({12}));
    const FlowId flow = shared.rates.start({over(0, 5)});
    shared.rates.solve();
    EXPECT_RATE(shared.rates[flow], 2.4);
}

// Link of 10 with demands 1, 2.5 and two unbounded: (10 - 3.5) / 2 = 3.25 for each of the latter.
TEST_P(Solvers, NobodyGetsMoreThanItAsksFor) {
    Shared shared(GetParam(), bare_links({10}));
    const FlowId small = shared.rates.start({over(0)}, 1);
    const FlowId middle = shared.rates.start({over(0)}, 2.5);
    const FlowId large = shared.rates.start({over(0)});
    const FlowId larger = shared.rates.start({over(0)}, 1e12);
    shared.rates.solve();
    EXPECT_EQ(shared.rates[small], 1);  // a demand that is met is met exactly
    EXPECT_EQ(shared.rates[middle], 2.5);
    EXPECT_RATE(shared.rates[large], 3.25);
    EXPECT_RATE(shared.rates[larger], 3.25);
}

// Demands that differ by 1 B/s in 100 GB/s stay apart.
TEST_P(Solvers, DemandsThatNearlyAgreeAreNotMerged) {
    Shared shared(GetParam(), bare_links({1e12}));
    const FlowId less = shared.rates.start({over(0)}, 100e9);
    const FlowId more = shared.rates.start({over(0)}, 100e9 + 1);
    shared.rates.solve();
    EXPECT_EQ(shared.rates[less], 100e9);
    EXPECT_EQ(shared.rates[more], 100e9 + 1);
}

// One flow crosses a link of 1e12 a million times, another once: 1e6 x + x = 1e12 for both. Beside
// a demand of 1 instead, the first gets (1e12 - 1) / 1e6.
TEST_P(Solvers, ManyCrossingsAndSmallShares) {
    Shared shared(GetParam(), bare_links({1e12}));
    const FlowId heavy = shared.rates.start({over(0, 1'000'000)});
    const FlowId light = shared.rates.start({over(0)});
    shared.rates.solve();
    EXPECT_RATE(shared.rates[heavy], 1e12 / 1'000'001);
    EXPECT_RATE(shared.rates[light], 1e12 / 1'000'001);
    shared.solver->stop(light);
    const FlowId tiny = shared.rates.start({over(0)}, 1);
    shared.rates.solve();
    EXPECT_RATE(shared.rates[heavy], (1e12 - 1) / 1e6);
    EXPECT_EQ(shared.rates[tiny], 1);
}

// One flow crosses a link of 3e11 B/s 299,999 times and asks for 999,999 B/s, less than the equal
// share of 1e6 B/s. It uses 299,999 * 999,999 = 299,998,700,001 and leaves 1,299,999, four
// millionths of the link.
TEST_P(Solvers, ASmallRemainderOfALargeLinkIsNotLost) {
    Shared shared(GetParam(), bare_links({3e11}));
    const FlowId heavy = shared.rates.start({over(0, 299'999)}, 999'999);
    const FlowId light = shared.rates.start({over(0)});
    shared.rates.solve();
    EXPECT_EQ(shared.rates[heavy], 999'999);
    EXPECT_RATE(shared.rates[light], 1'299'999);
}

TEST_P(Solvers, DirectionsDoNotDisturbEachOther) {
    Shared shared(GetParam(), bare_links({10}));
    const FlowId up = shared.rates.start({{0, Direction::kUp}});
    const FlowId down = shared.rates.start({{0, Direction::kDown}});
    shared.rates.solve();
    EXPECT_RATE(shared.rates[up], 10);
    EXPECT_RATE(shared.rates[down], 10);
    shared.solver->set_capacity(0, Direction::kDown, {6});
    EXPECT_EQ(shared.rates.solve(), 1u);
    EXPECT_RATE(shared.rates[up], 10);
    EXPECT_RATE(shared.rates[down], 6);
}

TEST_P(Solvers, ANewCapacityHoldsAtOnce) {
    Shared shared(GetParam(), bare_links({10}));
    const FlowId a = shared.rates.start({over(0)});
    const FlowId b = shared.rates.start({over(0)});
    shared.rates.solve({100});
    EXPECT_RATE(shared.rates[a], 5);
    for (const double capacity : {4.0, 20.0, 1e-3, kLargestCapacity.value}) {
        shared.solver->set_capacity(0, Direction::kUp, {capacity});
        EXPECT_EQ(shared.rates.solve({100}), 2u);  // the same tick
        EXPECT_RATE(shared.rates[a], capacity / 2);
        EXPECT_RATE(shared.rates[b], capacity / 2);
    }
}

TEST_P(Solvers, TellsOnlyWhatChanged) {
    Shared shared(GetParam(), bare_links({10, 10}));
    const FlowId a = shared.rates.start({over(0)});
    const FlowId elsewhere = shared.rates.start({over(1)});
    EXPECT_EQ(shared.rates.solve({1}), 2u);
    EXPECT_EQ(shared.rates.solve({2}), 0u);
    const FlowId b = shared.rates.start({over(0)});
    EXPECT_EQ(shared.rates.solve({2}), 2u);  // a and b; not the flow on the other link
    EXPECT_RATE(shared.rates[elsewhere], 10);
    shared.solver->stop(b);
    EXPECT_EQ(shared.rates.solve({3}), 1u);
    EXPECT_RATE(shared.rates[a], 10);
}

TEST_P(Solvers, AFlowThatCameAndWentBetweenTwoSolvesIsNeverSeen) {
    Shared shared(GetParam(), bare_links({10}));
    const FlowId stays = shared.rates.start({over(0)});
    shared.rates.solve({1});
    shared.solver->stop(shared.rates.start({over(0)}));
    EXPECT_EQ(shared.rates.solve({2}), 0u);
    EXPECT_RATE(shared.rates[stays], 10);
}

TEST_P(Solvers, SlotsAreReusedUnderANewName) {
    Shared shared(GetParam(), bare_links({10}));
    const FlowId first = shared.rates.start({over(0)}, 1);
    shared.rates.solve();
    shared.solver->stop(first);
    const FlowId second = shared.rates.start({over(0)}, 1);  // the same rate, yet news
    EXPECT_EQ(shared.rates.solve(), 1u);
    EXPECT_EQ(second.slot, first.slot);
    EXPECT_NE(second.use, first.use);
    EXPECT_DEATH(shared.solver->stop(first), "a flow stops once");
}

// A trunk of the largest capacity, one flow, the whole clock: SimGrid must not see the flow's end.
TEST_P(Solvers, NoFlowEndsByItself) {
    Shared shared(GetParam(), bare_links({kLargestCapacity.value}));
    const FlowId flow = shared.rates.start({over(0)});
    shared.rates.solve();
    for (std::uint32_t year = 1; year <= 8; ++year) {
        EXPECT_EQ(shared.rates.solve({year * 504'921'600u}), 0u);
    }
    shared.rates.solve({kNever.value - 1});
    EXPECT_EQ(shared.rates[flow], kLargestCapacity.value);
    shared.rates.start({over(0)});
    EXPECT_EQ(shared.rates.solve({kNever.value - 1}), 2u);
    EXPECT_RATE(shared.rates[flow], kLargestCapacity.value / 2);
}

TEST(SimGridSolver, ASecondSolverStartsWhereTheFirstLeftItsFlows) {
    World world(bare_links({10}));
    {
        const auto first = world.simgrid_rates();
        KnownRates rates(*first);
        rates.start({over(0)});
        rates.start({over(0)});
        rates.solve({16});
    }
    const auto second = world.simgrid_rates();
    KnownRates rates(*second);
    const FlowId flow = rates.start({over(0)});
    rates.solve({16});
    EXPECT_RATE(rates[flow], 10);  // the first solver's flows went with it
}

// Link of 12 for shares 1, 2 and 3: 2, 4 and 6. The flow of share 3 then crosses it twice, which
// takes 2 * 3 y beside 1 y and 2 y: y = 12/9.
TEST_P(Solvers, SharesCountHowManyAFlowStandsFor) {
    Shared shared(GetParam(), bare_links({12, 12}));
    const FlowId one = shared.rates.start({over(0)}, kUnbounded.value, 1);
    const FlowId two = shared.rates.start({over(0)}, kUnbounded.value, 2);
    const FlowId three = shared.rates.start({over(0)}, kUnbounded.value, 3);
    shared.rates.solve();
    EXPECT_RATE(shared.rates[one], 2);
    EXPECT_RATE(shared.rates[two], 4);
    EXPECT_RATE(shared.rates[three], 6);
    shared.solver->stop(three);
    const FlowId twice = shared.rates.start({over(0, 2)}, kUnbounded.value, 3);
    shared.rates.solve();
    EXPECT_RATE(shared.rates[one], 12.0 / 9);
    EXPECT_RATE(shared.rates[two], 24.0 / 9);
    EXPECT_RATE(shared.rates[twice], 36.0 / 9);
}

// Link of 100: a checkpoint of 64 nodes, with a demand of 40, beside one of 16 and a lone node.
// Level y: 40 + 16 y + y = 100 if 64 y > 40, and y = 60/17 is.
TEST_P(Solvers, ADemandLimitsAFlowOfAnyShare) {
    Shared shared(GetParam(), bare_links({100}));
    const FlowId large = shared.rates.start({over(0)}, 40, 64);
    const FlowId middle = shared.rates.start({over(0)}, 1e6, 16);
    const FlowId lone = shared.rates.start({over(0)});
    shared.rates.solve();
    EXPECT_EQ(shared.rates[large], 40);
    EXPECT_RATE(shared.rates[middle], 16 * 60.0 / 17);
    EXPECT_RATE(shared.rates[lone], 60.0 / 17);
}

// A share is no weight: alone, a flow gets the link whatever its share.
TEST_P(Solvers, AFlowAloneGetsTheLinkWhateverItsShare) {
    Shared shared(GetParam(), bare_links({10}));
    for (const double share : {0.001, 1.5, 64.0, 2147483647.0}) {
        const FlowId flow = shared.rates.start({over(0)}, kUnbounded.value, share);
        shared.rates.solve();
        EXPECT_RATE(shared.rates[flow], 10);
        shared.solver->stop(flow);
    }
}

// Link of 10, two flows. One asks for 2: 2 and 8. Then for 7: 5 and 5. Then for all: the same.
TEST_P(Solvers, ANewDemandHoldsFromTheNextSolve) {
    Shared shared(GetParam(), bare_links({10}));
    const FlowId a = shared.rates.start({over(0)}, 2);
    const FlowId b = shared.rates.start({over(0)});
    shared.rates.solve({1});
    EXPECT_EQ(shared.rates[a], 2);
    EXPECT_RATE(shared.rates[b], 8);
    shared.solver->set_demand(a, {7});
    EXPECT_EQ(shared.rates.solve({1}), 2u);
    EXPECT_RATE(shared.rates[a], 5);
    EXPECT_RATE(shared.rates[b], 5);
    shared.solver->set_demand(a, kUnbounded);
    EXPECT_EQ(shared.rates.solve({2}), 0u);
    shared.solver->set_demand(b, {3});
    EXPECT_EQ(shared.rates.solve({2}), 2u);
    EXPECT_RATE(shared.rates[a], 7);
    EXPECT_EQ(shared.rates[b], 3);
}

TEST_P(SolversDeathTest, NonsenseIsABrokenInvariant) {
    Shared shared(GetParam(), bare_links({10}));
    const std::vector<Crossing> nothing;
    EXPECT_DEATH(shared.rates.start(nothing), "shares nothing");
    EXPECT_DEATH(shared.rates.start({over(1)}), "trunks of the topology");
    EXPECT_DEATH(shared.rates.start({over(0, 0)}), "at least once");
    EXPECT_DEATH(shared.rates.start({over(0)}, 0), "asks for something");
    EXPECT_DEATH(shared.rates.start({over(0)}, std::numeric_limits<double>::quiet_NaN()),
                 "asks for something");
    EXPECT_DEATH(shared.solver->set_capacity(0, Direction::kUp, {0}), "has a capacity");
    EXPECT_DEATH(shared.solver->stop({}), "a flow stops once");
    EXPECT_DEATH(shared.solver->set_demand({}, {1}), "only a running flow");
    EXPECT_DEATH(shared.rates.start({over(0)}, 1, 0), "stands for something");
    EXPECT_DEATH(shared.rates.start({over(0)}, 1, 2147483648.0), "stands for something");
}

}  // namespace
}  // namespace tidepool::engine
