#include "sim/serving/iteration_time.h"

#include <algorithm>
#include <cmath>

#include "sim/base/assert.h"

namespace tidepool::serving {

IterationTimes::IterationTimes(const model::UnitModel& unit)
    : prefill_(unit.prefill), context_cost_(unit.context_cost) {
    constexpr std::uint64_t kMostCost = std::uint64_t{1} << 40U;
    TP_ASSERT(!unit.decode.empty(), "answers take time");
    TP_ASSERT(unit.batch_limit > 0 && unit.batch_limit <= (1U << 20U), "a batch has places");
    TP_ASSERT(unit.context_cost < kMostCost && unit.transfer_ns < kMostCost << 16U &&
                  unit.transfer_ns_per_token < kMostCost,
              "times per token are below a millisecond");
    TP_ASSERT((unit.prefill_workers > 0) == (unit.decode_workers > 0), "both kinds or neither");
    TP_ASSERT(unit.prefill_workers == 0 || !unit.prefill.empty(), "prompts apart take time");
    decode_.resize(unit.batch_limit + 1);
    for (std::uint32_t batch = 0; batch <= unit.batch_limit; ++batch) {
        decode_[batch] = std::max<std::uint64_t>(1, model::time_at(unit.decode, batch));
    }
}

std::uint64_t IterationTimes::prefill(std::uint32_t tokens) const {
    return std::max<std::uint64_t>(1, model::time_at(prefill_, tokens));
}

std::uint64_t IterationTimes::first_from(const Stretch& stretch, std::int64_t time) const {
    const auto wait = static_cast<std::uint64_t>(time - stretch.from);
    const std::uint64_t decode = decode_[stretch.batch];
    if (context_cost_ == 0) {
        return wait / decode + (wait % decode != 0 ? 1 : 0);  // no fractions without this cost
    }
    // The root of the quadratic as floating point has it, then the exact place beside it.
    const Wide goal = Wide{wait} << 20U;
    const auto cost = static_cast<double>(context_cost_);
    const double bend = cost * stretch.batch / 2;
    const double first =
        static_cast<double>(decode) * 0x1p20 + cost * static_cast<double>(stretch.context) - bend;
    const double x = static_cast<double>(wait) * 0x1p20;
    const double root = 2 * x / (first + std::sqrt(first * first + 4 * bend * x));
    auto k = static_cast<std::uint64_t>(std::clamp(root, 0.0, 0x1p62));
    while (k > 0 && span_of(stretch, k - 1) >= goal) {
        --k;
    }
    while (span_of(stretch, k) < goal) {
        ++k;
    }
    return k;
}

}  // namespace tidepool::serving
