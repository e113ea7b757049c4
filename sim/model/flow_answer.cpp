#include "sim/model/flow_answer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "sim/base/portable_math.h"

namespace tidepool::model {
namespace {

// Strata of a law, finer towards its upper end.
constexpr std::array kIterationEdges{0.0, 0.4, 0.75, 0.92, 0.98, 1.0};
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

// Of prompts that would follow a request's own, on average `many`, the share that finds places.
double room_for_others(const MixWork& mix, const BatchState& state, double many) {
    const double further = many / (1 + many);  // their number taken as geometric
    double found = 0;
    double weight = 0;
    for (std::size_t k = 0; k < state.share.size() && state.requests(k) + 1 <= mix.places; ++k) {
        const double free = mix.places - state.requests(k) - 1;
        found += state.share[k] * (1 - portable::pow(further, free));
        weight += state.share[k];
    }
    return weight > 0 ? found / weight : 0;
}

}  // namespace

// Without sorting all values: by the leading bits of them first.
std::array<double, 3> weighted_quantiles(const std::vector<Weighted>& values,
                                         const std::array<double, 3>& shares) {
    constexpr std::size_t kBuckets = std::size_t{1} << 16U;  // sign, exponent, 4 bits of mantissa
    const auto bucket = [](double value) {
        return static_cast<std::size_t>(std::bit_cast<std::uint64_t>(std::max(0.0, value)) >> 48U);
    };
    std::vector<double> weights(kBuckets);
    double all = 0;
    for (const Weighted& each : values) {
        weights[bucket(each.value)] += each.weight;
        all += each.weight;
    }
    std::array<double, 3> found{};
    for (std::size_t i = 0; i < shares.size() && !values.empty(); ++i) {
        double below = 0;
        std::size_t at = 0;
        while (at + 1 < kBuckets && below + weights[at] < shares[i] * all) {
            below += weights[at++];
        }
        std::vector<Weighted> inside;
        for (const Weighted& each : values) {
            if (bucket(each.value) == at) {
                inside.push_back(each);
            }
        }
        std::stable_sort(inside.begin(), inside.end(),
                         [](const Weighted& a, const Weighted& b) { return a.value < b.value; });
        for (const Weighted& each : inside) {
            found[i] = each.value;
            below += each.weight;
            if (below >= shares[i] * all) {
                break;
            }
        }
    }
    return found;
}

AnswerLaw::AnswerLaw(const UnitSpeed& speed, const MixWork& mix, const BatchState& state,
                     double rate, double prompt_wait, double others)
    : speed_(&speed), steps_(mix.steps), rate_(rate), prompt_wait_(prompt_wait), others_(others) {
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
        room_ = room_for_others(mix, state, rate * (prompt_wait + mix.prompt) / left);
    }
}

AnswerLaw::Prompts AnswerLaw::prompts_within(const RequestWork& request) const {
    Prompts within;
    // Those that come before its own prompt is done go first, too.
    double span = request.steps * iteration_;
    if (speed_->chunk_time() == 0) {
        span += others_ * room_ * (prompt_wait_ + request.prompt);
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
