#pragma once
// What a run with a network leaves behind about it: what links carried, whom they held up, and who
// shared them at the end. Bytes are doubles, sums in a fixed order: the same on every machine.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/quantity.h"
#include "sim/base/ticks.h"

namespace tidepool::model {

// Values are part of the results (/timeseries/link/tier): never renumber, only add.
enum class LinkTier : std::int8_t {
    kNode = 0,     // all cards of a node
    kLeaf = 1,     // all cables from a group of leaves to the spines
    kPod = 2,      // all cables from a pod's spines to the cores
    kStorage = 3,  // a storage system
};
inline constexpr std::uint32_t kLinkTiers = 4;

struct LinkRecord {
    std::string name;
    LinkTier tier = LinkTier::kLeaf;
    BytesPerSecond capacity;     // with nothing broken, one direction
    double bytes = 0;            // carried away from the nodes; of storage: both ways
    double busiest = 0;          // largest share of `capacity` over a bin; 0 without bins
    std::uint64_t stalled = 0;   // 1/1024 GPU-ticks that jobs lost because it held them up
    std::vector<double> binned;  // bytes per bin; empty: nothing, or not recorded
    BytesPerSecond left;         // of the capacity, at the end of the run
    BytesPerSecond granted;      // at the end, to all flows that cross it; the fuller direction
};

struct TierRecord {
    std::uint32_t links = 0;
    BytesPerSecond capacity;  // of all of them
    double bytes = 0;
    std::vector<double> binned;
};

enum class FlowKind : std::int8_t { kTraining = 0, kWrite = 1, kRead = 2 };

// A flow that was under way at the end of the run.
struct FlowRecord {
    std::uint32_t job = 0;  // index into Ledger::jobs
    FlowKind kind = FlowKind::kTraining;
    std::uint32_t nodes = 0, leaf_groups = 0, pods = 0;  // that it spans
    BytesPerSecond asked, granted;  // training: of one node's line; else of all nodes together
    std::uint32_t pace = 0;         // of 2^24: what the network leaves of the job's speed
    std::uint32_t held_by = 0xFFFF'FFFFu;  // index into NetworkLedger::links; none: nobody
    std::vector<std::uint32_t> links;      // that it crosses, indices into NetworkLedger::links
};

// What a job on several nodes got for its traffic, over all its attempts.
struct RateRecord {
    double granted = 0;       // bytes: integral of the rate granted to each of its nodes
    std::uint64_t ticks = 0;  // over this time at work; 0: none, or it sends nothing
};

// The links that somebody may share, and of single nodes those that held their job up.
struct NetworkLedger {
    bool on = false;
    std::vector<LinkRecord> links;  // by trunk: nodes, groups of leaves, pods; then storage
    bool binned = true;             // else: too many links and bins, only the tiers have theirs
    std::vector<TierRecord> tiers;  // by LinkTier
    std::vector<FlowRecord> flows;  // by job, then kind
    std::vector<RateRecord> rates;  // by job; may be shorter than the list of jobs
    std::uint64_t stalled = 0;      // 1/1024 GPU-ticks, all jobs; the sum over links
    std::uint64_t solves = 0;       // of the rates
    std::uint32_t cut_off = 0;      // jobs that stood still at the end, cut off by what failed
};

}  // namespace tidepool::model
