#pragma once
// The field and kind tables of failure_spec.h, which includes this file: include that one.

#include <array>
#include <string_view>
#include <tuple>

#include "sim/config/field.h"
#include "topology/failure_spec.h"

namespace tidepool::topology {

// The end of the simulator's clock, 2^32 - 2 ticks: 8.5 years.
inline constexpr double kLatest = 4'294'967'294.0 / 16;
inline constexpr double kLongestMtbf = 1e15;

}  // namespace tidepool::topology

namespace tidepool::config {

template <>
struct KindTable<topology::FailureBasis> {
    using Enum = topology::FailureBasis;
    static constexpr std::array kinds{
        Kind<Enum>{"gpu", Enum::kGpu, "every GPU"},
        Kind<Enum>{"node", Enum::kNode, "every node"},
        Kind<Enum>{"link", Enum::kLink, "every network card of a node, with its cable"},
        Kind<Enum>{"leaf", Enum::kLeaf, "every leaf switch: takes the nodes below it"},
        Kind<Enum>{"spine", Enum::kSpine, "every spine: takes its pod, or all nodes"},
        Kind<Enum>{"core", Enum::kCore, "every core switch: takes all nodes"},
        Kind<Enum>{"rack", Enum::kRack, "every rack: power or cooling of a rack"},
        Kind<Enum>{"island", Enum::kIsland, "every NVLink domain"},
        Kind<Enum>{"pod", Enum::kPod, "every pod"},
        Kind<Enum>{"cluster", Enum::kCluster, "every cluster"},
        Kind<Enum>{"site", Enum::kSite, "the datacenter as a whole"},
        Kind<Enum>{"job", Enum::kJob, "every running job: its own software"},
    };
};

template <>
struct KindTable<topology::FailureKind> {
    using Enum = topology::FailureKind;
    static constexpr std::array kinds{
        Kind<Enum>{"interruption", Enum::kInterruption, "interrupts jobs; nothing to repair"},
        Kind<Enum>{"repair", Enum::kRepair, "interrupts jobs; down until repaired"},
        Kind<Enum>{"degraded", Enum::kDegraded, "slows jobs until repaired"},
        Kind<Enum>{"bandwidth", Enum::kBandwidth,
                   "takes the part's bandwidth away until repaired: jobs go on over what is left, "
                   "as fast as `network` says"},
    };
};

template <>
struct KindTable<topology::FailureTakes> {
    using Enum = topology::FailureTakes;
    static constexpr std::array kinds{
        Kind<Enum>{"gpu", Enum::kGpu, "the GPU alone"},
        Kind<Enum>{"node", Enum::kNode, "its node"},
    };
};

template <>
struct KindTable<topology::FailureReach> {
    using Enum = topology::FailureReach;
    static constexpr std::array kinds{
        Kind<Enum>{"all", Enum::kAll, "every job on the nodes"},
        Kind<Enum>{"multi-node", Enum::kMultiNode, "jobs on several nodes"},
        Kind<Enum>{"multi-leaf", Enum::kMultiLeaf, "jobs below several groups of leaves"},
    };
};

template <>
struct KindTable<topology::FailureLaw> {
    using Enum = topology::FailureLaw;
    static constexpr std::array kinds{
        Kind<Enum>{"exponential", Enum::kExponential, "the rate is constant"},
        Kind<Enum>{"weibull", Enum::kWeibull, "`shape`, since the last repair"},
        Kind<Enum>{"bathtub", Enum::kBathtub, "burn-in: rate * (1 + factor * exp(-age / decay))"},
        Kind<Enum>{"piecewise", Enum::kPiecewise, "rate * factor of the last step passed"},
    };
};

template <>
struct KindTable<topology::RepairLaw> {
    using Enum = topology::RepairLaw;
    static constexpr std::array kinds{
        Kind<Enum>{"fixed", Enum::kFixed, "always `mean`; 0 s: nothing to repair"},
        Kind<Enum>{"exponential", Enum::kExponential, "by `mean`"},
        Kind<Enum>{"lognormal", Enum::kLognormal, "by `median` or `mean`, and `sigma`"},
        Kind<Enum>{"empirical", Enum::kEmpirical, "one of `values`, each as likely"},
        Kind<Enum>{"mix", Enum::kMix,
                   "exponential of `hard_mean` for `hard_share` of them, of `mean` else"},
    };
};

template <>
struct KindTable<topology::FaultLogFormat> {
    using Enum = topology::FaultLogFormat;
    static constexpr std::array kinds{
        Kind<Enum>{"auto", Enum::kAuto, "told by its first character"},
        Kind<Enum>{"infinitehbd", Enum::kInfiniteHbd, "JSON list of starts and ends, in days"},
        Kind<Enum>{"csv", Enum::kCsv, "node,begin,end,cause[,kind,speed], in seconds"},
    };
};

template <>
struct SpecTable<topology::RateStepSpec> {
    using Spec = topology::RateStepSpec;
    static constexpr std::string_view name = "rate-step";
    static constexpr std::string_view doc = "A change of the failure rate.";
    static constexpr std::tuple fields{
        Field{"from", &Spec::from, required(0, topology::kLatest), "Time of the run."},
        Field{"factor", &Spec::factor, required(0, 1e6), "The rate from then on, times this."},
    };
};

template <>
struct SpecTable<topology::FailureLawSpec> {
    using Spec = topology::FailureLawSpec;
    static constexpr std::string_view name = "failure-law";
    static constexpr std::string_view doc =
        "The time to the next failure. Down time does not count; ages count from the beginning of "
        "the run, or the arrival of the node.";
    static constexpr std::tuple fields{
        Field{"law", &Spec::law, optional(), "Which law."},
        Field{"shape", &Spec::shape, optional(0.1, 100),
              "weibull: below 1 failures come in bursts, 0.7 to 0.8 in logs of large machines; the "
              "mean is `mtbf`."},
        Field{"factor", &Spec::factor, optional(0, 1e6),
              "bathtub: what new things have on top of their rate; absent = 4, without burn-in."},
        Field{"decay", &Spec::decay, optional(1, topology::kLatest),
              "bathtub: age at which that has fallen to 1/e; absent = 14 d."},
        Field{"steps", &Spec::steps, optional(), "piecewise: by time; 1 before the first."},
    };
};

template <>
struct SpecTable<topology::RepairSpec> {
    using Spec = topology::RepairSpec;
    static constexpr std::string_view name = "repair";
    static constexpr std::string_view doc = "How long a repair takes, or a degradation lasts.";
    static constexpr std::tuple fields{
        Field{"law", &Spec::law, required(), "Which law."},
        Field{"mean", &Spec::mean, optional(0, topology::kLatest), "Mean; mix: of soft repairs."},
        Field{"median", &Spec::median, optional(0, topology::kLatest),
              "lognormal: half are shorter."},
        Field{"sigma", &Spec::sigma, optional(0, 10),
              "lognormal: standard deviation of the natural logarithm."},
        Field{"values", &Spec::values, optional(0, topology::kLatest), "empirical: the times."},
        Field{"hard_share", &Spec::hard_share, optional(0, 1), "mix: share of hard repairs."},
        Field{"hard_mean", &Spec::hard_mean, optional(0, topology::kLatest),
              "mix: mean of hard repairs."},
    };
};

template <>
struct SpecTable<topology::ComponentFailureSpec> {
    using Spec = topology::ComponentFailureSpec;
    static constexpr std::string_view name = "component";
    static constexpr std::string_view doc =
        "Failures of one cause. The rate is 1 / `mtbf`, or `count` / `over`.";
    static constexpr std::tuple fields{
        Field{"name", &Spec::name, required(1, 40), "The cause: letters, digits, `-`, `_`."},
        Field{"per", &Spec::per, required(), "What there are many of, each with this rate."},
        Field{"mtbf", &Spec::mtbf, optional(1, topology::kLongestMtbf),
              "Mean time between failures of one such thing, up to the next failure after a "
              "repair."},
        Field{"count", &Spec::count, optional(1e-9, 1e12),
              "Instead of `mtbf`: failures observed in `over`."},
        Field{"over", &Spec::over, optional(1, topology::kLongestMtbf),
              "Time of all things together for `count`: 16,384 GPUs for 54 d are 884736 d."},
        Field{"kind", &Spec::kind, optional(),
              "What it does; absent = repair, of jobs interruption."},
        Field{"speed", &Spec::speed, optional(0.001, 0.999),
              "degraded: speed that is left; bandwidth: share of the part's that is left, absent = "
              "nothing."},
        Field{"takes", &Spec::takes, optional(), "per gpu: what goes down; absent = its node."},
        Field{"reach", &Spec::reach, optional(),
              "Jobs that feel it; absent = multi-node for link and leaf, multi-leaf for spine and "
              "core, otherwise all."},
        Field{"law", &Spec::law, optional(), "Law of the time between failures."},
        Field{"repair", &Spec::repair, optional(), "Repair time; absent = `failures.repair`."},
    };
};

template <>
struct SpecTable<topology::LemonSpec> {
    using Spec = topology::LemonSpec;
    static constexpr std::string_view name = "lemons";
    static constexpr std::string_view doc =
        "Nodes that fail more often: their GPUs, links and themselves.";
    static constexpr std::tuple fields{
        Field{"share", &Spec::share, required(0, 1), "Chance of a node to be one; 1.2 % at Meta."},
        Field{"multiplier", &Spec::multiplier, required(0, 1e6), "Their rates, times this."},
    };
};

template <>
struct SpecTable<topology::MaintenanceSpec> {
    using Spec = topology::MaintenanceSpec;
    static constexpr std::string_view name = "maintenance";
    static constexpr std::string_view doc = "Planned downtime of nodes.";
    static constexpr std::tuple fields{
        Field{"name", &Spec::name, required(1, 40), "The cause: letters, digits, `-`, `_`."},
        Field{"from", &Spec::from, required(0, topology::kLatest), "When it begins."},
        Field{"lasts", &Spec::lasts, required(0.0625, topology::kLatest),
              "How long a node is down."},
        Field{"every", &Spec::every, optional(0.0625, topology::kLatest),
              "From one time to the next; absent = once."},
        Field{"nodes", &Spec::nodes, optional(0, 200'000),
              "`[first, last]` by number, both included; absent = all."},
        Field{"batch", &Spec::batch, optional(1, 200'000),
              "So many nodes at a time, one batch after the other; absent = all at once."},
    };
};

template <>
struct SpecTable<topology::FaultLogSpec> {
    using Spec = topology::FaultLogSpec;
    static constexpr std::string_view name = "fault-log";
    static constexpr std::string_view doc =
        "Faults of real nodes, replayed. Names that the datacenter has (`a-n00003`) mean those "
        "nodes; "
        "if it has none of them, the first node named in the file is node 0 and so on.";
    static constexpr std::tuple fields{
        Field{"format", &Spec::format, optional(), "Format of the file."},
        Field{"file", &Spec::file, required(1), "Path: plain, gzip or Zstandard."},
    };
};

template <>
struct SpecTable<topology::FailureSpec> {
    using Spec = topology::FailureSpec;
    static constexpr std::string_view name = "failures";
    static constexpr std::string_view doc =
        "What breaks, how often and for how long. Every source adds to the others.";
    static constexpr std::tuple fields{
        Field{"preset", &Spec::preset, optional(),
              "A published calibration, see `tidepool list failures`; its causes come in addition "
              "to those below. Empty = none."},
        Field{"scale", &Spec::scale, optional(0, 1e6), "All rates times this; 0 = no failures."},
        Field{"per_1000_node_days", &Spec::per_1000_node_days, optional(0, 1e6),
              "Failures of all causes per 1,000 days of an 8-GPU node, as the cause `any` of every "
              "node; nodes of other sizes in proportion to their GPUs."},
        Field{"repair", &Spec::repair, optional(),
              "For causes that state none; absent = mix of 2 h and, for 10 %, 2 d (a planning "
              "value)."},
        Field{"components", &Spec::components, optional(), "Failures by cause."},
        Field{"lemons", &Spec::lemons, optional(), "Nodes that fail more often."},
        Field{"maintenance", &Spec::maintenance, optional(), "Planned downtime."},
        Field{"log", &Spec::log, optional(), "A log of real faults to replay."},
    };
};

}  // namespace tidepool::config
