#pragma once
// interrupted_ledger() on a network: 1600 ticks = 100 s in bins of 40, 40 and 20 s. Two groups of
// leaves (100 B/s and 50 B/s, none above a pod), storage of 10 B/s, five nodes of 40 B/s.
//
//   link      capacity   bytes in bins           sum    utilisation   busiest   holds up
//   (GPU-ticks) leaf0     100        2000 + 4000 + 1000      7000   0.7           1         job 1:
//   150 of its 200 leaf1      50        1000 + 0    + 500       1500   0.3           0.5 store 10
//   100                      100   0.1           0.25 n2         40        (nobody counts) job 1:
//   50
//
// Of the 200 GPU-ticks that job 1 stalled the network took all. Its nodes were granted 20 B/s over
// 500 ticks and 30 B/s over 300: 625 + 562.5 B in 800 ticks, 23.75 B/s in the mean.

#include "tests/model/interrupted_ledger.h"

namespace tidepool::model {

inline Ledger networked_ledger() {
    Ledger ledger = interrupted_ledger();
    NetworkLedger& network = ledger.network;
    network.on = true;
    network.solves = 9;
    network.stalled = 1024 * 200;
    ledger.jobs[1].network_stalled = 1024 * 200;
    const auto add = [&](const char* name, LinkTier tier, double capacity, std::uint64_t stalled,
                         double busiest, std::vector<double> binned) {
        LinkRecord link;
        link.name = name;
        link.tier = tier;
        link.capacity.value = link.left.value = capacity;
        for (const double bytes : binned) {
            link.bytes += bytes;
        }
        link.busiest = busiest;
        link.stalled = 1024 * stalled;
        link.binned = std::move(binned);
        network.links.push_back(std::move(link));
    };
    add("n2", LinkTier::kNode, 40, 50, 0, {});
    add("leaf0", LinkTier::kLeaf, 100, 150, 1, {2000, 4000, 1000});
    add("leaf1", LinkTier::kLeaf, 50, 0, 0.5, {1000, 0, 500});
    add("store", LinkTier::kStorage, 10, 0, 0.25, {100});
    network.tiers = {{5, {200}, 12000, {8000, 4000, 0}},
                     {2, {150}, 8500, {3000, 4000, 1500}},
                     {},
                     {1, {10}, 100, {100}}};
    network.rates.resize(2);
    network.rates[1] = {1187.5, 800};
    network.flows = {
        {3, FlowKind::kTraining, 4, 2, 1, {40}, {20}, 1U << 23U, 1, {1, 2}},
        {3, FlowKind::kWrite, 4, 2, 1, {10}, {10}, 1U << 24U, 0xFFFF'FFFFu, {3}},
    };
    return ledger;
}

}  // namespace tidepool::model
