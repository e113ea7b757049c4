#pragma once
// What is trained and how it is laid out over GPUs, as scenarios and the command line tell it. The
// shipped shapes are in model_catalog.h.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "sim/base/issue.h"
#include "sim/base/quantity.h"
#include "sim/config/field.h"
#include "sim/config/value.h"

namespace tidepool::model {

// A transformer. `name` stands for a shape of the catalogue; what is given beside it replaces what
// the catalogue says. 0 or absent: not said.
struct ModelShape {
    std::string name;
    std::optional<std::int64_t> layers, hidden, heads, sequence, vocabulary;
    std::optional<double> parameters, active_parameters;
    std::optional<std::int64_t> experts, experts_per_token, expert_layers, expert_nodes;
    friend bool operator==(const ModelShape&, const ModelShape&) = default;
};

// How a gang divides the work. GPUs = tensor * pipeline * data; `data` follows when absent.
struct Parallelism {
    std::int64_t tensor = 1, pipeline = 1;
    std::optional<std::int64_t> data;
    std::int64_t expert = 1;
    std::int64_t virtual_stages = 1;
    std::int64_t micro_batch = 1;
    std::int64_t batch = 0;
    bool recompute = true;
    bool flash_attention = true;
    bool sequence_parallel = true;
    bool scatter_gather = true;
    bool shard_optimizer = true;
    std::int64_t gradient_bytes = 2;
    Fraction kernel_efficiency{0.63};
    Fraction overlap_data{0.85};
    Fraction overlap_tensor{0.10};
    Fraction overlap_pipeline{0};
    Fraction overlap_expert{0};
    friend bool operator==(const Parallelism&, const Parallelism&) = default;
};

// The shape with what the catalogue knows filled in, then the defaults. Who changes layers, hidden
// size, vocabulary or experts of a known model has another one: its number of parameters is not
// taken over. The shape must have no problems.
ModelShape completed(const ModelShape& shape);

// Something that cannot be: the key it is about, as in the tables below.
struct StepProblem {
    std::string key, problem, hint;
};

// Of the shape alone, and of the layout alone.
std::vector<StepProblem> shape_problems(const ModelShape& shape);
std::vector<StepProblem> layout_problems(const Parallelism& layout);

// The same for the reader.
void validate(const ModelShape& shape, const config::Value& value, const std::string& path,
              Issues& issues);
void validate(const Parallelism& layout, const config::Value& value, const std::string& path,
              Issues& issues);

}  // namespace tidepool::model

namespace tidepool::config {

template <>
struct SpecTable<model::ModelShape> {
    using Spec = model::ModelShape;
    static constexpr std::string_view name = "model";
    static constexpr std::string_view doc =
        "A transformer to train: a name of the catalogue, or a shape of your own.";
    static constexpr std::tuple fields{
        Field{"name", &Spec::name, optional(1, 100),
              "A model of the catalogue, see `tidepool list models`."},
        Field{"layers", &Spec::layers, optional(1, 100'000), "Transformer layers."},
        Field{"hidden", &Spec::hidden, optional(1, 10'000'000), "Hidden size."},
        Field{"heads", &Spec::heads, optional(1, 1'000'000),
              "Attention heads; absent = one per 128 of the hidden size."},
        Field{"sequence", &Spec::sequence, optional(1, 100'000'000), "Tokens of one sequence."},
        Field{"vocabulary", &Spec::vocabulary, optional(1, 100'000'000),
              "Words of the vocabulary; absent = 51200."},
        Field{"parameters", &Spec::parameters, optional(1, 1e15),
              "All parameters; absent = those of a GPT of this shape (Narayanan et al. 2021)."},
        Field{"active_parameters", &Spec::active_parameters, optional(1, 1e15),
              "Parameters that one token passes, with experts; absent = all."},
        Field{"experts", &Spec::experts, optional(1, 1'000'000),
              "Experts of one layer that tokens are sent to; absent = none."},
        Field{"experts_per_token", &Spec::experts_per_token, optional(1, 10'000),
              "Experts that one token is sent to; absent = 1."},
        Field{"expert_layers", &Spec::expert_layers, optional(1, 100'000),
              "Layers with experts; absent = all."},
        Field{"expert_nodes", &Spec::expert_nodes, optional(1, 1'000'000),
              "Most nodes that one token is sent to, once to each; absent = no limit."},
    };
};

template <>
struct SpecTable<model::Parallelism> {
    using Spec = model::Parallelism;
    static constexpr std::string_view name = "parallelism";
    static constexpr std::string_view doc =
        "How a gang divides the work: GPUs = tensor x pipeline x data.";
    static constexpr std::tuple fields{
        Field{"tensor", &Spec::tensor, optional(1, 4096), "GPUs that share one layer."},
        Field{"pipeline", &Spec::pipeline, optional(1, 100'000), "Stages of the pipeline."},
        Field{"data", &Spec::data, optional(1, 10'000'000),
              "Copies of the model; absent = what the number of GPUs allows."},
        Field{"expert", &Spec::expert, optional(1, 1'000'000),
              "Data-parallel ranks that share the experts of a layer."},
        Field{"virtual_stages", &Spec::virtual_stages, optional(1, 1000),
              "Chunks of layers per GPU: 1 = plain 1F1B, more = interleaved."},
        Field{"micro_batch", &Spec::micro_batch, optional(1, 1'000'000),
              "Sequences of one micro-batch."},
        Field{"batch", &Spec::batch, required(1, 1'000'000'000),
              "Sequences of one step, all copies together."},
        Field{"recompute", &Spec::recompute, optional(),
              "Whether the backward pass runs the forward pass again instead of keeping it."},
        Field{"flash_attention", &Spec::flash_attention, optional(),
              "Whether the matrix of attention scores stays out of memory."},
        Field{"sequence_parallel", &Spec::sequence_parallel, optional(),
              "Whether tensor-parallel GPUs also share what lies between the matrix products."},
        Field{"scatter_gather", &Spec::scatter_gather, optional(),
              "Whether pipeline transfers are divided over the tensor-parallel GPUs."},
        Field{"shard_optimizer", &Spec::shard_optimizer, optional(),
              "Whether the copies share the optimiser's state (ZeRO 1)."},
        Field{"gradient_bytes", &Spec::gradient_bytes, optional(1, 8),
              "Bytes of one gradient, as stored and sent."},
        Field{"kernel_efficiency", &Spec::kernel_efficiency, optional(0.001, 1),
              "Share of the dense peak reached in matrix work; the default fits seven runs on A100 "
              "(Narayanan et al. 2021, table 1)."},
        Field{"overlap_data", &Spec::overlap_data, optional(0, 1),
              "Share of data-parallel traffic hidden behind compute; planning value."},
        Field{"overlap_tensor", &Spec::overlap_tensor, optional(0, 1),
              "Share of tensor-parallel traffic hidden; planning value."},
        Field{"overlap_pipeline", &Spec::overlap_pipeline, optional(0, 1),
              "Share of pipeline traffic hidden."},
        Field{"overlap_expert", &Spec::overlap_expert, optional(0, 1),
              "Share of expert traffic hidden."},
    };
};

}  // namespace tidepool::config
