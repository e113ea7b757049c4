#include "sim/model/step_time.h"

#include <algorithm>
#include <utility>

#include "sim/base/assert.h"
#include "sim/model/collective.h"

namespace tidepool::model {
namespace {

constexpr double kValueBytes = 2;  // of a weight or an activation

// The question as plain numbers, named as in the header.
struct Grid {
    double l, h, s;
    double t, p, d, e, v, b, m;
    std::int64_t node;         // GPUs of a node
    std::int64_t data_inside;  // data-parallel ranks of one copy-group in a node, at most
};

Grid grid_of(const ModelShape& model, const Parallelism& layout, const StepHardware& hardware,
             std::int64_t gpus) {
    const std::int64_t d = data_parallel(layout, gpus);
    const auto real = [](std::int64_t n) { return static_cast<double>(n); };
    Grid grid{};
    grid.l = real(*model.layers);
    grid.h = real(*model.hidden);
    grid.s = real(*model.sequence);
    grid.t = real(layout.tensor);
    grid.p = real(layout.pipeline);
    grid.d = real(d);
    grid.e = real(layout.expert);
    grid.v = real(layout.virtual_stages);
    grid.b = real(layout.micro_batch);
    grid.m = real(layout.batch / (d * layout.micro_batch));
    grid.node = hardware.gpus_per_node;
    grid.data_inside = std::max<std::int64_t>(1, hardware.gpus_per_node / layout.tensor);
    return grid;
}

double activation(const Grid& grid) {
    return grid.b * grid.s * grid.h * kValueBytes;
}

CollectiveLevel level(Seconds latency, double rate, const StepHardware& hardware) {
    return {latency, {rate * hardware.collective_efficiency}, {}};
}

double seconds_of_compute(const Grid& grid, const ModelShape& model, const Parallelism& layout,
                          double flops, double gpus, const StepHardware& hardware) {
    const double matrix = flops / gpus / (hardware.peak.value * layout.kernel_efficiency.value);
    if (hardware.memory_bandwidth.value == 0) {
        return matrix;
    }
    const double stored = layer_activations(model, layout).value;
    const double passes = layout.recompute ? 2 + 2 + 4 : 2 + 4;  // forward, again, backward
    return matrix + stored * passes * (grid.l / grid.p) * grid.m / hardware.memory_bandwidth.value;
}

void add_tensor(StepTime& step, const Grid& grid, const Parallelism& layout,
                const StepHardware& hardware) {
    const double count = (layout.recompute ? 6 : 4) * (grid.l / grid.p) * grid.m;
    const Bytes size{activation(grid)};
    step.traffic.tp = {count * sent_per_rank(Collective::kAllReduce, size, layout.tensor).value};
    const Seconds each =
        collective_time(Collective::kAllReduce, CollectiveAlgorithm::kRing, size, layout.tensor,
                        level(hardware.island_latency, hardware.island_rate.value, hardware));
    step.tp = {(1 - layout.overlap_tensor.value) * count * each.value};
}

// An all-to-all of experts: every GPU sends its tokens to k experts, its share of them.
void add_experts(StepTime& step, const Grid& grid, const ModelShape& model,
                 const Parallelism& layout, const StepHardware& hardware) {
    if (layout.expert == 1) {
        return;
    }
    const double inside =
        static_cast<double>(std::min(layout.expert, grid.data_inside));  // ranks in one node
    const double copies = static_cast<double>(*model.experts_per_token);
    const double nodes = grid.e / inside;
    double across = copies * (nodes - 1) / nodes;
    if (model.expert_nodes) {
        across = std::min(across, static_cast<double>(*model.expert_nodes) * (nodes - 1) / nodes);
    }
    const double size = activation(grid) / grid.t;
    const double count =
        (layout.recompute ? 6 : 4) * (static_cast<double>(*model.expert_layers) / grid.p) * grid.m;
    const double per_node = static_cast<double>(grid.node) * size * across;
    const double in_island = size * copies * (inside - 1) / inside;
    const double efficiency = hardware.collective_efficiency;
    // Messages to all others leave at once: one latency.
    const double latency = (nodes > 1 ? hardware.network_latency : hardware.island_latency).value;
    double sending = in_island / (hardware.island_rate.value * efficiency);
    if (per_node > 0) {
        sending = std::max(sending, per_node / (hardware.node_rate.value * efficiency));
    }
    step.traffic.ep = {count * per_node};
    step.ep = {(1 - layout.overlap_expert.value) * count * (latency + sending)};
}

void add_pipeline(StepTime& step, const Grid& grid, const Parallelism& layout,
                  const StepHardware& hardware) {
    if (layout.pipeline == 1) {
        return;
    }
    const double stage = grid.t * grid.d;  // GPUs
    const auto node = static_cast<double>(grid.node);
    const double at_border = std::min(node, stage);  // GPUs of a node that send across
    const double columns = grid.p * stage / std::max(node, stage);  // nodes along the pipeline
    const double size = activation(grid) / (layout.scatter_gather ? grid.t : 1);
    const auto count = [&](double places) {  // transfers per place and step, both directions
        return 2 * grid.m * (places * grid.v - 1) / places;
    };
    const bool crosses = columns > 1;
    const double rate =
        crosses ? std::min(hardware.island_rate.value, hardware.node_rate.value / at_border)
                : hardware.island_rate.value;
    const CollectiveLevel way =
        level(crosses ? hardware.network_latency : hardware.island_latency, rate, hardware);
    double each =
        collective_time(Collective::kPointToPoint, CollectiveAlgorithm::kRing, {size}, 2, way)
            .value;
    if (layout.scatter_gather) {
        each +=
            collective_time(Collective::kAllGather, CollectiveAlgorithm::kRing, {activation(grid)},
                            layout.tensor,
                            level(hardware.island_latency, hardware.island_rate.value, hardware))
                .value;
    }
    step.traffic.pp = {crosses ? at_border * size * count(columns) : 0};
    step.pp = {(1 - layout.overlap_pipeline.value) * count(grid.p) * each};
}

// Gradients and weights of `parameters` over rings of `ranks`, of which a node holds up to
// `inside`.
void add_ring(StepTime& step, const Grid& grid, double parameters, std::int64_t ranks,
              std::int64_t inside, const Parallelism& layout, const StepHardware& hardware) {
    if (ranks == 1 || parameters == 0) {
        return;
    }
    const bool crosses = ranks > inside;
    const double rings =
        static_cast<double>(grid.node) / static_cast<double>(std::min(ranks, inside));
    const double rate = crosses
                            ? std::min(hardware.island_rate.value, hardware.node_rate.value / rings)
                            : hardware.island_rate.value;
    const CollectiveLevel way =
        level(crosses ? hardware.network_latency : hardware.island_latency, rate, hardware);
    const Bytes gradients{parameters * static_cast<double>(layout.gradient_bytes)};
    const Bytes weights{parameters * kValueBytes};
    for (const auto& [kind, size] : {std::pair{Collective::kReduceScatter, gradients},
                                     std::pair{Collective::kAllGather, weights}}) {
        step.dp.value += collective_time(kind, CollectiveAlgorithm::kRing, size, ranks, way).value;
        step.traffic.dp.value += crosses ? rings * sent_per_rank(kind, size, ranks).value : 0;
    }
}

void add_data(StepTime& step, const Grid& grid, const ModelShape& model, const Parallelism& layout,
              const StepHardware& hardware) {
    const double experts = expert_parameters_of(model);
    const double shards = grid.t * grid.p;
    const auto d = static_cast<std::int64_t>(grid.d);
    add_ring(step, grid, (parameters_of(model) - experts) / shards, d, grid.data_inside, layout,
             hardware);
    add_ring(step, grid, experts / (shards * grid.e), d / layout.expert,
             std::max<std::int64_t>(1, grid.data_inside / layout.expert), layout, hardware);
}

double exposed(const StepTime& step, double dp) {
    return std::max(step.dp_exposed_share * dp, dp - step.dp_window.value);
}

}  // namespace

std::int64_t data_parallel(const Parallelism& layout, std::int64_t gpus) {
    return layout.data ? *layout.data : gpus / (layout.tensor * layout.pipeline);
}

StepTime step_time(const ModelShape& shape, const Parallelism& layout, const StepHardware& hardware,
                   std::int64_t gpus) {
    const ModelShape model = completed(shape);
    const Grid grid = grid_of(model, layout, hardware, gpus);
    const auto batch = static_cast<double>(layout.batch);
    StepTime step;
    step.tokens = batch * grid.s;
    step.model_flops = flops_of(model, batch, false);
    step.hardware_flops = flops_of(model, batch, layout.recompute);
    step.compute = {seconds_of_compute(grid, model, layout, step.hardware_flops,
                                       static_cast<double>(gpus), hardware)};
    add_tensor(step, grid, layout, hardware);
    add_experts(step, grid, model, layout, hardware);
    add_pipeline(step, grid, layout, hardware);
    add_data(step, grid, model, layout, hardware);
    const double busy = step.compute.value + step.tp.value + step.ep.value;
    step.bubble = {(grid.p - 1) / (grid.v * grid.m) * busy};
    step.dp_window = {busy / grid.m};
    step.dp_exposed_share = 1 - layout.overlap_data.value;
    step.dp_exposed = {exposed(step, step.dp.value)};
    step.total = {busy + step.bubble.value + step.pp.value + step.dp_exposed.value};
    if (step.traffic.node().value > 0) {
        const double rate = hardware.node_rate.value;
        step.dp_line = {step.traffic.dp.value / rate};
        step.line = {step.traffic.node().value / rate};
        step.exposed_line = {((1 - layout.overlap_pipeline.value) * step.traffic.pp.value +
                              (1 - layout.overlap_expert.value) * step.traffic.ep.value) /
                             rate};
    }
    return step;
}

Seconds step_total_at(const StepTime& step, double granted) {
    TP_ASSERT(granted > 0 && granted <= 1, "a job is granted some of its line rate, at most all");
    const double longer = 1 / granted - 1;
    const double dp = step.dp.value + step.dp_line.value * longer;
    return {step.total.value + step.exposed_line.value * longer +
            (exposed(step, dp) - step.dp_exposed.value)};
}

}  // namespace tidepool::model
