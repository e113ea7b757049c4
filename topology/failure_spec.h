#pragma once
// What a person writes about failures: which things break how often, what that does and how long
// repairs take; maintenance; a log to replay. A topology holds one, a scenario may hold another in
// its place. failure_presets.h adds the published calibrations, failure_check.h looks at a spec
// and a datacenter together; sim/model/generate.h makes outages of it (docs/interruptions.md).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "sim/base/quantity.h"
#include "sim/config/value.h"

namespace tidepool::topology {

// What there are many of, each with its own failures. `link`: a node's network card or cable;
// leaf, spine, core: switches of the fabric; site: the whole datacenter; job: no thing but a
// process of every running job.
enum class FailureBasis : std::uint8_t {
    kGpu,
    kNode,
    kLink,
    kLeaf,
    kSpine,
    kCore,
    kRack,
    kIsland,
    kPod,
    kCluster,
    kSite,
    kJob
};
enum class FailureKind : std::uint8_t { kInterruption, kRepair, kDegraded, kBandwidth };
enum class FailureTakes : std::uint8_t { kGpu, kNode };
enum class FailureReach : std::uint8_t { kAll, kMultiNode, kMultiLeaf };
enum class FailureLaw : std::uint8_t { kExponential, kWeibull, kBathtub, kPiecewise };
enum class RepairLaw : std::uint8_t { kFixed, kExponential, kLognormal, kEmpirical, kMix };
enum class FaultLogFormat : std::uint8_t { kAuto, kInfiniteHbd, kCsv };

struct RateStepSpec {
    Seconds from;
    double factor = 1;
    friend bool operator==(const RateStepSpec&, const RateStepSpec&) = default;
};

// The time between failures; its long-run mean is the component's `mtbf` (bathtub, piecewise: where
// the factor is 1).
struct FailureLawSpec {
    FailureLaw law = FailureLaw::kExponential;
    std::optional<double> shape;      // weibull
    std::optional<double> factor;     // bathtub
    std::optional<Seconds> decay;     // bathtub
    std::vector<RateStepSpec> steps;  // piecewise
    friend bool operator==(const FailureLawSpec&, const FailureLawSpec&) = default;
};

struct RepairSpec {
    RepairLaw law = RepairLaw::kFixed;
    std::optional<Seconds> mean;    // fixed, exponential, lognormal; mix: of soft repairs
    std::optional<Seconds> median;  // lognormal
    std::optional<double> sigma;    // lognormal: of the logarithm
    std::vector<Seconds> values;    // empirical
    std::optional<Fraction> hard_share;
    std::optional<Seconds> hard_mean;
    friend bool operator==(const RepairSpec&, const RepairSpec&) = default;
};

// Of components that state none, where `failures.repair` states none either: soft repairs of a few
// hours, one in ten a hard one of days. A planning value, not a measurement.
inline RepairSpec default_repair() {
    RepairSpec repair;
    repair.law = RepairLaw::kMix;
    repair.mean = Seconds{7200};
    repair.hard_share = Fraction{0.1};
    repair.hard_mean = Seconds{172'800};
    return repair;
}

struct ComponentFailureSpec {
    std::string name;
    FailureBasis per = FailureBasis::kGpu;
    std::optional<Seconds> mtbf;        // either this, or
    std::optional<double> count;        // so many failures
    std::optional<Seconds> over;        // in so much time of all things together
    std::optional<FailureKind> kind;    // absent: repair; of jobs: interruption
    std::optional<Fraction> speed;      // degraded, bandwidth
    std::optional<FailureTakes> takes;  // of GPUs; absent: the node
    std::optional<FailureReach> reach;  // absent: reach_of() its basis
    FailureLawSpec law;
    std::optional<RepairSpec> repair;
    // Not written by people: `mtbf` is that of a node of so many GPUs, others in proportion.
    std::optional<std::uint32_t> of_gpus;
    friend bool operator==(const ComponentFailureSpec&, const ComponentFailureSpec&) = default;
};

// Nodes whose luck is worse than their neighbours'.
struct LemonSpec {
    Fraction share;
    double multiplier = 1;
    friend bool operator==(const LemonSpec&, const LemonSpec&) = default;
};

struct MaintenanceSpec {
    std::string name;
    Seconds from, lasts;
    std::optional<Seconds> every;
    std::vector<std::int64_t> nodes;    // first and last; empty: all
    std::optional<std::int64_t> batch;  // nodes at a time
    friend bool operator==(const MaintenanceSpec&, const MaintenanceSpec&) = default;
};

struct FaultLogSpec {
    FaultLogFormat format = FaultLogFormat::kAuto;
    std::string file;
    friend bool operator==(const FaultLogSpec&, const FaultLogSpec&) = default;
};

// Every source adds to the others.
struct FailureSpec {
    std::string preset;  // a calibration of catalog/failures.yaml; a reference, not a label
    double scale = 1;
    std::optional<double> per_1000_node_days;
    std::optional<RepairSpec> repair;
    std::vector<ComponentFailureSpec> components;
    std::optional<LemonSpec> lemons;
    std::vector<MaintenanceSpec> maintenance;
    std::optional<FaultLogSpec> log;
    friend bool operator==(const FailureSpec&, const FailureSpec&) = default;
};

// The cause that `per_1000_node_days` counts: all causes together.
inline constexpr const char* kAnyCause = "any";

// What must hold between the fields.
void validate(const FailureLawSpec&, const config::Value&, const std::string& path, Issues&);
void validate(const RepairSpec&, const config::Value&, const std::string& path, Issues&);
void validate(const ComponentFailureSpec&, const config::Value&, const std::string& path, Issues&);
void validate(const MaintenanceSpec&, const config::Value&, const std::string& path, Issues&);
void validate(const FailureSpec&, const config::Value&, const std::string& path, Issues&);

}  // namespace tidepool::topology

#include "topology/failure_fields.h"  // the fields; whoever reads the specs needs them
