#include "sim/model/collective.h"

#include <algorithm>

#include "sim/base/assert.h"
#include "sim/base/portable_math.h"

namespace tidepool::model {
namespace {

double log2_up(std::int64_t ranks) {
    double steps = 0;
    for (std::int64_t reached = 1; reached < ranks; reached *= 2) {
        ++steps;
    }
    return steps;
}

BytesPerSecond rate_of(const CollectiveLevel& level, Bytes size) {
    return level.measured.empty() ? level.rate : measured_rate(level.measured, size);
}

// Halves of an all-reduce that a collective consists of.
double halves(Collective kind) {
    return kind == Collective::kAllReduce ? 2 : 1;
}

}  // namespace

BytesPerSecond measured_rate(const std::vector<BusBandwidth>& table, Bytes size) {
    TP_ASSERT(!table.empty(), "a table of measurements has a point");
    const auto above = std::find_if(table.begin(), table.end(), [&](const BusBandwidth& point) {
        return point.size.value >= size.value;
    });
    if (above == table.end()) {
        return table.back().rate;
    }
    if (above == table.begin() || above->size == size) {
        return above->rate;
    }
    const BusBandwidth& below = *(above - 1);
    const double share = portable::log(size.value / below.size.value) /
                         portable::log(above->size.value / below.size.value);
    return {below.rate.value + share * (above->rate.value - below.rate.value)};
}

std::string collective_problem(Collective kind, CollectiveAlgorithm algorithm, std::int64_t ranks,
                               std::int64_t islands) {
    const bool pairs = kind == Collective::kAllToAll || kind == Collective::kPointToPoint;
    if (ranks < 1 || islands < 1) {
        return "there is nobody to communicate";
    }
    if (kind == Collective::kPointToPoint && ranks != 2) {
        return "point-to-point is between 2 ranks";
    }
    if (algorithm == CollectiveAlgorithm::kTree && pairs) {
        return "there is no tree for what goes from one rank to another, use ring";
    }
    if (algorithm != CollectiveAlgorithm::kHierarchical) {
        return islands == 1 ? "" : "several islands need the hierarchical algorithm";
    }
    if (pairs) {
        return "hierarchical is for all-reduce, reduce-scatter and all-gather";
    }
    if (islands == 1) {
        return "hierarchical needs more than one island";
    }
    return ranks % islands == 0 ? "" : "the ranks are no multiple of the islands";
}

Bytes sent_per_rank(Collective kind, Bytes size, std::int64_t ranks) {
    const auto n = static_cast<double>(ranks);
    return {kind == Collective::kPointToPoint ? size.value
                                              : halves(kind) * (n - 1) / n * size.value};
}

Seconds collective_time(Collective kind, CollectiveAlgorithm algorithm, Bytes size,
                        std::int64_t ranks, const CollectiveLevel& level) {
    TP_ASSERT(collective_problem(kind, algorithm, ranks, 1).empty(), "a collective that exists");
    if (ranks == 1) {
        return {0};
    }
    const double steps = kind == Collective::kPointToPoint ? 1
                         : algorithm == CollectiveAlgorithm::kTree
                             ? halves(kind) * log2_up(ranks)
                             : halves(kind) * static_cast<double>(ranks - 1);
    const double rate = rate_of(level, size).value;
    TP_ASSERT(rate > 0, "a level has bandwidth");
    return {steps * level.latency.value + sent_per_rank(kind, size, ranks).value / rate};
}

Seconds hierarchical_time(Collective kind, Bytes size, std::int64_t ranks, std::int64_t islands,
                          const CollectiveLevel& inside, const CollectiveLevel& across) {
    TP_ASSERT(collective_problem(kind, CollectiveAlgorithm::kHierarchical, ranks, islands).empty(),
              "a collective that exists");
    const std::int64_t members = ranks / islands;
    const Bytes part{size.value / static_cast<double>(members)};
    const auto ring = CollectiveAlgorithm::kRing;
    // A reduce-scatter and an all-gather inside take as long as an all-reduce.
    return {collective_time(kind, ring, size, members, inside).value +
            collective_time(kind, ring, part, islands, across).value};
}

BytesPerSecond bus_bandwidth(Collective kind, Bytes size, std::int64_t ranks, Seconds time) {
    return {time.value > 0 ? sent_per_rank(kind, size, ranks).value / time.value : 0};
}

}  // namespace tidepool::model
