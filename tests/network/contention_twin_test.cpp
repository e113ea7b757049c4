// Who shares what with whom, against a twin that knows no history, on random networks with random
// jobs: what holds at any time, and that nothing is left over when all have gone.

#include <cmath>

#include <gtest/gtest.h>

#include "tests/network/random_jobs.h"

namespace tidepool::network {
namespace {

// Of slots: their entities and their ranks.
std::vector<std::uint32_t> slots() {
    std::vector<std::uint32_t> slots;
    for (std::uint32_t slot = 0; slot < RandomJobs::kSlots; ++slot) {
        slots.push_back(slot);
    }
    return slots;
}

struct Met {
    std::uint32_t slowed = 0, cut = 0, transfers = 0, broken = 0;
};

void compare(const RandomJobs& jobs, SharingTwin& twin, Met& met) {
    const std::vector<SharerPace> expected = twin.paces(jobs.sharers(), slots(), jobs.losses());
    EXPECT_EQ(violation(twin.system(), twin.rates()), "");
    for (std::uint32_t slot = 0; slot < expected.size(); ++slot) {
        const Sharer& sharer = jobs.sharers()[slot];
        if (sharer.trains) {
            // Rates agree within 1e-9, so that paces can lie on either side of a half.
            EXPECT_NEAR(jobs.paces()[slot].work, expected[slot].work, 1) << slot;
            met.slowed += expected[slot].work < kFullPace ? 1 : 0;
            met.cut += expected[slot].work == 0 ? 1 : 0;
        }
        if (sharer.writes || sharer.reads) {
            EXPECT_NEAR(jobs.paces()[slot].transfer, expected[slot].transfer, 1) << slot;
            met.transfers += expected[slot].transfer < kFullPace ? 1 : 0;
        }
    }
    met.broken += jobs.losses().empty() ? 0 : 1;
}

// What links carry per second, in the mean: f x line rate x pace x load; and what storage moves.
std::vector<double> carried(const RandomJobs& jobs, SharingTwin& twin) {
    std::vector<double> carried(jobs.plan().links.size());
    const std::vector<SharerPace> paces = twin.paces(jobs.sharers(), slots(), jobs.losses());
    TrafficMap map(jobs.plan());
    for (std::uint32_t slot = 0; slot < paces.size(); ++slot) {
        const Sharer& sharer = jobs.sharers()[slot];
        if (sharer.trains && sharer.nodes.size() > 1 && sharer.traffic.profile.line_time > 0) {
            const FlowShape shape = twin.shape(sharer, slot);
            for (const Crossing& crossing : shape.crossings) {
                if (crossing.direction == Direction::kUp) {
                    carried[crossing.trunk] +=
                        sharer.traffic.profile.line_time * static_cast<double>(twin.line(sharer)) *
                        jobs.paces()[slot].work / kFullPace * crossing.weight * shape.scale;
                }
            }
        }
        if ((sharer.writes || sharer.reads) && paces[slot].moves > 0) {
            const FlowShape shape = map.storage(*sharer.storage, sharer.nodes, sharer.writes);
            for (const Crossing& crossing : shape.crossings) {
                if (crossing.direction == Direction::kUp) {
                    carried[crossing.trunk] +=
                        static_cast<double>(paces[slot].moves) * crossing.weight * shape.scale;
                }
            }
        }
    }
    return carried;
}

TEST(ContentionTwin, GrantsWhatThePageSays) {
    Met met;
    for (std::uint32_t number = 0; number < 1500; ++number) {
        SCOPED_TRACE(number);
        RandomJobs jobs(number);
        SharingTwin twin(jobs.plan());
        for (std::uint32_t round = 0; round < 25; ++round) {
            jobs.change();
            compare(jobs, twin, met);
            ASSERT_FALSE(HasFailure()) << "round " << round << ", tick " << jobs.now();
        }
    }
    EXPECT_GT(met.slowed, 20'000U);
    EXPECT_GT(met.cut, 1000U);
    EXPECT_GT(met.transfers, 3000U);
    EXPECT_GT(met.broken, 10'000U);
}

TEST(ContentionTwin, CountsWhatLinksCarry) {
    for (std::uint32_t number = 0; number < 300; ++number) {
        SCOPED_TRACE(number);
        RandomJobs jobs(number);
        SharingTwin twin(jobs.plan());
        std::vector<double> bytes(jobs.plan().links.size());
        std::vector<double> carries(jobs.plan().links.size());
        std::uint32_t since = 0;
        const auto go_on = [&] {
            for (std::size_t link = 0; link < bytes.size(); ++link) {
                bytes[link] += carries[link] * (jobs.now() - since) / 16.0;
            }
            since = jobs.now();
            carries = carried(jobs, twin);
        };
        for (std::uint32_t round = 0; round < 25; ++round) {
            jobs.change();
            go_on();
        }
        jobs.all_leave();
        go_on();
        // Nobody sends any more: nothing is counted until much later.
        const model::NetworkLedger ledger = jobs.contention().close(
            Ticks{jobs.now() + 1'000'000}, [](std::uint32_t rank) { return rank; });
        EXPECT_TRUE(ledger.flows.empty());
        for (const model::LinkRecord& record : ledger.links) {
            for (std::size_t link = 0; link < bytes.size(); ++link) {
                if (jobs.plan().links[link].name == record.name) {
                    EXPECT_NEAR(record.bytes, bytes[link], 1e-6 * bytes[link] + 1e-9)
                        << record.name;
                }
            }
        }
        ASSERT_FALSE(HasFailure());
    }
}

// Whoever is to blame for a lost unit is a link, and was full when the pace last changed: the
// flow's own record says so.
TEST(ContentionTwin, FindsAFullLinkForEveryFlowThatIsHeld) {
    std::uint32_t held = 0, stale = 0;
    for (std::uint32_t number = 0; number < 1000; ++number) {
        SCOPED_TRACE(number);
        RandomJobs jobs(number);
        SharingTwin twin(jobs.plan());
        std::uint64_t blamed = 0;
        for (std::uint32_t round = 0; round < 12; ++round) {
            for (std::uint32_t slot = 0; slot < RandomJobs::kSlots; ++slot) {
                if (jobs.contention().has(slot)) {
                    jobs.contention().blame(slot, 0);
                }
                if (jobs.contention().has(slot) && jobs.sharers()[slot].trains &&
                    jobs.paces()[slot].work < kFullPace) {
                    jobs.contention().blame(slot, number + slot);
                    blamed += number + slot;
                }
            }
            jobs.change();
        }
        twin.paces(jobs.sharers(), slots(), jobs.losses());
        const System& system = twin.system();
        std::vector<Real> load(system.capacity.size());
        const auto weight = weights(system);
        for (std::size_t f = 0; f < system.flows.size(); ++f) {
            for (std::size_t link = 0; link < load.size(); ++link) {
                load[link] += weight[f][link] * twin.rates()[f];
            }
        }
        const model::NetworkLedger ledger =
            jobs.contention().close(Ticks{jobs.now()}, [](std::uint32_t rank) { return rank; });
        EXPECT_EQ(ledger.stalled, blamed);
        std::uint64_t by_link = 0;
        for (const model::LinkRecord& link : ledger.links) {
            by_link += link.stalled;
        }
        EXPECT_EQ(by_link, blamed);
        for (const model::FlowRecord& flow : ledger.flows) {
            EXPECT_EQ(flow.granted.value == 0, flow.pace == 0);
            if (flow.granted.value < flow.asked.value && flow.granted.value > 0 &&
                flow.pace < kFullPace) {
                ASSERT_LT(flow.held_by, ledger.links.size());
                const std::string& name = ledger.links[flow.held_by].name;
                bool full = false;
                for (std::size_t link = 0; link < jobs.plan().links.size(); ++link) {
                    const Real most = std::max(load[2 * link] / system.capacity[2 * link],
                                               load[2 * link + 1] / system.capacity[2 * link + 1]);
                    full = full || (jobs.plan().links[link].name == name && most > 1 - 1e-9L);
                }
                stale += full ? 0 : 1;
                ++held;
            }
        }
        ASSERT_FALSE(HasFailure());
    }
    EXPECT_GT(held, 500U);
    EXPECT_LE(stale, held / 200);  // another link holds it up at the very same pace
}

}  // namespace
}  // namespace tidepool::network
