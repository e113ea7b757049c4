#pragma once
// The options of `tidepool model serving` and `tidepool model fleet`.

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "sim/cli/step_input.h"
#include "sim/model/unit_spec.h"
#include "sim/model/unit_work.h"

namespace tidepool::cli {

struct ServingQuestion {
    std::string model, gpu;
    std::optional<std::int64_t> gpus;
    std::string file;
    double tokens_in = 1000, tokens_out = 200;
    double sigma_in = 0, sigma_out = 0;
    Fraction cached;
    std::optional<EventsPerSecond> rate;
    std::optional<std::int64_t> units;
    double arrival_scv = 1;
    bool shared_queue = false;
    std::optional<Seconds> ttft, tpot;
};

// The unit that is asked about, from the catalogue or a file. Throws InputError.
struct AskedUnit {
    model::UnitSpec spec;
    model::UnitModel unit;
    std::string name, source;
};
AskedUnit unit_of(const ServingQuestion& question);

// Equally likely pairs: lognormal with the means asked for, independent of each other.
std::vector<model::Length> lengths_of(const ServingQuestion& question);

struct FleetQuestion {
    std::optional<TokensPerSecond> tokens_per_second;  // this, or visits
    std::optional<double> visits;
    double questions = 10, tokens = 1000;
    Seconds period{30.0 * 86400};
    double parameters = 0;
    double flop_per_parameter = 2;
    FlopPerSecond flops_per_gpu;
    Fraction utilisation;
};

void validate(const ServingQuestion& question, const config::Value& options,
              const std::string& path, Issues& issues);
void validate(const FleetQuestion& question, const config::Value& options, const std::string& path,
              Issues& issues);

}  // namespace tidepool::cli

namespace tidepool::config {

template <>
struct SpecTable<cli::ServingQuestion> {
    using Spec = cli::ServingQuestion;
    static constexpr std::string_view name = "serving", doc = "Options of model serving.";
    static constexpr std::tuple fields{
        Field{"model", &Spec::model, optional(1, 100),
              "A measured model, see `tidepool list serving`; needs --gpu"},
        Field{"gpu", &Spec::gpu, optional(1, 100), "Its GPU"},
        Field{"gpus", &Spec::gpus, optional(1, 100'000), "GPUs of a unit; default: as listed"},
        Field{"file", &Spec::file, optional(1, 4096),
              "Instead of --model: a YAML file that describes a unit, as `unit` of a service"},
        Field{"tokens-in", &Spec::tokens_in, optional(1, 1 << 24),
              "Mean tokens of a prompt; default: 1000"},
        Field{"tokens-out", &Spec::tokens_out, optional(1, 1 << 24),
              "Mean tokens of an answer; default: 200"},
        Field{"sigma-in", &Spec::sigma_in, optional(0, 3),
              "Standard deviation of the logarithm of a prompt's tokens; default: 0, all alike"},
        Field{"sigma-out", &Spec::sigma_out, optional(0, 3), "Likewise of an answer's"},
        Field{"cached", &Spec::cached, optional(0, 1),
              "Share of prompt tokens that need no computing; default: 0"},
        Field{"rate", &Spec::rate, optional(1e-9, 1e12),
              "Requests, e.g. '20 /s': say how long they wait, or how many units they take"},
        Field{"units", &Spec::units, optional(1, 1e6), "Units that share them; default: enough"},
        Field{"arrival-scv", &Spec::arrival_scv, optional(0, 1000),
              "Squared coefficient of variation of the gaps between requests; default: 1, Poisson"},
        Field{"shared-queue", &Spec::shared_queue, optional(),
              "Units take requests from one queue; default: false, each request goes to any unit"},
        Field{"ttft", &Spec::ttft, optional(1e-6, 1e6),
              "Promised time to the first token, kept by 95 % of requests, e.g. '2 s'"},
        Field{"tpot", &Spec::tpot, optional(1e-6, 1e6),
              "Promised time per further token, likewise, e.g. '50 ms'"}};
};

template <>
struct SpecTable<cli::FleetQuestion> {
    using Spec = cli::FleetQuestion;
    static constexpr std::string_view name = "fleet", doc = "Options of model fleet.";
    static constexpr std::tuple fields{
        Field{"tokens-per-second", &Spec::tokens_per_second, optional(1e-9, 1e18),
              "Demand, e.g. '5.4 Mtok/s'; or give --visits"},
        Field{"visits", &Spec::visits, optional(0, 1e15), "Visits in a period, e.g. 1.4e9"},
        Field{"questions", &Spec::questions, optional(0, 1e6), "Of one visit; default: 10"},
        Field{"tokens", &Spec::tokens, optional(0, 1e9), "Of one question; default: 1000"},
        Field{"period", &Spec::period, optional(1, kLongest), "Default: 30 d"},
        Field{"parameters", &Spec::parameters, required(1, 1e18),
              "Of the model, those that a token passes, e.g. 175e9"},
        Field{"flop-per-parameter", &Spec::flop_per_parameter, optional(0.001, 1000),
              "And token; default: 2"},
        Field{"flops-per-gpu", &Spec::flops_per_gpu, required(1, 1e20),
              "Peak of one GPU, e.g. '624 TFLOPS'"},
        Field{"utilisation", &Spec::utilisation, required(1e-6, 1), "Share of it, e.g. '45 %'"}};
};

}  // namespace tidepool::config
