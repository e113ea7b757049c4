#pragma once
// `tidepool topology show|stats`: the key figures of a topology, and how they are printed. What
// each figure means is defined beside its algorithm: bisection.h, paths.h, blast.h, bill.h.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "topology/bill.h"
#include "topology/bisection.h"
#include "topology/blast.h"
#include "topology/graph.h"
#include "topology/paths.h"
#include "topology/topology.h"

namespace tidepool::topology {

struct ClusterCount {
    std::string name, server, gpu_model;
    std::uint64_t nodes = 0, gpus = 0;
};
std::vector<ClusterCount> count_clusters(const Topology& topology);

struct TierCount {
    Tier tier = Tier::kLeaf;
    std::string model;  // name of the Switch
    std::uint64_t switches = 0;
};

struct LinkCount {  // between a tier and the next one below
    Tier below = Tier::kHost;
    Tier above = Tier::kLeaf;
    std::uint64_t cables = 0;
    BytesPerSecond capacity;  // all of them, each direction
};

// The worst single switch of a tier: the maxima over its switches, each number by itself.
struct WorstSwitch {
    Tier tier = Tier::kLeaf;
    Blast worst;
};

struct Stats {
    std::uint64_t hosts = 0, gpus = 0;
    std::vector<TierCount> tiers;
    std::vector<LinkCount> links;
    std::optional<Bisection> bisection;
    std::optional<std::uint32_t> diameter;  // hops
    std::optional<PathDiversity> diversity;
    std::vector<WorstSwitch> worst;
    Bill bill;
};

// Builds the graph and runs every algorithm: some seconds for 100,000 GPUs.
Stats stats(const Topology& topology);

// Counts per tier alone, without the rest.
void count_tiers(const Topology& topology, const Graph& graph, Stats& into);

// For people. `show`: what was built, cluster by cluster and tier by tier. `stats`: the figures.
std::string show_table(const Topology& topology);
std::string stats_table(const Topology& topology, const Stats& stats);

// For programs; SI units, names end in the unit.
std::string show_json(const Topology& topology);
std::string stats_json(const Topology& topology, const Stats& stats);

}  // namespace tidepool::topology
