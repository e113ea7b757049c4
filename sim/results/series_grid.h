#pragma once
// Time series of several things at once.

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "sim/results/h5.h"

namespace tidepool::results {

// A grid [time, entity] along two scales, written a chunk at a time. value(bin, entity): its mean.
template <class Value>
void write_grid(h5::Group& group, const char* name, const h5::Meaning& meaning,
                std::array<h5::Dataset*, 2> scales, std::uint64_t bins, std::uint64_t entities,
                Value value) {
    constexpr std::uint64_t kChunkValues = 16'384;
    using Sizes = std::array<std::uint64_t, 2>;
    const std::uint64_t rows = std::clamp<std::uint64_t>(kChunkValues / entities, 1, bins);
    h5::Dataset grid =
        group.grid<double>(name, Sizes{bins, entities}, Sizes{rows, entities}, meaning);
    std::vector<double> values;
    for (std::uint64_t first = 0; first < bins; first += rows) {
        const std::uint64_t count = std::min(rows, bins - first);
        values.clear();
        for (std::uint64_t b = first; b < first + count; ++b) {
            for (std::uint64_t e = 0; e < entities; ++e) {
                values.push_back(value(b, e));
            }
        }
        grid.write_block(Sizes{first, 0}, Sizes{count, entities}, values.data());
    }
    grid.lie_along(*scales[0], 0);
    grid.lie_along(*scales[1], 1);
}

}  // namespace tidepool::results
