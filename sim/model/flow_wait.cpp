#include "sim/model/flow_wait.h"

#include <algorithm>
#include <cstdint>

#include "sim/base/portable_math.h"

namespace tidepool::model {
namespace {

double square(double x) {
    return x * x;
}

// E[(t - X)+] of equally likely times, and its integral from 0 to t, for ascending t.
struct Shortfall {
    explicit Shortfall(const std::vector<double>& times) : times_(&times) {}
    void move_to(double t) {
        while (next_ < times_->size() && (*times_)[next_] <= t) {
            sum_ += (*times_)[next_];
            squares_ += square((*times_)[next_]);
            ++next_;
        }
    }
    double first(double t) {
        move_to(t);
        return (static_cast<double>(next_) * t - sum_) / count();
    }
    double second(double t) {
        move_to(t);
        const auto below = static_cast<double>(next_);
        return (below * t * t / 2 - sum_ * t + squares_ / 2) / count();
    }
    double count() const { return static_cast<double>(times_->size()); }

private:
    const std::vector<double>* times_;
    std::size_t next_ = 0;
    double sum_ = 0, squares_ = 0;
};

}  // namespace

ServerWait server_wait(const ServiceTimes& services, double rate, double servers, double scv) {
    ServerWait wait;
    wait.services = &services;
    const double mean = services.mean;
    if (mean <= 0) {
        return wait;
    }
    const auto count = static_cast<std::uint64_t>(servers);
    wait.load = rate * mean / servers;
    wait.single = count == 1;
    wait.stretch = (scv + services.scv) / (1 + services.scv);
    wait.share = wait.single ? wait.load : erlang_c(count, rate * mean);
    wait.mean = gigc_wait_allen_cunneen(rate, mean, services.scv, scv, count);
    return wait;
}

LatticeLaw law_of(const ServiceTimes& times, double step) {
    Shortfall shortfall(times.times);
    return on_lattice(step, kLatticePoints, [&](double t) { return shortfall.first(t); });
}

// 0 with probability 1 - share, else exponential.
LatticeLaw law_of(const WaitLaw& wait, double step) {
    const double mean = wait.mean_if_wait;
    return on_lattice(step, kLatticePoints, [&](double t) {
        return wait.share > 0 ? t - wait.share * mean * -portable::expm1(-t / mean) : t;
    });
}

LatticeLaw law_of(const ServerWait& wait, double step) {
    if (!(wait.mean > 0)) {
        return law_of(WaitLaw{}, step);
    }
    if (!wait.single) {
        return law_of(WaitLaw{wait.share, wait.mean / wait.share}, step);
    }
    Shortfall shortfall(wait.services->times);
    const double mean = wait.services->mean;
    // The residual service has P(X <= t) = E[min(S, t)] / E[S] = (t - E[(t - S)+]) / E[S].
    LatticeLaw law = geometric_sum(
        on_lattice(step / wait.stretch, kLatticePoints,
                   [&](double t) { return (t * t / 2 - shortfall.second(t)) / mean; }),
        wait.load);
    law.step = step;
    return law;
}

LatticeLaw law_if_wait(const ServerWait& wait, double step) {
    LatticeLaw law = law_of(wait, step);
    law.mass.front() = std::max(0.0, law.mass.front() - (1 - wait.load));
    for (double& each : law.mass) {
        each /= wait.load;
    }
    return law;
}

double Residual::mean() const {
    double sum = 0;
    for (std::size_t k = 1; share > 0 && k < state->share.size(); ++k) {
        sum += state->share[k] * state->iteration[k] / 2;
    }
    return share > 0 ? share * scale * sum / (1 - state->idle) : 0;
}

// E[(t - X)+] for ascending t: iterations never fall as batches grow, so that those shorter than t
// are the first ones.
LatticeLaw law_of(const Residual& residual, double step) {
    if (!(residual.share > 0)) {
        return law_of(WaitLaw{}, step);
    }
    const BatchState& state = *residual.state;
    double inverse = 0;  // of the longer ones: share / time
    for (std::size_t k = 1; k < state.share.size(); ++k) {
        inverse += state.share[k] / (residual.scale * state.iteration[k]);
    }
    double shares = 0, times = 0;  // of the shorter ones: share, share * time
    std::size_t next = 1;
    return on_lattice(step, kLatticePoints, [&](double t) {
        for (; next < state.share.size() && residual.scale * state.iteration[next] <= t; ++next) {
            const double d = residual.scale * state.iteration[next];
            shares += state.share[next];
            times += state.share[next] * d;
            inverse -= state.share[next] / d;
        }
        const double longer = next < state.share.size() ? std::max(0.0, inverse) * t * t / 2 : 0;
        const double sum = longer + shares * t - times / 2;
        return (1 - residual.share) * t + residual.share * sum / (1 - state.idle);
    });
}

}  // namespace tidepool::model
