#include "sim/model/flow_answer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "sim/base/portable_math.h"

namespace tidepool::model {
namespace {

// Strata of a law, finer towards its upper end.
constexpr std::array kIterationEdges{0.0, 0.4, 0.8, 1.0};
constexpr std::array kExcessEdges{0.0, 0.4, 0.75, 0.93, 1.0};

// Means of the strata of a discrete law given in ascending order of value.
std::vector<Weighted> strata(const std::vector<Weighted>& law) {
    double all = 0;
    for (const Weighted& each : law) {
        all += each.weight;
    }
    std::vector<Weighted> result;
    for (std::size_t s = 0; s + 1 < kIterationEdges.size(); ++s) {
        const double low = kIterationEdges[s] * all;
        const double high = kIterationEdges[s + 1] * all;
        double below = 0;
        double weight = 0;
        double sum = 0;
        for (const Weighted& each : law) {
            const double taken =
                std::max(0.0, std::min(below + each.weight, high) - std::max(below, low));
            weight += taken;
            sum += taken * each.value;
            below += each.weight;
        }
        if (weight > 0) {
            result.push_back({weight / all, sum / weight});
        }
    }
    return result;
}

// Of a time that is 0 with probability `none` and has this mean and variance: what is left is taken
// as lognormal.
void append_excess(double none, double mean, double variance, double begin, double weight,
                   double most, std::vector<Weighted>& points) {
    if (mean <= 0 || none >= 1) {
        points.push_back({weight, begin});
        return;
    }
    if (none > 0) {
        points.push_back({weight * none, begin});
    }
    const double some = 1 - none;
    const double center = mean / some;
    const double spread = std::max(0.0, (variance + mean * mean) / some - center * center);
    const double sigma = std::sqrt(portable::log1p(spread / (center * center)));
    std::array<double, kExcessEdges.size() - 1> factors{};
    double sum = 0;
    for (std::size_t s = 0; s < factors.size(); ++s) {
        const double middle = (kExcessEdges[s] + kExcessEdges[s + 1]) / 2;
        factors[s] = portable::exp(sigma * portable::normal_quantile(middle));
        sum += factors[s] * (kExcessEdges[s + 1] - kExcessEdges[s]);
    }
    for (std::size_t s = 0; s < factors.size(); ++s) {
        points.push_back({weight * some * (kExcessEdges[s + 1] - kExcessEdges[s]),
                          begin + std::min(most, center * factors[s] / sum)});
    }
}

}  // namespace

void sort_values(std::vector<Weighted>& values) {
    std::sort(values.begin(), values.end(), [](const Weighted& a, const Weighted& b) {
        return a.value != b.value ? a.value < b.value : a.weight < b.weight;
    });
}

double weighted_quantile(const std::vector<Weighted>& values, double q) {
    double all = 0;
    for (const Weighted& each : values) {
        all += each.weight;
    }
    double below = 0;
    for (const Weighted& each : values) {
        below += each.weight;
        if (below >= q * all) {
            return each.value;
        }
    }
    return values.empty() ? 0 : values.back().value;
}

AnswerLaw::AnswerLaw(const UnitSpeed& speed, const MixWork& mix, const BatchState& state,
                     double rate, double prompt_wait)
    : speed_(&speed), steps_(mix.steps), rate_(rate), prompt_wait_(prompt_wait) {
    std::vector<Weighted> law;  // a token meets a batch as often as that batch makes tokens
    double weight = 0;
    for (std::size_t k = 1; k < state.share.size(); ++k) {
        const double tokens = state.share[k] * state.batch[k] / state.iteration[k];
        law.push_back({tokens, state.iteration[k]});
        weight += tokens;
        iteration_ += tokens * state.iteration[k];
    }
    iteration_ /= std::max(weight, 1e-300);
    iterations_ = strata(law);
    if (!speed.split()) {  // a burst of prompts: the busy period of M/G/1
        const double left = 1 - rate * mix.prompt;
        burst_ = mix.prompt / left;
        burst_square_ = mix.prompt_square / (left * left * left);
    }
}

AnswerLaw::Prompts AnswerLaw::prompts_within(const RequestWork& request) const {
    Prompts within;
    // Those that come before its own prompt is done go first, too.
    double span = request.steps * iteration_;
    if (speed_->chunk_time() == 0) {
        span += prompt_wait_ + request.prompt;
    }
    within.events = rate_ * span;
    within.mean = within.events * burst_;
    within.variance = within.events * burst_square_;
    return within;
}

double AnswerLaw::steady(const RequestWork& request) const {
    if (iterations_.empty()) {
        return request.steps > 0
                   ? request.steps * speed_->iteration(1, request.context / request.steps)
                   : 0;
    }
    return request.steps * iteration_ + joining + speed_->transfer(request.tokens_in);
}

double AnswerLaw::mean(const RequestWork& request) const {
    if (request.steps <= 0) {
        return 0;
    }
    return steady(request) +
           (iterations_.empty() ? 0 : prompts_within(request).mean + place.mean());
}

void AnswerLaw::append(const RequestWork& request, std::vector<Weighted>& points) const {
    if (request.steps <= 0 || iterations_.empty()) {
        points.push_back({1, steady(request)});
        return;
    }
    const Prompts within = prompts_within(request);
    // Batches change while a long answer is generated: it meets nearly the mean.
    const double kept = std::sqrt(1 / (1 + request.steps / steps_));
    const double most = speed_->chunk_time() > 0 ? request.steps * speed_->chunk_time() : 1e300;
    for (const Weighted& each : iterations_) {
        const double base = steady(request) + request.steps * kept * (each.value - iteration_);
        if (speed_->split()) {
            const double square = 2 * place.share * place.mean_if_wait * place.mean_if_wait;
            append_excess(1 - place.share, place.mean(), square - place.mean() * place.mean(), base,
                          each.weight, most, points);
        } else {
            append_excess(portable::exp(-within.events), within.mean, within.variance, base,
                          each.weight, most, points);
        }
    }
}

}  // namespace tidepool::model
