#include "topology/failure_presets.h"

#include <array>
#include <string_view>
#include <tuple>
#include <utility>

#include "sim/config/read.h"
#include "topology/embedded.h"

namespace tidepool::topology {
namespace {

struct FailureCatalog {
    std::vector<std::pair<std::string, FailurePreset>> failures;
};

constexpr double kDay = 86'400;

}  // namespace
}  // namespace tidepool::topology

namespace tidepool::config {

template <>
struct SpecTable<topology::FailurePreset> {
    using Spec = topology::FailurePreset;
    static constexpr std::string_view name = "calibration";
    static constexpr std::string_view doc = "A published calibration.";
    static constexpr std::tuple fields{
        Field{"about", &Spec::about, required(1, 80), "One line on what it is."},
        Field{"per_1000_node_days", &Spec::per_1000_node_days, optional(0, 1e6),
              "As in `failures`."},
        Field{"components", &Spec::components, optional(), "As in `failures`."},
    };
};

template <>
struct SpecTable<topology::FailureCatalog> {
    using Spec = topology::FailureCatalog;
    static constexpr std::string_view name = "calibrations";
    static constexpr std::string_view doc = "The shipped calibrations.";
    static constexpr std::tuple fields{
        Field{"failures", &Spec::failures, required(), "By name."},
    };
};

}  // namespace tidepool::config

namespace tidepool::topology {
namespace {

FailureReach reach_of(FailureBasis basis) {
    switch (basis) {
        case FailureBasis::kLink:
        case FailureBasis::kLeaf:
            return FailureReach::kMultiNode;
        case FailureBasis::kSpine:
        case FailureBasis::kCore:
            return FailureReach::kMultiLeaf;
        default:
            return FailureReach::kAll;
    }
}

ComponentFailureSpec filled(ComponentFailureSpec part, const FailureSpec& spec) {
    if (!part.mtbf) {
        part.mtbf = Seconds{part.over->value / *part.count};
    }
    if (!part.kind) {
        part.kind =
            part.per == FailureBasis::kJob ? FailureKind::kInterruption : FailureKind::kRepair;
    }
    if (!part.takes) {
        part.takes = FailureTakes::kNode;
    }
    if (!part.reach) {
        part.reach = reach_of(part.per);
    }
    if (!part.repair) {
        part.repair = spec.repair ? *spec.repair : default_repair();
    }
    return part;
}

FailurePreset preset_of(const FailureSpec& spec) {
    if (spec.preset.empty()) {
        return {};
    }
    for (const NamedFailurePreset& row : failure_presets()) {
        if (row.name == spec.preset) {
            return row.preset;
        }
    }
    throw input_error("failures", "no such failure calibration (got '" + spec.preset + "')");
}

std::vector<NamedFailurePreset> read_presets() {
    Issues issues;
    std::vector<NamedFailurePreset> rows;
    for (const EmbeddedFile& file : embedded_files()) {
        if (file.path != "topology/catalog/failures.yaml") {
            continue;
        }
        auto catalog = config::read<FailureCatalog>(parse_embedded(file, issues), "", issues);
        for (auto& [name, preset] : catalog.failures) {
            rows.push_back({name, std::move(preset)});
        }
    }
    issues.throw_if_any();
    return rows;
}

}  // namespace

const std::vector<NamedFailurePreset>& failure_presets() {
    static const std::vector<NamedFailurePreset> rows = read_presets();
    return rows;
}

std::vector<std::string> failure_preset_names() {
    std::vector<std::string> names;
    for (const NamedFailurePreset& row : failure_presets()) {
        names.push_back(row.name);
    }
    return names;
}

std::vector<ComponentFailureSpec> failure_components(const FailureSpec& spec) {
    const FailurePreset preset = preset_of(spec);
    std::vector<ComponentFailureSpec> all;
    for (const ComponentFailureSpec& part : preset.components) {
        all.push_back(filled(part, spec));
    }
    const double rate = preset.per_1000_node_days.value_or(0) + spec.per_1000_node_days.value_or(0);
    if (rate > 0) {
        ComponentFailureSpec any;
        any.name = kAnyCause;
        any.per = FailureBasis::kNode;
        any.mtbf = Seconds{1000 * kDay / rate};
        any.of_gpus = 8;
        all.push_back(filled(any, spec));
    }
    for (const ComponentFailureSpec& part : spec.components) {
        all.push_back(filled(part, spec));
    }
    return all;
}

double per_1000_node_days(const FailureSpec& spec) {
    double per_second = 0;
    for (const ComponentFailureSpec& part : failure_components(spec)) {
        if (part.per == FailureBasis::kGpu || part.per == FailureBasis::kNode) {
            per_second += (part.per == FailureBasis::kGpu ? 8 : 1) / part.mtbf->value;
        }
    }
    return per_second * 1000 * kDay * spec.scale;
}

EventsPerSecond job_failure_rate(const FailureSpec& spec) {
    double rate = 0;
    for (const ComponentFailureSpec& part : failure_components(spec)) {
        if (part.per == FailureBasis::kJob) {
            rate += 1 / part.mtbf->value;
        }
    }
    return {rate * spec.scale};
}

}  // namespace tidepool::topology
