#pragma once
// A datacenter after reading: flat arrays of nodes, switches and links, plus the tree of trunks
// along which jobs share bandwidth. Built from a TopologySpec; nothing here is read from YAML
// directly.
//
// Order is meaning: nodes are numbered cluster by cluster, pod by pod, rack by rack, island by
// island, so every domain is a contiguous range of nodes, and "lowest number" is well defined
// everywhere.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/quantity.h"
#include "sim/base/ticks.h"
#include "topology/catalog.h"
#include "topology/fabric.h"
#include "topology/spec.h"

namespace tidepool::topology {

inline constexpr std::uint32_t kNone = 0xFFFF'FFFFu;

struct Node {
    std::uint32_t gpus = 0;
    std::uint32_t gpu_model = 0;  // index into Topology::gpu_models
    std::uint32_t server = 0;     // index into Topology::servers
    std::uint32_t island = 0;     // NVLink domain; a node of its own, or a rack of nodes (NVL72)
    std::uint32_t rack = 0;
    std::uint32_t pod = 0;
    std::uint32_t cluster = 0;
    std::uint32_t trunk = kNone;  // its uplink in Topology::trunks; kNone without a fabric
};

// A bundle of parallel links between two levels of the fabric (all rails of a node, all ECMP
// members of a leaf group, ...), shared by everything that crosses it. Each direction has this
// capacity.
struct Trunk {
    std::string name;              // `node12`, `leaf3`, `pod1`
    BytesPerSecond capacity;       // sum of the members, one direction
    std::uint32_t parent = kNone;  // the trunk above; kNone at the top of the fabric
    std::uint32_t members = 1;     // parallel links in the bundle
};

// Nodes [first_node, last_node) that are not there before `at` > 0.
struct Arrival {
    std::uint32_t first_node = 0, last_node = 0;
    Ticks at;
    friend bool operator==(const Arrival&, const Arrival&) = default;
};

struct Topology {
    std::string name;
    std::vector<GpuModel> gpu_models;  // those in use
    std::vector<Server> servers;       // those in use
    std::vector<Node> nodes;
    std::vector<std::string> clusters;  // names, by Node::cluster
    std::uint32_t islands = 0, racks = 0, pods = 0;
    // Nodes first (trunk n is node n's), then leaf groups, then pods; see `fabric.h`. Empty without
    // a fabric.
    std::vector<Trunk> trunks;
    std::vector<Nic> nics;  // those of `servers`
    Fabric fabric;          // how the switches are cabled
    std::vector<StorageSpec> storage;
    FailureSpec failures;           // sim/model/generate.h makes outages of it
    std::vector<Arrival> arrivals;  // by node; nodes in none are there from the beginning

    std::uint64_t gpus() const;  // sum over nodes
    Ticks arrival(std::uint32_t node) const;
    // `<cluster>-n00012`: the name of a node in results and in SimGrid.
    std::string node_name(std::uint32_t node) const;
};

}  // namespace tidepool::topology
