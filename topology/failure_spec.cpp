#include "topology/failure_spec.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

#include "topology/failure_presets.h"
#include "topology/names.h"
#include "topology/where.h"

namespace tidepool::topology {
namespace {

bool is_plain_name(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

void check_cause(const std::string& name, const Where& where, Issues& issues) {
    if (!is_plain_name(name)) {
        report(issues, where["name"],
               "a cause has letters, digits, `-` and `_` only (got '" + name + "')");
    }
}

// A key of a law: whether it was given, and what the law makes of it.
struct LawKey {
    std::string_view name;
    bool given = false;
    bool known = false;
    bool needed = false;
};

// Reports keys that the law needs and lacks, or has and does not know.
void check_keys(const std::string& law, std::initializer_list<LawKey> keys, const Where& where,
                Issues& issues) {
    for (const LawKey& key : keys) {
        const std::string name = "`" + std::string(key.name) + "`";
        if (key.needed && !key.given) {
            report(issues, where["law"], "the law " + law + " needs " + name);
        } else if (key.given && !key.known && !key.needed) {
            report(issues, where[key.name], "the law " + law + " has no " + name);
        }
    }
}

void check_positive(const std::optional<Seconds>& time, std::string_view key, const Where& where,
                    Issues& issues) {
    if (time && !(time->value > 0)) {
        report(issues, where[key], "must be above 0 s (got '0 s')",
               "nothing to repair is `{law: fixed, mean: 0 s}`");
    }
}

// Where the rate comes from: `mtbf`, or `count` and `over`.
void check_rate(const ComponentFailureSpec& part, const Where& where, Issues& issues) {
    const bool observed = part.count && part.over;
    if (part.mtbf && (part.count || part.over)) {
        report(issues, where["mtbf"], "the rate is given twice",
               "either `mtbf`, or `count` and `over`");
    } else if (!part.mtbf && !observed) {
        report(issues, where, "the rate is missing", "add `mtbf`, or `count` and `over`");
    }
}

void check_job(const ComponentFailureSpec& part, const Where& where, Issues& issues) {
    if (part.kind && *part.kind != FailureKind::kInterruption) {
        report(issues, where["kind"], "a job's own failures are interruptions");
    }
    if (part.law.law != FailureLaw::kExponential) {
        report(issues, where["law"], "a job's own failures are exponential");
    }
    if (part.repair) {
        report(issues, where["repair"], "a job's own failures need no repair");
    }
    if (part.reach) {
        report(issues, where["reach"], "a job's own failures reach that job");
    }
}

// Whether a degradation of this law could last 0 s.
bool may_be_zero(const RepairSpec& repair) {
    return (repair.law == RepairLaw::kFixed && repair.mean && repair.mean->value == 0) ||
           std::any_of(repair.values.begin(), repair.values.end(),
                       [](Seconds time) { return time.value == 0; });
}

void check_kind(const ComponentFailureSpec& part, const Where& where, Issues& issues) {
    const bool degraded = part.kind && *part.kind == FailureKind::kDegraded;
    const bool bandwidth = part.kind && *part.kind == FailureKind::kBandwidth;
    if (bandwidth && part.per != FailureBasis::kLink && part.per != FailureBasis::kLeaf &&
        part.per != FailureBasis::kSpine && part.per != FailureBasis::kCore) {
        report(issues, where["kind"], "only a link, leaf, spine or core has bandwidth to lose");
    }
    if (bandwidth && part.reach) {
        report(issues, where["reach"], "bandwidth is lost to all who use it");
    }
    if (degraded && !part.speed) {
        report(issues, where["kind"], "a degradation needs the `speed` that is left",
               "add `speed: 70 %`");
    } else if (!degraded && !bandwidth && part.speed) {
        report(issues, where["speed"], "only what is `degraded` has a speed");
    }
    if ((degraded || bandwidth) && part.repair && may_be_zero(*part.repair)) {
        report(issues, where["repair"], "a degradation lasts longer than 0 s");
    }
    if (part.kind && *part.kind == FailureKind::kInterruption && part.repair &&
        part.per != FailureBasis::kJob) {
        report(issues, where["repair"], "an interruption leaves nothing to repair",
               "make it `kind: repair`");
    }
}

std::string taken_twice(const std::string& name) {
    return "another cause has the same name (got '" + name + "')";
}

// Every cause has a name, and with it luck, of its own.
void check_causes(const FailureSpec& spec, const Where& where, Issues& issues) {
    std::set<std::string> shipped;
    FailureSpec alone;
    alone.preset = spec.preset;
    for (const ComponentFailureSpec& part : failure_components(alone)) {
        shipped.insert(part.name);
    }
    shipped.erase(kAnyCause);
    std::set<std::string> seen{kAnyCause};
    const auto check = [&](const std::string& name, const Where& at) {
        if (shipped.count(name) > 0) {
            report(issues, at["name"],
                   "the preset " + spec.preset + " has a cause of this name (got '" + name + "')",
                   "its causes come in addition");
        } else if (!seen.insert(name).second) {
            report(issues, at["name"],
                   name == kAnyCause ? "this name stands for `per_1000_node_days` (got 'any')"
                                     : taken_twice(name));
        }
    };
    for (std::size_t i = 0; i < spec.components.size(); ++i) {
        check(spec.components[i].name, where["components"][i]);
    }
    for (std::size_t i = 0; i < spec.maintenance.size(); ++i) {
        check(spec.maintenance[i].name, where["maintenance"][i]);
    }
}

}  // namespace

void validate(const FailureLawSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues) {
    const Where where = Where::root(value, path);
    const bool weibull = spec.law == FailureLaw::kWeibull;
    const bool bathtub = spec.law == FailureLaw::kBathtub;
    const bool piecewise = spec.law == FailureLaw::kPiecewise;
    check_keys(kind_name(spec.law),
               {{"shape", spec.shape.has_value(), false, weibull},
                {"factor", spec.factor.has_value(), bathtub, false},
                {"decay", spec.decay.has_value(), bathtub, false},
                {"steps", !spec.steps.empty(), false, piecewise}},
               where, issues);
    for (std::size_t i = 1; i < spec.steps.size(); ++i) {
        if (spec.steps[i].from <= spec.steps[i - 1].from) {
            report(issues, where["steps"][i]["from"], "must be later than the step before");
        }
    }
}

void validate(const RepairSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues) {
    const Where where = Where::root(value, path);
    const bool mix = spec.law == RepairLaw::kMix;
    const bool lognormal = spec.law == RepairLaw::kLognormal;
    const bool by_mean =
        mix || spec.law == RepairLaw::kFixed || spec.law == RepairLaw::kExponential;
    check_keys(kind_name(spec.law),
               {{"mean", spec.mean.has_value(), lognormal, by_mean},
                {"median", spec.median.has_value(), lognormal, false},
                {"sigma", spec.sigma.has_value(), false, lognormal},
                {"values", !spec.values.empty(), false, spec.law == RepairLaw::kEmpirical},
                {"hard_share", spec.hard_share.has_value(), false, mix},
                {"hard_mean", spec.hard_mean.has_value(), false, mix}},
               where, issues);
    if (lognormal && spec.mean.has_value() == spec.median.has_value()) {
        report(issues, where["law"], "the law lognormal needs either `median` or `mean`");
    }
    if (spec.law != RepairLaw::kFixed) {
        check_positive(spec.mean, "mean", where, issues);
        check_positive(spec.median, "median", where, issues);
        check_positive(spec.hard_mean, "hard_mean", where, issues);
    }
}

void validate(const ComponentFailureSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues) {
    const Where where = Where::root(value, path);
    check_cause(spec.name, where, issues);
    check_rate(spec, where, issues);
    check_kind(spec, where, issues);
    if (spec.per == FailureBasis::kJob) {
        check_job(spec, where, issues);
    }
    if (spec.takes && spec.per != FailureBasis::kGpu) {
        report(issues, where["takes"], "only of failures `per: gpu` it is open what they take");
    }
}

void validate(const MaintenanceSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues) {
    const Where where = Where::root(value, path);
    check_cause(spec.name, where, issues);
    if (spec.every && *spec.every < spec.lasts) {
        report(issues, where["every"], "the next one begins before this one has ended");
    }
    if (!spec.nodes.empty() && (spec.nodes.size() != 2 || spec.nodes[0] > spec.nodes[1])) {
        report(issues, where["nodes"], "two numbers are wanted, first and last node");
    }
}

namespace {

// Keys that change what fails say nothing where nothing does.
void check_source(const FailureSpec& spec, const Where& where, Issues& issues) {
    if (!spec.preset.empty() || spec.per_1000_node_days || !spec.components.empty() || spec.log ||
        !spec.maintenance.empty()) {
        return;
    }
    const auto useless = [&](const char* key, bool given) {
        if (given) {
            report(issues, where[key], "has no effect: nothing fails here",
                   "name a source (`preset`, `components`, ...); `failures` of a scenario replaces "
                   "the topology's, `topology.failures` changes it");
        }
    };
    useless("scale", spec.scale != 1);
    useless("repair", spec.repair.has_value());
    useless("lemons", spec.lemons.has_value());
}

}  // namespace

void validate(const FailureSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues) {
    const Where where = Where::root(value, path);
    const std::vector<std::string> presets =
        spec.preset.empty() ? std::vector<std::string>{""} : failure_preset_names();
    if (std::find(presets.begin(), presets.end(), spec.preset) == presets.end()) {
        std::string hint = did_you_mean(spec.preset, presets);
        report(issues, where["preset"], "no such failure calibration (got '" + spec.preset + "')",
               hint.empty() ? "`tidepool list failures` shows them" : std::move(hint));
        return;
    }
    check_causes(spec, where, issues);
    check_source(spec, where, issues);
    for (std::size_t i = 0; i < spec.components.size(); ++i) {
        const ComponentFailureSpec& part = spec.components[i];
        if (part.kind && *part.kind == FailureKind::kDegraded && !part.repair && spec.repair &&
            may_be_zero(*spec.repair)) {
            report(issues, where["components"][i], "a degradation lasts longer than 0 s",
                   "give it a `repair` of its own");
        }
    }
}

}  // namespace tidepool::topology
