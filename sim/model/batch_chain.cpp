#include "sim/model/batch_chain.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "sim/base/assert.h"
#include "sim/base/portable_math.h"

namespace tidepool::model {
namespace {

constexpr std::size_t kMostStates = 20'000;
constexpr std::size_t kLongestBurst = 512;
constexpr double kNegligible = 1e-10;

// The batch at which deaths balance births; at most `places`.
double balance(const BatchLoad& load, const std::function<double(double)>& iteration) {
    const double tokens = load.rate * load.burst_mean * load.steps;
    double low = 0;
    double high = load.places;
    for (int i = 0; i < 60 && high - low > 0.5; ++i) {
        const double middle = (low + high) / 2;
        (middle / iteration(middle) < tokens ? low : high) = middle;
    }
    return high;
}

// In four sums side by side, so that an addition need not wait for the one before.
double dot(const double* a, const double* b, std::size_t count) {
    std::array<double, 4> sums{};
    std::size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        for (std::size_t k = 0; k < 4; ++k) {
            sums[k] += a[i + k] * b[i + k];
        }
    }
    for (; i < count; ++i) {
        sums[0] += a[i] * b[i];
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace

// A shifted negative binomial with the burst's mean and variance.
std::vector<double> burst_tails(const BatchLoad& load) {
    const double mean = load.burst_mean - 1;
    const double variance = load.burst_variance;
    std::vector<double> tails{1};
    if (mean <= 0) {
        return tails;
    }
    const double theta = std::min(mean / std::max(variance, mean), 1 - 1e-9);
    const double r = mean * theta / (1 - theta);
    double probability = portable::pow(theta, r);
    double tail = 1;
    for (std::size_t k = 0; k < kLongestBurst && tail > kNegligible; ++k) {
        tail = std::max(0.0, tail - probability);
        tails.push_back(tail);
        const auto n = static_cast<double>(k);
        probability *= (n + r) / (n + 1) * (1 - theta);
    }
    return tails;
}

BatchState batch_state(const BatchLoad& load, const std::function<double(double)>& iteration) {
    TP_ASSERT(load.steps > 0 && load.places >= 1, "a batch that decodes");
    BatchState state;
    const double lump = std::max(load.lump, balance(load, iteration) / 1024);
    state.lump = lump;
    const std::vector<double> tails = burst_tails(load);
    double expected = 0;  // of the cut burst, so that the load stays what it was
    for (const double tail : tails) {
        expected += tail;
    }
    const double rate = load.rate * load.burst_mean / expected;
    const std::vector<double> late(tails.rbegin(), tails.rend());
    const auto add = [&](double share, double requests) {
        const double batch = std::min(requests, load.places);
        state.share.push_back(share);
        state.batch.push_back(batch);
        state.iteration.push_back(requests > 0 ? iteration(batch) : 0);
    };
    add(1, 0);
    double sum = 1;
    // The flows across n | n + 1 balance; the size of a lump cancels out of them.
    for (std::size_t n = 0; n + 1 < kMostStates; ++n) {
        const std::size_t met = std::min(n + 1, tails.size());
        const double up =
            dot(state.share.data() + n + 1 - met, late.data() + tails.size() - met, met);
        const double requests = static_cast<double>(n + 1) * lump;
        add(0, requests);
        state.share.back() = rate * up * load.steps * state.iteration.back() / state.batch.back();
        sum += state.share.back();
        if (sum > 1e200) {
            for (double& share : state.share) {
                share /= sum;
            }
            sum = 1;
        }
        const double ratio = state.share.back() / std::max(state.share[n], 1e-300);
        if (ratio < 1 && state.share.back() / (1 - ratio) < kNegligible * sum) {
            break;
        }
    }
    for (std::size_t n = 0; n < state.share.size(); ++n) {
        state.share[n] /= sum;
        const double requests = state.requests(n);
        state.mean_batch += state.share[n] * state.batch[n];
        state.full += requests + 1 > load.places ? state.share[n] : 0;
    }
    state.idle = state.share.front();
    return state;
}

}  // namespace tidepool::model
