#pragma once
// The compiled network of a scenario: trunks and storage with their capacities, and what every job
// puts on them. Flat and read-only, beside core::Plan. docs/network.md has the rules.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/quantity.h"
#include "sim/model/comm_profile.h"
#include "sim/model/network_ledger.h"

namespace tidepool::network {

inline constexpr std::uint32_t kNoTrunk = 0xFFFF'FFFFu;

// How the ranks of a job lie on the nodes it got.
enum class Ranks : std::uint8_t {
    kRailAligned = 0,  // in node order; GPU i talks to GPU i of other nodes
    kUnaligned = 1,    // in node order; peers sit on any rail
    kScattered = 2,    // nodes in random order, peers on any rail
};

// How traffic spreads over the cables of a trunk.
enum class Balance : std::uint8_t {
    kIdeal = 0,  // evenly, as with adaptive routing or packet spraying
    kHash = 1,   // every connection keeps to one cable, drawn by chance (ECMP)
};

// What jobs of one kind send over the network. Nodes are numbered as the job's ranks are: replica
// by replica of `replica_nodes` nodes, a pipeline's stages one after the other.
struct Traffic {
    model::CommProfile profile;
    // Of what a node sends: to its successor in the data-parallel ring, to its neighbours in the
    // pipeline, to all others of its `expert_nodes`. They add up to 1.
    double ring = 1, pipeline = 0, all_to_all = 0;
    std::uint32_t replica_nodes = 1;
    std::uint32_t expert_nodes = 1;
    Ranks ranks = Ranks::kRailAligned;
};

// A bundle of links, or a storage system.
struct Link {
    std::string name;
    model::LinkTier tier = model::LinkTier::kNode;
    BytesPerSecond capacity;          // with nothing broken; one direction
    std::uint32_t parent = kNoTrunk;  // the trunk above
    std::uint32_t cables = 1;
    // Equal parts that can fail one by one: cards of a node, leaves of a group, spines of a pod
    // (own); and what they hang on (above): leaves, spines, cores. 1: it does not fail in parts.
    std::uint32_t own_parts = 1, above_parts = 1;
    BytesPerSecond per_client;  // storage: largest rate of one node; 0: no limit
    bool on_fabric = false;     // storage: reached through the fabric, not by a network of its own
};

// What idle storage grants so many nodes together, each of which can send `line`.
inline BytesPerSecond idle_storage_rate(const Link& storage, BytesPerSecond line,
                                        std::uint64_t nodes) {
    const auto n = static_cast<double>(nodes);
    double rate = storage.capacity.value;
    if (storage.per_client.value > 0 && n * storage.per_client.value < rate) {
        rate = n * storage.per_client.value;
    }
    if (storage.on_fabric && n * line.value < rate) {
        rate = n * line.value;
    }
    return {rate};
}

enum class Part : std::uint8_t { kOwn = 0, kAbove = 1 };

// Some of a link's parts fail or come back.
struct CapacityStep {
    std::uint32_t tick = 0;
    std::uint32_t link = 0;
    Part part = Part::kOwn;
    std::int32_t lost = 0;  // in 1/1024 of a part; < 0: comes back
    friend bool operator==(const CapacityStep&, const CapacityStep&) = default;
};

struct NetworkPlan {
    std::vector<Link> links;  // node n's trunk is link n; then leaf groups, pods, storage
    std::uint32_t nodes = 0;
    std::uint32_t rails = 1;  // leaf switches of a group: 1 below top-of-rack switches
    bool both_ways = false;   // some storage is on the fabric: directions differ
    Balance balance = Balance::kIdeal;
    std::vector<Traffic> kinds;
    std::vector<std::uint32_t> kind_of_job;      // by rank, index into `kinds`
    std::vector<std::uint32_t> storage_of_rule;  // by checkpoint rule: link, or kNoTrunk
};

}  // namespace tidepool::network
