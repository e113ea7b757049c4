#pragma once
// Failure rates in the units people publish, and what they mean for a job: n things in series, each
// failing at constant rate, interrupt the job at the sum of their rates. Pure arithmetic.

#include "sim/base/quantity.h"

namespace tidepool::model {

inline constexpr double kSecondsPerHour = 3600;
inline constexpr double kSecondsPerDay = 86400;
inline constexpr double kSecondsPerYear = 365 * kSecondsPerDay;

// A rate of one node, from failures per 1,000 node-days, and back.
constexpr EventsPerSecond from_thousand_node_days(double failures) {
    return {failures / (1000 * kSecondsPerDay)};
}
constexpr double to_thousand_node_days(EventsPerSecond per_node) {
    return per_node.value * (1000 * kSecondsPerDay);
}

// Events per thing and time: `events` of `things` within `span`.
constexpr EventsPerSecond observed_rate(double events, double things, Seconds span) {
    return {events / (things * span.value)};
}

// Mean time to interruption of a job on n equal things; infinite if none fails. The MTTI is shorter
// in proportion to n: measured values scale nearly so (Kokolis et al. 2024: 8 to 1,024 GPUs).
constexpr Seconds series_mtti(EventsPerSecond of_one, double n) {
    return {1 / (of_one.value * n)};
}

// The rate of one of n things of which a job is made.
constexpr EventsPerSecond rate_of_one(Seconds mtti, double n) {
    return {1 / (mtti.value * n)};
}

// GPU-hours that pass between two interruptions: independent of the size of the job, if every GPU
// fails alike, and so the measure by which claims at different sizes compare.
constexpr double gpu_hours_per_interruption(Seconds mtti, double gpus) {
    return mtti.value / kSecondsPerHour * gpus;
}

}  // namespace tidepool::model
