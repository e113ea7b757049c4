#pragma once
// What the scheduler can be told to do. Each kind is one row here: its name in a scenario, the
// value the core switches on, and the line that `tidepool list` and the reference print.
// docs/scheduling.md states the rules exactly.

#include <array>
#include <cstdint>
#include <string_view>

#include "sim/base/assert.h"

namespace tidepool::core {

enum class QueuePolicy : std::uint8_t { kFifo, kFirstFit, kEasy, kFairShare, kDrf };
enum class Placement : std::uint8_t { kPack, kFirstFit, kSpread, kRandom, kCompact };

template <class Value>
struct PolicyKind {
    std::string_view name;
    Value value;
    std::string_view summary;
};

inline constexpr std::array kQueueKinds{
    PolicyKind<QueuePolicy>{"fifo", QueuePolicy::kFifo,
                            "strictly in order: a job that does not fit blocks all behind it"},
    PolicyKind<QueuePolicy>{"first-fit", QueuePolicy::kFirstFit,
                            "every waiting job that fits starts, in order; large jobs may starve"},
    PolicyKind<QueuePolicy>{
        "easy", QueuePolicy::kEasy,
        "the head of the queue holds a reservation; later jobs may start if they "
        "do not delay it (EASY backfill, Lifka 1995)"},
    PolicyKind<QueuePolicy>{
        "fair-share", QueuePolicy::kFairShare,
        "next is the tenant that has used the fewest GPUs for its weight lately"},
    PolicyKind<QueuePolicy>{
        "drf", QueuePolicy::kDrf,
        "next is the tenant with the least dominant share of GPUs, host CPUs and host memory for "
        "its weight (Ghodsi et al., NSDI 2011)"},
};

// Which tenant is next, rather than which job.
TP_HD constexpr bool is_by_tenant(QueuePolicy queue) {
    return queue == QueuePolicy::kFairShare || queue == QueuePolicy::kDrf;
}

// Who makes room for a job that does not fit, and of those that may, who goes first.
enum class PreemptRule : std::uint8_t { kNobody, kPriority, kQuota };
enum class PreemptOrder : std::uint8_t { kLatest, kEarliest, kLargest, kSmallest };

inline constexpr std::array kPreemptOrderKinds{
    PolicyKind<PreemptOrder>{"latest", PreemptOrder::kLatest, "the one that left the queue last"},
    PolicyKind<PreemptOrder>{"earliest", PreemptOrder::kEarliest,
                             "the one that left the queue first"},
    PolicyKind<PreemptOrder>{"largest", PreemptOrder::kLargest, "the one with the most GPUs"},
    PolicyKind<PreemptOrder>{"smallest", PreemptOrder::kSmallest, "the one with the fewest GPUs"},
};

inline constexpr std::array kPlacementKinds{
    PolicyKind<Placement>{
        "pack", Placement::kPack,
        "fullest node that fits; gangs take whole nodes, same island and pod first"},
    PolicyKind<Placement>{"first-fit", Placement::kFirstFit, "lowest node number that fits"},
    PolicyKind<Placement>{"spread", Placement::kSpread,
                          "emptiest node first; gangs take whole nodes of the emptiest pod"},
    PolicyKind<Placement>{"random", Placement::kRandom,
                          "any node that fits, with equal chance (seeded)"},
    PolicyKind<Placement>{
        "compact", Placement::kCompact,
        "as pack, and gangs below as few leaf switches as possible: same island, leaf group, pod "
        "first"},
};

}  // namespace tidepool::core
