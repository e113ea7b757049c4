// What holds for any system of flows, whatever its rates are; on both solvers.

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/engine/sharing.h"
#include "tests/network/random_system.h"

namespace tidepool::network {
namespace {

using engine::BackEnd;
using engine::bare_links;
using engine::over;
using engine::Shared;

constexpr Sizes kSizes{.trunks = 40, .flows = 60, .crossings = 12, .weight = 8, .capacities = 80};

class SharingLaws : public testing::TestWithParam<BackEnd> {
protected:
    SharingLaws()
        : shared_(GetParam(), bare_links(std::vector<double>(kSizes.trunks, 1))),
          random_(7, kSizes.trunks, {shared_.solver.get()}) {}
    const std::vector<System::Flow>& flows() const { return random_.system().flows; }
    double rate(const System::Flow& flow) const { return shared_.rates[flow.ids[0]]; }

    // Rates per share.
    std::vector<double> sorted_levels() const {
        std::vector<double> levels;
        for (const System::Flow& flow : flows()) {
            levels.push_back(rate(flow) / static_cast<double>(flow.share));
        }
        std::ranges::sort(levels);
        return levels;
    }

    Shared shared_;
    RandomSystem random_;
};

INSTANTIATE_TEST_SUITE_P(Of, SharingLaws, testing::ValuesIn(engine::kBackEnds),
                         testing::PrintToStringParamName());

TEST_P(SharingLaws, NoLinkCarriesMoreThanItsCapacity) {
    for (std::uint32_t step = 0; step < 100; ++step) {
        random_.change(kSizes);
        shared_.rates.solve({step});
        std::vector<double> load(2 * kSizes.trunks, 0);
        for (const System::Flow& flow : flows()) {
            for (const Crossing& crossing : flow.crossings) {
                load[link_of(crossing)] += crossing.weight * rate(flow);
            }
        }
        std::size_t full = 0;
        for (std::size_t link = 0; link < load.size(); ++link) {
            const auto capacity = static_cast<double>(random_.system().capacity[link]);
            ASSERT_LE(load[link], capacity * (1 + 1e-11)) << "step " << step << ", link " << link;
            full += load[link] > capacity * (1 - 1e-9);
        }
        ASSERT_GT(full, 0u);
    }
}

// Max-min rates are those whose sorted list is highest in lexicographic order, so with more room
// that list can only rise. (A single flow may well fall; see below.)
TEST_P(SharingLaws, MoreCapacityRaisesTheSortedRates) {
    std::size_t faster = 0;
    for (std::uint32_t step = 0; step < 50; ++step) {
        random_.change(kSizes);
        shared_.rates.solve({step});
        const std::vector<double> before = sorted_levels();
        for (std::uint32_t link = 0; link < 2 * kSizes.trunks; ++link) {
            random_.set_capacity(link, 2 * static_cast<double>(random_.system().capacity[link]));
        }
        shared_.rates.solve({step});
        const std::vector<double> after = sorted_levels();
        for (std::size_t f = 0; f < before.size() && after[f] < before[f] * (1 + 1e-9); ++f) {
            ASSERT_GE(after[f], before[f] * (1 - 1e-9)) << "step " << step;
        }
        faster += after != before;
    }
    EXPECT_GT(faster, 40u);
}

// Link 0 of 19 for f and nine g; each g also crosses a link of 100 that h, whose demand is 1,
// crosses 99 times. There 100 y = 100: each g has 1, and f has 19 - 9 = 10. With twice the capacity
// everywhere h still has 1, a g could have 101, and all ten share 38: f has 3.8.
TEST_P(SharingLaws, TwiceTheCapacityMaySlowAFlowDown) {
    shared_.solver->set_capacity(0, Direction::kUp, {19});
    const FlowId f = shared_.rates.start({over(0)});
    for (std::uint32_t link = 1; link < 10; ++link) {
        shared_.solver->set_capacity(link, Direction::kUp, {100});
        shared_.rates.start({over(0), over(link)});
        shared_.rates.start({over(link, 99)}, 1);
    }
    shared_.rates.solve();
    EXPECT_RATE(shared_.rates[f], 10);
    shared_.solver->set_capacity(0, Direction::kUp, {38});
    for (std::uint32_t link = 1; link < 10; ++link) {
        shared_.solver->set_capacity(link, Direction::kUp, {200});
    }
    shared_.rates.solve();
    EXPECT_RATE(shared_.rates[f], 3.8);
}

// Twice the capacities and twice the demands are another unit of measure.
TEST_P(SharingLaws, RatesScaleWithCapacitiesAndDemands) {
    for (std::uint32_t step = 0; step < 50; ++step) {
        random_.change(kSizes);
        shared_.rates.solve({step});
        std::vector<double> before;
        for (const System::Flow& flow : flows()) {
            before.push_back(rate(flow));
            shared_.solver->set_demand(flow.ids[0], {2 * static_cast<double>(flow.demand)});
        }
        for (std::uint32_t link = 0; link < 2 * kSizes.trunks; ++link) {
            random_.set_capacity(link, 2 * static_cast<double>(random_.system().capacity[link]));
        }
        shared_.rates.solve({step});
        for (std::size_t f = 0; f < before.size(); ++f) {
            ASSERT_NEAR(rate(flows()[f]) / before[f], 2.0, 1e-12) << "step " << step;
            shared_.solver->set_demand(flows()[f].ids[0], {static_cast<double>(flows()[f].demand)});
        }
    }
}

TEST_P(SharingLaws, EqualFlowsGetEqualRates) {
    std::size_t held = 0;
    for (std::uint32_t step = 0; step < 50; ++step) {
        random_.change(kSizes);
        const System::Flow& model = flows()[step % flows().size()];
        std::vector<FlowId> twins;
        for (int n = 0; n < 3; ++n) {
            twins.push_back(shared_.rates.start(model.crossings, static_cast<double>(model.demand),
                                                static_cast<double>(model.share)));
        }
        shared_.rates.solve({step});
        for (const FlowId twin : twins) {
            ASSERT_EQ(shared_.rates[twin], rate(model)) << "step " << step;
            shared_.solver->stop(twin);
        }
        held += rate(model) < static_cast<double>(model.demand);
    }
    EXPECT_GT(held, 10u);
}

TEST_P(SharingLaws, AFlowAloneGetsItsDemandWhereLinksAreWider) {
    for (const double demand : {1.0, 3.7, 99.0, 100.0 / 7, 100.0}) {
        Random dice(static_cast<std::uint64_t>(demand));
        std::vector<Crossing> crossings;
        for (std::uint32_t link = 0; link < 10; ++link) {
            crossings.push_back(over(link, 1 + dice.below(4)));
            shared_.solver->set_capacity(link, Direction::kUp, {demand * crossings.back().weight});
        }
        const FlowId flow = shared_.rates.start(crossings, demand);
        shared_.rates.solve();
        EXPECT_EQ(shared_.rates[flow], demand);
        shared_.solver->stop(flow);
    }
}

// Stopped and started again in another order, all flows have the rates they had; SimGrid's to what
// every solver promises.
TEST_P(SharingLaws, TheOrderOfStartsDoesNotMatter) {
    const double rounding = GetParam() == BackEnd::kMaxMin ? 1e-12 : 1e-9;
    for (std::uint32_t step = 0; step < 50; ++step) {
        random_.change(kSizes);
        shared_.rates.solve({step});
        std::vector<double> before;
        for (const System::Flow& flow : flows()) {
            before.push_back(rate(flow));
        }
        random_.shuffle_starts();
        EXPECT_EQ(shared_.rates.solve({step}), flows().size());  // all are new
        for (std::size_t f = 0; f < before.size(); ++f) {
            ASSERT_NEAR(rate(flows()[f]) / before[f], 1.0, rounding) << "step " << step;
        }
    }
}

}  // namespace
}  // namespace tidepool::network
