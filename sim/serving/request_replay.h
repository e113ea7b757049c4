#pragma once
// Requests fidelity: every request goes through routing, queue, continuous batching and KV memory
// until its last token. docs/inference.md states the rules exactly. All integers; ties go to the
// request that arrived first and to the unit of the lowest number.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/model/service_ledger.h"
#include "sim/model/unit_model.h"
#include "workloads/request.h"

namespace tidepool::serving {

// What happens to the units of a service, sorted by time, then by unit.
enum class UnitEvent : std::uint8_t {
    kReady = 0,    // takes requests from now on
    kClosing = 1,  // takes no further ones, and finishes those it has
    kGone = 2,     // at once: what it has not finished begins again elsewhere
};
struct UnitChange {
    std::int64_t at = 0;  // ns
    std::uint32_t unit = 0;
    UnitEvent event = UnitEvent::kReady;
};

enum class Routing : std::uint8_t {
    kLeastLoaded,  // fewest requests in the unit
    kRoundRobin,   // next unit in the order of their numbers
    kRandom,       // any, with equal chance (seeded)
    kSharedQueue,  // requests wait in one queue; the least loaded unit with room gets the next one
    kPrefix,       // longest cached prefix, if that unit is not overloaded; else least loaded
};

struct RequestClassRule {
    std::string name;            // of RequestStream::classes(); "": those that no other rule names
    std::uint32_t priority = 0;  // higher goes first
    std::int64_t deadline = 0;   // ns; > 0: a batch request, which waits for room that the others
                                 // leave, and goes before them when its deadline comes near
    friend bool operator==(const RequestClassRule&, const RequestClassRule&) = default;
};

struct PrefixCache {
    std::uint64_t blocks = 0;             // capacity; 0: no cache; kAnyNumber: endless
    bool shared = true;                   // one for the service; else one in each unit
    std::uint64_t load_ns_per_token = 0;  // ns * 2^-20, to bring a cached token back; < 2^40
    friend bool operator==(const PrefixCache&, const PrefixCache&) = default;
};

inline constexpr std::uint64_t kAnyNumber = ~std::uint64_t{0};

struct ServiceRules {
    model::UnitModel unit;
    Routing routing = Routing::kLeastLoaded;
    // Requests that a unit may hold beyond those that its batch has places for; 0: none waits.
    std::uint64_t queue_limit = kAnyNumber;
    std::int64_t patience = 0;       // ns until the prompt begins; 0: endless
    std::uint32_t batch_fill = 700;  // per mille of the batch limit that batch requests may fill
    std::int64_t ttft_promise = 0, tpot_promise = 0;  // ns; 0: none
    std::int64_t round_trip = 0;  // ns, >= 0: on top of the times to first and last token
    std::vector<RequestClassRule> classes;
    PrefixCache cache;
    std::uint64_t seed = 0;
    std::uint32_t entity = 0;  // of the service's random streams
};

// Replays the requests that arrive in [0, end) ns, end < 2^62. `bin`: width in ns. Units are
// numbered from 0 with few gaps; requests come in order of time (what is not so is a bug).
// `keep_going`, if any, is asked now and then with the present time; false ends the replay there.
// Throws what `requests` throws.
model::ServiceLedger replay_requests(const ServiceRules& rules, std::span<const UnitChange> changes,
                                     workloads::RequestStream& requests, std::int64_t end,
                                     std::int64_t bin,
                                     const std::function<bool(std::int64_t)>& keep_going = {});

}  // namespace tidepool::serving
