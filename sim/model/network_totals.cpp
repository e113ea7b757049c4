#include "sim/model/network_totals.h"

#include <cmath>
#include <cstddef>

namespace tidepool::model {

double utilisation(double bytes, BytesPerSecond capacity, Ticks length) {
    const double most = capacity.value * to_seconds(length).value;
    return most > 0 ? bytes / most : kUndefined;
}

NetworkTotals network_totals(const NetworkLedger& network, std::uint64_t stalled, Ticks length) {
    NetworkTotals totals;
    totals.on = network.on;
    totals.stalled = stalled;
    for (const LinkRecord& link : network.links) {
        if (link.tier != LinkTier::kNode) {
            const double used = utilisation(link.bytes, link.capacity, length);
            totals.largest = std::fmax(totals.largest, used);  // NaN gives way
        }
    }
    const auto of = [&](LinkTier which) {
        const auto tier = static_cast<std::size_t>(which);
        return tier < network.tiers.size()
                   ? utilisation(network.tiers[tier].bytes, network.tiers[tier].capacity, length)
                   : kUndefined;
    };
    totals.leaf = of(LinkTier::kLeaf);
    totals.storage = of(LinkTier::kStorage);
    return totals;
}

}  // namespace tidepool::model
