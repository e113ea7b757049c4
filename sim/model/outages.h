#pragma once
// Failures as one sorted list, made before the run. docs/interruptions.md says what an outage does;
// generate.h makes the list from rates, windows, tranches and logs.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/ticks.h"

namespace tidepool::model {

// Values are part of the results (/failures/kind): never renumber, only add.
enum class OutageKind : std::int8_t {
    kInterruption = 0,  // interrupts jobs, nothing to repair: end == begin
    kRepair = 1,        // interrupts jobs, GPUs down until `end`
    kDegraded = 2,      // slows jobs until `end`
    kMaintenance = 3,   // as kRepair, planned
    kNotInstalled = 4,  // [0, arrival): no part of the capacity
    kBandwidth = 5,     // takes bandwidth until `end`: `speed` of the thing's is left
};

// The part of the fabric that an outage of kind kBandwidth is about.
enum class FabricPart : std::uint8_t { kNone = 0, kCard = 1, kLeaf = 2, kSpine = 3, kCore = 4 };

// Which jobs on its nodes feel it.
enum class Reach : std::uint8_t {
    kAll = 0,
    kMultiNode = 1,  // those on several nodes
    kMultiLeaf = 2,  // those below several leaf groups
};
inline constexpr std::uint32_t kReaches = 3;

inline constexpr std::uint32_t kFullSpeed = 1024;
inline constexpr std::uint64_t kWholeNode = ~std::uint64_t{0};

struct Outage {
    Ticks begin;
    Ticks end;                 // kNever: not within the 8.5 years of the clock
    std::uint32_t cause = 0;   // index into Outages::causes
    std::uint32_t entity = 0;  // which thing of its class failed: its number among those of the
                               // datacenter (GPU, node, link, leaf, ...), for people
    std::uint32_t first_node = 0, last_node = 0;  // nodes [first, last)
    std::uint64_t gpus = kWholeNode;              // on each of them, one bit per GPU
    OutageKind kind = OutageKind::kRepair;
    Reach reach = Reach::kAll;
    std::uint16_t speed = kFullSpeed;  // kDegraded: 1 .. 1023 of 1024; kBandwidth: 0 .. 1023
    FabricPart part = FabricPart::kNone;
    friend bool operator==(const Outage&, const Outage&) = default;
};

struct Outages {
    std::vector<std::string> causes;
    std::vector<Outage> list;  // by (begin, cause, entity)
};

}  // namespace tidepool::model
