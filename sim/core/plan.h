#pragma once
// The compiled scenario as the core sees it: flat, read-only arrays and sorted streams. Views only;
// the owner (sim/scenario) keeps the memory. Everything is an integer; times are ticks.
//
// Nodes of equal GPU model and size form a class; classes are ordered by size, largest first, then
// by lowest node. Domains (islands of several nodes, pods) are contiguous ranges of nodes of one
// class; level 0 is the smallest. A pool class is one node that stands for many (`fungible`
// placement): it has a number of free GPUs and nothing else.

#include <cstdint>

#include "sim/base/assert.h"
#include "sim/core/exec.h"
#include "sim/core/policies.h"

namespace tidepool::core {

inline constexpr std::uint32_t kLargestNode = 64;  // GPUs; one bit each in a node's mask
inline constexpr std::uint32_t kMaxModels = 32;    // GPU models; one bit each in a job's mask

struct NodeClass {
    std::uint32_t gpus = 0;   // per node
    std::uint32_t model = 0;  // GPU model
    std::uint32_t first = 0;  // lowest node
    std::uint32_t last = 0;   // one past the highest node
    std::uint32_t nodes = 0;  // members; [first, last) may hold other classes' nodes as well
    std::uint32_t pool = 0;   // 1: a pool, no levels
    std::uint32_t words = 0;  // 64-bit words of one level's bitmap, counted from word first / 64
    std::uint32_t bit_offset = 0;    // of its level bitmaps, in words
    std::uint32_t count_offset = 0;  // of its level counts
};

struct Domain {
    std::uint32_t first = 0, last = 0;  // nodes [first, last)
    std::uint32_t node_class = 0;  // index into classes_by_size; kNone: nobody looks for nodes here
};

struct Plan {
    std::uint32_t nodes = 0;
    std::uint64_t gpus = 0;
    const std::uint8_t* node_class = nullptr;  // [nodes]
    std::uint32_t classes = 0;
    const NodeClass* classes_by_size = nullptr;  // [classes]
    std::uint32_t levels = 0;                    // domain levels
    const std::uint32_t* level_begin = nullptr;  // [levels + 1] into domains
    const Domain* domains = nullptr;             // all levels, one after the other
    const std::uint32_t* domain_of = nullptr;    // [levels * nodes] -> index into domains
    std::uint32_t bit_words = 0;                 // all level bitmaps
    std::uint32_t level_counts = 0;              // all level counts

    // Jobs by rank, the order of the queue.
    std::uint32_t jobs = 0;
    const std::uint32_t* submit = nullptr;    // [jobs] tick
    const std::uint32_t* duration = nullptr;  // [jobs] ticks
    const std::uint32_t* estimate = nullptr;  // [jobs] ticks, as the scheduler believes
    const std::uint32_t* job_gpus = nullptr;  // [jobs]
    const std::uint32_t* models = nullptr;    // [jobs] accepted GPU models, one bit each
    // Arrival stream: ranks sorted by (submit, rank), without jobs that are rejected beforehand.
    std::uint32_t arrivals = 0;
    const std::uint32_t* arrival = nullptr;

    QueuePolicy queue = QueuePolicy::kFifo;
    Placement placement = Placement::kPack;
    std::uint64_t seed = 0;
    std::uint32_t end =
        0xFFFF'FFFFu;  // the run covers [0, end) ticks; 0xFFFFFFFF: until nothing is left
};

TP_HD inline bool accepts(const Plan& plan, std::uint32_t rank, const NodeClass& c) {
    return ((plan.models[rank] >> c.model) & 1U) != 0;
}

// GPUs of the largest node this job may use; 0 when no node has an accepted model. A gang that fits
// into one node always gets one; a larger one takes whole nodes.
TP_HD inline std::uint32_t largest_node(const Plan& plan, std::uint32_t rank) {
    for (std::uint32_t c = 0; c < plan.classes; ++c) {
        if (accepts(plan, rank, plan.classes_by_size[c])) {
            return plan.classes_by_size[c].gpus;
        }
    }
    return 0;
}

// Could the job ever run, on an empty machine?
TP_HD inline bool can_ever_fit(const Plan& plan, std::uint32_t rank) {
    const std::uint32_t gpus = plan.job_gpus[rank];
    for (std::uint32_t c = 0; c < plan.classes; ++c) {
        const NodeClass& k = plan.classes_by_size[c];
        if (accepts(plan, rank, k) && std::uint64_t{k.gpus} * k.nodes >= gpus) {
            return true;
        }
    }
    return false;
}

}  // namespace tidepool::core
