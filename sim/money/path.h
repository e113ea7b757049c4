#pragma once
// A price over time, exactly: a staircase of micro-units per GPU-tick over one denominator, with
// prefix sums, so that any stretch of time costs O(log steps) and is rounded once.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "sim/base/ticks.h"
#include "sim/money/amount.h"

namespace tidepool::money {

class PricePath {
public:
    struct Step {
        Ticks from;
        Rate rate;  // from then on; nullopt in `steps` of make(): not for sale
    };

    PricePath() = default;
    // `steps`: by time, the first one at tick 0. Empty if the common denominator or the sums would
    // leave what 64 and 128 bits hold.
    static std::optional<PricePath> make(const std::vector<Step>& steps);

    // `gpus` GPUs in [from, to), exactly: numerator over denominator().
    Wide sum(Ticks from, Ticks to, std::uint64_t gpus) const {
        return (until(to) - until(from)) * static_cast<Wide>(gpus);
    }
    std::int64_t denominator() const { return denominator_; }
    Rate at(Ticks when) const;
    // What a stretch costs, rounded once.
    Amount charge(Ticks from, Ticks to, std::uint64_t gpus) const {
        return amount(sum(from, to, gpus), denominator_);
    }
    // So many GPU-ticks at the price of one moment.
    Amount charge_at(Ticks when, std::uint64_t gpu_ticks) const {
        return money::charge(static_cast<Wide>(gpu_ticks), at(when));
    }
    std::size_t steps() const { return from_.size(); }
    Ticks begin(std::size_t step) const { return Ticks{from_[step]}; }
    std::int64_t numerator(std::size_t step) const { return numerator_[step]; }

private:
    std::size_t step_at(std::uint32_t tick) const;
    Wide until(Ticks when) const;  // of one GPU since tick 0

    std::vector<std::uint32_t> from_;
    std::vector<std::int64_t> numerator_;
    std::vector<Wide> before_;  // of one GPU, from tick 0 to the beginning of the step
    std::int64_t denominator_ = 1;
};

}  // namespace tidepool::money
