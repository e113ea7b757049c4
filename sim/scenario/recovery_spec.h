#pragma once
// How jobs save their work and what becomes of them when something under them fails, as the YAML
// tells it. docs/interruptions.md says what it means.

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
#include "sim/core/plan.h"

namespace tidepool::scenario {

enum class IntervalRule : std::uint8_t { kNone, kFixed, kYoung, kDaly, kOptimal, kTrace };

// What a checkpoint costs, written to one place.
struct TierSpec {
    std::string name;
    std::int64_t every = 1;
    std::optional<Seconds> write;
    std::string storage;
    bool overlap = false;
    Seconds pause{0};
    std::optional<Seconds> load;
    core::LossLevel survives = core::LossLevel::kRequeue;
    friend bool operator==(const TierSpec&, const TierSpec&) = default;
};

struct CheckpointSpec {
    IntervalRule interval = IntervalRule::kNone;
    std::optional<Seconds> every;
    std::optional<Seconds> write;
    std::string storage;
    bool overlap = false;
    Seconds pause{0};
    std::optional<Seconds> load;
    std::optional<double> parameters;
    Bytes bytes_per_parameter{14};
    std::vector<TierSpec> tiers;
    Seconds restart{300};
    Fraction jitter{0};
    friend bool operator==(const CheckpointSpec&, const CheckpointSpec&) = default;
};

struct RecoverySpec {
    core::OnFailure on_failure = core::OnFailure::kRequeue;
    Seconds detect{300};
    Seconds swap{120};
    friend bool operator==(const RecoverySpec&, const RecoverySpec&) = default;
};

// A workload's `checkpoint` or `recovery` over the scenario's. Keys of the scenario that the
// workload's choice leaves without effect (`every` where it says another `interval`, `write` where
// it says `tiers`, ...) are dropped.
config::Value inherit(const config::Value& base, const config::Value& over);

// What must hold between the fields.
void validate(const TierSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);
void validate(const CheckpointSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);

}  // namespace tidepool::scenario

namespace tidepool::config {

template <>
struct KindTable<scenario::IntervalRule> {
    using Enum = scenario::IntervalRule;
    static constexpr std::array kinds{
        Kind<Enum>{"none", Enum::kNone, "no checkpoints: an interrupted job starts anew"},
        Kind<Enum>{"fixed", Enum::kFixed, "after every `every` of work"},
        Kind<Enum>{"young", Enum::kYoung,
                   "sqrt(2 C M), C the pause for one checkpoint, M the job's mean time to "
                   "interruption (Young 1974)"},
        Kind<Enum>{"daly", Enum::kDaly, "the higher-order estimate of Daly 2006"},
        Kind<Enum>{"optimal", Enum::kOptimal,
                   "the exact optimum under exponential failures, by Lambert's W"},
        Kind<Enum>{"trace", Enum::kTrace,
                   "the trace's columns `checkpoint_interval` and `checkpoint_write`; jobs "
                   "without them write none"},
    };
};

template <>
struct KindTable<core::LossLevel> {
    using Enum = core::LossLevel;
    static constexpr std::array kinds{
        Kind<Enum>{"interruption", Enum::kNothing, "only if no GPU of the job goes down"},
        Kind<Enum>{"reboot", Enum::kReboot, "also if nodes go down and the same come back"},
        Kind<Enum>{"swap", Enum::kSwap, "also if other nodes take the place of lost ones"},
        Kind<Enum>{"requeue", Enum::kRequeue, "always, also if the job leaves all its nodes"},
    };
};

template <>
struct KindTable<core::OnFailure> {
    using Enum = core::OnFailure;
    static constexpr std::array kinds{
        Kind<Enum>{"requeue", Enum::kRequeue,
                   "give back all GPUs and wait in the queue, at the old rank"},
        Kind<Enum>{"spare", Enum::kSpare,
                   "keep the healthy nodes and take spares for the others; requeue if there are "
                   "none"},
        Kind<Enum>{"wait", Enum::kWait,
                   "keep the healthy nodes until spares or repaired nodes have come"},
    };
};

template <>
struct SpecTable<scenario::TierSpec> {
    using Spec = scenario::TierSpec;
    static constexpr std::string_view name = "tier";
    static constexpr std::string_view doc = "A place that checkpoints are written to.";
    static constexpr std::tuple fields{
        Field{"name", &Spec::name, required(1, 40), "What it is, such as `host-memory`."},
        Field{"every", &Spec::every, optional(1, 1'000'000),
              "It gets checkpoint number every, 2 every, and so on."},
        Field{"write", &Spec::write, optional(0, 1e7),
              "Time to write one checkpoint; absent = from `parameters` and `storage`."},
        Field{"storage", &Spec::storage, optional(),
              "Storage system of the topology that takes the writes, by name."},
        Field{"overlap", &Spec::overlap, optional(),
              "Whether work goes on while it is written, after `pause`."},
        Field{"pause", &Spec::pause, optional(0, 1e7),
              "How long work stands still with `overlap` (the snapshot)."},
        Field{"load", &Spec::load, optional(0, 1e7),
              "Time to load a checkpoint from it; absent = the time to write one."},
        Field{"survives", &Spec::survives, optional(), "Which failures its checkpoints survive."},
    };
};

template <>
struct SpecTable<scenario::CheckpointSpec> {
    using Spec = scenario::CheckpointSpec;
    static constexpr std::string_view name = "checkpoint";
    static constexpr std::string_view doc =
        "How jobs save their work. docs/interruptions.md has the rules.";
    static constexpr std::tuple fields{
        Field{"interval", &Spec::interval, optional(), "How much work lies between checkpoints."},
        Field{"every", &Spec::every, optional(1, 1e9), "The interval; with `interval: fixed`."},
        Field{"write", &Spec::write, optional(0, 1e7),
              "Time to write one checkpoint; absent = from `parameters` and `storage`."},
        Field{"storage", &Spec::storage, optional(),
              "Storage system of the topology that takes the writes, by name."},
        Field{"overlap", &Spec::overlap, optional(),
              "Whether work goes on while it is written, after `pause`."},
        Field{"pause", &Spec::pause, optional(0, 1e7),
              "How long work stands still with `overlap` (the snapshot)."},
        Field{"load", &Spec::load, optional(0, 1e7),
              "Time to load a checkpoint; absent = the time to write one."},
        Field{"parameters", &Spec::parameters, optional(1, 1e15),
              "Parameters of the model; with `storage` they give the time to write."},
        Field{"bytes_per_parameter", &Spec::bytes_per_parameter, optional(0.1, 1000),
              "Of a checkpoint: weights 2 B, master weights 4 B, Adam 8 B."},
        Field{"tiers", &Spec::tiers, optional(),
              "Several places instead of one, fastest first; at most 4."},
        Field{"restart", &Spec::restart, optional(0, 1e7),
              "Re-initialisation after a failure, before the checkpoint is loaded."},
        Field{"jitter", &Spec::jitter, optional(0, 0.9),
              "Every job's interval is up to this share shorter or longer, drawn once per job, so "
              "that jobs that start together do not write together."},
    };
};

template <>
struct SpecTable<scenario::RecoverySpec> {
    using Spec = scenario::RecoverySpec;
    static constexpr std::string_view name = "recovery";
    static constexpr std::string_view doc =
        "What becomes of a job when something under it fails. docs/interruptions.md has the "
        "rules.";
    static constexpr std::tuple fields{
        Field{"on_failure", &Spec::on_failure, optional(), "How it gets its nodes back."},
        Field{"detect", &Spec::detect, optional(0, 1e7),
              "Time until the failure is noticed; the job's GPUs are held and idle."},
        Field{"swap", &Spec::swap, optional(0, 1e7), "Time until other nodes are ready for it."},
    };
};

}  // namespace tidepool::config
