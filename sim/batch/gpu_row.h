#pragma once
// A row on its way through a device: its luck, drawn on the host, and what its tally is worth.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/batch/gpu_cell.h"
#include "sim/batch/rows.h"

namespace tidepool::batch {

// What a replica of this cell and seed meets. Throws as scenario::draw_luck() does; called by
// several threads.
using LuckSource = std::function<scenario::Luck(const Cell& cell, std::uint64_t seed)>;

// scenario::draw_luck().
scenario::Luck drawn_luck(const Cell& cell, std::uint64_t seed);

struct GpuRow {
    std::uint64_t row = 0, seed = 0;
    std::shared_ptr<GpuCell> cell;
    std::size_t rung = 0;

    // Once it is drawn:
    bool drawn = false;
    std::vector<core::NodeStep> steps;
    std::uint32_t outage_count = 0;
    std::optional<model::OutageFacts> facts;  // if the plan says when the run ends, and until then
    std::vector<model::Outage> outages;       // without the facts
    std::string problem;                      // why there is no luck

    const Rung& slots() const { return cell->rungs()[rung]; }
};

// Draws the row's luck if it has none.
void draw(GpuRow& row, const LuckSource& luck_of);

// The result of a row that ran on a device, without waits. The tally does not ask for more slots.
Row finished(GpuRow& row, const core::Tally& tally);

// The buckets that are not empty.
std::vector<WaitCount> wait_counts(std::span<const std::uint64_t> histogram);

// Runs the row here. The same result, with its waits.
Row run_here(const GpuRow& row, const LuckSource& luck_of);

}  // namespace tidepool::batch
