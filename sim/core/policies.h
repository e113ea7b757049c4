#pragma once
// What the scheduler can be told to do. Each kind is one row here: its name in a scenario, the
// value the core switches on, and the line that `tidepool list` and the reference print.
// docs/scheduling.md states the rules exactly.

#include <array>
#include <cstdint>
#include <string_view>

namespace tidepool::core {

enum class QueuePolicy : std::uint8_t { kFifo, kFirstFit, kEasy };
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
