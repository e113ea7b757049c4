// What a gang cannot do, and how much memory a model takes of it.
#include <algorithm>
#include <cmath>
#include <string>

#include "sim/model/step_time.h"

namespace tidepool::model {
namespace {

constexpr double kOptimizerBytes = 12;  // master weights 4, Adam 8
constexpr double kValueBytes = 2;       // weights and activations

std::string text(std::int64_t n) {
    return std::to_string(n);
}

std::string gigabytes(double bytes) {
    const auto tenths = static_cast<std::int64_t>(std::round(bytes / 1e8));
    return text(tenths / 10) + "." + text(tenths % 10) + " GB";
}

// The product is the gang. Without this nothing else can be judged.
std::vector<StepProblem> gang_problems(const Parallelism& layout, std::int64_t gpus) {
    const std::int64_t copy = layout.tensor * layout.pipeline;
    const std::string one = text(layout.tensor) + " x " + text(layout.pipeline);
    if (layout.data && copy * *layout.data != gpus) {
        return {{"data",
                 "tensor x pipeline x data is not the gang (got " + one + " x " +
                     text(*layout.data) + " = " + text(copy * *layout.data) + " of " + text(gpus) +
                     " GPUs)",
                 ""}};
    }
    if (gpus % copy != 0) {
        return {{"gpus",
                 "are no multiple of tensor x pipeline (got " + text(gpus) + " of " + one + ")",
                 ""}};
    }
    return {};
}

}  // namespace

Bytes layer_activations(const ModelShape& shape, const Parallelism& layout) {
    const ModelShape model = completed(shape);
    const auto t = static_cast<double>(layout.tensor);
    const auto h = static_cast<double>(*model.hidden);
    const auto s = static_cast<double>(*model.sequence);
    const double scores =
        layout.flash_attention ? 0 : 5 * static_cast<double>(*model.heads) * s / (h * t);
    const double others = layout.sequence_parallel ? 34 / t : 10 + 24 / t;
    return {s * static_cast<double>(layout.micro_batch) * h * (others + scores)};
}

StepMemory step_memory(const ModelShape& shape, const Parallelism& layout, std::int64_t gpus) {
    const ModelShape model = completed(shape);
    const auto real = [](std::int64_t n) { return static_cast<double>(n); };
    const double t = real(layout.tensor);
    const double p = real(layout.pipeline);
    const double e = real(layout.expert);
    const double d = real(data_parallel(layout, gpus));
    const double experts = expert_parameters_of(model) / (t * p * e);
    const double dense = (parameters_of(model) - expert_parameters_of(model)) / (t * p);
    const double always = kValueBytes + real(layout.gradient_bytes);
    const double sharded = layout.shard_optimizer ? d : 1;
    StepMemory memory;
    memory.states = {dense * (always + kOptimizerBytes / sharded) +
                     experts * (always + kOptimizerBytes / std::max(1.0, sharded / e))};
    const double layer = layer_activations(model, layout).value;
    const double input = kValueBytes * real(*model.sequence * layout.micro_batch) *
                         real(*model.hidden) / (layout.sequence_parallel ? t : 1);
    const double batches = std::min(p, real(layout.batch) / (d * real(layout.micro_batch)));
    const double more = 1 + (p - 1) / (p * real(layout.virtual_stages));
    const double layers =
        real(*model.layers) / p * batches * (layout.virtual_stages > 1 ? more : 1);
    memory.activations = {layout.recompute ? layers * input + layer : layers * layer};
    return memory;
}

std::vector<StepProblem> step_problems(const ModelShape& shape, const Parallelism& layout,
                                       const StepHardware& hardware, std::int64_t gpus) {
    std::vector<StepProblem> problems = gang_problems(layout, gpus);
    if (!problems.empty()) {
        return problems;
    }
    const ModelShape model = completed(shape);
    const std::int64_t d = data_parallel(layout, gpus);
    const auto complain = [&](const char* key, const std::string& what, const std::string& hint) {
        problems.push_back({key, what, hint});
    };
    if (hardware.gpus_per_node % layout.tensor != 0) {
        complain("tensor",
                 "does not divide an island (got " + text(layout.tensor) + " of " +
                     text(hardware.gpus_per_node) + " GPUs)",
                 "tensor parallelism stays inside an island");
    }
    if (layout.pipeline * layout.virtual_stages > *model.layers) {
        complain("pipeline",
                 "has more stages than the model has layers (got " +
                     text(layout.pipeline * layout.virtual_stages) + " of " + text(*model.layers) +
                     ")",
                 "stages count pipeline x virtual_stages");
    }
    if (layout.batch % (d * layout.micro_batch) != 0) {
        complain("batch",
                 "is no multiple of data x micro_batch (got " + text(layout.batch) + " of " +
                     text(d) + " x " + text(layout.micro_batch) + ")",
                 "");
    }
    if (d % layout.expert != 0 || model.experts.value_or(1) % layout.expert != 0) {
        complain("expert",
                 "does not divide data and the experts of a layer (got " + text(layout.expert) +
                     ", data " + text(d) + ", experts " + text(model.experts.value_or(1)) + ")",
                 "");
    }
    if (!problems.empty() || hardware.memory.value == 0) {
        return problems;
    }
    const StepMemory need = step_memory(model, layout, gpus);
    if (need.total().value > hardware.memory.value) {
        complain("tensor",
                 "the model does not fit the memory of a GPU (needs " +
                     gigabytes(need.states.value) + " for weights, gradients and " +
                     "optimiser and " + gigabytes(need.activations.value) +
                     " for activations, has " + gigabytes(hardware.memory.value) + ")",
                 "raise tensor or pipeline, recompute, or shard_optimizer");
    }
    return problems;
}

}  // namespace tidepool::model
