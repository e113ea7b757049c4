#include "sim/model/flow_solver.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "sim/model/batch_chain.h"
#include "sim/model/flow_answer.h"
#include "sim/model/flow_wait.h"
#include "sim/model/lattice_law.h"
#include "sim/model/queueing.h"
#include "sim/model/ranking.h"

namespace tidepool::model {
namespace {

constexpr double kCovered = 0.993;  // of all requests
// Strata of the wait and of the requests, finer towards the upper end.
constexpr std::array kWaitEdges{0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.85, 0.92, 0.97, 0.99, 1.0};
constexpr std::size_t kSample = 128;

double square(double x) {
    return x * x;
}

struct Sampled {
    double weight = 0;
    RequestWork request;
};

// All requests of a small mix, else one of every stratum by the time they take.
std::vector<Sampled> sample(const MixWork& mix, const AnswerLaw& answer) {
    const auto count = static_cast<double>(mix.requests.size());
    std::vector<Sampled> result;
    if (mix.requests.size() <= kSample) {
        for (const RequestWork& each : mix.requests) {
            result.push_back({1 / count, each});
        }
        return result;
    }
    std::vector<double> times;
    times.reserve(mix.requests.size());
    for (const RequestWork& each : mix.requests) {
        times.push_back(each.prompt + answer.mean(each));
    }
    Ranking by_time(times);
    const auto edge = [](std::size_t i) {
        const double left = 1 - static_cast<double>(i) / kSample;
        return 1 - left * std::sqrt(left);
    };
    for (std::size_t i = 0; i < kSample; ++i) {
        const double middle = (edge(i) + edge(i + 1)) / 2;
        const std::size_t chosen = by_time.at(static_cast<std::size_t>(middle * count));
        result.push_back({edge(i + 1) - edge(i), mix.requests[chosen]});
    }
    return result;
}

// The wait of those who must wait for a place: as in M/G/c whose servers are the places. In a full
// unit work melts away as fast as in a single server that needs `services` for the requests.
struct PlaceQueue {
    ServerWait single;
    double mean = 0;  // of those who wait
};

PlaceQueue place_queue(const UnitSpeed& speed, const MixWork& mix, const FlowLoad& load) {
    const double workers = load.units * speed.decode_workers();
    PlaceQueue queue{server_wait(mix.full, load.rate / workers, 1, load.arrival_scv), 0};
    const double places = std::floor(mix.places * workers + 1e-9);
    queue.mean = queue.single.mean / queue.single.load / workers *
                 constant_correction_kimura(places, queue.single.load, mix.full.scv);
    queue.single.stretch *= queue.mean * queue.single.load / std::max(queue.single.mean, 1e-300);
    return queue;
}

class Steady {
public:
    Steady(const UnitSpeed& speed, const MixWork& mix, const FlowLoad& load)
        : speed_(speed), mix_(mix), load_(load), rate_(load.rate / load.units), answer_(speed) {
        together_ = load.shared_queue ? load.units : 1;
        if (one_by_one(speed, mix)) {
            alone();
        } else {
            batched();
        }
    }
    FlowPoint point(const FlowPromises& promises) const;

private:
    void alone();
    void batched();
    void decode();
    double full_share(double prompt_share, BatchLoad load) const;
    std::function<double(double)> iteration_time() const;
    void meet_iterations(double idle);
    LatticeLaw wait_law(LatticeLaw& ttft) const;
    void fill(FlowPoint& point, const LatticeLaw& wait, const FlowPromises& promises) const;

    const UnitSpeed& speed_;
    const MixWork& mix_;
    const FlowLoad load_;
    double rate_ = 0;                    // of one unit
    std::uint32_t together_ = 1;         // units with one queue
    ServerWait prompts_;                 // for the computation of the prompt, or for the whole unit
    const ServiceTimes* own_ = nullptr;  // of each prompt until the first token
    ServiceTimes in_chunks_;             // the same where answers run beside
    Residual residual_;
    WaitLaw place_;
    PlaceQueue place_queue_;
    BatchState state_;
    AnswerLaw answer_;
    double busy_ = 0;
};

void Steady::alone() {
    prompts_ = server_wait(mix_.alone, rate_ * together_, together_, load_.arrival_scv);
    own_ = &mix_.prompts;
    busy_ = prompts_.load;
}

void Steady::decode() {
    BatchLoad load;
    load.rate = rate_ / speed_.decode_workers();
    load.steps = mix_.steps;
    load.places = mix_.places;
    const double prompt_share = speed_.split() ? 0 : rate_ * mix_.prompt;
    const double left = 1 - prompt_share;
    if (speed_.chunk_time() > 0) {
        load.rate /= left;  // prompts join one by one, between iterations
    } else if (prompt_share > 0) {
        // Prompts that arrive while others are computed join with them: a busy period of M/G/1.
        const double variance = square(rate_) * (mix_.prompt_square - square(mix_.prompt));
        load.burst_mean = 1 / left;
        load.burst_variance = (prompt_share + std::max(0.0, variance)) / (left * left * left);
    }
    state_ = batch_state(load, iteration_time());
    FlowLoad own = load_;
    own.rate = rate_ * together_;
    own.units = together_;
    place_queue_ = place_queue(speed_, mix_, own);
    place_ = together_ > 1 ? place_wait(speed_, mix_, own)
                           : WaitLaw{full_share(prompt_share, load), place_queue_.mean};
    if (place_.share < 1e-12) {
        place_ = {};
    }
}

// Share of arrivals that find no place. While prompts are computed, those of their burst so far are
// there, too. Where memory is the limit, requests of different sizes fill it less evenly than as
// many equal ones: as fewer, larger ones.
double Steady::full_share(double prompt_share, BatchLoad load) const {
    load.lump = mix_.unevenness;
    const BatchState uneven = load.lump > 1 ? batch_state(load, iteration_time()) : state_;
    if (prompt_share <= 0 || speed_.chunk_time() > 0) {
        return uneven.full;
    }
    const std::vector<double> burst = burst_tails(load);
    std::vector<double> beyond(burst.size() + 1);  // sums of the tails from j on
    for (std::size_t j = burst.size(); j > 0; --j) {
        beyond[j - 1] = beyond[j] + burst[j - 1];
    }
    double met = 0;
    for (std::size_t k = 0; k < uneven.share.size(); ++k) {
        const double free = mix_.places - uneven.requests(k) - 1;  // one of the burst has a place
        const auto j = static_cast<std::size_t>(std::max(0.0, std::ceil(free / uneven.lump)));
        met += j < beyond.size() ? uneven.share[k] * beyond[j] / beyond.front() : 0;
    }
    return (1 - prompt_share) * uneven.full + prompt_share * met;
}

std::function<double(double)> Steady::iteration_time() const {
    return [this](double batch) { return speed_.iteration(batch, mix_.context); };
}

// What of an iteration is left when a newcomer arrives, if its unit is not at a prompt.
void Steady::meet_iterations(double idle) {
    const double left = 1 - rate_ * mix_.prompt;
    const double met = std::clamp(1 - idle * left / std::max(1e-12, 1 - prompts_.load), 0.0, 1.0);
    residual_ = {met, 1, &state_};
    for (std::uint32_t i = 1; i < std::min(together_, 64U); ++i) {
        residual_.share *= met;  // no unit is idle
    }
    // The first of several units to end an iteration.
    residual_.scale = 2 / (1 + std::max(1.0, together_ * left));
}

void Steady::batched() {
    double idle = 1;
    double beside = 0;  // mean iteration that a chunk of a prompt runs beside
    if (mix_.steps > 0) {
        decode();
        idle = state_.idle;
        for (std::size_t k = 1; k < state_.share.size(); ++k) {
            beside += state_.share[k] * state_.iteration[k];
        }
    }
    own_ = &mix_.prompts;
    if (speed_.chunk_time() > 0 && beside > 0) {
        std::vector<double> times;
        for (const RequestWork& each : mix_.requests) {
            times.push_back(each.prompt + each.chunks * beside);
        }
        in_chunks_ = ServiceTimes(std::move(times));
        own_ = &in_chunks_;
    }
    prompts_ = server_wait(*own_, rate_ * together_, speed_.prompt_workers() * together_,
                           load_.arrival_scv);
    if (speed_.split()) {
        busy_ = (rate_ * mix_.prompt + (1 - idle) * speed_.decode_workers()) /
                (speed_.prompt_workers() + speed_.decode_workers());
    } else {
        busy_ = 1 - idle * (1 - rate_ * mix_.prompt);
        if (mix_.steps > 0) {
            meet_iterations(idle);
        }
    }
    if (mix_.steps > 0) {
        const double others = speed_.split() ? 0 : 1 - place_.share;
        answer_ = AnswerLaw(speed_, mix_, state_, rate_, prompts_.mean + residual_.mean(), others);
    }
    if (speed_.split()) {
        answer_.joining = mix_.steps > 0 ? Residual{1 - idle, 1, &state_}.mean() : 0;
        answer_.place = place_;
        place_ = {};  // after the first token
    }
}

// The wait before the prompt; `ttft` becomes its sum with the prompt.
LatticeLaw Steady::wait_law(LatticeLaw& ttft) const {
    const std::size_t count = own_->times.size();
    double end = own_->times[count - 1 - count / 200] * 1.1 + 4 * residual_.mean();
    end += prompts_.share > 0 ? 5 * prompts_.mean / prompts_.share : 0;
    end += 5 * place_.mean_if_wait * std::min(1.0, 20 * place_.share);
    end = std::max(end, 1e-9);
    for (int tries = 0;; ++tries) {
        const double step = end / kLatticePoints;
        LatticeLaw wait = law_of(prompts_, step);
        if (residual_.share > 0) {
            wait = sum_of(law_of(residual_, step), wait);  // the shorter one first
        }
        if (place_.share > 0) {  // who waits for a place goes first when one becomes free
            wait = either(wait, law_if_wait(place_queue_.single, step), place_.share);
        }
        ttft = sum_of(wait, law_of(*own_, step));
        if (ttft.covered() >= kCovered || tries == 16) {
            return wait;
        }
        end *= 1.7;
    }
}

FlowPoint Steady::point(const FlowPromises& promises) const {
    FlowPoint point;
    point.utilisation = rate_ * mix_.work;
    point.busy = busy_;
    LatticeLaw ttft;
    const LatticeLaw wait = wait_law(ttft);
    point.ttft_mean =
        (1 - place_.share) * (prompts_.mean + residual_.mean()) + place_.mean() + own_->mean;
    point.ttft_p50 = ttft.quantile(0.50);
    point.ttft_p95 = ttft.quantile(0.95);
    point.ttft_p99 = ttft.quantile(0.99);
    fill(point, wait, promises);
    return point;
}

// Everything about the answer.
void Steady::fill(FlowPoint& point, const LatticeLaw& wait, const FlowPromises& promises) const {
    const double answer_mean = answer_.mean_of(mix_.answering, mix_.answering_work);
    point.tpot_mean = answer_.mean_of(mix_.per_step, mix_.per_step_work);
    point.total_mean = point.ttft_mean + answer_mean;
    point.batch = rate_ * answer_mean;
    std::array<double, kWaitEdges.size() - 1> waits{};
    for (std::size_t s = 0; s < waits.size(); ++s) {
        waits[s] = wait.mean_between(kWaitEdges[s], kWaitEdges[s + 1]);
    }
    const double beside = own_->mean - mix_.prompt;  // chunks alone have it
    const LatticeSums wait_sums(wait);
    std::vector<Weighted> tpot;
    std::vector<Weighted> total;
    std::vector<Weighted> answers;
    for (const auto& [weight, request] : sample(mix_, answer_)) {
        const double prompt =
            request.prompt + (beside > 0 ? beside * request.chunks / mix_.chunks : 0);
        answers.clear();
        answer_.append(request, answers);
        double kept = 0;
        for (const Weighted& answer : answers) {
            if (request.steps > 0) {
                tpot.push_back({weight * answer.weight, answer.value / request.steps});
            }
            kept += promises.tpot == 0 || request.steps <= 0 ||
                            answer.value <= promises.tpot * request.steps
                        ? answer.weight
                        : 0;
            for (std::size_t s = 0; s < waits.size(); ++s) {
                total.push_back({weight * answer.weight * (kWaitEdges[s + 1] - kWaitEdges[s]),
                                 prompt + waits[s] + answer.value});
            }
        }
        const double in_time =
            promises.ttft == 0
                ? 1
                : (prompt <= promises.ttft ? wait_sums.at_most(promises.ttft - prompt) : 0);
        point.in_slo += weight * kept * in_time;
    }
    point.in_slo = std::min(point.in_slo, 1.0);  // weights that add up to 1 but for rounding
    const auto quantiles = [](const std::vector<Weighted>& values, double& p50, double& p95,
                              double& p99) {
        const auto found = weighted_quantiles(values, {0.50, 0.95, 0.99});
        p50 = found[0];
        p95 = found[1];
        p99 = found[2];
    };
    quantiles(tpot, point.tpot_p50, point.tpot_p95, point.tpot_p99);
    quantiles(total, point.total_p50, point.total_p95, point.total_p99);
}

}  // namespace

bool one_by_one(const UnitSpeed& speed, const MixWork& mix) {
    return mix.places < 2 && !speed.split();
}

FlowPoint solve_flow(const UnitSpeed& speed, const MixWork& mix, const FlowLoad& load,
                     const FlowPromises& promises) {
    return Steady(speed, mix, load).point(promises);
}

// The chain of all units together, whose requests spread evenly over them: P(n) falls, from n = all
// places downwards, by speed(n) / speed needed. Summed from there until the terms vanish.
WaitLaw place_wait(const UnitSpeed& speed, const MixWork& mix, const FlowLoad& load) {
    const double workers = load.units * speed.decode_workers();
    const double left = speed.split() ? 1 : 1 - load.rate / load.units * mix.prompt;
    const double tokens = load.rate / left * mix.steps;  // per s of decoding
    const double places = mix.places * workers;
    const double ratio = tokens * mix.full_iteration / places;
    double sum = 1;
    double term = 1;
    for (double n = places; n >= 1 && term > 1e-15 * sum && sum < 1e18; n -= 1) {
        term *= n / speed.iteration(n / workers, mix.context) / tokens;
        sum += term;
    }
    return {1 / (1 - ratio) / (sum + ratio / (1 - ratio)), place_queue(speed, mix, load).mean};
}

}  // namespace tidepool::model
