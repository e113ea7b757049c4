// What a model needs whatever it runs on: parameters, FLOPs, time at a given speed; and gangs of
// mixed speed.
#include <algorithm>
#include <numeric>

#include "sim/base/assert.h"
#include "sim/model/step_time.h"

namespace tidepool::model {
namespace {

double number(const std::optional<std::int64_t>& field) {
    return static_cast<double>(field.value_or(0));
}

}  // namespace

double parameters_of(const ModelShape& shape) {
    const ModelShape model = completed(shape);
    if (model.parameters) {
        return *model.parameters;
    }
    const double l = number(model.layers);
    const double h = number(model.hidden);
    return 12 * l * h * h *
           (1 + 13 / (12 * h) + (number(model.vocabulary) + number(model.sequence)) / (12 * l * h));
}

double active_parameters_of(const ModelShape& shape) {
    const ModelShape model = completed(shape);
    return model.active_parameters ? *model.active_parameters : parameters_of(model);
}

double expert_parameters_of(const ModelShape& shape) {
    const ModelShape model = completed(shape);
    if (!model.experts || *model.experts == *model.experts_per_token) {
        return 0;
    }
    const double passed = number(model.experts_per_token) / number(model.experts);
    return (parameters_of(model) - active_parameters_of(model)) / (1 - passed);
}

double flops_of(const ModelShape& shape, double batch, bool recompute) {
    const ModelShape model = completed(shape);
    const double l = number(model.layers);
    const double h = number(model.hidden);
    const double s = number(model.sequence);
    const double vocabulary = number(model.vocabulary) * h;
    const double tokens = batch * s;
    const double in_layers =
        model.parameters ? active_parameters_of(model) - 2 * vocabulary : 12 * l * h * h;
    const double layers = tokens * (2 * in_layers + 4 * l * h * s);
    const double logits = tokens * 2 * vocabulary;
    return (recompute ? 4 : 3) * layers + 3 * logits;
}

double model_flop_utilisation(const StepTime& step, FlopPerSecond peak, double gpus) {
    return step.model_flops / (step.total.value * peak.value * gpus);
}

Seconds training_time_narayanan_2021(double parameters, double tokens, double gpus,
                                     FlopPerSecond achieved) {
    return {8 * tokens * parameters / (gpus * achieved.value)};
}

Seconds training_time_six_pt(double parameters, double tokens, double gpus,
                             FlopPerSecond achieved) {
    return {6 * tokens * parameters / (gpus * achieved.value)};
}

double mixed_efficiency_equal(const std::vector<double>& speeds) {
    TP_ASSERT(!speeds.empty(), "a gang has members");
    const double slowest = *std::min_element(speeds.begin(), speeds.end());
    const double all = std::accumulate(speeds.begin(), speeds.end(), 0.0);
    TP_ASSERT(slowest > 0, "every member of a gang works");
    return slowest * static_cast<double>(speeds.size()) / all;
}

double mixed_efficiency_proportional(double exposed) {
    TP_ASSERT(exposed >= 0, "communication takes time");
    return 1 / (1 + exposed);
}

}  // namespace tidepool::model
