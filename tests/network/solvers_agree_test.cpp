// Our solver and SimGrid's, through the same changes: the same rates, to 1e-9, in 1,000 states from
// a handful of flows to 500 flows on 2,000 links.

#include <cmath>

#include <gtest/gtest.h>

#include "tests/engine/sharing.h"
#include "tests/network/random_system.h"

namespace tidepool::network {
namespace {

TEST(Solvers, AgreeAfterEveryChange) {
    constexpr std::uint32_t kTrunks = 1000;
    const engine::Platform platform = engine::bare_links(std::vector<double>(kTrunks, 1));
    engine::Shared own(engine::BackEnd::kMaxMin, platform);
    engine::Shared simgrid(engine::BackEnd::kSimGrid, platform);
    RandomSystem random(31, kTrunks, {own.solver.get(), simgrid.solver.get()});
    Random& dice = random.random();
    std::uint64_t held = 0, met = 0;
    for (std::uint32_t step = 0; step < 1000; ++step) {
        Sizes sizes;
        // The largest ones now and then; what lies between follows from a log-uniform size.
        const double size = step % 100 == 99 ? 1 : dice.unit();
        sizes.flows = static_cast<std::uint32_t>(std::pow(500.0, size));
        sizes.trunks = step % 100 == 99 ? kTrunks : 1 + dice.below(kTrunks);
        sizes.crossings = 1 + dice.below(40);
        sizes.weight = 1 + dice.below(32);
        sizes.capacities = 20;
        sizes.demands = 10;
        sizes.stops = sizes.flows / 4;
        random.change(sizes);
        own.rates.solve({step});
        simgrid.rates.solve({step});
        for (const System::Flow& flow : random.system().flows) {
            const double rate = own.rates[flow.ids[0]];
            ASSERT_NEAR(rate / simgrid.rates[flow.ids[1]], 1.0, 1e-9)
                << "step " << step << ", slot " << flow.ids[0].slot;
            ++(rate == static_cast<double>(flow.demand) ? met : held);
        }
    }
    EXPECT_GT(held, 10'000u);  // links and demands both decided
    EXPECT_GT(met, 1'000u);
}

}  // namespace
}  // namespace tidepool::network
