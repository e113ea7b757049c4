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
// Data parallel: a ring reduce-scatter of gradients and a ring all-gather of weights. Experts: an
// all-to-all before and after them, forward and backward. Weights and activations have 2 bytes.
//
// Compute is matrix work at a kernel efficiency (a share of the dense peak) plus element-wise work
// at full memory bandwidth: every byte that Korthikanti et al. 2022 count as stored is written and
// read once forward and twice as often backward. That second part shrinks with 1/h, which is why
// large models come nearer to the peak.
//
// Ranks are laid out tensor first, then data (experts within), then pipeline, as in Megatron-LM.

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
};

// What is sent in one step.
struct StepTraffic {
    Bytes tp;  // inside the island, by one GPU
    Bytes dp;  // across, by one node to its ring successors
    Bytes
        pp;  // across, by one node to its pipeline neighbours, both directions, mean of all stages
    Bytes ep;  // across, by one node to all others
    Bytes node() const { return {dp.value + pp.value + ep.value}; }
};

// Parts of a step: total = compute + bubble + tp + pp + dp_exposed + ep.
struct StepTime {
    Seconds compute;     // matrix and element-wise work of all micro-batches
    Seconds bubble;      // waiting for the pipeline to fill and drain
    Seconds tp;          // tensor-parallel all-reduces, as far as exposed
    Seconds pp;          // pipeline transfers, as far as exposed
    Seconds dp;          // data-parallel reduce-scatter and all-gather, hidden or not
    Seconds dp_exposed;  // what of it is not hidden
    Seconds ep;          // expert all-to-all, as far as exposed
    Seconds total;
    double tokens = 0;          // of one step
    double model_flops = 0;     // of one step, without recomputation
    double hardware_flops = 0;  // with it
    StepTraffic traffic;

    // For a slower network. Sending times are those of a node at full line rate.
    Seconds dp_window;            // compute that dp can hide behind: one micro-batch, its backward
                                  // pass for the gradients, its forward pass for the weights
    double dp_exposed_share = 1;  // what shows of dp even if there is room to hide
    Seconds dp_line;              // sending time of dp
    Seconds line;                 // sending time of dp, pp and ep
    Seconds exposed_line;         // of pp and ep, as far as exposed
};

// The question must have no problems (below).
StepTime step_time(const ModelShape& model, const Parallelism& layout, const StepHardware& hardware,
                   std::int64_t gpus);

// The step on a network that grants a fraction 0 < g <= 1 of line rate: sending takes 1/g as long,
// latencies and the rest stay.
Seconds step_total_at(const StepTime& step, double granted);

// Bytes of one GPU. States: weights 2 B, gradients, optimiser 12 B (master weights 4, Adam 8;
// Rajbhandari et al. 2020, arXiv 1910.02054). Activations: per layer s b h (10 + 24/t) B, 34/t
// with sequence parallelism, and 5 a s^2 b / t without flash attention (Korthikanti et al. 2022,
// arXiv 2205.05198); with recomputation the input of every layer, 2 s b h (over t with sequence
// parallelism), and one whole layer; of p micro-batches in the first stage, with
// v virtual stages (1 + (p-1)/(p v)) as much.
struct StepMemory {
    Bytes states, activations;
    Bytes total() const { return {states.value + activations.value}; }
};
// What one layer keeps of one micro-batch on one GPU.
Bytes layer_activations(const ModelShape& model, const Parallelism& layout);
StepMemory step_memory(const ModelShape& model, const Parallelism& layout, std::int64_t gpus);

// Why this gang cannot train this model: products that are not the gang, layers or sequences that
// cannot be divided, a model that does not fit the memory. Empty: it can. Keys of Parallelism, and
// `gpus`. Model and layout have no problems of their own.
std::vector<StepProblem> step_problems(const ModelShape& model, const Parallelism& layout,
                                       const StepHardware& hardware, std::int64_t gpus);

// Copies of the model on so many GPUs: as given, or what remains.
std::int64_t data_parallel(const Parallelism& layout, std::int64_t gpus);

// Parameters of a GPT by its shape: 12 l h^2 (1 + 13/12h + (V+s)/12lh), or as the shape says.
double parameters_of(const ModelShape& model);
// Parameters that one token passes.
double active_parameters_of(const ModelShape& model);
// Parameters of experts, of which a token passes k of E: (all - active) / (1 - k/E).
double expert_parameters_of(const ModelShape& model);
// FLOPs of one step of `batch` sequences. Of a model with given parameters: 6 per token and active
// parameter outside its two vocabulary tables, 6 V h for the logits, 12 l h s for attention;
// with recomputation a third more, logits excepted. For a GPT these are Narayanan's formulas.
double flops_of(const ModelShape& model, double batch, bool recompute);

// Share of the dense peak that the model's own FLOPs use: MFU.
double model_flop_utilisation(const StepTime& step, FlopPerSecond peak, double gpus);

// 8 T P / (n X): time to train T tokens at X achieved FLOP/s per GPU, recomputation counted
// (Narayanan et al., SC'21, eq. 4).
Seconds training_time_narayanan_2021(double parameters, double tokens, double gpus,
                                     FlopPerSecond achieved);
// 6 P T / (n X), without recomputation and attention.
Seconds training_time_six_pt(double parameters, double tokens, double gpus, FlopPerSecond achieved);

// GPUs of different speed in one gang: achieved speed over the sum of the stand-alone speeds.
// Equal shares: everybody waits for the slowest member.
double mixed_efficiency_equal(const std::vector<double>& speeds);
// Shares in proportion to speed: all finish together, and exchange for `exposed` more, as a share
// of the time that takes.
double mixed_efficiency_proportional(double exposed);

}  // namespace tidepool::model
