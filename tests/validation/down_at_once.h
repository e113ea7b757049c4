#pragma once
// How long how many nodes were down at once, from the outages of a ledger: per node the union of
// its downtimes, then a sweep over all nodes. Independent of how the program counts.

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "sim/model/ledger.h"

namespace tidepool::validation {

using Interval = std::pair<std::uint64_t, std::uint64_t>;  // ticks [begin, end)

// Sorted, disjoint, not touching.
inline std::vector<Interval> united(std::vector<Interval> parts) {
    std::sort(parts.begin(), parts.end());
    std::vector<Interval> all;
    for (const Interval& part : parts) {
        if (part.first == part.second) {
            continue;
        }
        if (!all.empty() && part.first <= all.back().second) {
            all.back().second = std::max(all.back().second, part.second);
        } else {
            all.push_back(part);
        }
    }
    return all;
}

// Ticks of [from, end) with exactly k of these nodes down, by k.
inline std::vector<std::uint64_t> ticks_by_count(const std::vector<std::vector<Interval>>& nodes,
                                                 std::uint64_t from, std::uint64_t end) {
    std::map<std::uint64_t, std::int64_t> changes;
    for (const std::vector<Interval>& downtimes : nodes) {
        for (const Interval& down : united(downtimes)) {
            ++changes[std::clamp(down.first, from, end)];
            --changes[std::clamp(down.second, from, end)];
        }
    }
    changes[end];
    std::vector<std::uint64_t> ticks;
    std::uint64_t since = from;
    std::int64_t count = 0;
    for (const auto& [tick, change] : changes) {
        const auto k = static_cast<std::size_t>(count);
        ticks.resize(std::max(ticks.size(), k + 1));
        ticks[k] += tick - since;
        since = tick;
        count += change;
    }
    return ticks;
}

inline std::vector<std::vector<Interval>> downtimes_by_node(const model::Ledger& ledger) {
    std::vector<std::vector<Interval>> nodes(ledger.node_gpus.size());
    for (const model::Outage& outage : ledger.outages.list) {
        for (std::uint32_t node = outage.first_node; node < outage.last_node; ++node) {
            nodes[node].emplace_back(outage.begin.value, outage.end.value);
        }
    }
    return nodes;
}

// Of the ticks, the share with more than k.
inline double share_above(const std::vector<std::uint64_t>& ticks, std::size_t k) {
    double above = 0;
    double all = 0;
    for (std::size_t i = 0; i < ticks.size(); ++i) {
        above += i > k ? static_cast<double>(ticks[i]) : 0;
        all += static_cast<double>(ticks[i]);
    }
    return above / all;
}

inline double mean_count(const std::vector<std::uint64_t>& ticks) {
    double sum = 0;
    double all = 0;
    for (std::size_t i = 0; i < ticks.size(); ++i) {
        sum += static_cast<double>(i) * static_cast<double>(ticks[i]);
        all += static_cast<double>(ticks[i]);
    }
    return sum / all;
}

}  // namespace tidepool::validation
