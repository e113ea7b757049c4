#include "sim/cli/model_input.h"

#include <algorithm>
#include <vector>

#include "topology/failure_presets.h"

namespace tidepool::cli {
namespace {

using config::Value;

void complain(const Value& options, const std::string& option, const std::string& problem,
              const std::string& hint, Issues& issues) {
    issues.add(options.at, option, problem, hint);
}

// The size of a job is given at most once.
void check_size(bool nodes, bool gpus, const Value& options, Issues& issues) {
    if (nodes && gpus) {
        complain(options, "gpus", "says the size of the job a second time",
                 "leave out --nodes, or --gpus", issues);
    }
}

// A preset that is named exists, and does not compete with a rate.
void check_preset(const std::string& preset, bool rate, const Value& options, Issues& issues) {
    const std::vector<std::string> names = topology::failure_preset_names();
    if (preset.empty()) {
        return;
    }
    if (std::find(names.begin(), names.end(), preset) == names.end()) {
        complain(options, "preset", "no such failure calibration (got '" + preset + "')",
                 did_you_mean(preset, names), issues);
    }
    if (rate) {
        complain(options, "preset", "says the rate of failures a second time",
                 "leave out --per-1000-node-days, or --preset", issues);
    }
}

}  // namespace

double node_rate(const std::optional<double>& given, const std::string& preset,
                 std::int64_t gpus_per_node) {
    if (given) {
        return *given;
    }
    topology::FailureSpec spec;
    spec.preset = preset;
    return topology::per_1000_node_days(spec) * static_cast<double>(gpus_per_node) / 8;
}

std::string option_name(std::string_view field) {
    std::string name(field);
    std::replace(name.begin(), name.end(), '_', '-');
    return name;
}

Value option_map(const Arguments& arguments) {
    Value options;
    options.kind = Value::Kind::kMap;
    options.at = {"command line", 0, 0};
    for (const auto& [name, text] : arguments.options) {
        Value value;
        value.kind = Value::Kind::kScalar;
        value.text = text;
        value.at = options.at;
        options.members.push_back({name, options.at, value});
    }
    return options;
}

void throw_for_options(const Issues& issues) {
    Issues named;
    for (Issue issue : issues.list()) {
        issue.path = issue.path.empty() ? "" : "--" + option_name(issue.path);
        named.add(issue);
    }
    named.throw_if_any();
}

void validate(const CheckpointQuestion& question, const Value& options, const std::string&,
              Issues& issues) {
    const bool sized = question.nodes || question.gpus;
    check_size(question.nodes.has_value(), question.gpus.has_value(), options, issues);
    check_preset(question.preset, question.per_1000_node_days.has_value(), options, issues);
    const bool rate = question.per_1000_node_days || !question.preset.empty();
    if (question.mtbf.has_value() == rate) {
        complain(options, "mtbf",
                 question.mtbf ? "says the rate of failures a second time" : "is missing",
                 "give --mtbf, or --per-1000-node-days or --preset with --nodes or --gpus", issues);
    } else if (rate && !sized) {
        complain(options, "nodes", "is missing", "a rate per node needs --nodes or --gpus", issues);
    }
    const bool computed = question.parameters || question.storage;
    if (question.write.has_value() == computed) {
        complain(options, "write",
                 question.write ? "says the time of a checkpoint a second time" : "is missing",
                 "give --write, or --parameters with --storage", issues);
    } else if (computed && !(question.parameters && question.storage)) {
        complain(options, question.parameters ? "storage" : "parameters", "is missing",
                 "the time of a checkpoint needs both", issues);
    }
}

void validate(const SparesQuestion& question, const Value& options, const std::string&,
              Issues& issues) {
    check_preset(question.preset, question.per_1000_node_days.has_value(), options, issues);
    if (!question.per_1000_node_days && question.preset.empty()) {
        complain(options, "per-1000-node-days", "is missing", "or give --preset", issues);
    }
}

void validate(const MttiQuestion& question, const Value& options, const std::string&,
              Issues& issues) {
    check_preset(question.preset, question.per_1000_node_days.has_value(), options, issues);
    check_size(question.nodes.has_value(), question.gpus.has_value(), options, issues);
    if (!question.nodes && !question.gpus) {
        complain(options, "gpus", "is missing", "how large is the job? give --gpus or --nodes",
                 issues);
    }
    const bool rate = question.per_1000_node_days || !question.preset.empty();
    const int sources = (question.mtbf ? 1 : 0) + (rate ? 1 : 0) +
                        (question.interruptions || question.over ? 1 : 0);
    if (sources != 1) {
        complain(options, "mtbf",
                 sources == 0 ? "is missing" : "is one of several rates of failure",
                 "give one of --mtbf, --per-1000-node-days, --preset, --interruptions with --over",
                 issues);
    } else if (question.interruptions.has_value() != question.over.has_value()) {
        complain(options, question.over ? "interruptions" : "over", "is missing",
                 "a rate needs a count and the time it took", issues);
    }
}

}  // namespace tidepool::cli
