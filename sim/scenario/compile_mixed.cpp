#include "sim/scenario/compile_mixed.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>

#include "topology/where.h"

namespace tidepool::scenario {
namespace {

constexpr std::uint32_t kNotMixed = 0xFFFF'FFFFu;

// Index into MixedChipsSpec::models, by GPU model of the topology.
std::vector<std::uint32_t> places(const Loaded& loaded) {
    const auto& models = loaded.topology->gpu_models;
    std::vector<std::uint32_t> places(models.size(), kNotMixed);
    for (std::size_t m = 0; loaded.spec.mixed_chips && m < models.size(); ++m) {
        const auto& wanted = loaded.spec.mixed_chips->models;
        const auto found = std::find(wanted.begin(), wanted.end(), models[m].name);
        if (found != wanted.end()) {
            places[m] = static_cast<std::uint32_t>(found - wanted.begin());
        }
    }
    return places;
}

// Speed over that of the first model.
std::optional<double> speed_of(const Loaded& loaded, const std::vector<std::uint32_t>& places,
                               std::size_t model) {
    const MixedChipsSpec& spec = *loaded.spec.mixed_chips;
    if (!spec.speeds.empty()) {
        return spec.speeds[places[model]].value;
    }
    const auto& models = loaded.topology->gpu_models;
    const topology::GpuModel* first =
        topology::find_part(topology::combined(loaded.spec.topology.catalog).gpus, spec.models[0]);
    std::optional<FlopPerSecond> reference;
    for (std::size_t m = 0; m < models.size(); ++m) {
        reference = places[m] == 0 ? models[m].bf16 : reference;
    }
    if (!reference && first != nullptr) {
        reference = first->bf16;
    }
    if (!reference || !models[model].bf16) {
        return std::nullopt;
    }
    return models[model].bf16->value / reference->value;
}

}  // namespace

std::vector<std::uint32_t> stand_ins(const Loaded& loaded) {
    const std::vector<std::uint32_t> mixed = places(loaded);
    std::vector<std::uint32_t> stand_in(mixed.size());
    std::uint32_t first = kNotMixed;
    for (std::uint32_t m = 0; m < mixed.size(); ++m) {
        first = mixed[m] != kNotMixed && first == kNotMixed ? m : first;
        stand_in[m] = mixed[m] == kNotMixed ? m : first;
    }
    return stand_in;
}

// The models that stand for those accepted.
std::uint32_t counted_models(std::uint32_t accepted, const std::vector<std::uint32_t>& stand_in) {
    std::uint32_t mask = 0;
    for (std::uint32_t m = 0; m < stand_in.size(); ++m) {
        mask |= ((accepted >> m) & 1U) << stand_in[m];
    }
    return mask;
}

topology::Topology with_stand_ins(topology::Topology topology,
                                  const std::vector<std::uint32_t>& stand_in) {
    for (topology::Node& node : topology.nodes) {
        node.gpu_model = stand_in[node.gpu_model];
    }
    return topology;
}

void compile_mixed(const Loaded& loaded, PlanArrays& plan, Issues& issues) {
    if (!loaded.spec.mixed_chips) {
        return;
    }
    const MixedChipsSpec& spec = *loaded.spec.mixed_chips;
    const topology::Topology& topology = loaded.topology;
    const topology::Where where = topology::Where::root(loaded.tree, "")["mixed_chips"];
    const std::vector<std::uint32_t> mixed = places(loaded);
    std::vector<std::string> names;
    for (const topology::GpuModel& model : topology.gpu_models) {
        names.push_back(model.name);
    }
    for (std::size_t i = 0; i < spec.models.size(); ++i) {
        if (std::ranges::find(names, spec.models[i]) == names.end()) {
            topology::report(issues, where["models"][i],
                             "no node has the GPU model '" + spec.models[i] + "'",
                             did_you_mean(spec.models[i], names));
        }
    }
    std::vector<std::uint32_t> pace(mixed.size(), core::kFullPace);
    for (std::size_t m = 0; m < mixed.size(); ++m) {
        if (mixed[m] == kNotMixed) {
            continue;
        }
        const std::optional<double> speed = speed_of(loaded, mixed, m);
        if (!speed) {
            topology::report(issues, where["models"][mixed[m]],
                             "the peak of " + names[m] + " or of the first model is not known",
                             "say `speeds`");
        } else if (*speed > 1) {
            topology::report(issues, where["models"][mixed[m]],
                             names[m] + " is faster than the first model",
                             "put the fastest first: traces' durations are for it");
        } else {
            pace[m] = static_cast<std::uint32_t>(std::floor(*speed * core::kFullPace + 0.5));
        }
    }
    std::set<std::uint32_t> sizes;
    for (const topology::Node& node : topology.nodes) {
        plan.chip_pace.push_back(pace[node.gpu_model]);
        if (mixed[node.gpu_model] != kNotMixed) {
            sizes.insert(node.gpus);
        }
    }
    if (sizes.size() > 1) {
        topology::report(issues, where["models"],
                         "a gang takes whole nodes of one size, and these have " +
                             std::to_string(*sizes.begin()) + " to " +
                             std::to_string(*sizes.rbegin()) + " GPUs");
    }
    plan.chips_share = spec.share == WorkShare::kProportional;
    plan.chip_efficiency =
        static_cast<std::uint32_t>(std::floor(spec.efficiency.value * core::kFullPace + 0.5));
}

void validate(const MixedChipsSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues) {
    const topology::Where where = topology::Where::root(value, path);
    if (spec.models.size() < 2) {
        topology::report(issues, where["models"], "mixing takes two models at least");
    }
    for (std::size_t i = 0; i < spec.models.size(); ++i) {
        if (std::find(spec.models.begin(), spec.models.begin() + static_cast<std::ptrdiff_t>(i),
                      spec.models[i]) != spec.models.begin() + static_cast<std::ptrdiff_t>(i)) {
            topology::report(issues, where["models"][i], "is named twice");
        }
    }
    if (!spec.speeds.empty() && spec.speeds.size() != spec.models.size()) {
        topology::report(issues, where["speeds"],
                         "has one speed per model (got " + std::to_string(spec.speeds.size()) +
                             " for " + std::to_string(spec.models.size()) + ")");
    } else if (!spec.speeds.empty() && spec.speeds[0].value != 1) {
        topology::report(issues, where["speeds"][0], "is 100 %: speeds are over the first model's");
    }
    if (spec.share == WorkShare::kEqual && spec.efficiency.value != 1) {
        topology::report(issues, where["efficiency"], "has no effect",
                         "write `share: proportional` as well");
    }
}

}  // namespace tidepool::scenario
