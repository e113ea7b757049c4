#include "sim/results/sweep_table.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/base/assert.h"
#include "sim/results/kpi_table.h"

namespace tidepool::results {
namespace {

constexpr std::uint64_t kTileRows = 16'384;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();  // the one bit pattern of ours

// Adds `more`, in any order, to `counts`, which stays in the order of the buckets.
void add_counts(std::vector<WaitCount>& counts, std::span<const WaitCount> more) {
    const auto middle = static_cast<std::ptrdiff_t>(counts.size());
    for (const WaitCount& count : more) {
        TP_ASSERT(count.first < kWaitBuckets, "every wait has a bucket");
        if (count.second > 0) {
            counts.push_back(count);
        }
    }
    std::sort(counts.begin() + middle, counts.end());
    std::inplace_merge(counts.begin(), counts.begin() + middle, counts.end());
    std::size_t kept = 0;
    for (const WaitCount& count : counts) {
        if (kept > 0 && counts[kept - 1].first == count.first) {
            counts[kept - 1].second += count.second;
        } else {
            counts[kept++] = count;
        }
    }
    counts.resize(kept);
}

}  // namespace

SweepTiling::SweepTiling(std::uint64_t all_cells, std::uint32_t all_replicas)
    : cells(all_cells),
      replicas(all_replicas),
      cells_per_tile(std::clamp<std::uint64_t>(kTileRows / replicas, 1, cells)),
      replicas_per_tile(static_cast<std::uint32_t>(std::min<std::uint64_t>(replicas, kTileRows))),
      tiles_per_cell((replicas + kTileRows - 1) / kTileRows) {
    TP_ASSERT(cells > 0 && replicas > 0, "a sweep has rows");
}

std::uint64_t SweepTiling::tile_of(std::uint64_t row) const {
    const std::uint64_t cell = row / replicas;
    return cell / cells_per_tile * tiles_per_cell + row % replicas / replicas_per_tile;
}

std::uint64_t SweepTiling::first_row(std::uint64_t tile) const {
    return tile / tiles_per_cell * cells_per_tile * replicas +
           tile % tiles_per_cell * replicas_per_tile;
}

std::uint64_t SweepTiling::last_row(std::uint64_t tile) const {
    if (tiles_per_cell == 1) {
        return std::min((tile + 1) * cells_per_tile, cells) * replicas;
    }
    const std::uint64_t first = first_row(tile);
    return first + std::min<std::uint64_t>(replicas_per_tile, replicas - first % replicas);
}

SweepTable::SweepTable(const SweepHeader& header)
    : tiling_(header.cells, header.replicas),
      first_row_(header.first_row),
      last_row_(header.last_row) {
    TP_ASSERT(first_row_ <= last_row_ && last_row_ <= header.rows(), "the range is of the sweep");
}

std::pair<SweepTable::Tile&, std::size_t> SweepTable::place(std::uint64_t row) {
    const std::uint64_t number = tiling_.tile_of(row);
    const std::uint64_t first = tiling_.first_row(number);
    Tile& tile = tiles_[number];
    if (tile.states.empty()) {
        const auto rows = static_cast<std::size_t>(tiling_.last_row(number) - first);
        tile.states.resize(rows);
        tile.seeds.resize(rows);
        tile.decisions.resize(rows);
        tile.kpis.resize(rows * kKpis.size(), kNan);
    }
    return {tile, static_cast<std::size_t>(row - first)};
}

void SweepTable::add(const SweepRow& row) {
    TP_ASSERT(first_row_ <= row.row && row.row < last_row_, "the row is of the range");
    TP_ASSERT(row.state != RowState::kMissing, "a row that is added is not missing");
    const auto [tile, at] = place(row.row);
    TP_ASSERT(tile.states[at] == 0, "a row is added once");
    tile.states[at] = static_cast<std::int8_t>(row.state);
    tile.seeds[at] = row.seed;
    tile.decisions[at] = row.decisions;
    const std::uint64_t cell = row.row / tiling_.replicas;
    if (row.state == RowState::kComplete) {
        TP_ASSERT(row.kpis.size() == kKpis.size(), "a complete row has every KPI");
        for (std::size_t k = 0; k < row.kpis.size(); ++k) {
            const double value = row.kpis[k];
            tile.kpis[k * tile.states.size() + at] = std::isnan(value) ? kNan : value;
        }
        add_waits(cell, row.waits);
        ++complete_;
        return;
    }
    ++failed_;
    const auto [known, is_new] = problems_.try_emplace(cell, Problem{row.row, row.problem});
    if (!is_new && row.row < known->second.row) {
        known->second = {row.row, row.problem};
    }
}

void SweepTable::add_waits(std::uint64_t cell, std::span<const WaitCount> waits) {
    if (!waits.empty()) {
        add_counts(waits_[cell], waits);
    }
}

RowState SweepTable::state(std::uint64_t row) const {
    TP_ASSERT(first_row_ <= row && row < last_row_, "the row is of the range");
    const std::uint64_t number = tiling_.tile_of(row);
    const auto tile = tiles_.find(number);
    return tile == tiles_.end() ? RowState::kMissing
                                : RowState{tile->second.states[row - tiling_.first_row(number)]};
}

std::uint64_t SweepTable::next_missing(std::uint64_t row) const {
    while (row < last_row_ && state(row) != RowState::kMissing) {
        ++row;
    }
    return row;
}

SweepRow SweepTable::row(std::uint64_t row) const {
    const std::uint64_t number = tiling_.tile_of(row);
    const auto tile = tiles_.find(number);
    TP_ASSERT(tile != tiles_.end() && state(row) != RowState::kMissing, "the row is there");
    const Tile& rows = tile->second;
    const auto at = static_cast<std::size_t>(row - tiling_.first_row(number));
    SweepRow result;
    result.row = row;
    result.state = RowState{rows.states[at]};
    result.seed = rows.seeds[at];
    result.decisions = rows.decisions[at];
    result.kpis.reserve(kKpis.size());
    for (std::size_t k = 0; k < kKpis.size(); ++k) {
        result.kpis.push_back(rows.kpis[k * rows.states.size() + at]);
    }
    const auto problem = problems_.find(row / tiling_.replicas);
    if (problem != problems_.end() && problem->second.row == row) {
        result.problem = problem->second.text;
    }
    return result;
}

void SweepTable::values(std::uint64_t cell, std::size_t kpi, std::vector<double>& values) const {
    values.clear();
    const std::uint64_t begin = cell * tiling_.replicas, end = begin + tiling_.replicas;
    for (auto tile = tiles_.lower_bound(tiling_.tile_of(begin)); tile != tiles_.end(); ++tile) {
        const auto& [number, rows] = *tile;
        const std::uint64_t first = tiling_.first_row(number);
        if (first >= end) {
            return;
        }
        const double* column = rows.kpis.data() + kpi * rows.states.size();
        values.insert(values.end(), column + (std::max(begin, first) - first),
                      column + (std::min(end, tiling_.last_row(number)) - first));
    }
}

std::span<const WaitCount> SweepTable::waits(std::uint64_t cell) const {
    const auto found = waits_.find(cell);
    return found == waits_.end() ? std::span<const WaitCount>{} : found->second;
}

}  // namespace tidepool::results
