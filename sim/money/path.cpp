#include "sim/money/path.h"

#include <algorithm>
#include <numeric>

namespace tidepool::money {

std::optional<PricePath> PricePath::make(const std::vector<Step>& steps) {
    TP_ASSERT(!steps.empty() && steps.front().from == Ticks{0}, "a path begins at tick 0");
    constexpr std::int64_t kMost = std::int64_t{1} << 62U;
    Wide common = 1;
    for (const Step& step : steps) {
        TP_ASSERT(step.rate.denominator > 0, "rates are fractions");
        const auto factor = std::gcd(static_cast<std::int64_t>(common), step.rate.denominator);
        common *= step.rate.denominator / factor;
        if (common > kMost) {
            return std::nullopt;
        }
    }
    PricePath path;
    path.denominator_ = static_cast<std::int64_t>(common);
    Wide sum = 0;
    for (std::size_t s = 0; s < steps.size(); ++s) {
        TP_ASSERT(s == 0 || steps[s].from > steps[s - 1].from, "steps are sorted");
        const Wide numerator =
            Wide{steps[s].rate.numerator} * (path.denominator_ / steps[s].rate.denominator);
        if (numerator > kMost || numerator < -kMost) {
            return std::nullopt;
        }
        if (s > 0) {
            sum += Wide{path.numerator_.back()} * (steps[s].from.value - path.from_.back());
        }
        path.from_.push_back(steps[s].from.value);
        path.numerator_.push_back(static_cast<std::int64_t>(numerator));
        path.before_.push_back(sum);
    }
    return path;
}

std::size_t PricePath::step_at(std::uint32_t tick) const {
    const auto after = std::upper_bound(from_.begin(), from_.end(), tick);
    return static_cast<std::size_t>(after - from_.begin()) - 1;
}

Wide PricePath::until(Ticks when) const {
    const std::size_t step = step_at(when.value);
    return before_[step] + Wide{numerator_[step]} * (when.value - from_[step]);
}

Rate PricePath::at(Ticks when) const {
    return {numerator_[step_at(when.value)], denominator_};
}

}  // namespace tidepool::money
