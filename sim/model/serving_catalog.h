#pragma once
// What published measurements say about the speed of inference: `tidepool list serving`. A unit is
// a model on so many GPUs of one kind; its times come from a measurement of that pair, or are
// scaled from one of the same model by what the chips are.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/model/unit_model.h"

namespace tidepool::model {

// A served model. Weights and KV cache in the precision that the measurements are made in.
struct ServedModel {
    std::string_view name;
    double parameters = 0;
    double kv_bytes = 0;  // per token of context, in BF16
    double spread = 1;    // such units share one copy of the weights (expert parallelism)
    std::string_view source;
};
std::span<const ServedModel> served_models();

// Greatest throughput of one unit, all requests alike.
struct ThroughputRow {
    std::uint32_t tokens_in = 0, tokens_out = 0;
    double tokens_per_second = 0;  // of answers
};

// A unit's times as a straight line each: docs/inference-model.md.
struct ServingFit {
    double prompt = 0;   // s per token of a prompt
    double step = 0;     // s of an iteration, whatever the batch
    double answer = 0;   // s per answer in the batch, of each iteration
    double context = 0;  // s per token of context of these answers, of each iteration
};

// What is needed beside the times.
struct ServingShape {
    double step = 0;  // s, see ServingFit
    double batch_limit = 0;
    double kv_tokens = 0;
};
// Output tokens per s of a unit that is never out of requests like these.
double throughput(const ServingFit& fit, const ServingShape& shape, double tokens_in,
                  double tokens_out);
// Least squares of relative errors, no cost negative; `rows` not empty.
ServingFit fit_serving(std::span<const ThroughputRow> rows, const ServingShape& shape);
// The greatest relative error of a row, and which.
struct WorstRow {
    double error = 0;  // fitted / measured - 1
    ThroughputRow row;
};
WorstRow worst_row(const ServingFit& fit, std::span<const ThroughputRow> rows,
                   const ServingShape& shape);

// One unit of the catalogue, ready for use.
struct ServingUnit {
    std::string model, gpu;
    std::int64_t gpus = 0;
    UnitModel unit;
    double weights = 0;   // B loaded at a start
    double kv_bytes = 0;  // per token
    bool scaled = false;  // not measured on this GPU, or this number of them
    std::string source;   // and what it is scaled from, and the worst row's error
};
// All pairs of the list, at the number of GPUs that they are listed with.
std::vector<ServingUnit> serving_units();
// `gpus` 0: as listed. Empty, with a problem and a hint, for a pair that is not known or does not
// fit into the memory of so many GPUs.
std::optional<ServingUnit> serving_unit(const std::string& model, const std::string& gpu,
                                        std::int64_t gpus, UnitProblem& problem);

}  // namespace tidepool::model
