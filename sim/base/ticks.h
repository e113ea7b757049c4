#pragma once
// Simulated time. The run counts in ticks of 1/16 s since its start (u32, 8.5 years); specs and
// closed forms use Seconds. The two meet here and nowhere else.

#include <cmath>
#include <compare>
#include <cstdint>
#include <optional>

#include "sim/base/quantity.h"

namespace tidepool {

inline constexpr std::uint32_t kTicksPerSecond = 16;

struct Ticks {  // 1/16 s, since the start of the run
    std::uint32_t value = 0;
    friend constexpr auto operator<=>(const Ticks&, const Ticks&) = default;
};

// "Never": later than every event of a run. The last tick a run can reach is one less.
inline constexpr Ticks kNever{0xFFFF'FFFFu};

// Rounds up to the next tick; what lies above a tick by no more than the rounding of a few double
// operations (1.1 h = 3960.0000000000005 s) counts as that tick. Empty when the time is negative,
// not a number or beyond the clock.
inline std::optional<Ticks> to_ticks(Seconds time) {
    const double exact = time.value * kTicksPerSecond;
    const double nearest = std::round(exact);
    const double ticks = std::fabs(exact - nearest) <= exact * 1e-15 ? nearest : std::ceil(exact);
    if (!(ticks >= 0.0) || ticks >= static_cast<double>(kNever.value)) {
        return std::nullopt;
    }
    return Ticks{static_cast<std::uint32_t>(ticks)};
}

// Exact: every tick is a multiple of 1/16 s, which a double holds.
constexpr Seconds to_seconds(Ticks ticks) {
    return Seconds{ticks.value / double{kTicksPerSecond}};
}

}  // namespace tidepool
