#pragma once
// How long the nodes were down, from the outages alone: what runs on the nodes changes nothing.
//
// A GPU is down while it is installed and an outage to be repaired or a planned one takes it,
// whatever the outage's reach: a node that is cut off is down, too, though jobs that do not need
// what was cut may go on running there (which is why Bin::down can be less). Overlapping, nested
// and touching outages of a GPU are down time once. A *downtime* of a node lasts as long as some of
// its GPUs is down, of whatever outages; it is cut at the ends of the run.

#include <cstdint>
#include <span>
#include <vector>

#include "sim/base/ticks.h"
#include "sim/model/ledger.h"

namespace tidepool::model {

inline constexpr std::uint32_t kTicksPerDay = 86'400 * kTicksPerSecond;
inline constexpr std::uint32_t kTicksPerMonth = 30 * kTicksPerDay;

struct NodeDowntime {
    std::uint64_t installed = 0;  // GPU-ticks, down or not
    std::uint64_t down = 0;       // GPU-ticks
    std::uint64_t length = 0;     // ticks with some GPU down
    std::uint32_t downtimes = 0;  // that began in the run
    std::uint32_t repaired = 0;   // of them, with a repair (and not only planned outages) among
                                  // their outages, and not ended after the run
    std::uint64_t repaired_length = 0;  // ticks of those
};

// A month is [k, k + 1) * 30 days of the run, the last one as long as the run goes on. A node's
// month counts if the node was installed for at least a day of it.
struct NodeMonth {
    std::uint32_t node = 0;
    std::uint32_t month = 0;      // k
    std::uint64_t installed = 0;  // GPU-ticks
    std::uint64_t down = 0;       // GPU-ticks, not 0
};

struct Downtimes {
    std::vector<NodeDowntime> nodes;  // by node; empty when placement ignores nodes
    std::vector<NodeMonth> months;    // that count and had down time, by node, then month
    std::uint64_t month_count = 0;    // of all that count: nodes with GPUs times months
    std::uint64_t installed = 0;      // GPU-ticks, over all nodes
    std::uint64_t down = 0;           // GPU-ticks, over all nodes
};

// Of a run over [0, end); node_gpus by node, empty when placement ignores nodes. The outages must
// be sorted by begin and lie on nodes that exist; those that begin at `end` or later do not count.
// O(nodes * months + sum over outages of the GPUs they take).
Downtimes downtimes(std::span<const Outage> outages, std::span<const std::uint32_t> node_gpus,
                    Ticks end);
Downtimes downtimes(const Ledger& ledger);

// Does the outage take GPU `gpu` of each of its nodes?
constexpr bool takes(const Outage& outage, std::uint32_t gpu) {
    return outage.gpus == kWholeNode || (gpu < 64 && (outage.gpus >> gpu & 1U) != 0);
}

}  // namespace tidepool::model
