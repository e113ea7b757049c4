#include "sim/model/serving_catalog.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "sim/base/assert.h"
#include "sim/base/issue.h"
#include "sim/model/serving_rows.h"
#include "topology/catalog.h"

namespace tidepool::model {
namespace {

// Shares of the peak that decoding gets out of memory bandwidth when it reads the weights (vLLM's
// continuous benchmark, 4 H200: 16.2 ms against 7.3 ms), and of memory that may be filled.
constexpr double kBandwidthShare = 0.5;
constexpr double kMemoryShare = 0.9;
constexpr std::uint64_t kFarPrompt = std::uint64_t{1} << 20U;
constexpr double kFine = 1 << 20;  // costs per token are ns * 2^-20

const topology::GpuModel& part_of(std::string_view gpu) {
    for (const ServingGpu& each : serving_gpus()) {
        if (each.name == gpu) {
            const auto* part = find_part(topology::shipped_catalog().gpus, std::string(each.part));
            TP_ASSERT(part != nullptr && part->bf16 && part->memory_bandwidth, "a part is shipped");
            return *part;
        }
    }
    TP_ASSERT(false, "a GPU of the list");
}

const ServedModel* find_model(std::string_view name) {
    for (const ServedModel& each : served_models()) {
        if (each.name == name) {
            return &each;
        }
    }
    return nullptr;
}

// Chips together: what the times scale with.
struct Machine {
    double flops = 0, bandwidth = 0, memory = 0;
    Precision precision;
};

Machine machine_of(std::string_view gpu, std::int64_t gpus, Precision precision) {
    const topology::GpuModel& part = part_of(gpu);
    if (precision.weights < 2 && !part.fp8) {
        precision = kBf16;
    }
    const auto count = static_cast<double>(gpus);
    const double flops = precision.weights < 2 ? part.fp8->value : part.bf16->value;
    return {count * flops, count * part.memory_bandwidth->value, count * part.memory.value,
            precision};
}

double weights_of(const ServedModel& model, const Machine& machine) {
    return model.parameters * machine.precision.weights / model.spread;
}

double kv_bytes_of(const ServedModel& model, const Machine& machine) {
    return model.name == "deepseek-v3" ? model.kv_bytes
                                       : model.kv_bytes * machine.precision.kv / kBf16.kv;
}

ServingShape shape_of(const ServedModel& model, const Machine& machine, double batch_limit) {
    const double weights = weights_of(model, machine);
    const double room = kMemoryShare * machine.memory - weights;
    return {weights / (kBandwidthShare * machine.bandwidth), batch_limit,
            std::max(0.0, room) / kv_bytes_of(model, machine)};
}

std::uint64_t whole(double value) {
    return static_cast<std::uint64_t>(std::floor(value + 0.5));
}

void set_times(UnitModel& unit, const ServingFit& fit, double batch_limit) {
    unit.prefill = {{0, 0},
                    {kFarPrompt, whole(fit.prompt * 1e9 * static_cast<double>(kFarPrompt))}};
    unit.decode = {{1, whole((fit.step + fit.answer) * 1e9)},
                   {whole(batch_limit), whole((fit.step + fit.answer * batch_limit) * 1e9)}};
    unit.context_cost = whole(fit.context * 1e9 * kFine);
}

ServingFit fit_of(const MeasuredUnit& measured, const ServingShape& shape) {
    if (!measured.rows.empty()) {
        return fit_serving(measured.rows, shape);
    }
    // Only the full batch was measured: an iteration is taken to be as long for a smaller one.
    return {measured.prompt, measured.iteration, 0, 0};
}

std::string count_of(std::int64_t gpus, std::string_view gpu) {
    return std::to_string(gpus) + " x " + std::string(gpu);
}

std::string source_of(const MeasuredUnit& measured, const ServingFit& fit,
                      const ServingShape& shape) {
    std::string source(measured.source);
    source += ", " + std::string(measured.precision.name);
    if (!measured.rows.empty()) {
        const WorstRow worst = worst_row(fit, measured.rows, shape);
        char text[96];
        std::snprintf(text, sizeof text, "; fitted, worst of %zu rows %+.0f %% (%u in, %u out)",
                      measured.rows.size(), 100 * worst.error, worst.row.tokens_in,
                      worst.row.tokens_out);
        source += text;
    }
    return source;
}

// The measurement to go by: of this GPU, else the first one of a GPU with the same precision.
const MeasuredUnit* reference(std::string_view model, std::string_view gpu) {
    const MeasuredUnit* first = nullptr;
    for (const MeasuredUnit& each : measured_units()) {
        if (each.model == model) {
            if (each.gpu == gpu) {
                return &each;
            }
            first = first == nullptr ? &each : first;
        }
    }
    return first;
}

ServingUnit build(const ServedModel& model, const MeasuredUnit& measured, std::string_view gpu,
                  std::int64_t gpus) {
    const Machine from = machine_of(measured.gpu, measured.gpus, measured.precision);
    const Machine to = machine_of(gpu, gpus, measured.precision);
    const ServingShape shape = shape_of(model, to, measured.batch_limit);
    ServingUnit result;
    result.model = model.name;
    result.gpu = gpu;
    result.gpus = gpus;
    result.weights = weights_of(model, to);
    result.kv_bytes = kv_bytes_of(model, to);
    result.scaled = gpu != measured.gpu || gpus != measured.gpus;
    UnitModel& unit = result.unit;
    unit.batch_limit = static_cast<std::uint32_t>(measured.batch_limit);
    unit.kv_tokens = whole(shape.kv_tokens);
    const double slower = from.flops / to.flops;
    const double narrower = from.bandwidth / to.bandwidth;
    if (!measured.prompt_table.empty()) {
        unit.prefill = measured.prompt_table;
        unit.decode = measured.iteration_table;
        for (TimePoint& each : unit.prefill) {
            each.ns = whole(static_cast<double>(each.ns) * slower);
        }
        for (TimePoint& each : unit.decode) {
            each.ns = whole(static_cast<double>(each.ns) * narrower);
        }
        result.source = measured.source;
    } else {
        const ServingShape measured_shape = shape_of(model, from, measured.batch_limit);
        ServingFit fit = fit_of(measured, measured_shape);
        result.source = source_of(measured, fit, measured_shape);
        fit.prompt *= slower;
        fit.step *= narrower * to.precision.weights / from.precision.weights;
        fit.answer *= narrower;
        fit.context *= narrower * kv_bytes_of(model, to) / kv_bytes_of(model, from);
        set_times(unit, fit, measured.batch_limit);
    }
    if (result.scaled) {
        const bool other = to.precision.name != from.precision.name;
        result.source = "scaled from " + count_of(measured.gpus, measured.gpu) +
                        (other ? ", in " + std::string(to.precision.name) : std::string()) + ": " +
                        result.source;
    }
    return result;
}

std::vector<std::string> names_of_gpus() {
    std::vector<std::string> names;
    for (const ServingGpu& each : serving_gpus()) {
        names.emplace_back(each.name);
    }
    return names;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& each : names) {
        text += (text.empty() ? "" : ", ") + each;
    }
    return text;
}

UnitProblem unknown(const std::string& key, const std::string& what, const std::string& got,
                    const std::vector<std::string>& names) {
    const std::string near = did_you_mean(got, names);
    return {key, what + " (got '" + got + "')", near.empty() ? "known are " + joined(names) : near};
}

std::int64_t listed_gpus(const MeasuredUnit& measured, std::string_view gpu) {
    for (const ScaledPair& pair : scaled_pairs()) {
        if (pair.model == measured.model && pair.gpu == gpu) {
            return pair.gpus;
        }
    }
    return measured.gpu == gpu ? measured.gpus : 0;
}

}  // namespace

std::vector<ServingUnit> serving_units() {
    std::vector<ServingUnit> units;
    for (const ServedModel& model : served_models()) {
        for (const ServingGpu& gpu : serving_gpus()) {
            const MeasuredUnit* measured = reference(model.name, gpu.name);
            if (const std::int64_t gpus = listed_gpus(*measured, gpu.name); gpus > 0) {
                units.push_back(build(model, *measured, gpu.name, gpus));
            }
        }
    }
    return units;
}

std::optional<ServingUnit> serving_unit(const std::string& model, const std::string& gpu,
                                        std::int64_t gpus, UnitProblem& problem) {
    const ServedModel* served = find_model(model);
    if (served == nullptr) {
        std::vector<std::string> names;
        for (const ServedModel& each : served_models()) {
            names.emplace_back(each.name);
        }
        problem = unknown("model", "is not among the measured models", model, names);
        return std::nullopt;
    }
    std::vector<std::string> known;
    for (const ServingGpu& each : serving_gpus()) {
        if (listed_gpus(*reference(model, each.name), each.name) > 0) {
            known.emplace_back(each.name);
        }
    }
    if (std::find(known.begin(), known.end(), gpu) == known.end()) {
        problem = unknown("gpu", "has no speed for " + model, gpu,
                          known.empty() ? names_of_gpus() : known);
        return std::nullopt;
    }
    const MeasuredUnit& measured = *reference(model, gpu);
    const std::int64_t count = gpus > 0 ? gpus : listed_gpus(measured, gpu);
    const Machine machine = machine_of(gpu, count, measured.precision);
    const double one_gpu = kMemoryShare * machine.memory / static_cast<double>(count);
    if (weights_of(*served, machine) >= one_gpu * static_cast<double>(count)) {
        const auto least = static_cast<std::int64_t>(weights_of(*served, machine) / one_gpu) + 1;
        problem = {"gpus",
                   "do not hold the weights of " + model + " (got " + std::to_string(count) + ")",
                   "it takes at least " + std::to_string(least) + " of " + gpu};
        return std::nullopt;
    }
    return build(*served, measured, gpu, count);
}

}  // namespace tidepool::model
