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
// as lognormal. Added to `begin`.
class Excess {
public:
    Excess(double none, double mean, double variance)
        : none_(mean <= 0 || none >= 1 ? 1 : std::max(none, 0.0)) {
        if (none_ == 1) {
            return;
        }
        const double some = 1 - none_;
        const double center = mean / some;
        const double spread = std::max(0.0, (variance + mean * mean) / some - center * center);
        const double sigma = std::sqrt(portable::log1p(spread / (center * center)));
        double sum = 0;
        for (std::size_t s = 0; s < values_.size(); ++s) {
            const double middle = (kExcessEdges[s] + kExcessEdges[s + 1]) / 2;
            values_[s] = portable::exp(sigma * portable::normal_quantile(middle));
            sum += values_[s] * (kExcessEdges[s + 1] - kExcessEdges[s]);
        }
        for (double& value : values_) {
            value = center * value / sum;
        }
    }
    void append(double begin, double weight, double most, std::vector<Weighted>& points) const {
        if (none_ > 0) {
            points.push_back({weight * none_, begin});
        }
        for (std::size_t s = 0; none_ < 1 && s < values_.size(); ++s) {
            points.push_back({weight * (1 - none_) * (kExcessEdges[s + 1] - kExcessEdges[s]),
                              begin + std::min(most, values_[s])});
        }
    }

private:
    double none_ = 0;
    std::array<double, kExcessEdges.size() - 1> values_{};
};

// Of prompts that would follow a request's own, on average `many`, the share that finds places.
double room_for_others(const MixWork& mix, const BatchState& state, double many) {
    const double further = many / (1 + many);  // their number taken as geometric
    const double further_lump = portable::pow(further, state.lump);
    std::size_t end = 0;  // of the states with a free place
    while (end < state.share.size() && state.requests(end) + 1 <= mix.places) {
        ++end;
    }
    double found = 0;
    double weight = 0;
    // further^free, free falling by a lump from state to state
    double none = end > 0 ? portable::pow(further, mix.places - state.requests(end - 1) - 1) : 0;
    for (std::size_t k = end; k > 0; --k) {
        found += state.share[k - 1] * (1 - none);
        weight += state.share[k - 1];
        none *= further_lump;
    }
    return weight > 0 ? found / weight : 0;
}

}  // namespace

// Without sorting all values: by the leading bits of them first.
std::array<double, 3> weighted_quantiles(const std::vector<Weighted>& values,
                                         const std::array<double, 3>& shares) {
    const auto bucket = [](double value) {  // sign, exponent, 6 bits of mantissa
        return static_cast<std::size_t>(std::bit_cast<std::uint64_t>(std::max(0.0, value)) >> 46U);
    };
    if (values.empty()) {
        return {};
    }
    double least = values.front().value, most = least;
    for (const Weighted& each : values) {
        least = std::min(least, each.value);
        most = std::max(most, each.value);
    }
    const std::size_t first = bucket(least);
    std::vector<double> weights(bucket(most) - first + 1);
    double all = 0;
    for (const Weighted& each : values) {
        weights[bucket(each.value) - first] += each.weight;
        all += each.weight;
    }
    std::array<double, 3> below{};
    std::array<std::size_t, 3> at{};
    for (std::size_t i = 0; i < shares.size(); ++i) {
        while (at[i] + 1 < weights.size() && below[i] + weights[at[i]] < shares[i] * all) {
            below[i] += weights[at[i]++];
        }
    }
    std::array<std::vector<Weighted>, 3> inside;
    for (const Weighted& each : values) {
        const std::size_t of = bucket(each.value) - first;
        for (std::size_t i = 0; i < shares.size(); ++i) {
            if (of == at[i]) {
                inside[i].push_back(each);
            }
        }
    }
    std::array<double, 3> found{};
    for (std::size_t i = 0; i < shares.size(); ++i) {
        std::stable_sort(inside[i].begin(), inside[i].end(),
                         [](const Weighted& a, const Weighted& b) { return a.value < b.value; });
        for (const Weighted& each : inside[i]) {
            found[i] = each.value;
            below[i] += each.weight;
            if (below[i] >= shares[i] * all) {
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

double AnswerLaw::mean_of(double many, const RequestWork& work) const {
    if (work.steps <= 0 || many <= 0) {
        return 0;
    }
    if (iterations_.empty()) {
        return work.steps * speed_->iteration(1, work.context / work.steps);
    }
    double span = work.steps * iteration_;
    if (speed_->chunk_time() == 0) {
        span += others_ * room_ * (many * prompt_wait_ + work.prompt);
    }
    return work.steps * iteration_ + rate_ * span * burst_ +
           many * (joining + speed_->transfer(work.tokens_in / many) + place.mean());
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
    const double square = 2 * place.share * place.mean_if_wait * place.mean_if_wait;
    const Excess excess =
        speed_->split()
            ? Excess(1 - place.share, place.mean(), square - place.mean() * place.mean())
            : Excess(portable::exp(-within.events), within.mean, within.variance);
    const double base = steady(request);
    for (const Weighted& each : iterations_) {
        excess.append(base + request.steps * kept * (each.value - iteration_), each.weight, most,
                      points);
    }
}

}  // namespace tidepool::model
