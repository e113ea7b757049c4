// Parts of a training step, each by hand where the others vanish; traffic against an enumeration of
// all ranks; what must never get worse.
#include "sim/model/step_time.h"

#include <cmath>
#include <utility>

#include <gtest/gtest.h>

namespace tidepool::model {
namespace {

constexpr StepHardware kNode{.peak = {100e12},
                             .memory_bandwidth = {0},
                             .memory = {0},
                             .gpus_per_node = 4,
                             .island_rate = {100e9},
                             .node_rate = {40e9},
                             .island_latency = {0},
                             .network_latency = {0},
                             .collective_efficiency = 1};

// 8 layers of 1,024, sequences of 512 tokens.
ModelShape small() {
    ModelShape model;
    model.layers = 8;
    model.hidden = 1024;
    model.heads = 8;
    model.sequence = 512;
    model.vocabulary = 1024;
    return model;
}

Parallelism layout(std::int64_t t, std::int64_t p, std::int64_t batch) {
    Parallelism layout;
    layout.tensor = t;
    layout.pipeline = p;
    layout.batch = batch;
    layout.kernel_efficiency = {0.5};
    layout.overlap_data = layout.overlap_tensor = {0};
    return layout;
}

double sum(const StepTime& step) {
    return step.compute.value + step.bubble.value + step.tp.value + step.pp.value +
           step.dp_exposed.value + step.ep.value;
}

TEST(Flops, AreNarayanansForAGpt) {
    const double l = 8;
    const double h = 1024;
    const double s = 512;
    const double v = 1024;
    EXPECT_NEAR(flops_of(small(), 4, true) /
                    (96 * 4 * s * l * h * h * (1 + s / (6 * h) + v / (16 * l * h))),
                1, 1e-12);
    EXPECT_NEAR(flops_of(small(), 4, false) /
                    (72 * 4 * s * l * h * h * (1 + s / (6 * h) + v / (12 * l * h))),
                1, 1e-12);
    EXPECT_NEAR(
        parameters_of(small()) / (12 * l * h * h * (1 + 13 / (12 * h) + (v + s) / (12 * l * h))), 1,
        1e-12);
}

TEST(Flops, OfExpertsAreThoseOfThePassedParameters) {
    ModelShape model = small();
    model.parameters = 1e9;
    model.active_parameters = 4e8;
    model.experts = 16;
    model.experts_per_token = 4;
    // 600 M are not passed; they are 12 of 16 experts.
    EXPECT_DOUBLE_EQ(expert_parameters_of(model), 8e8);
    const double tokens = 2 * 512;
    const double tables = 2 * 1024 * 1024;
    EXPECT_DOUBLE_EQ(flops_of(model, 2, false),
                     tokens * (6 * (4e8 - tables) + 6 * 1024 * 1024 + 12.0 * 8 * 1024 * 512));
}

TEST(StepTime, OfOneGpuIsComputeAlone) {
    const StepTime step = step_time(small(), layout(1, 1, 4), kNode, 1);
    EXPECT_DOUBLE_EQ(step.compute.value, flops_of(small(), 4, true) / 50e12);
    EXPECT_EQ(step.total, step.compute);
    EXPECT_EQ(step.traffic.node().value, 0);
    EXPECT_EQ(step.line.value, 0);
    EXPECT_NEAR(model_flop_utilisation(step, kNode.peak, 1),
                0.5 * flops_of(small(), 4, false) / flops_of(small(), 4, true), 1e-12);
}

TEST(StepTime, CountsElementWiseWorkAtMemoryBandwidth) {
    StepHardware slow = kNode;
    slow.memory_bandwidth = {1e12};
    // 8 layers, 4 sequences of 512 x 1,024: 34 B forward, again and twice backward, read and
    // written.
    const double extra = 8 * 4 * 512.0 * 1024 * 34 * 8 / 1e12;
    const double fast = step_time(small(), layout(1, 1, 4), kNode, 1).total.value;
    EXPECT_NEAR(step_time(small(), layout(1, 1, 4), slow, 1).total.value - fast, extra,
                1e-12 * fast);
    Parallelism scores = layout(1, 1, 4);
    scores.flash_attention = false;
    scores.recompute = false;
    // Over 4 GPUs the matrix part is a quarter, with sequence parallelism all of it.
    for (const auto& [shared, bytes] : {std::pair{true, 34 / 4.0}, std::pair{false, 16.0}}) {
        Parallelism wide = layout(4, 1, 4);
        wide.sequence_parallel = shared;
        const double before = step_time(small(), wide, kNode, 4).total.value;
        EXPECT_NEAR(step_time(small(), wide, slow, 4).total.value - before,
                    8 * 4 * 512.0 * 1024 * bytes * 8 / 1e12, 1e-12 * before);
    }
    // 5 a s / h = 20 B more, without the second forward pass.
    const double kept = step_time(small(), scores, kNode, 1).total.value;
    EXPECT_NEAR(step_time(small(), scores, slow, 1).total.value - kept,
                8 * 4 * 512.0 * 1024 * 54 * 6 / 1e12, 1e-12 * kept);
}

TEST(StepTime, OfTensorParallelByHand) {
    // 8 layers x 4 micro-batches x 6 all-reduces of 512 x 1,024 x 2 B over 4 GPUs at 100 GB/s.
    const StepTime step = step_time(small(), layout(4, 1, 4), kNode, 4);
    EXPECT_DOUBLE_EQ(step.tp.value, 8 * 4 * 6 * 2 * 0.75 * 1048576 / 100e9);
    EXPECT_DOUBLE_EQ(step.traffic.tp.value, 8 * 4 * 6 * 1.5 * 1048576);
    EXPECT_DOUBLE_EQ(step.total.value, sum(step));
    Parallelism hidden = layout(4, 1, 4);
    hidden.overlap_tensor = {0.25};
    EXPECT_DOUBLE_EQ(step_time(small(), hidden, kNode, 4).tp.value, 0.75 * step.tp.value);
    hidden.recompute = false;
    EXPECT_DOUBLE_EQ(step_time(small(), hidden, kNode, 4).tp.value, 0.75 * step.tp.value * 4 / 6);
}

TEST(StepTime, OfAPipelineByHand) {
    // 2 stages of a node each, 8 micro-batches: 8 times 1 MiB forward and 8 times back; a quarter
    // of it per GPU, which has 10 GB/s, then 3/4 MiB from the other three.
    const StepTime step = step_time(small(), layout(4, 2, 8), kNode, 8);
    EXPECT_DOUBLE_EQ(step.bubble.value, (step.compute.value + step.tp.value) / 8);
    EXPECT_DOUBLE_EQ(step.traffic.pp.value, 8 * 1048576);
    EXPECT_DOUBLE_EQ(step.pp.value, 8 * (262144 / 10e9 + 0.75 * 1048576 / 100e9));
    EXPECT_DOUBLE_EQ(step.total.value, sum(step));
    Parallelism whole = layout(4, 2, 8);
    whole.scatter_gather = false;
    EXPECT_DOUBLE_EQ(step_time(small(), whole, kNode, 8).traffic.pp.value, 4 * 8 * 1048576);
    EXPECT_DOUBLE_EQ(step_time(small(), whole, kNode, 8).pp.value, 8 * 1048576 / 10e9);
}

TEST(StepTime, OfDataParallelByHand) {
    // 4 copies of a node each: 4 rings over 4 nodes, each of P/4 parameters, gradients and weights.
    const StepTime step = step_time(small(), layout(4, 1, 4), kNode, 16);
    const double part = parameters_of(small()) / 4;
    EXPECT_DOUBLE_EQ(step.traffic.dp.value, 4 * 2 * 0.75 * 2 * part);
    EXPECT_DOUBLE_EQ(step.dp.value, 2 * 0.75 * 2 * part / 10e9);
    EXPECT_EQ(step.dp_exposed, step.dp);
    EXPECT_DOUBLE_EQ(step.line.value, step.traffic.dp.value / 40e9);
    // One ring of 16 through all GPUs: it leaves each node once.
    const StepTime flat = step_time(small(), layout(1, 1, 16), kNode, 16);
    EXPECT_DOUBLE_EQ(flat.traffic.dp.value, 2 * 15.0 / 16 * 2 * parameters_of(small()));
    EXPECT_DOUBLE_EQ(flat.dp.value, flat.traffic.dp.value / 40e9);
    // Inside a node nothing crosses.
    const StepTime inside = step_time(small(), layout(1, 1, 4), kNode, 4);
    EXPECT_EQ(inside.traffic.dp.value, 0);
    EXPECT_DOUBLE_EQ(inside.dp.value, 2 * 0.75 * 2 * parameters_of(small()) / 100e9);
}

TEST(StepTime, HidesDataParallelBehindOneMicroBatchAtMost) {
    Parallelism hidden = layout(4, 1, 4);
    hidden.overlap_data = {1};
    StepHardware hardware = kNode;
    const StepTime step = step_time(small(), hidden, hardware, 16);
    EXPECT_DOUBLE_EQ(step.dp_window.value, step.compute.value + step.tp.value);  // m = 1
    EXPECT_DOUBLE_EQ(step.dp_exposed.value, std::max(0.0, step.dp.value - step.dp_window.value));
    hidden.batch = 64;
    const StepTime more = step_time(small(), hidden, hardware, 16);
    EXPECT_DOUBLE_EQ(more.dp_window.value, step.dp_window.value);  // still one
    hardware.node_rate = {4e12};
    hidden.overlap_data = {0.75};
    const StepTime fast = step_time(small(), hidden, hardware, 16);
    EXPECT_DOUBLE_EQ(fast.dp_exposed.value, fast.dp.value / 4);
}

TEST(StepTime, OfExpertsByHand) {
    ModelShape model = small();
    model.parameters = 1e9;
    model.active_parameters = 4e8;
    model.experts = 16;
    model.experts_per_token = 4;
    model.expert_layers = 6;
    Parallelism experts = layout(1, 1, 8);
    experts.expert = 8;
    // 2 nodes: half of the 4 copies of 1 MiB leave; 4 GPUs share 40 GB/s. 6 layers x 6 times.
    const StepTime step = step_time(model, experts, kNode, 8);
    EXPECT_DOUBLE_EQ(step.traffic.ep.value, 36 * 4 * 2 * 1048576);
    EXPECT_DOUBLE_EQ(step.ep.value, 36 * 4 * 2 * 1048576 / 40e9);
    EXPECT_DOUBLE_EQ(step.total.value, sum(step));
    // Sent to one node at most: half a copy leaves; what stays, 3 MiB, takes less at 100 GB/s.
    model.expert_nodes = 1;
    const StepTime limited = step_time(model, experts, kNode, 8);
    EXPECT_DOUBLE_EQ(limited.traffic.ep.value, 36 * 4 * 0.5 * 1048576);
    EXPECT_DOUBLE_EQ(limited.ep.value, 36 * 4 * 0.5 * 1048576 / 40e9);
    // Experts live on one rank each: only the other 200 M parameters are reduced.
    EXPECT_DOUBLE_EQ(step.traffic.dp.value, 2 * 7.0 / 8 * 2 * 2e8);
}

// Bytes that leave every node, by walking over all ranks: rank = (stage d + copy) t + part.
struct Walk {
    double dp = 0, pp = 0, ep = 0;
};
Walk walk(std::int64_t t, std::int64_t p, std::int64_t d, std::int64_t v, std::int64_t m,
          double parameters, double activation) {
    const std::int64_t node = 4;
    const auto node_of = [&](std::int64_t stage, std::int64_t copy, std::int64_t part) {
        return ((stage * d + copy) * t + part) / node;
    };
    Walk sent;
    for (std::int64_t stage = 0; stage < p; ++stage) {
        for (std::int64_t copy = 0; copy < d; ++copy) {
            for (std::int64_t part = 0; part < t; ++part) {
                const std::int64_t here = node_of(stage, copy, part);
                if (d > 1 && node_of(stage, (copy + 1) % d, part) != here) {
                    for (std::int64_t step = 1; step < d; ++step) {  // gradients and weights
                        sent.dp += 2 * 2 * parameters / static_cast<double>(t * p * d);
                    }
                }
                for (std::int64_t chunk = 0; chunk < v; ++chunk) {
                    const bool last = stage + 1 == p && chunk + 1 == v;
                    if (!last && node_of((stage + 1) % p, copy, part) != here) {
                        // forward from here, and backward to here
                        sent.pp += 2 * static_cast<double>(m) * activation / static_cast<double>(t);
                    }
                }
            }
        }
    }
    return sent;
}

TEST(Traffic, IsThatOfAllRanksTogether) {
    for (const std::int64_t t : {1, 2, 4}) {
        for (const std::int64_t p : {1, 2, 4}) {
            for (const std::int64_t d : {1, 2, 4, 8}) {
                for (const std::int64_t v : {1, 2}) {
                    const std::int64_t gpus = t * p * d;
                    if (gpus % 4 != 0 || (p == 1 && v > 1)) {
                        continue;
                    }
                    Parallelism grid = layout(t, p, 8 * d);
                    grid.virtual_stages = v;
                    const StepTraffic each = step_time(small(), grid, kNode, gpus).traffic;
                    const auto nodes = static_cast<double>(gpus) / 4;
                    const Walk all = walk(t, p, d, v, 8, parameters_of(small()), 1048576);
                    EXPECT_NEAR(each.dp.value * nodes, all.dp, 1e-9 * all.dp)
                        << t << ' ' << p << ' ' << d;
                    EXPECT_NEAR(each.pp.value * nodes, all.pp, 1e-9 * all.pp)
                        << t << ' ' << p << ' ' << d << ' ' << v;
                }
            }
        }
    }
}

TEST(StepTime, IsNeverLongerWithMoreBandwidthOrOverlap) {
    ModelShape model = small();
    model.parameters = 1e9;
    model.active_parameters = 4e8;
    model.experts = 16;
    model.experts_per_token = 4;
    for (const std::int64_t t : {1, 2, 4}) {
        for (const std::int64_t p : {1, 2}) {
            Parallelism grid = layout(t, p, 64);
            grid.expert = 4;
            double before = INFINITY;
            for (double rate = 1e9; rate < 1e13; rate *= 2) {
                StepHardware hardware = kNode;
                hardware.node_rate = {rate};
                const double total = step_time(model, grid, hardware, 64).total.value;
                EXPECT_LE(total, before);
                before = total;
                hardware.island_rate.value *= 2;
                EXPECT_LE(step_time(model, grid, hardware, 64).total.value, total);
            }
            for (Fraction Parallelism::*const share :
                 {&Parallelism::overlap_data, &Parallelism::overlap_tensor,
                  &Parallelism::overlap_pipeline, &Parallelism::overlap_expert}) {
                double longest = INFINITY;
                for (double overlap = 0; overlap <= 1; overlap += 0.125) {
                    Parallelism hidden = grid;
                    hidden.*share = {overlap};
                    const double total = step_time(model, hidden, kNode, 64).total.value;
                    EXPECT_LE(total, longest);
                    longest = total;
                }
            }
        }
    }
}

}  // namespace
}  // namespace tidepool::model
