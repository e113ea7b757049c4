#include "sim/cli/model_input.h"

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

}  // namespace

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
        issue.path = issue.path.empty() ? "" : "--" + issue.path;
        named.add(issue);
    }
    named.throw_if_any();
}

void validate(const CheckpointQuestion& question, const Value& options, const std::string&,
              Issues& issues) {
    const bool sized = question.nodes || question.gpus;
    check_size(question.nodes.has_value(), question.gpus.has_value(), options, issues);
    if (question.mtbf.has_value() == question.per_1000_node_days.has_value()) {
        complain(options, "mtbf",
                 question.mtbf ? "says the rate of failures a second time" : "is missing",
                 "give --mtbf, or --per-1000-node-days with --nodes or --gpus", issues);
    } else if (question.per_1000_node_days && !sized) {
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

void validate(const MttiQuestion& question, const Value& options, const std::string&,
              Issues& issues) {
    check_size(question.nodes.has_value(), question.gpus.has_value(), options, issues);
    if (!question.nodes && !question.gpus) {
        complain(options, "gpus", "is missing", "how large is the job? give --gpus or --nodes",
                 issues);
    }
    const int sources = (question.mtbf ? 1 : 0) + (question.per_1000_node_days ? 1 : 0) +
                        (question.interruptions || question.over ? 1 : 0);
    if (sources != 1) {
        complain(options, "mtbf",
                 sources == 0 ? "is missing" : "is one of several rates of failure",
                 "give one of --mtbf, --per-1000-node-days, --interruptions with --over", issues);
    } else if (question.interruptions.has_value() != question.over.has_value()) {
        complain(options, question.over ? "interruptions" : "over", "is missing",
                 "a rate needs a count and the time it took", issues);
    }
}

}  // namespace tidepool::cli
