#pragma once
// Inference services as the YAML tells them, and how they share GPUs with jobs. docs/tide.md and
// docs/inference.md say what it means.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "sim/base/issue.h"
#include "sim/base/quantity.h"
#include "sim/config/field.h"
#include "sim/config/value.h"
#include "sim/model/unit_spec.h"
#include "sim/scenario/recovery_spec.h"
#include "sim/serving/request_replay.h"
#include "workloads/demand_spec.h"

namespace tidepool::scenario {

enum class Fidelity : std::uint8_t { kFlow, kRequests };
enum class ScaleRule : std::uint8_t { kFixed, kTarget, kLatency, kSchedule, kPredict };
enum class TidePolicy : std::uint8_t { kLend, kSplit, kWindow };

// From `at` (time of day) on.
struct ScheduleStep {
    Seconds at;
    std::int64_t units = 0;
    friend bool operator==(const ScheduleStep&, const ScheduleStep&) = default;
};

struct AutoscaleSpec {
    ScaleRule rule = ScaleRule::kTarget;
    std::vector<std::int64_t> units;  // [least, most]
    Seconds every{300};
    Fraction utilisation{0.7};
    std::optional<Seconds> ttft_p95, tpot_p95;  // of `latency`; absent: the service's promises
    std::vector<ScheduleStep> schedule;
    Seconds look_back{86400};  // of `predict`: a day or a week
    Seconds look_ahead{900};   // of `predict`
    std::optional<Seconds> clear_backlog;
    Seconds grow_after{0}, shrink_after{0};
    friend bool operator==(const AutoscaleSpec&, const AutoscaleSpec&) = default;
};

struct SloSpec {
    std::optional<Seconds> ttft_p95, tpot_p95;
    friend bool operator==(const SloSpec&, const SloSpec&) = default;
};

struct RequestClassSpec {
    std::string name;
    std::int64_t priority = 0;
    std::optional<Seconds> deadline;
    friend bool operator==(const RequestClassSpec&, const RequestClassSpec&) = default;
};

struct CacheSpec {
    std::optional<Bytes> capacity;            // absent with `hit_rate`, or endless
    std::optional<Fraction> hit_rate;         // of prompt tokens, instead of replaying prefixes
    std::optional<BytesPerSecond> bandwidth;  // at which a unit reads cached tokens back
    Bytes bytes_per_token{327'680};           // of KV cache
    bool shared = true;
    friend bool operator==(const CacheSpec&, const CacheSpec&) = default;
};

struct ServiceSpec {
    std::string name;
    std::string tenant;
    model::UnitSpec unit;
    workloads::DemandSpec demand;
    Fidelity fidelity = Fidelity::kFlow;
    AutoscaleSpec autoscale;
    SloSpec slo;
    serving::Routing routing = serving::Routing::kLeastLoaded;
    std::optional<std::int64_t> queue_limit;  // requests waiting per ready unit
    std::optional<Seconds> patience;
    Fraction batch_fill{0.7};
    std::vector<RequestClassSpec> classes;
    std::optional<CacheSpec> cache;
    Seconds drain{30};
    Seconds round_trip{0};
    RecoverySpec recovery;
    friend bool operator==(const ServiceSpec&, const ServiceSpec&) = default;
};

struct ShareSpec {
    std::optional<std::int64_t> floor, ceiling;  // GPUs
    friend bool operator==(const ShareSpec&, const ShareSpec&) = default;
};

struct WindowSpec {
    Seconds from, to;
    friend bool operator==(const WindowSpec&, const WindowSpec&) = default;
};

struct TideRulesSpec {
    TidePolicy policy = TidePolicy::kLend;
    Seconds notice{120};
    ShareSpec training, serving;
    std::optional<WindowSpec> window;
    friend bool operator==(const TideRulesSpec&, const TideRulesSpec&) = default;
};

// What must hold between the fields.
void validate(const AutoscaleSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);
void validate(const CacheSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);
void validate(const ServiceSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);
void validate(const TideRulesSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);

}  // namespace tidepool::scenario

namespace tidepool::config {

template <>
struct KindTable<scenario::Fidelity> {
    using Enum = scenario::Fidelity;
    static constexpr std::array kinds{
        Kind<Enum>{"flow", Enum::kFlow, "demand per bin, latency by closed form; fast"},
        Kind<Enum>{"requests", Enum::kRequests,
                   "every request through routing, queue and batching to its last token"},
    };
};

template <>
struct KindTable<scenario::ScaleRule> {
    using Enum = scenario::ScaleRule;
    static constexpr std::array kinds{
        Kind<Enum>{"target", Enum::kTarget,
                   "units for the demand of the last `every` at `utilisation`"},
        Kind<Enum>{"fixed", Enum::kFixed, "always the most units"},
        Kind<Enum>{"latency", Enum::kLatency,
                   "the fewest units whose p95 latencies keep the limits at that demand, and that "
                   "are at most at `utilisation`"},
        Kind<Enum>{"schedule", Enum::kSchedule, "by the time of day, see `schedule`"},
        Kind<Enum>{"predict", Enum::kPredict,
                   "as `target`, and for the highest demand that the coming `look_ahead` had one "
                   "`look_back` ago"},
    };
};

template <>
struct KindTable<scenario::TidePolicy> {
    using Enum = scenario::TidePolicy;
    static constexpr std::array kinds{
        Kind<Enum>{"lend", Enum::kLend,
                   "jobs take what services leave, and preemptible ones go when it is wanted back"},
        Kind<Enum>{"split", Enum::kSplit, "each has its own part; nobody is asked to go"},
        Kind<Enum>{"window", Enum::kWindow, "as `lend`, but jobs only from `window.from` to `.to`"},
    };
};

template <>
struct KindTable<serving::Routing> {
    using Enum = serving::Routing;
    static constexpr std::array kinds{
        Kind<Enum>{"least-loaded", Enum::kLeastLoaded, "to the unit with the fewest requests"},
        Kind<Enum>{"round-robin", Enum::kRoundRobin, "to one unit after the other"},
        Kind<Enum>{"random", Enum::kRandom, "to any unit, with equal chance"},
        Kind<Enum>{"shared-queue", Enum::kSharedQueue,
                   "wait in one queue; the first unit with room takes the next one"},
        Kind<Enum>{"prefix", Enum::kPrefix,
                   "to the unit that has most of the prompt in its cache, unless it is overloaded"},
    };
};

template <>
struct SpecTable<scenario::ScheduleStep> {
    using Spec = scenario::ScheduleStep;
    static constexpr std::string_view name = "schedule_step";
    static constexpr std::string_view doc = "Units from a time of day on.";
    static constexpr std::tuple fields{
        Field{"at", &Spec::at, required(0, 86'400), "Time since the day began."},
        Field{"units", &Spec::units, required(0, 65'535), "Units from then on."},
    };
};

template <>
struct SpecTable<scenario::AutoscaleSpec> {
    using Spec = scenario::AutoscaleSpec;
    static constexpr std::string_view name = "autoscale";
    static constexpr std::string_view doc =
        "How many units a service wants. docs/tide.md states the rules exactly.";
    static constexpr std::tuple fields{
        Field{"rule", &Spec::rule, optional(), "What decides."},
        Field{"units", &Spec::units, required(0, 65'535),
              "`[least, most]`: units at any time; least 0 scales to zero."},
        Field{"every", &Spec::every, optional(1, 86'400), "Time between two looks at the demand."},
        Field{"utilisation", &Spec::utilisation, optional(0.01, 1),
              "Share of the units' capacity that the demand is to take."},
        Field{"ttft_p95", &Spec::ttft_p95, optional(1e-4, 86'400),
              "Limit of `latency`; absent = the service's promise."},
        Field{"tpot_p95", &Spec::tpot_p95, optional(1e-6, 3'600),
              "Limit of `latency`; absent = the service's promise."},
        Field{"schedule", &Spec::schedule, optional(),
              "Units by time of day, in order; the last step lasts until the first one of the next "
              "day."},
        Field{"look_back", &Spec::look_back, optional(60, 31'536'000),
              "How long ago `predict` looks: a day, a week."},
        Field{"look_ahead", &Spec::look_ahead, optional(0, 86'400),
              "How far `predict` looks ahead from there; at least a cold start."},
        Field{"clear_backlog", &Spec::clear_backlog, optional(1, 86'400),
              "Further units so that what has piled up is worked off in this time; absent = what "
              "has piled up is not looked at."},
        Field{"grow_after", &Spec::grow_after, optional(0, 86'400),
              "Least time from any change to the next growth."},
        Field{"shrink_after", &Spec::shrink_after, optional(0, 86'400),
              "Least time from any change to the next shrinkage."},
    };
};

template <>
struct SpecTable<scenario::SloSpec> {
    using Spec = scenario::SloSpec;
    static constexpr std::string_view name = "slo";
    static constexpr std::string_view doc =
        "What is promised: at least 95 % of the requests keep both. A request that keeps both "
        "counts as within the SLO.";
    static constexpr std::tuple fields{
        Field{"ttft_p95", &Spec::ttft_p95, optional(1e-4, 86'400), "Time to the first token."},
        Field{"tpot_p95", &Spec::tpot_p95, optional(1e-6, 3'600),
              "Time per further token, the mean of a request."},
    };
};

template <>
struct SpecTable<scenario::RequestClassSpec> {
    using Spec = scenario::RequestClassSpec;
    static constexpr std::string_view name = "request_class";
    static constexpr std::string_view doc = "Requests that are treated alike.";
    static constexpr std::tuple fields{
        Field{"name", &Spec::name, required(0, 128),
              "As the demand names it; empty: requests of no other class."},
        Field{"priority", &Spec::priority, optional(0, 1'000), "Higher goes first."},
        Field{"deadline", &Spec::deadline, optional(1, 31'536'000),
              "Batch requests: they wait for room that the others leave, so long at most."},
    };
};

template <>
struct SpecTable<scenario::CacheSpec> {
    using Spec = scenario::CacheSpec;
    static constexpr std::string_view name = "cache";
    static constexpr std::string_view doc =
        "Prompts that begin alike are computed once, and read back from storage afterwards.";
    static constexpr std::tuple fields{
        Field{"capacity", &Spec::capacity, optional(1, 1e21),
              "Of the cache; least recently used blocks go first; absent = endless."},
        Field{"hit_rate", &Spec::hit_rate, optional(0, 0.999),
              "Share of prompt tokens that are found, instead of following the blocks of a trace."},
        Field{"bandwidth", &Spec::bandwidth, optional(1, 1e15),
              "At which a unit reads cached tokens back; absent = at once."},
        Field{"bytes_per_token", &Spec::bytes_per_token, optional(1, 1e9),
              "Of KV cache; the default is a 70-billion model's in BF16."},
        Field{"shared", &Spec::shared, optional(), "One for the service; else one in each unit."},
    };
};

template <>
struct SpecTable<scenario::ServiceSpec> {
    using Spec = scenario::ServiceSpec;
    static constexpr std::string_view name = "service";
    static constexpr std::string_view doc =
        "An inference service: units that rise and fall with demand. docs/tide.md and "
        "docs/inference.md state the rules exactly.";
    static constexpr std::tuple fields{
        Field{"name", &Spec::name, required(1, 128), "Of the service; no two alike."},
        Field{"tenant", &Spec::tenant, optional(), "Whose it is."},
        Field{"unit", &Spec::unit, required(), "What one unit is, and how fast."},
        Field{"demand", &Spec::demand, required(), "What is asked of it."},
        Field{"fidelity", &Spec::fidelity, optional(), "How closely it is looked at."},
        Field{"autoscale", &Spec::autoscale, required(), "How many units it wants."},
        Field{"slo", &Spec::slo, optional(), "What is promised."},
        Field{"routing", &Spec::routing, optional(), "Which unit gets a request."},
        Field{"queue_limit", &Spec::queue_limit, optional(0, 1e9),
              "Requests that may wait per ready unit; further ones are rejected; absent = any "
              "number."},
        Field{"patience", &Spec::patience, optional(1e-3, 31'536'000),
              "How long a request waits for its first token before it is given up; absent = for "
              "ever."},
        Field{"batch_fill", &Spec::batch_fill, optional(0, 1),
              "Share of a unit's batch up to which batch requests (classes with a deadline) join."},
        Field{"classes", &Spec::classes, optional(), "Requests that are treated in their own way."},
        Field{"cache", &Spec::cache, optional(), "Cache of prompts; absent = none."},
        Field{"drain", &Spec::drain, optional(0, 86'400),
              "How long a closing unit goes on with the requests that it has."},
        Field{"round_trip", &Spec::round_trip, optional(0, 60),
              "Between users and units and back: on top of the times to first and last token."},
        Field{"recovery", &Spec::recovery, optional(), "What becomes of units after failures."},
    };
};

template <>
struct SpecTable<scenario::ShareSpec> {
    using Spec = scenario::ShareSpec;
    static constexpr std::string_view name = "share";
    static constexpr std::string_view doc = "How much of the GPUs one side may have.";
    static constexpr std::tuple fields{
        Field{"floor", &Spec::floor, optional(0, 2e9), "GPUs that are not taken from it."},
        Field{"ceiling", &Spec::ceiling, optional(0, 2e9), "GPUs that it holds at most."},
    };
};

template <>
struct SpecTable<scenario::WindowSpec> {
    using Spec = scenario::WindowSpec;
    static constexpr std::string_view name = "window";
    static constexpr std::string_view doc =
        "Part of each day, counted from the start of the run; it may pass midnight.";
    static constexpr std::tuple fields{
        Field{"from", &Spec::from, required(0, 86'400), "Begin."},
        Field{"to", &Spec::to, required(0, 86'400), "End; before `from`: on the next day."},
    };
};

template <>
struct SpecTable<scenario::TideRulesSpec> {
    using Spec = scenario::TideRulesSpec;
    static constexpr std::string_view name = "tide_rules";
    static constexpr std::string_view doc = "How services and jobs share the GPUs.";
    static constexpr std::tuple fields{
        Field{"policy", &Spec::policy, optional(), "Who makes room for whom."},
        Field{"notice", &Spec::notice, optional(0, 86'400),
              "How long a job that has to go may save its work."},
        Field{"training", &Spec::training, optional(), "The jobs."},
        Field{"serving", &Spec::serving, optional(), "The units of services; only a ceiling."},
        Field{"window", &Spec::window, optional(), "When jobs run, with `policy: window`."},
    };
};

}  // namespace tidepool::config
