#include "sim/money/meter.h"

#include <algorithm>
#include <tuple>

namespace tidepool::money {

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
    for (const Cell& cell : cells_) {
        RevenueLine line;
        line.day = static_cast<std::uint32_t>(cell.key_high >> 32U);
        line.tenant = static_cast<std::uint32_t>(cell.key_high);
        line.item = static_cast<Item>(cell.key_low >> 32U);
        line.model = static_cast<std::uint32_t>(cell.key_low);
        line.pieces = static_cast<std::uint64_t>(cell.pieces < 0 ? -cell.pieces : cell.pieces);
        line.amount = amount(cell.numerator, cell.denominator);
        const bool same = !lines.empty() && lines.back().day == line.day &&
                          lines.back().tenant == line.tenant && lines.back().item == line.item &&
                          lines.back().model == line.model;
        if (same) {  // another denominator
            lines.back().pieces += line.pieces;
            lines.back().amount += line.amount;
        } else {
            lines.push_back(line);
        }
    }
    std::erase_if(
        lines, [](const RevenueLine& line) { return line.pieces == 0 && line.amount == Amount{}; });
    return lines;
}

}  // namespace tidepool::money
