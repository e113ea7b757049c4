#pragma once
// The options of `tidepool model`, declared once: the command line, its help and the reader, which
// knows units and ranges, all come from these tables. Option `--x-y` is field `x-y` or `x_y`.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "sim/base/quantity.h"
#include "sim/cli/arguments.h"
#include "sim/config/read.h"

namespace tidepool::cli {

// A job is so many nodes, or so many GPUs on nodes of so many.
struct CheckpointQuestion {
    std::optional<Seconds> mtbf;  // this, or the rate of a node
    std::optional<double> per_1000_node_days;
    std::string preset;
    std::optional<std::int64_t> nodes, gpus;
    std::int64_t gpus_per_node = 8;
    std::optional<Seconds> write;  // this, or size and bandwidth
    std::optional<double> parameters;
    double bytes_per_parameter = 14;
    std::optional<BytesPerSecond> storage;
    Seconds background, detect, restart;
    std::optional<Seconds> interval, work;
};

struct SparesQuestion {
    std::optional<double> per_1000_node_days;  // this, or a preset
    std::string preset;
    std::int64_t gpus_per_node = 8;
    std::int64_t nodes = 0;
    Seconds repair;
    std::optional<std::int64_t> spares;
};

struct MttiQuestion {
    std::optional<Seconds> mtbf;  // one of four
    std::optional<double> per_1000_node_days;
    std::string preset;
    std::optional<std::int64_t> interruptions;  // within `over`
    std::optional<Seconds> over;
    std::optional<std::int64_t> nodes, gpus;
    std::int64_t gpus_per_node = 8;
};

// What the options must satisfy together.
void validate(const CheckpointQuestion& question, const config::Value& options,
              const std::string& path, Issues& issues);
void validate(const SparesQuestion& question, const config::Value& options, const std::string& path,
              Issues& issues);
void validate(const MttiQuestion& question, const config::Value& options, const std::string& path,
              Issues& issues);

// Failures of one node in 1,000 days: as given, or a preset's, which counts 8 GPUs to a node, in
// proportion to the GPUs.
double node_rate(const std::optional<double>& given, const std::string& preset,
                 std::int64_t gpus_per_node);

// The options of a command as a question. Throws InputError, which names the options.
template <class Question>
Question ask(const Arguments& arguments);

}  // namespace tidepool::cli

namespace tidepool::config {

inline constexpr double kShortest = 1e-3;                // seconds
inline constexpr double kLongest = 300.0 * 365 * 86400;  // seconds: 300 years
inline constexpr double kMostGpus = 1e9;

template <>
struct SpecTable<cli::CheckpointQuestion> {
    using Spec = cli::CheckpointQuestion;
    static constexpr std::string_view name = "checkpoint", doc = "Options of model checkpoint.";
    static constexpr std::tuple fields{
        Field{"mtbf", &Spec::mtbf, optional(kShortest, kLongest),
              "Mean time between interruptions of the whole job, e.g. '185.6 min'"},
        Field{"per-1000-node-days", &Spec::per_1000_node_days, optional(0, 1e9),
              "Instead of --mtbf: failures of one node in 1,000 days; needs --nodes or --gpus"},
        Field{"preset", &Spec::preset, optional(),
              "Instead of that: a calibration, see `tidepool list failures`"},
        Field{"nodes", &Spec::nodes, optional(1, kMostGpus), "Nodes of the job"},
        Field{"gpus", &Spec::gpus, optional(1, kMostGpus), "GPUs of the job, instead of --nodes"},
        Field{"gpus-per-node", &Spec::gpus_per_node, optional(1, 1024),
              "GPUs of one node; default: 8"},
        Field{"write", &Spec::write, optional(kShortest, kLongest),
              "How long a checkpoint stops the job, e.g. '10 s'"},
        Field{"parameters", &Spec::parameters, optional(1, 1e18),
              "Instead of --write: parameters of the model, e.g. 405e9; needs --storage"},
        Field{"bytes-per-parameter", &Spec::bytes_per_parameter, optional(0.1, 1000),
              "What a checkpoint stores per parameter; default: 14, weights and Adam's state"},
        Field{"storage", &Spec::storage, optional(1, 1e18),
              "Bandwidth at which all of the job writes, e.g. '2 TB/s'"},
        Field{"background", &Spec::background, optional(0, kLongest),
              "From the end of that stop until the checkpoint is safe; default: 0 s"},
        Field{"detect", &Spec::detect, optional(0, kLongest),
              "From an interruption until the restart begins; default: 0 s"},
        Field{"restart", &Spec::restart, optional(0, kLongest),
              "Loading the checkpoint and starting again; default: 0 s"},
        Field{"interval", &Spec::interval, optional(kShortest, kLongest),
              "Judge this interval of work between checkpoints, too"},
        Field{"work", &Spec::work, optional(kShortest, kLongest),
              "Length of the job without any loss; default: judge the long run"}};
};

template <>
struct SpecTable<cli::SparesQuestion> {
    using Spec = cli::SparesQuestion;
    static constexpr std::string_view name = "spares", doc = "Options of model spares.";
    static constexpr std::tuple fields{
        Field{"per-1000-node-days", &Spec::per_1000_node_days, optional(0, 1e9),
              "Failures of one node in 1,000 days"},
        Field{"preset", &Spec::preset, optional(),
              "Instead of that: a calibration, see `tidepool list failures`"},
        Field{"gpus-per-node", &Spec::gpus_per_node, optional(1, 1024),
              "GPUs of one node, with --preset; default: 8"},
        Field{"nodes", &Spec::nodes, required(1, kMostGpus),
              "Nodes that can fail: the spares, too, if they can"},
        Field{"repair", &Spec::repair, required(0, kLongest), "Mean time to repair, e.g. '2 d'"},
        Field{"spares", &Spec::spares, optional(0, kMostGpus),
              "Say how often this many are enough"}};
};

template <>
struct SpecTable<cli::MttiQuestion> {
    using Spec = cli::MttiQuestion;
    static constexpr std::string_view name = "mtti", doc = "Options of model mtti.";
    static constexpr std::tuple fields{
        Field{"mtbf", &Spec::mtbf, optional(kShortest, kLongest),
              "Mean time between interruptions of the whole job, e.g. '20 d'"},
        Field{"per-1000-node-days", &Spec::per_1000_node_days, optional(0, 1e9),
              "Instead of --mtbf: failures of one node in 1,000 days"},
        Field{"preset", &Spec::preset, optional(),
              "Instead of --mtbf: a calibration, see `tidepool list failures`"},
        Field{"interruptions", &Spec::interruptions, optional(1, 1e15),
              "Instead of --mtbf: interruptions counted; needs --over"},
        Field{"over", &Spec::over, optional(kShortest, kLongest),
              "The time in which they were counted, e.g. '54 d'"},
        Field{"nodes", &Spec::nodes, optional(1, kMostGpus), "Nodes of the job"},
        Field{"gpus", &Spec::gpus, optional(1, kMostGpus), "GPUs of the job, instead of --nodes"},
        Field{"gpus-per-node", &Spec::gpus_per_node, optional(1, 1024),
              "GPUs of one node; default: 8"}};
};

}  // namespace tidepool::config

namespace tidepool::cli {

// `--virtual-stages` without the dashes, for a field `virtual_stages`.
std::string option_name(std::string_view field);
// The options as the map they stand for.
config::Value option_map(const Arguments& arguments);
// Issues about `x` become issues about `--x`.
void throw_for_options(const Issues& issues);

template <class Question>
Question ask(const Arguments& arguments) {
    Issues issues;
    const config::Value options = option_map(arguments);
    auto question = config::read<Question>(options, "", issues);
    throw_for_options(issues);
    return question;
}

}  // namespace tidepool::cli
