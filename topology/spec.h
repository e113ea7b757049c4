#pragma once
// What a person writes about a datacenter, as plain data: clusters of servers, the fabric between
// them, storage and failure rates. `load.h` turns YAML into it, `build.h` turns it into a Topology.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "sim/base/quantity.h"
#include "sim/config/field.h"
#include "topology/catalog.h"
#include "topology/failure_spec.h"

namespace tidepool::topology {

// Nodes that are not there from the beginning.
struct TrancheSpec {
    std::int64_t nodes = 0;
    Seconds at;
    friend bool operator==(const TrancheSpec&, const TrancheSpec&) = default;
};

// Equal servers, in racks and pods. A topology that mixes servers has several clusters.
struct ClusterSpec {
    std::string name;
    std::string server;  // name of a Server in the catalogue
    std::int64_t nodes = 0;
    std::int64_t island_nodes = 1;  // nodes that share one NVLink domain
    std::int64_t nodes_per_rack = 1;
    std::int64_t nodes_per_pod = 0;       // 0: one pod
    std::vector<TrancheSpec> tranches{};  // the last nodes, in order; they arrive later
    friend bool operator==(const ClusterSpec&, const ClusterSpec&) = default;
};

enum class FabricKind : std::uint8_t { kNone, kLeaf, kLeafSpine, kFatTree, kKAry };
enum class Wiring : std::uint8_t { kRail, kTor };

// The switched network between nodes. Tiers from below: leaf (or top-of-rack) switches, spines,
// cores.
//
// Oversubscription is per tier: bandwidth a switch tier gets from below over what it has upwards.
// Two tiers of 2 make 4 : 1 between pods. A partly filled leaf or pod has uplinks in proportion to
// its nodes.
struct FabricSpec {
    FabricKind kind = FabricKind::kNone;
    Wiring wiring = Wiring::kRail;
    std::int64_t nodes_per_leaf = 0;  // 0: the rack (tor), or what the k-ary tree says
    std::string leaf;                 // names of Switches in the catalogue
    std::string spine;
    std::string core;
    std::optional<BytesPerSecond> link_rate;  // of one cable between switches
    double oversubscription = 1;              // of the leaves
    double pod_oversubscription = 1;          // of the spines towards the cores
    bool rail_planes = false;                 // every rail has spines and cores of its own
    std::int64_t k = 0;                       // ports of every switch of a k-ary fat-tree
    friend bool operator==(const FabricSpec&, const FabricSpec&) = default;
};

enum class StorageKind : std::uint8_t { kParallelFs, kObject, kLocal };
enum class StoragePath : std::uint8_t { kOwn, kFabric };

struct StorageSpec {
    std::string name;
    StorageKind kind = StorageKind::kParallelFs;
    BytesPerSecond bandwidth;                  // all clients together; `local`: of one node
    std::optional<BytesPerSecond> per_client;  // largest rate of one node
    std::optional<Bytes> capacity;             // all of it; `local`: of one node
    StoragePath path = StoragePath::kOwn;
    friend bool operator==(const StorageSpec&, const StorageSpec&) = default;
};

struct TopologySpec {
    std::string name = "datacenter";
    std::string about;   // one line on what it is
    std::string preset;  // what the rest was merged over; empty: nothing
    std::string file;    // likewise; always empty after `resolve`
    std::vector<ClusterSpec> clusters;
    FabricSpec fabric;
    std::vector<StorageSpec> storage;
    FailureSpec failures;
    Catalog catalog;
    friend bool operator==(const TopologySpec&, const TopologySpec&) = default;
};

}  // namespace tidepool::topology

namespace tidepool::config {

template <>
struct KindTable<topology::FabricKind> {
    using Enum = topology::FabricKind;
    static constexpr std::array kinds{
        Kind<Enum>{"none", Enum::kNone, "no network between nodes is modelled"},
        Kind<Enum>{"leaf", Enum::kLeaf, "one tier: leaf switches only"},
        Kind<Enum>{"leaf-spine", Enum::kLeafSpine,
                   "two tiers: leaves and spines (two-tier fat-tree)"},
        Kind<Enum>{"fat-tree", Enum::kFatTree,
                   "three tiers: leaves and spines in pods, cores above"},
        Kind<Enum>{"k-ary", Enum::kKAry, "three tiers of equal k-port switches, non-blocking"},
    };
};

template <>
struct KindTable<topology::Wiring> {
    using Enum = topology::Wiring;
    static constexpr std::array kinds{
        Kind<Enum>{"rail", Enum::kRail,
                   "card r of every node of a unit goes to leaf r of the unit"},
        Kind<Enum>{"tor", Enum::kTor, "all cards of a node go to its one top-of-rack switch"},
    };
};

template <>
struct KindTable<topology::StorageKind> {
    using Enum = topology::StorageKind;
    static constexpr std::array kinds{
        Kind<Enum>{"parallel-fs", Enum::kParallelFs, "parallel file system shared by all nodes"},
        Kind<Enum>{"object", Enum::kObject, "object store shared by all nodes"},
        Kind<Enum>{"local", Enum::kLocal, "flash inside each node"},
    };
};

template <>
struct KindTable<topology::StoragePath> {
    using Enum = topology::StoragePath;
    static constexpr std::array kinds{
        Kind<Enum>{"own", Enum::kOwn, "a network of its own"},
        Kind<Enum>{"fabric", Enum::kFabric,
                   "the compute fabric, above its top: shares every trunk with training"},
    };
};

template <>
struct SpecTable<topology::TrancheSpec> {
    using Spec = topology::TrancheSpec;
    static constexpr std::string_view name = "tranche";
    static constexpr std::string_view doc = "Nodes that arrive after the beginning of the run.";
    static constexpr std::tuple fields{
        Field{"nodes", &Spec::nodes, required(1, 200'000), "How many."},
        Field{"at", &Spec::at, required(0.0625, topology::kLatest), "When they are in service."},
    };
};

template <>
struct SpecTable<topology::ClusterSpec> {
    using Spec = topology::ClusterSpec;
    static constexpr std::string_view name = "cluster";
    static constexpr std::string_view doc = "Equal servers, in racks and pods.";
    static constexpr std::tuple fields{
        Field{"name", &Spec::name, required(1, 40),
              "Prefix of its nodes' names: letters, digits, `-`."},
        Field{"server", &Spec::server, required(1, 100), "Server, by its name in the catalogue."},
        Field{"nodes", &Spec::nodes, required(1, 200'000), "Number of servers."},
        Field{"island_nodes", &Spec::island_nodes, optional(1, 4096),
              "Nodes that share one NVLink domain: 1, or 18 in an NVL72 rack."},
        Field{"nodes_per_rack", &Spec::nodes_per_rack, optional(1, 200'000), "Nodes of one rack."},
        Field{"nodes_per_pod", &Spec::nodes_per_pod, optional(0, 200'000),
              "Nodes of one pod; 0 = the cluster is one pod."},
        Field{"tranches", &Spec::tranches, optional(),
              "Its last nodes arrive later: by time, the last tranche holds the last nodes."},
    };
};

template <>
struct SpecTable<topology::FabricSpec> {
    using Spec = topology::FabricSpec;
    static constexpr std::string_view name = "fabric";
    static constexpr std::string_view doc =
        "The compute network between nodes. How many spines and cores it takes follows from the "
        "ports.";
    static constexpr std::tuple fields{
        Field{"kind", &Spec::kind, optional(), "Number of tiers, or none."},
        Field{"wiring", &Spec::wiring, optional(), "Which leaf a node's cards go to."},
        Field{"nodes_per_leaf", &Spec::nodes_per_leaf, optional(0, 4096),
              "Nodes on one leaf (rail: nodes of a scalable unit); 0 = the rack (tor), or k-ary's "
              "own."},
        Field{"leaf", &Spec::leaf, optional(), "Leaf switch, by its name in the catalogue."},
        Field{"spine", &Spec::spine, optional(), "Spine switch."},
        Field{"core", &Spec::core, optional(), "Core switch."},
        Field{"link_rate", &Spec::link_rate, optional(1, topology::kMaxPortRate),
              "Rate of one cable between switches; absent = the slower of the two ports."},
        Field{"oversubscription", &Spec::oversubscription, optional(1, 1000),
              "Bandwidth from below over bandwidth upwards, at the leaves."},
        Field{"pod_oversubscription", &Spec::pod_oversubscription, optional(1, 1000),
              "The same at the spines, towards the cores."},
        Field{"rail_planes", &Spec::rail_planes, optional(),
              "Whether every rail has spines and cores of its own."},
        Field{"k", &Spec::k, optional(0, 128), "Ports of every switch of a k-ary fat-tree; even."},
    };
};

template <>
struct SpecTable<topology::StorageSpec> {
    using Spec = topology::StorageSpec;
    static constexpr std::string_view name = "storage";
    static constexpr std::string_view doc = "A storage system.";
    static constexpr std::tuple fields{
        Field{"name", &Spec::name, required(1, 100), "How workloads refer to it."},
        Field{"kind", &Spec::kind, required(), "What it is."},
        Field{"bandwidth", &Spec::bandwidth, required(1), "All clients together; local: one node."},
        Field{"per_client", &Spec::per_client, optional(1), "Largest rate of one node."},
        Field{"capacity", &Spec::capacity, optional(0), "Size; local: of one node."},
        Field{"path", &Spec::path, optional(), "How nodes reach it, if not inside them."},
    };
};

template <>
struct SpecTable<topology::TopologySpec> {
    using Spec = topology::TopologySpec;
    static constexpr std::string_view name = "topology";
    static constexpr std::string_view doc =
        "A datacenter. `preset` or `file` give a base over which the other keys are merged.";
    static constexpr std::tuple fields{
        Field{"name", &Spec::name, optional(1, 100), "Its name in tables and files."},
        Field{"about", &Spec::about, optional(), "One line on what it is."},
        Field{"preset", &Spec::preset, optional(), "A shipped topology to start from."},
        Field{"file", &Spec::file, optional(), "A YAML file to start from, relative to this one."},
        Field{"clusters", &Spec::clusters, optional(), "The servers; at least one cluster in all."},
        Field{"fabric", &Spec::fabric, optional(), "The network between them."},
        Field{"storage", &Spec::storage, optional(), "Storage systems."},
        Field{"failures", &Spec::failures, optional(), "What breaks, and how often."},
        Field{"catalog", &Spec::catalog, optional(), "Parts of your own."},
    };
};

}  // namespace tidepool::config
