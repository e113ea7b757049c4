#include "sim/scenario/pool_meter.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "sim/model/holdings.h"

namespace tidepool::scenario {
namespace {

// Calls add(bin, ticks) for every bin that [from, to) meets.
template <class Add>
void for_each_bin(std::uint32_t from, std::uint32_t to, std::uint64_t width, Add&& add) {
    for (std::uint64_t at = from; at < to;) {
        const std::uint64_t bin = at / width;
        const std::uint64_t end = std::min<std::uint64_t>(to, (bin + 1) * width);
        add(static_cast<std::size_t>(bin), end - at);
        at = end;
    }
}

}  // namespace

PoolMeter::PoolMeter(const Compiled& compiled)
    : compiled_(compiled), pools_(compiled.pools), levels_(compiled.pools.size()) {}

void PoolMeter::bring_up_to(std::uint32_t pool, std::uint32_t tick) {
    const Level level = levels_[pool];
    levels_[pool].since = tick;
    if (level.held == 0 && level.down == 0) {
        return;
    }
    std::vector<model::PoolBin>& bins = pools_[pool].bins;
    const std::uint64_t width = compiled_.bin_width.value;
    const std::size_t needed = (tick + width - 1) / width;
    if (needed * pools_.size() > model::kMostSeriesCells) {
        bins.clear();
        return;  // close() sees that it was too much
    }
    if (bins.size() < needed) {
        bins.resize(needed);
    }
    for_each_bin(level.since, tick, width, [&](std::size_t bin, std::uint64_t ticks) {
        bins[bin].held += level.held * ticks;
        bins[bin].down += level.down * ticks;
    });
}

// Nodes that arrive later were down so far for those who count.
void PoolMeter::take_away_absent(const model::Ledger& ledger) {
    for (const model::Outage& outage : compiled_.outages.list) {
        if (outage.kind != model::OutageKind::kNotInstalled) {
            continue;
        }
        const std::uint32_t to = std::min(outage.end, ledger.end).value;
        for (std::uint32_t node = outage.first_node; node < outage.last_node;) {
            const std::uint32_t pool = compiled_.pool_of_node[node];
            std::uint64_t gpus = 0;
            for (; node < outage.last_node && compiled_.pool_of_node[node] == pool; ++node) {
                gpus += compiled_.node_gpus[node];
            }
            std::vector<model::PoolBin>& bins = pools_[pool].bins;
            for_each_bin(0, to, ledger.bin_width.value, [&](std::size_t bin, std::uint64_t ticks) {
                bins[bin].absent += gpus * ticks;
                bins[bin].down -= gpus * ticks;
            });
        }
    }
}

std::vector<model::PoolRecord> PoolMeter::close(const model::Ledger& ledger) {
    const std::size_t bins = ledger.bins.size();
    if (!on() || bins * pools_.size() > model::kMostSeriesCells) {
        return {};
    }
    for (std::uint32_t pool = 0; pool < pools_.size(); ++pool) {
        bring_up_to(pool, ledger.end.value);
        pools_[pool].bins.resize(bins);
    }
    take_away_absent(ledger);
    return std::move(pools_);
}

}  // namespace tidepool::scenario
