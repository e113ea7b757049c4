#pragma once
// The deployment unit of an inference service as scenarios and the command line tell it: how fast
// it computes prompts and answers, what it remembers, how long it takes to start.

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
#include "sim/model/unit_model.h"

namespace tidepool::model {

// Several tokens of an answer in one iteration, which then takes longer.
struct SpeculationSpec {
    double tokens_per_step = 1;
    Fraction cost;
    friend bool operator==(const SpeculationSpec&, const SpeculationSpec&) = default;
};

// How many times as fast as the tables say: quantised weights, another engine.
struct SpeedSpec {
    double prefill = 1, decode = 1;
    friend bool operator==(const SpeedSpec&, const SpeedSpec&) = default;
};

struct DisaggregationSpec {
    std::int64_t prefill_workers = 0, decode_workers = 0;
    BytesPerSecond transfer;
    Seconds latency;
    friend bool operator==(const DisaggregationSpec&, const DisaggregationSpec&) = default;
};

// Parts of the time from a start to the first request.
struct ColdStartSpec {
    Seconds image;
    std::optional<BytesPerSecond> load;  // of the weights; or
    std::string storage;                 // where they come from
    Seconds warm_up;
    friend bool operator==(const ColdStartSpec&, const ColdStartSpec&) = default;
};

struct UnitSpec {
    std::string model, gpu;
    std::optional<std::int64_t> gpus;
    std::optional<TokensPerSecond> prefill, decode;
    std::optional<std::int64_t> batch;
    std::optional<Seconds> step, context_cost;
    std::vector<std::vector<double>> prefill_table, decode_table;
    std::optional<std::int64_t> kv_tokens;
    std::optional<Bytes> kv_memory, kv_bytes_per_token;
    std::int64_t chunk = 0;
    std::optional<SpeculationSpec> speculation;
    SpeedSpec speed;
    std::optional<DisaggregationSpec> disaggregation;
    std::optional<Bytes> weights;
    std::optional<Seconds> cold_start;
    std::optional<ColdStartSpec> start;
    friend bool operator==(const UnitSpec&, const UnitSpec&) = default;
};

// The unit in integers, with everything that is wrong with the spec, by its keys. Only of a spec
// without problems the unit can be used.
UnitModel compile_unit(const UnitSpec& spec, std::vector<UnitProblem>& problems);

// GPUs of one unit, bytes that are loaded when it starts: as given, or as the catalogue knows; 0:
// nobody said. Of a disaggregated unit, of all its workers.
std::int64_t gpus_of(const UnitSpec& spec);
Bytes weights_of(const UnitSpec& spec);

// The same for the reader.
void validate(const UnitSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);

}  // namespace tidepool::model

namespace tidepool::config {

template <>
struct SpecTable<model::SpeculationSpec> {
    using Spec = model::SpeculationSpec;
    static constexpr std::string_view name = "speculation";
    static constexpr std::string_view doc = "Speculative decoding.";
    static constexpr std::tuple fields{
        Field{"tokens_per_step", &Spec::tokens_per_step, required(1, 100),
              "Tokens of an answer that one iteration gives, on average: those accepted and one."},
        Field{"cost", &Spec::cost, optional(0, 100),
              "By how much an iteration takes longer: drafting and checking."},
    };
};

template <>
struct SpecTable<model::SpeedSpec> {
    using Spec = model::SpeedSpec;
    static constexpr std::string_view name = "speed";
    static constexpr std::string_view doc = "How many times as fast as said or listed a unit is.";
    static constexpr std::tuple fields{
        Field{"prefill", &Spec::prefill, optional(0.001, 1000), "At prompts."},
        Field{"decode", &Spec::decode, optional(0.001, 1000), "At answers."},
    };
};

template <>
struct SpecTable<model::DisaggregationSpec> {
    using Spec = model::DisaggregationSpec;
    static constexpr std::string_view name = "disaggregation";
    static constexpr std::string_view doc =
        "A unit whose workers only compute prompts or only generate answers. Each is as fast as "
        "the unit's speeds say, and takes `gpus` GPUs.";
    static constexpr std::tuple fields{
        Field{"prefill_workers", &Spec::prefill_workers, required(1, 100'000),
              "Workers for prompts."},
        Field{"decode_workers", &Spec::decode_workers, required(1, 100'000),
              "Workers for answers."},
        Field{"transfer", &Spec::transfer, required(1, 1e15),
              "Rate at which the KV cache of a prompt is handed over; needs "
              "`kv_bytes_per_token`."},
        Field{"latency", &Spec::latency, optional(0, 3600), "And a fixed time for it."},
    };
};

template <>
struct SpecTable<model::ColdStartSpec> {
    using Spec = model::ColdStartSpec;
    static constexpr std::string_view name = "cold_start";
    static constexpr std::string_view doc = "Parts of a cold start, one after the other.";
    static constexpr std::tuple fields{
        Field{"image", &Spec::image, optional(0, 86400), "Getting and starting the container."},
        Field{"load", &Spec::load, optional(1, 1e15), "Rate at which the weights are loaded."},
        Field{"storage", &Spec::storage, optional(1, 100),
              "Or the storage that they come from, by its name in the scenario."},
        Field{"warm_up", &Spec::warm_up, optional(0, 86400),
              "Compiling, capturing graphs, first requests."},
    };
};

template <>
struct SpecTable<model::UnitSpec> {
    using Spec = model::UnitSpec;
    static constexpr std::string_view name = "unit";
    static constexpr std::string_view doc =
        "One deployment unit of an inference service. Its speed comes from the catalogue (`model` "
        "and `gpu`), from two rates, or from tables; docs/inference-model.md says what follows.";
    static constexpr std::tuple fields{
        Field{"model", &Spec::model, optional(1, 100),
              "A measured model, see `tidepool list serving`; needs `gpu`."},
        Field{"gpu", &Spec::gpu, optional(1, 100), "Its GPU."},
        Field{"gpus", &Spec::gpus, optional(1, 100'000),
              "GPUs of one unit; absent = as many as the catalogue lists, else 1."},
        Field{"prefill", &Spec::prefill, optional(1e-3, 1e12),
              "Prompt tokens per second; absent = prompts take no time, if not in a table."},
        Field{"decode", &Spec::decode, optional(1e-3, 1e12),
              "Answer tokens per second of a full batch; needs `batch`."},
        Field{"batch", &Spec::batch, optional(1, 1'000'000),
              "Most requests in the batch at a time."},
        Field{"step", &Spec::step, optional(1e-9, 3600),
              "Time of an iteration with a single answer; absent = batch / decode: it takes as "
              "long for one as for all."},
        Field{"context_cost", &Spec::context_cost, optional(0, 1),
              "What each token of context in the batch adds to an iteration, e.g. `0.03 ns`."},
        Field{"prefill_table", &Spec::prefill_table, optional(0, 1e12),
              "Instead of `prefill`: rows of [tokens, ms], rising."},
        Field{"decode_table", &Spec::decode_table, optional(0, 1e12),
              "Instead of `decode`: rows of [answers in the batch, ms of an iteration], rising."},
        Field{"kv_tokens", &Spec::kv_tokens, optional(1, 1e15),
              "Tokens of prompts and answers that fit into the memory; absent = all."},
        Field{"kv_memory", &Spec::kv_memory, optional(1, 1e18),
              "Instead: memory for them; needs `kv_bytes_per_token`."},
        Field{"kv_bytes_per_token", &Spec::kv_bytes_per_token, optional(1, 1e9),
              "KV cache of one token."},
        Field{"chunk", &Spec::chunk, optional(0, 10'000'000),
              "Prompt tokens computed in an iteration beside the answers; 0 = prompts are "
              "computed whole, and answers stand still meanwhile."},
        Field{"speculation", &Spec::speculation, optional(), "Speculative decoding."},
        Field{"speed", &Spec::speed, optional(), "Factors on the speeds."},
        Field{"disaggregation", &Spec::disaggregation, optional(),
              "Prompts and answers on different workers."},
        Field{"weights", &Spec::weights, optional(1, 1e18), "Bytes loaded at a cold start."},
        Field{"cold_start", &Spec::cold_start, optional(0, 7 * 86400),
              "Time from a start to the first request."},
        Field{"start", &Spec::start, optional(), "Instead of `cold_start`: its parts."},
    };
};

}  // namespace tidepool::config
