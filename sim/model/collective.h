#pragma once
// How long a collective of S bytes over n ranks takes by the latency-bandwidth (alpha-beta) model.
// S is the size of the whole buffer: what every rank holds before an all-reduce or reduce-scatter
// and after an all-gather; for an all-to-all what every rank holds for all; for point-to-point the
// message. + - * / and comparisons only, apart from the table of measured bandwidths, which uses
// sim/base/portable_math.h: the same bits everywhere.
//
// ring (Thakur et al. 2005; NCCL): 2(n-1) alpha + 2(n-1)/n S/B for an all-reduce, half of it for a
//   reduce-scatter or an all-gather. All-to-all: (n-1) alpha + (n-1)/n S/B, every rank sends to
//   every other. Point-to-point: alpha + S/B.
// tree: recursive halving and doubling (Thakur et al. 2005; Rabenseifner 2004): 2 ceil(log2 n)
//   alpha + 2(n-1)/n S/B for an all-reduce, half of it for a reduce-scatter or an all-gather. The
//   double binary tree of NCCL (Sanders et al. 2009) moves as much with as few steps.
// hierarchical, g ranks in each of k islands: reduce-scatter inside, all-reduce of S/g over each
//   rank's own network card across, all-gather inside; rings on both levels. An all-gather and a
//   reduce-scatter are half of it.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/quantity.h"
#include "sim/config/field.h"

namespace tidepool::model {

enum class Collective : std::uint8_t {
    kAllReduce,
    kReduceScatter,
    kAllGather,
    kAllToAll,
    kPointToPoint
};
enum class CollectiveAlgorithm : std::uint8_t { kRing, kTree, kHierarchical };

// A measured bus bandwidth at a message size.
struct BusBandwidth {
    Bytes size;
    BytesPerSecond rate;
    friend bool operator==(const BusBandwidth&, const BusBandwidth&) = default;
};

// One level of the network as one rank sees it.
struct CollectiveLevel {
    Seconds latency{0};                  // alpha: of one message
    BytesPerSecond rate;                 // B: each direction
    std::vector<BusBandwidth> measured;  // replaces `rate` unless empty; sizes rising
};

// Bus bandwidth at a size: linear in log(size) between the points, that of the first or last point
// outside them. A latency that was part of the measurement is not to be given again.
BytesPerSecond measured_rate(const std::vector<BusBandwidth>& table, Bytes size);

// Why this cannot be asked; empty: it can. `islands` is 1 for one level.
std::string collective_problem(Collective kind, CollectiveAlgorithm algorithm, std::int64_t ranks,
                               std::int64_t islands);

// On one level: ring or tree. A question with a problem is a bug (TP_ASSERT). One rank: no time.
Seconds collective_time(Collective kind, CollectiveAlgorithm algorithm, Bytes size,
                        std::int64_t ranks, const CollectiveLevel& level);

// On two levels: `ranks` in `islands` equal islands.
Seconds hierarchical_time(Collective kind, Bytes size, std::int64_t ranks, std::int64_t islands,
                          const CollectiveLevel& inside, const CollectiveLevel& across);

// Bus bandwidth as NCCL's tests define it: S/time times 2(n-1)/n for an all-reduce, (n-1)/n for
// reduce-scatter, all-gather and all-to-all, 1 for point-to-point. 0 for no time.
BytesPerSecond bus_bandwidth(Collective kind, Bytes size, std::int64_t ranks, Seconds time);

// Bytes that one rank sends: (n-1)/n S, twice for an all-reduce; S for point-to-point.
Bytes sent_per_rank(Collective kind, Bytes size, std::int64_t ranks);

}  // namespace tidepool::model

namespace tidepool::config {

template <>
struct KindTable<model::Collective> {
    using Enum = model::Collective;
    static constexpr std::array kinds{
        Kind<Enum>{"all-reduce", Enum::kAllReduce, "every rank ends with the sum of all buffers"},
        Kind<Enum>{"reduce-scatter", Enum::kReduceScatter,
                   "every rank ends with its part of the sum"},
        Kind<Enum>{"all-gather", Enum::kAllGather, "every rank ends with the parts of all"},
        Kind<Enum>{"all-to-all", Enum::kAllToAll, "every rank sends a part to every other"},
        Kind<Enum>{"point-to-point", Enum::kPointToPoint, "one rank sends to another"},
    };
};

template <>
struct KindTable<model::CollectiveAlgorithm> {
    using Enum = model::CollectiveAlgorithm;
    static constexpr std::array kinds{
        Kind<Enum>{"ring", Enum::kRing, "n - 1 steps in each half, the least bytes"},
        Kind<Enum>{"tree", Enum::kTree, "log2 n steps in each half, as many bytes"},
        Kind<Enum>{"hierarchical", Enum::kHierarchical,
                   "inside the island first and last, in between one part per network card"},
    };
};

}  // namespace tidepool::config
