// Both solvers against the definition of max-min fairness and against a brute-force water filling,
// on random systems that change between solves.

#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "tests/engine/sharing.h"
#include "tests/network/random_system.h"

namespace tidepool::engine {
namespace {

using network::RandomSystem;
using network::Real;
using network::System;
using network::violation;
using network::water_filling;

class MaxMin : public testing::TestWithParam<std::tuple<BackEnd, int>> {};

TEST_P(MaxMin, HoldsAfterEveryChange) {
    const auto [back_end, seed] = GetParam();
    const network::Sizes most;
    Shared shared(back_end, bare_links(std::vector<double>(most.trunks, 1)));
    RandomSystem random(static_cast<std::uint64_t>(seed), most.trunks, {shared.solver.get()});
    const System& system = random.system();
    std::uint32_t now = 0;
    for (int step = 0; step < 1000; ++step) {
        network::Sizes sizes;
        sizes.flows = 1 + random.random().below(most.flows);
        random.change(sizes);
        shared.rates.solve({now += random.random().below(100)});
        const std::vector<Real> expected = water_filling(system);
        ASSERT_EQ(violation(system, expected), "") << step;  // the oracle keeps the law, too
        std::vector<Real> given;
        for (std::size_t f = 0; f < expected.size(); ++f) {
            given.push_back(shared.rates[system.flows[f].ids[0]]);
            ASSERT_NEAR(static_cast<double>(given[f] / expected[f]), 1.0, 1e-9)
                << "step " << step << ", flow " << f;
        }
        ASSERT_EQ(violation(system, given), "") << step;
    }
}

INSTANTIATE_TEST_SUITE_P(Of, MaxMin,
                         testing::Combine(testing::ValuesIn(kBackEnds), testing::Range(1, 5)),
                         [](const auto& test) {
                             return testing::PrintToString(std::get<0>(test.param)) + "Seed" +
                                    std::to_string(std::get<1>(test.param));
                         });

// The checker itself: of a link of 10, flow 0 wants 6 and flow 1 everything. 5 and 5 is fair; if
// flow 1 stands for four, 2 and 8.
TEST(MaxMinDefinition, RejectsWhatIsNotFair) {
    System system(1);
    system.capacity[0] = 10;
    system.flows = {{{over(0)}, 6}, {{over(0)}, INFINITY}};
    EXPECT_EQ(violation(system, {5, 5}), "");
    EXPECT_EQ(violation(system, {6, 5}), "link 0 is overloaded");
    EXPECT_EQ(violation(system, {7, 3}), "flow 0 exceeds its demand");
    EXPECT_EQ(violation(system, {4, 4}), "nothing holds flow 0");
    EXPECT_EQ(violation(system, {4, 6}), "nothing holds flow 0");
    EXPECT_EQ(violation(system, {6, 4}), "nothing holds flow 1");
    system.flows[1].share = 4;
    EXPECT_EQ(violation(system, {2, 8}), "");
    EXPECT_EQ(violation(system, {5, 5}), "nothing holds flow 1");
}

}  // namespace
}  // namespace tidepool::engine
