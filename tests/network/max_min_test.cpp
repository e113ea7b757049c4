// What only our own solver promises: rates that do not depend on the past, in any bit, and no more
// work than a change is worth.

#include "sim/network/max_min.h"

#include <gtest/gtest.h>

#include "tests/engine/sharing.h"
#include "tests/network/random_system.h"

namespace tidepool::network {
namespace {

using engine::KnownRates;
using engine::over;

std::unique_ptr<RateSolver> bare(std::size_t trunks, double capacity = 1) {
    return make_max_min_solver(std::vector<BytesPerSecond>(trunks, {capacity}));
}

// Starts the system's flows in a new solver, each in the slot it has in the first.
void start_anew(const System& system, RateSolver& solver, KnownRates& rates,
                std::vector<FlowId>& ids) {
    for (std::uint32_t link = 0; link < system.capacity.size(); ++link) {
        solver.set_capacity(link / 2, link % 2 ? Direction::kDown : Direction::kUp,
                            {static_cast<double>(system.capacity[link])});
    }
    std::uint32_t slots = 0;
    for (const System::Flow& flow : system.flows) {
        slots = std::max(slots, flow.ids[0].slot + 1);
    }
    std::vector<const System::Flow*> by_slot(slots);
    for (const System::Flow& flow : system.flows) {
        by_slot[flow.ids[0].slot] = &flow;
    }
    std::vector<FlowId> nobody;
    ids.assign(slots, {});
    for (std::uint32_t slot = 0; slot < slots; ++slot) {
        const System::Flow* flow = by_slot[slot];
        if (flow == nullptr) {
            nobody.push_back(rates.start({over(0)}, 1));
            continue;
        }
        ids[slot] = rates.start(flow->crossings, static_cast<double>(flow->demand),
                                static_cast<double>(flow->share));
        ASSERT_EQ(ids[slot].slot, slot);
    }
    for (const FlowId flow : nobody) {
        solver.stop(flow);
    }
}

// 300 states, from one crowded group to many small ones: what came about step by step is what a
// new solver makes of the state at once.
TEST(MaxMinSolver, ForgetsHowAStateCameAbout) {
    constexpr std::uint32_t kTrunks = 60;
    const auto solver = bare(kTrunks);
    KnownRates rates(*solver);
    RandomSystem random(5, kTrunks, {solver.get()});
    for (std::uint32_t step = 0; step < 300; ++step) {
        Sizes sizes{.trunks = kTrunks, .flows = 1 + random.random().below(80)};
        sizes.crossings = 1 + random.random().below(12);
        random.change(sizes);
        rates.solve({step});
        const auto anew = bare(kTrunks);
        KnownRates at_once(*anew);
        std::vector<FlowId> ids;
        ASSERT_NO_FATAL_FAILURE(start_anew(random.system(), *anew, at_once, ids));
        at_once.solve();
        for (const System::Flow& flow : random.system().flows) {
            ASSERT_EQ(rates[flow.ids[0]], at_once[ids[flow.ids[0].slot]]) << "step " << step;
        }
    }
}

// Two groups of ten unbounded flows each, on links 0 and 1: what happens on one does not make the
// other be solved.
TEST(MaxMinSolver, SolvesOnlyTheGroupsThatAChangeTouches) {
    const auto solver = bare(3, 10);
    KnownRates rates(*solver);
    for (std::uint32_t n = 0; n < 20; ++n) {
        rates.start({over(n % 2)});
    }
    rates.solve();
    EXPECT_EQ(solver->work().flows, 20u);
    const FlowId eleventh = rates.start({over(0)});
    EXPECT_EQ(rates.solve(), 11u);
    EXPECT_EQ(solver->work().flows, 31u);
    solver->stop(eleventh);
    EXPECT_EQ(rates.solve(), 10u);
    EXPECT_EQ(solver->work().flows, 41u);
    rates.start({over(2)}, 10);  // alone, and no more than the link has
    EXPECT_EQ(rates.solve(), 1u);
    EXPECT_EQ(solver->work().flows, 41u);
    rates.solve();
    EXPECT_EQ(solver->work().flows, 41u);
    EXPECT_EQ(solver->work().solves, 5u);
}

// Demands of 4 and 6 fill a link of 10 exactly: cold. 1 more makes it hot: of what 1 leaves, 4 is
// less than half, so 5 is left for the third. With one more byte the link is cold again.
TEST(MaxMinSolver, FollowsALinkThatTurnsHotAndColdAgain) {
    const auto solver = bare(1, 10);
    KnownRates rates(*solver);
    const FlowId four = rates.start({over(0)}, 4);
    const FlowId six = rates.start({over(0)}, 6);
    rates.solve();
    EXPECT_EQ(rates[four], 4);
    EXPECT_EQ(rates[six], 6);
    EXPECT_EQ(solver->work().flows, 0u);
    const FlowId one = rates.start({over(0)}, 1);
    EXPECT_EQ(rates.solve(), 2u);
    EXPECT_EQ(rates[four], 4);
    EXPECT_EQ(rates[six], 5);
    EXPECT_EQ(rates[one], 1);
    solver->set_capacity(0, Direction::kUp, {11});
    EXPECT_EQ(rates.solve(), 1u);
    EXPECT_EQ(rates[six], 6);
    solver->set_demand(one, kUnbounded);  // asks for more than any link has: 11/3 each
    EXPECT_EQ(rates.solve(), 3u);
    EXPECT_RATE(rates[one], 11.0 / 3);
}

// Two flows that ask for 0.6 each share a link of 1. A flow that asks for 4e16, where doubles are 8
// apart, comes and goes: afterwards the two must not seem to ask for nothing.
TEST(MaxMinSolver, AHugeDemandLeavesNothingBehind) {
    const auto solver = bare(1);
    KnownRates rates(*solver);
    const FlowId a = rates.start({over(0)}, 0.6);
    const FlowId b = rates.start({over(0)}, 0.6);
    const FlowId huge = rates.start({over(0)}, 4e16);
    rates.solve();
    EXPECT_RATE(rates[a], 1.0 / 3);
    solver->stop(huge);
    rates.solve();
    EXPECT_RATE(rates[a], 0.5);
    EXPECT_RATE(rates[b], 0.5);
}

// 2^53 - 67108863 * 134217724.5 = 369098748.5, but the product has more digits than a double.
TEST(MaxMinSolver, KeepsTheLastByteOfALargeLink) {
    const auto solver = bare(1, 0x1p53);
    KnownRates rates(*solver);
    const FlowId heavy = rates.start({over(0, 67'108'863)}, 134'217'724.5);
    const FlowId light = rates.start({over(0)});
    rates.solve();
    EXPECT_EQ(rates[heavy], 134'217'724.5);
    EXPECT_EQ(rates[light], 369'098'748.5);
}

// 999 shares of about 1e6, no integers, meet their demand; one of 1e-6 is left with the rest.
TEST(MaxMinSolver, ASmallShareOutlivesLargeOnes) {
    const auto solver = bare(1, 1000);
    KnownRates rates(*solver);
    for (int n = 0; n < 999; ++n) {
        rates.start({over(0)}, 1, 1e6 + 0.1 * n);
    }
    const FlowId small = rates.start({over(0)}, kUnbounded.value, 1e-6);
    rates.solve();
    EXPECT_RATE(rates[small], 1);  // 1000 - 999
}

}  // namespace
}  // namespace tidepool::network
