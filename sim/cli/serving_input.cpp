#include "sim/cli/serving_input.h"

#include <algorithm>
#include <cmath>

#include "sim/base/portable_math.h"
#include "sim/model/serving_catalog.h"

namespace tidepool::cli {
namespace {

using config::Value;

constexpr int kPairs = 1024;
constexpr double kGolden = 0.6180339887498949;  // its multiples fill the unit interval evenly

double lognormal(double mean, double sigma, double share) {
    return mean * portable::exp(sigma * portable::normal_quantile(share) - sigma * sigma / 2);
}

std::uint32_t whole_tokens(double tokens) {
    return static_cast<std::uint32_t>(std::clamp(tokens + 0.5, 1.0, 16'777'216.0));
}

// The unit of the options, without a file.
model::UnitSpec listed(const ServingQuestion& question) {
    model::UnitSpec spec;
    spec.model = question.model;
    spec.gpu = question.gpu;
    spec.gpus = question.gpus;
    return spec;
}

}  // namespace

AskedUnit unit_of(const ServingQuestion& question) {
    AskedUnit asked;
    std::vector<model::UnitProblem> problems;
    if (question.file.empty()) {
        asked.spec = listed(question);
    } else {
        Issues issues;
        asked.spec =
            config::read<model::UnitSpec>(config::load_yaml(question.file, issues), "", issues);
        issues.throw_if_any();
        asked.name = question.file;
    }
    asked.unit = model::compile_unit(asked.spec, problems);
    model::UnitProblem problem;
    if (const auto known = model::serving_unit(asked.spec.model, asked.spec.gpu,
                                               asked.spec.gpus.value_or(0), problem)) {
        asked.source = known->source;
        asked.name = known->model + " on " + std::to_string(known->gpus) + " x " + known->gpu;
    }
    return asked;
}

std::vector<model::Length> lengths_of(const ServingQuestion& question) {
    std::vector<model::Length> lengths;
    const int pairs = question.sigma_in > 0 || question.sigma_out > 0 ? kPairs : 1;
    for (int i = 0; i < pairs; ++i) {
        const double in = (i + 0.5) / pairs;
        const double turned = (i + 0.5) * kGolden;
        const double out = pairs == 1 ? 0.5 : turned - std::floor(turned);
        lengths.push_back({whole_tokens(lognormal(question.tokens_in, question.sigma_in, in)),
                           whole_tokens(lognormal(question.tokens_out, question.sigma_out, out))});
    }
    return lengths;
}

void validate(const ServingQuestion& question, const Value& options, const std::string&,
              Issues& issues) {
    const bool named = !question.model.empty() || !question.gpu.empty() || question.gpus;
    if (question.file.empty() == !named) {
        issues.add(options.at, "model", named ? "says the unit a second time" : "is missing",
                   "give --model and --gpu, or --file");
    } else if (named) {
        std::vector<model::UnitProblem> problems;
        model::compile_unit(listed(question), problems);
        for (const model::UnitProblem& each : problems) {
            issues.add(options.at, each.key, each.problem, each.hint);
        }
    }
    if (!question.rate && (question.units || question.ttft || question.tpot)) {
        issues.add(options.at,
                   question.units  ? "units"
                   : question.ttft ? "ttft"
                                   : "tpot",
                   "has no effect", "it needs --rate");
    }
}

void validate(const FleetQuestion& question, const Value& options, const std::string&,
              Issues& issues) {
    if (question.tokens_per_second.has_value() == question.visits.has_value()) {
        issues.add(options.at, "visits",
                   question.visits ? "says the demand a second time" : "is missing",
                   "give --tokens-per-second, or --visits");
    }
}

}  // namespace tidepool::cli
