#include "sim/model/flow_wait.h"

#include <algorithm>
#include <cstdint>
#include <utility>

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

double mean_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double each : values) {
        sum += each;
    }
    return sum / static_cast<double>(values.size());
}

double scv_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double each : values) {
        sum += each * each;
    }
    return sum / static_cast<double>(values.size()) / square(mean_of(values)) - 1;
}

ServerWait server_wait(std::vector<double> services, double rate, double servers, double scv) {
    ServerWait wait;
    std::sort(services.begin(), services.end());
    const double mean = mean_of(services);
    wait.services = std::move(services);
    if (mean <= 0) {
        return wait;
    }
    const double service_scv = scv_of(wait.services);
    const auto count = static_cast<std::uint64_t>(servers);
    wait.load = rate * mean / servers;
    wait.single = count == 1;
    wait.stretch = (scv + service_scv) / (1 + service_scv);
    wait.share = wait.single ? wait.load : erlang_c(count, rate * mean);
    wait.mean = gigc_wait_allen_cunneen(rate, mean, service_scv, scv, count);
    return wait;
}

LatticeLaw law_of(const std::vector<double>& times, double step) {
    Shortfall shortfall(times);
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
    Shortfall shortfall(wait.services);
    const double mean = mean_of(wait.services);
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

double Residual::shortfall(double t) const {
    double sum = 0;
    for (std::size_t k = 1; share > 0 && k < state->share.size(); ++k) {
        const double d = scale * state->iteration[k];
        sum += state->share[k] * (t < d ? t * t / (2 * d) : t - d / 2);
    }
    return share > 0 ? (1 - share) * t + share * sum / (1 - state->idle) : t;
}

LatticeLaw law_of(const Residual& residual, double step) {
    return on_lattice(step, kLatticePoints, [&](double t) { return residual.shortfall(t); });
}

}  // namespace tidepool::model
