#pragma once
// A scheduling problem as plain data, and a schedule as plain data: what the oracle and the
// simulator's core are both asked, and what both answer. Nothing here is compiled, sorted or
// indexed.

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/policies.h"

namespace tidepool::properties {

inline constexpr std::uint32_t kNever = 0xFFFF'FFFFu;

struct SmallNode {
    std::uint32_t model = 0;
    std::uint32_t gpus = 8;
    std::uint32_t pod = 0;     // a pod's nodes are neighbours and of one class
    std::uint32_t island = 0;  // number unique in the machine; an island lies in one pod
    std::uint32_t leaf = 0;    // leaf group, likewise; only with a fabric
};

struct SmallJob {
    std::uint32_t submit = 0;  // ticks, like all times here
    std::uint32_t duration = 0;
    std::uint32_t estimate = 0;
    std::uint32_t gpus = 1;
    std::uint32_t models = 1;  // bit m: model m will do
};

// What has to hold all nodes of a gang.
enum class Near : std::uint8_t { kAnywhere, kLeaf, kPod };

struct Problem {
    std::vector<SmallNode> nodes;
    bool fabric = false;
    std::vector<SmallJob> jobs;  // by rank
    core::QueuePolicy queue = core::QueuePolicy::kFifo;
    core::Placement placement = core::Placement::kPack;
    Near within = Near::kAnywhere;  // gangs wait for such a place
    std::uint32_t wait = 0;         // so long
    bool fungible = false;          // then `placement` has no meaning
    std::uint64_t seed = 1;
    std::uint32_t horizon = kNever;
};

// A fabric with leaf groups of so many nodes; they begin anew in every pod.
inline void add_leaf_groups(Problem& problem, std::uint32_t size) {
    problem.fabric = true;
    std::uint32_t filled = 0;
    for (std::size_t n = 0; n < problem.nodes.size(); ++n) {
        SmallNode& node = problem.nodes[n];
        const bool same_pod = n > 0 && node.pod == problem.nodes[n - 1].pod;
        const bool same_leaf = same_pod && filled < size;
        filled = same_leaf ? filled + 1 : 1;
        node.leaf = n == 0 ? 0 : problem.nodes[n - 1].leaf + (same_leaf ? 0 : 1);
    }
}

// A GPU: node and number on it. In a fungible pool: the model, and 0, 1, ... for as many as are
// held.
using Gpu = std::pair<std::uint32_t, std::uint32_t>;

struct Outcome {
    std::uint32_t start = kNever;  // kNever: not in this run
    std::uint32_t end = kNever;
    std::set<Gpu> held;
    friend bool operator==(const Outcome&, const Outcome&) = default;
};

struct Step {
    enum class Kind : std::uint8_t { kStart, kEnd };
    std::uint32_t tick = 0;
    Kind kind = Kind::kStart;
    std::uint32_t rank = 0;
    friend bool operator==(const Step&, const Step&) = default;
};

struct Schedule {
    std::vector<Outcome> jobs;  // by rank
    std::vector<Step> steps;    // in the order in which they happened
    std::uint32_t over = 0;     // when the run ended
    friend bool operator==(const Schedule&, const Schedule&) = default;
};

template <class Kinds, class Value>
std::string name_of(const Kinds& kinds, Value value) {
    for (const auto& kind : kinds) {
        if (kind.value == value) {
            return std::string(kind.name);
        }
    }
    return "?";
}

inline std::ostream& operator<<(std::ostream& out, const Problem& p) {
    out << "queue " << name_of(core::kQueueKinds, p.queue) << ", placement "
        << (p.fungible ? "fungible" : name_of(core::kPlacementKinds, p.placement)) << ", seed "
        << p.seed << ", horizon " << p.horizon;
    if (p.within != Near::kAnywhere) {
        out << ", within " << (p.within == Near::kLeaf ? "leaf" : "pod") << " for " << p.wait;
    }
    out << "\n";
    for (std::size_t n = 0; n < p.nodes.size(); ++n) {
        const SmallNode& node = p.nodes[n];
        out << "  node " << n << ": {model " << node.model << ", gpus " << node.gpus << ", pod "
            << node.pod << ", island " << node.island;
        out << (p.fabric ? ", leaf " + std::to_string(node.leaf) : "") << "}\n";
    }
    for (std::size_t r = 0; r < p.jobs.size(); ++r) {
        const SmallJob& job = p.jobs[r];
        out << "  job " << r << ": {submit " << job.submit << ", duration " << job.duration
            << ", estimate " << job.estimate << ", gpus " << job.gpus << ", models " << job.models
            << "}\n";
    }
    return out;
}

// `3:0-7` is GPUs 0 to 7 of node 3.
inline std::ostream& operator<<(std::ostream& out, const std::set<Gpu>& held) {
    for (auto first = held.begin(), last = first; first != held.end(); first = last) {
        std::uint32_t gpu = first->second;
        while (++last != held.end() && *last == Gpu{first->first, gpu + 1}) {
            ++gpu;
        }
        out << " " << first->first << ":" << first->second << "-" << gpu;
    }
    return out;
}

inline std::ostream& operator<<(std::ostream& out, const Schedule& s) {
    for (const Step& step : s.steps) {
        const bool start = step.kind == Step::Kind::kStart;
        out << "  " << step.tick << (start ? " start " : " end ") << step.rank;
        if (start) {
            out << s.jobs[step.rank].held;
        }
        out << "\n";
    }
    return out << "  over at " << s.over << "\n";
}

}  // namespace tidepool::properties
