#pragma once
// How long one training step of a transformer takes on a gang of GPUs, part by part, and what it
// sends over each level of the network. docs/training-steps.md says what is modelled and what is
// not. Closed forms in + - * / only, so results may reach a run.
//
// With l layers, h hidden size, s sequence, V vocabulary, B global batch, b micro-batch, t, p, d
// tensor, pipeline and data parallel, v virtual stages, m = B / (d b) micro-batches (Narayanan et
// al., SC'21, arXiv 2104.04473):
//   FLOPs per step, GPT: 72 B s l h^2 (1 + s/6h + V/12lh), with recomputation of the layers
//     96 B s l h^2 (1 + s/6h + V/16lh);
//   bubble: (p - 1) / (v m) of the time the micro-batches take;
//   tensor parallel: all-reduces of b s h values, 2 forward, 2 backward and 2 more with
//     recomputation, per layer and micro-batch;
//   pipeline: b s h values per boundary and micro-batch in each direction, 1/t of it with
//     scatter/gather.
// Values are of 2 bytes. Data parallel: a reduce-scatter of gradients and an all-gather of weights.
// Compute is matrix work at a kernel efficiency plus element-wise work at memory bandwidth.

#include <cstdint>
#include <vector>

#include "sim/base/quantity.h"
#include "sim/model/step_spec.h"

namespace tidepool::model {

// One GPU, its node (the island: tensor parallelism stays inside) and the network.
struct StepHardware {
    FlopPerSecond peak;               // dense, of one GPU
    BytesPerSecond memory_bandwidth;  // of one GPU; 0: element-wise work takes no time
    Bytes memory;                     // of one GPU; 0: nobody asks
    std::int64_t gpus_per_node = 8;   // of one island
    BytesPerSecond island_rate;       // of one GPU inside the island, each direction
    BytesPerSecond node_rate;         // line rate of all network cards of a node, each direction
    Seconds island_latency{2e-6};     // per message; planning value
    Seconds network_latency{6e-6};    // per message inside a pod; planning value
    double collective_efficiency = 0.85;  // of line rate; planning value
    double kernel_efficiency = 0.65;      // of dense peak, in matrix work
};

// What one node sends in one step, by level.
struct StepTraffic {
    Bytes tp;        // inside the island: one GPU, tensor parallel
    Bytes dp;        // across: one node to its ring successor
    Bytes pp;        // across: one node to its pipeline neighbours, both directions together
    Bytes ep;        // across: one node to all others, expert all-to-all
    Bytes gpu_sent;  // across: one GPU, all of the above that leave the node / GPUs per node
};

// Parts of a step that add up: total = compute + bubble + tp + pp + dp_exposed + ep. A part holds
// what is exposed; dp also says what there was to hide.
struct StepTime {
    Seconds compute;     // matrix and element-wise work of all micro-batches
    Seconds bubble;      // waiting for the pipeline to fill and drain
    Seconds tp;          // tensor-parallel all-reduces
    Seconds pp;          // pipeline transfers
    Seconds dp;          // data-parallel reduce-scatter and all-gather, hidden or not
    Seconds dp_exposed;  // what of it is not hidden
    Seconds ep;          // expert all-to-all
    Seconds total;

    Seconds dp_window;          // compute behind which dp can hide
    Seconds network_line;       // sending time of a node per step at full line rate, all parts
    Seconds dp_line;            // of it, data parallel
    double model_flops = 0;     // of one step, without recomputation
    double hardware_flops = 0;  // with it
    double tokens = 0;          // of one step
    StepTraffic traffic;
};

StepTime step_time(const ModelShape& model, const Parallelism& layout, const StepHardware& hardware,
                   std::int64_t gpus);

// Bytes of one GPU: weights, gradients, optimiser state and activations.
struct StepMemory {
    Bytes states, activations;
    Bytes total() const { return {states.value + activations.value}; }
};
StepMemory step_memory(const ModelShape& model, const Parallelism& layout);

// Parameters of a GPT by its shape: 12 l h^2 (1 + 13/12h + (V+s)/12lh), or as the shape says.
double parameters_of(const ModelShape& model);
// Parameters that one token passes.
double active_parameters_of(const ModelShape& model);
// FLOPs of one step of `batch` sequences.
double flops_of(const ModelShape& model, double batch, bool recompute);

// Share of the dense peak that the model's own FLOPs use: MFU.
double model_flop_utilisation(const StepTime& step, FlopPerSecond peak, double gpus);

// 8 T P / (n X): time to train T tokens at X achieved FLOP/s per GPU, recomputation counted
// (Narayanan et al., SC'21, eq. 4).
Seconds training_time_narayanan_2021(double parameters, double tokens, double gpus,
                                     FlopPerSecond achieved);
// 6 P T / (n X), without recomputation.
Seconds training_time_six_pt(double parameters, double tokens, double gpus, FlopPerSecond achieved);

// GPUs of different speed in one gang, speeds relative to each other. Achieved speed over the sum
// of the stand-alone speeds.
// Equal shares: everybody waits for the slowest member.
double mixed_efficiency_equal(const std::vector<double>& speeds);
// Shares in proportion to speed: all finish together, then `exposed` more communication than each
// alone has, as a share of the step.
double mixed_efficiency_proportional(const std::vector<double>& speeds, double exposed);

}  // namespace tidepool::model
