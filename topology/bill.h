#pragma once
// What the parts of a datacenter cost and draw, from the catalogue. Servers count as delivered,
// with their GPUs, cards and local flash; cables, optics, racks, storage and buildings are not in
// the catalogue. What has no known price or power is listed, never estimated.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "topology/topology.h"

namespace tidepool::topology {

struct BillLine {
    std::string kind;  // `server`, `leaf`, `spine`, `core`; parts inside servers: `gpu`, `nic`
    std::string part;  // name in the catalogue
    std::uint64_t count = 0;
    std::optional<Price> price;  // of one
    std::optional<Watts> power;  // of one, largest draw
    bool inside = false;         // part of a server: not added to the totals
};

struct Bill {
    std::vector<BillLine> lines;
    std::vector<Price> price;                // totals, one per currency that occurs, USD first
    Watts power;                             // total, largest draw
    std::vector<std::string> without_price;  // parts left out of the totals, `server hgx-h200`
    std::vector<std::string> without_power;
};

Bill bill(const Topology& topology);

}  // namespace tidepool::topology
