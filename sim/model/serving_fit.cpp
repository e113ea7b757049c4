// Costs from throughputs: least squares with three unknowns and no negative ones.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include "sim/base/assert.h"
#include "sim/model/serving_catalog.h"

namespace tidepool::model {
namespace {

constexpr std::size_t kUnknowns = 3;  // prompt, answer, context
using Costs = std::array<double, kUnknowns>;

// How often a request like these pays each of them, and the fixed part of an iteration.
struct Use {
    Costs times{};
    double steps = 0;
    double batch = 1;
};

Use use_of(const ServingShape& shape, double tokens_in, double tokens_out) {
    Use use;
    use.steps = std::max(0.0, tokens_out - 1);
    use.times = {tokens_in, use.steps, use.steps * (tokens_in + (use.steps + 1) / 2)};
    const double footprint = tokens_in + tokens_out;
    use.batch = shape.kv_tokens > 0 ? std::clamp((shape.kv_tokens - footprint / 2) / footprint, 1.0,
                                                 shape.batch_limit)
                                    : shape.batch_limit;
    return use;
}

// The costs in `wanted` (bits) that fit best, the others 0; false if they cannot be told apart.
bool solve(const std::array<Costs, kUnknowns>& matrix, const Costs& right, unsigned wanted,
           Costs& costs) {
    std::array<std::array<double, kUnknowns + 1>, kUnknowns> rows{};
    for (std::size_t i = 0; i < kUnknowns; ++i) {
        for (std::size_t j = 0; j < kUnknowns; ++j) {
            const bool both = (wanted >> i & 1U) != 0 && (wanted >> j & 1U) != 0;
            rows[i][j] = both ? matrix[i][j] : (i == j ? 1 : 0);
        }
        rows[i][kUnknowns] = (wanted >> i & 1U) != 0 ? right[i] : 0;
    }
    for (std::size_t i = 0; i < kUnknowns; ++i) {  // positive definite: no pivoting
        const double scale = (wanted >> i & 1U) != 0 ? matrix[i][i] : 1;
        if (std::abs(rows[i][i]) <= 1e-10 * scale) {
            return false;
        }
        for (std::size_t k = 0; k < kUnknowns; ++k) {
            const double factor = k == i ? 0 : rows[k][i] / rows[i][i];
            for (std::size_t j = 0; j <= kUnknowns; ++j) {
                rows[k][j] -= factor * rows[i][j];
            }
        }
    }
    for (std::size_t i = 0; i < kUnknowns; ++i) {
        costs[i] = rows[i][kUnknowns] / rows[i][i];
    }
    return std::all_of(costs.begin(), costs.end(), [](double cost) { return cost >= 0; });
}

}  // namespace

double throughput(const ServingFit& fit, const ServingShape& shape, double tokens_in,
                  double tokens_out) {
    const Use use = use_of(shape, tokens_in, tokens_out);
    return tokens_out / (fit.prompt * use.times[0] + fit.answer * use.times[1] +
                         fit.context * use.times[2] + fit.step * use.steps / use.batch);
}

ServingFit fit_serving(std::span<const ThroughputRow> rows, const ServingShape& shape) {
    TP_ASSERT(!rows.empty(), "something was measured");
    std::array<Costs, kUnknowns> matrix{};
    Costs right{};
    double square = 0;
    for (const ThroughputRow& row : rows) {
        const Use use = use_of(shape, row.tokens_in, row.tokens_out);
        const double time = row.tokens_out / row.tokens_per_second;
        const double rest = 1 - shape.step * use.steps / use.batch / time;
        for (std::size_t i = 0; i < kUnknowns; ++i) {
            for (std::size_t j = 0; j < kUnknowns; ++j) {
                matrix[i][j] += use.times[i] * use.times[j] / time / time;
            }
            right[i] += use.times[i] / time * rest;
        }
        square += rest * rest;
    }
    Costs best{};
    double best_error = square;
    for (unsigned wanted = 1; wanted < 1U << kUnknowns; ++wanted) {
        Costs costs{};
        if (!solve(matrix, right, wanted, costs)) {
            continue;
        }
        double error = square;  // |A x - b|^2
        for (std::size_t i = 0; i < kUnknowns; ++i) {
            error -= 2 * costs[i] * right[i];
            for (std::size_t j = 0; j < kUnknowns; ++j) {
                error += costs[i] * matrix[i][j] * costs[j];
            }
        }
        if (error < best_error) {
            best_error = error;
            best = costs;
        }
    }
    return {best[0], shape.step, best[1], best[2]};
}

WorstRow worst_row(const ServingFit& fit, std::span<const ThroughputRow> rows,
                   const ServingShape& shape) {
    WorstRow worst;
    for (const ThroughputRow& row : rows) {
        const double error =
            throughput(fit, shape, row.tokens_in, row.tokens_out) / row.tokens_per_second - 1;
        if (std::abs(error) >= std::abs(worst.error)) {
            worst = {error, row};
        }
    }
    return worst;
}

}  // namespace tidepool::model
