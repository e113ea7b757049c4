#pragma once
// What happened to the units of services in a run, in the order in which it happened: all that
// capacities, latencies and bills of services are made from afterwards.

#include <cstdint>

namespace tidepool {

enum class UnitEvent : std::uint32_t {
    kStarted = 0,   // has its GPUs, and is cold
    kReady = 1,     // takes requests from now on
    kClosing = 2,   // takes no further ones
    kReopened = 3,  // stays after all; kReady follows unless it is still cold
    kFailed = 4,    // interrupted: what it was doing is gone
    kGone = 5,      // has given its GPUs back
    kWanted = 6,    // UnitNote::unit is a service; `units` are wanted from now on
    kAsked = 7,     // `units` GPUs of a job were asked for; unit is meaningless
};

struct UnitNote {
    std::uint32_t tick = 0;
    std::uint32_t unit = 0;  // number among the units of all services
    UnitEvent event = UnitEvent::kStarted;
    std::uint32_t units = 0;
    friend bool operator==(const UnitNote&, const UnitNote&) = default;
};

}  // namespace tidepool
