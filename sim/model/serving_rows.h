#pragma once
// The published measurements themselves. Throughputs: NVIDIA/TensorRT-LLM (Apache-2.0),
// docs/source/performance/perf-overview.md of v1.0. Times: Splitwise (Patel et al., ISCA 2024),
// splitwise-sim (MIT, Copyright (c) 2024 Pratyush Patel), data/perf_model.csv, means of five runs.
// DeepSeek: deepseek-ai/open-infra-index (MIT), day 6; lmsys.org, 5 May 2025.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sim/model/serving_catalog.h"

namespace tidepool::model {

// Weights and KV cache, bytes per element.
struct Precision {
    std::string_view name;
    double weights = 1, kv = 1;
};
inline constexpr Precision kBf16{"BF16", 2, 2};
inline constexpr Precision kFp8{"FP8", 1, 1};
inline constexpr Precision kFp4{"FP4", 0.5, 1};

struct MeasuredUnit {
    std::string_view model, gpu;
    std::int64_t gpus = 0;
    Precision precision;
    double batch_limit = 0;
    std::vector<ThroughputRow> rows;   // to fit; or
    double prompt = 0, iteration = 0;  // s per prompt token, s of an iteration of a full batch; or
    TimeTable prompt_table, iteration_table;
    std::string_view source;
};
const std::vector<MeasuredUnit>& measured_units();

// GPUs by their short name here and their name in the catalogue of parts.
struct ServingGpu {
    std::string_view name, part;
};
std::span<const ServingGpu> serving_gpus();

// Pairs that nobody measured, with a number of GPUs that holds the model.
struct ScaledPair {
    std::string_view model, gpu;
    std::int64_t gpus = 0;
};
std::span<const ScaledPair> scaled_pairs();

}  // namespace tidepool::model
