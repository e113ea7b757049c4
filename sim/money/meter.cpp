#include "sim/money/meter.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace tidepool::money {
namespace {

Wide greatest_common_divisor(Wide a, Wide b) {
    while (b != 0) {
        a = std::exchange(b, a % b);
    }
    return a;
}

}  // namespace

void ExactSum::add(Wide numerator, Wide denominator) {
    const auto at =
        std::ranges::lower_bound(parts_, denominator, {}, &std::pair<Wide, Wide>::first);
    if (at != parts_.end() && at->first == denominator) {
        at->second += numerator;
    } else {
        parts_.insert(at, {denominator, numerator});
    }
}

Amount ExactSum::rounded() const {
    constexpr Wide kMost = Wide{1} << 62U;
    Wide common = 1, sum = 0;
    bool fits = true;
    for (const auto& [denominator, numerator] : parts_) {
        common *= denominator / greatest_common_divisor(common, denominator);
        fits = fits && common <= kMost;
        common = fits ? common : 1;
    }
    for (const auto& [denominator, numerator] : parts_) {
        Wide part = 0;
        fits = fits && !__builtin_mul_overflow(numerator, common / denominator, &part) &&
               !__builtin_add_overflow(sum, part, &sum);
    }
    if (fits) {
        return amount(sum, common);
    }
    Amount total;
    for (const auto& [denominator, numerator] : parts_) {
        total += amount(numerator, denominator);
    }
    return total;
}

void Meter::add(std::uint32_t day, std::uint32_t tenant, Item item, std::uint32_t model,
                Wide numerator, std::int64_t denominator, std::int64_t pieces) {
    if (numerator == 0 && pieces == 0) {
        return;
    }
    const std::uint64_t high = std::uint64_t{day} << 32U | tenant;
    const std::uint64_t low = static_cast<std::uint64_t>(item) << 32U | model;
    if (!cells_.empty() && cells_.back().key_high == high && cells_.back().key_low == low &&
        cells_.back().denominator == denominator) {
        cells_.back().numerator += numerator;
        cells_.back().pieces += pieces;
        return;
    }
    cells_.push_back({high, low, numerator, denominator, pieces});
    if (cells_.size() >= merge_at_) {
        merge();
        merge_at_ = std::max(merge_at_, 2 * cells_.size());
    }
}

void Meter::stretch(std::uint32_t tenant, Item item, std::uint32_t model, const PricePath& path,
                    Ticks from, Ticks to, std::uint64_t gpus) {
    while (from < to) {
        const std::uint64_t day = from.value / kTicksPerDay;
        const Ticks end{static_cast<std::uint32_t>(
            std::min<std::uint64_t>(to.value, (day + 1) * kTicksPerDay))};
        add(static_cast<std::uint32_t>(day), tenant, item, model, path.sum(from, end, gpus),
            path.denominator(), static_cast<std::int64_t>(gpus * (end.value - from.value)));
        from = end;
    }
}

void Meter::at_once(std::uint32_t tenant, Item item, std::uint32_t model, const PricePath& path,
                    Ticks when, std::int64_t gpu_ticks) {
    const Rate rate = path.at(when);
    add(static_cast<std::uint32_t>(when.value / kTicksPerDay), tenant, item, model,
        Wide{gpu_ticks} * rate.numerator, rate.denominator, gpu_ticks);
}

void Meter::merge() {
    const auto key = [](const Cell& cell) {
        return std::tie(cell.key_high, cell.key_low, cell.denominator);
    };
    std::ranges::sort(cells_, [&](const Cell& a, const Cell& b) { return key(a) < key(b); });
    std::size_t last = 0;
    for (std::size_t c = 1; c < cells_.size(); ++c) {
        if (key(cells_[c]) == key(cells_[last])) {
            cells_[last].numerator += cells_[c].numerator;
            cells_[last].pieces += cells_[c].pieces;
        } else {
            cells_[++last] = cells_[c];
        }
    }
    cells_.resize(cells_.empty() ? 0 : last + 1);
}

std::vector<RevenueLine> Meter::lines() {
    merge();
    std::vector<RevenueLine> lines;
    for (std::size_t c = 0; c < cells_.size();) {
        const Cell& first = cells_[c];
        RevenueLine line;
        line.day = static_cast<std::uint32_t>(first.key_high >> 32U);
        line.tenant = static_cast<std::uint32_t>(first.key_high);
        line.item = static_cast<Item>(first.key_low >> 32U);
        line.model = static_cast<std::uint32_t>(first.key_low);
        ExactSum sum;
        for (; c < cells_.size() && cells_[c].key_high == first.key_high &&
               cells_[c].key_low == first.key_low;
             ++c) {
            sum.add(cells_[c].numerator, cells_[c].denominator);
            line.pieces += static_cast<std::uint64_t>(std::abs(cells_[c].pieces));
        }
        line.amount = sum.rounded();
        if (line.pieces != 0 || line.amount != Amount{}) {
            lines.push_back(line);
        }
    }
    return lines;
}

}  // namespace tidepool::money
