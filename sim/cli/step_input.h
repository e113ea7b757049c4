#pragma once
// The options of `tidepool model step` and `tidepool model collective`. The keys of a scenario's
// model and parallelism are options of `step`, from the same tables.

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "sim/cli/model_input.h"
#include "sim/model/collective.h"
#include "sim/model/step_spec.h"
#include "sim/model/step_time.h"

namespace tidepool::cli {

struct StepQuestion : model::ModelShape, model::Parallelism {
    std::string gpu, server;
    std::int64_t gpus = 0;
    std::optional<std::int64_t> island;
    std::optional<BytesPerSecond> island_rate, node_rate;
    std::optional<Seconds> island_latency, network_latency;
    std::optional<Fraction> collective_efficiency;
    std::optional<double> tokens;
};

struct CollectiveQuestion {
    model::Collective kind = model::Collective::kAllReduce;
    model::CollectiveAlgorithm algorithm = model::CollectiveAlgorithm::kRing;
    Bytes bytes;
    std::int64_t ranks = 0;
    BytesPerSecond rate;
    Seconds latency;
    std::int64_t islands = 1;
    std::optional<BytesPerSecond> island_rate;
    std::optional<Seconds> island_latency;
};

// What the catalogue and the options say about the machines, and what they leave open.
struct StepMachine {
    model::StepHardware hardware;
    std::vector<model::StepProblem> problems;
};
StepMachine machine_of(const StepQuestion& question);

void validate(const StepQuestion& question, const config::Value& options, const std::string& path,
              Issues& issues);
void validate(const CollectiveQuestion& question, const config::Value& options,
              const std::string& path, Issues& issues);

}  // namespace tidepool::cli

namespace tidepool::config {

// The fields of a base as fields of the whole.
template <class Whole, class... Fields>
constexpr auto fields_in(const std::tuple<Fields...>& fields) {
    return std::apply(
        []<class... Base, class... T>(const Field<Base, T>&... field) {
            return std::tuple{Field<Whole, T>{field.name, field.member, field.rule, field.doc}...};
        },
        fields);
}
// All but the first.
template <class First, class... Rest>
constexpr auto without_first(const std::tuple<First, Rest...>& fields) {
    return std::apply([](const First&, const Rest&... rest) { return std::tuple{rest...}; },
                      fields);
}

template <>
struct SpecTable<cli::StepQuestion> {
    using Spec = cli::StepQuestion;
    static constexpr std::string_view name = "step", doc = "Options of model step.";
    static constexpr std::tuple kOwn{
        Field<Spec, std::string>{"model", &Spec::name, optional(1, 100),
                                 "A model of the catalogue, see `tidepool list models`; or give "
                                 "--layers, --hidden, --sequence"},
        Field{"gpu", &Spec::gpu, optional(1, 100),
              "GPU, see `tidepool list gpus`; on the first server of the catalogue that has it"},
        Field{"server", &Spec::server, optional(1, 100),
              "Server, see `tidepool list servers`; instead of --gpu"},
        Field{"gpus", &Spec::gpus, required(1, kMostGpus), "GPUs of the gang"},
        Field{"island", &Spec::island, optional(1, 4096),
              "GPUs of one island; default: the NVLink domain, or the server"},
        Field{"island-rate", &Spec::island_rate, optional(1, 1e15),
              "Rate of one GPU inside the island, each direction; default: half of its NVLink"},
        Field{"node-rate", &Spec::node_rate, optional(1, 1e15),
              "Rate of all network cards of an island, each direction; default: the server's"},
        Field{"island-latency", &Spec::island_latency, optional(0, 1),
              "Of a message inside the island; default: 2 us"},
        Field{"network-latency", &Spec::network_latency, optional(0, 1),
              "Of a message across the network; default: 6 us"},
        Field{"collective-efficiency", &Spec::collective_efficiency, optional(0.001, 1),
              "Share of line rate that collectives reach; default: 85 %"},
        Field{"tokens", &Spec::tokens, optional(1, 1e18), "Say how long this many tokens take"}};
    static constexpr auto fields =
        std::tuple_cat(kOwn, fields_in<Spec>(without_first(SpecTable<model::ModelShape>::fields)),
                       fields_in<Spec>(SpecTable<model::Parallelism>::fields));
};

template <>
struct SpecTable<cli::CollectiveQuestion> {
    using Spec = cli::CollectiveQuestion;
    static constexpr std::string_view name = "collective", doc = "Options of model collective.";
    static constexpr std::tuple fields{
        Field{"kind", &Spec::kind, optional(),
              "all-reduce (default), reduce-scatter, all-gather, all-to-all or point-to-point"},
        Field{"algorithm", &Spec::algorithm, optional(),
              "ring (default), tree, or hierarchical with --islands and --island-rate"},
        Field{"bytes", &Spec::bytes, required(1, 1e18), "Size of the whole buffer, e.g. '1 GB'"},
        Field{"ranks", &Spec::ranks, required(2, kMostGpus), "GPUs that take part"},
        Field{"rate", &Spec::rate, required(1, 1e15),
              "Of one rank, each direction; with --islands, across"},
        Field{"latency", &Spec::latency, optional(0, 1), "Of one message; default: 0 s"},
        Field{"islands", &Spec::islands, optional(1, kMostGpus),
              "Islands that the ranks lie in, equally many in each"},
        Field{"island-rate", &Spec::island_rate, optional(1, 1e15),
              "Of one rank inside its island, each direction"},
        Field{"island-latency", &Spec::island_latency, optional(0, 1),
              "Of one message inside the island; default: 0 s"}};
};

}  // namespace tidepool::config
