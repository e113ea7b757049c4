#include "sim/model/step_spec.h"

#include "sim/config/text.h"
#include "sim/model/model_catalog.h"

namespace tidepool::model {
namespace {

using config::Value;

constexpr std::int64_t kDefaultVocabulary = 51200;
constexpr std::int64_t kHeadSize = 128;

void fill(std::optional<std::int64_t>& field, std::int64_t known) {
    if (!field && known > 0) {
        field = known;
    }
}

void report(const std::vector<StepProblem>& problems, const Value& value, const std::string& path,
            Issues& issues) {
    for (const StepProblem& each : problems) {
        issues.add(config::position_of(value, each.key), config::join_path(path, each.key),
                   each.problem, each.hint);
    }
}

}  // namespace

ModelShape completed(const ModelShape& shape) {
    ModelShape full = shape;
    if (const KnownModel* known = known_model(shape.name)) {
        if (!shape.layers && !shape.hidden && !shape.vocabulary && !shape.experts &&
            !shape.parameters && known->parameters > 0) {
            full.parameters = known->parameters;
            if (!shape.active_parameters && known->active_parameters > 0) {
                full.active_parameters = known->active_parameters;
            }
        }
        fill(full.layers, known->layers);
        fill(full.hidden, known->hidden);
        fill(full.heads, shape.hidden ? 0 : known->heads);
        fill(full.sequence, known->sequence);
        fill(full.vocabulary, known->vocabulary);
        fill(full.experts, known->experts);
        fill(full.experts_per_token, known->experts_per_token);
        fill(full.expert_layers, shape.layers ? 0 : known->expert_layers);
        fill(full.expert_nodes, known->expert_nodes);
    }
    fill(full.vocabulary, kDefaultVocabulary);
    fill(full.heads, full.hidden.value_or(0) > kHeadSize ? *full.hidden / kHeadSize : 1);
    if (full.experts) {
        fill(full.experts_per_token, 1);
        fill(full.expert_layers, full.layers.value_or(0));
    }
    return full;
}

std::vector<StepProblem> shape_problems(const ModelShape& shape) {
    std::vector<StepProblem> problems;
    if (!shape.name.empty() && known_model(shape.name) == nullptr) {
        std::vector<std::string> names;
        for (const KnownModel& row : known_models()) {
            names.emplace_back(row.name);
        }
        return {
            {"name", "no such model (got '" + shape.name + "')", did_you_mean(shape.name, names)}};
    }
    const ModelShape full = completed(shape);
    const auto missing = [&](const char* key, bool given) {
        if (!given) {
            problems.push_back({key, "is missing", "or name a model of the catalogue"});
        }
    };
    missing("layers", full.layers.has_value());
    missing("hidden", full.hidden.has_value());
    missing("sequence", full.sequence.has_value());
    if (!problems.empty()) {
        return problems;
    }
    if (full.parameters && !(full.active_parameters.value_or(*full.parameters) >
                             2.0 * static_cast<double>(*full.vocabulary * *full.hidden))) {
        problems.push_back({full.active_parameters ? "active_parameters" : "parameters",
                            "are not more than the two vocabulary tables hold",
                            "2 x vocabulary x hidden"});
    }
    if (full.active_parameters && full.active_parameters > full.parameters.value_or(0)) {
        problems.push_back({"active_parameters", "are more than all parameters",
                            full.parameters ? "" : "give `parameters`, too"});
    }
    if (full.experts) {
        if (!full.parameters) {
            problems.push_back(
                {"parameters", "is missing", "a model with experts is no plain GPT"});
        }
        if (full.experts_per_token > full.experts) {
            problems.push_back({"experts_per_token", "is more than there are experts", ""});
        }
        if (full.expert_layers > full.layers) {
            problems.push_back({"expert_layers", "is more than there are layers", ""});
        }
    } else if (full.experts_per_token || full.expert_layers || full.expert_nodes) {
        problems.push_back({"experts", "is missing", "how many experts has a layer?"});
    }
    return problems;
}

std::vector<StepProblem> layout_problems(const Parallelism& layout) {
    std::vector<StepProblem> problems;
    if (layout.virtual_stages > 1 && layout.pipeline == 1) {
        problems.push_back(
            {"virtual_stages", "has no effect", "it needs `pipeline` of more than one stage"});
    }
    if (layout.data) {
        if (*layout.data % layout.expert != 0) {
            problems.push_back({"expert", "does not divide `data`", "experts are spread over it"});
        }
        if (layout.batch % (*layout.data * layout.micro_batch) != 0) {
            problems.push_back({"batch", "is no multiple of data x micro_batch", ""});
        }
    }
    return problems;
}

void validate(const ModelShape& shape, const Value& value, const std::string& path,
              Issues& issues) {
    report(shape_problems(shape), value, path, issues);
}

void validate(const Parallelism& layout, const Value& value, const std::string& path,
              Issues& issues) {
    report(layout_problems(layout), value, path, issues);
}

}  // namespace tidepool::model
