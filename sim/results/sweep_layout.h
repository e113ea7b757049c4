#pragma once
// What those who write, read and merge sweep files share, besides the names in docs/results.md.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/results/sweep_table.h"

namespace tidepool::results {

inline constexpr std::string_view kSweepKind = "sweep";
inline constexpr std::array<std::string_view, 3> kRowStateNames{"missing", "complete", "failed"};
inline constexpr std::uint64_t kCellsOfWaits = 8;  // per chunk: 8 * 1,728 counts

// What the dataset of an axis is called: its path, `/` replaced by `_`.
std::string link_name(std::string_view path);

// InputError unless the file `path`, of which `found` is the header, belongs to the sweep.
void require_same_sweep(const std::string& path, const SweepHeader& found,
                        const SweepHeader& wanted, const std::string& hint);

}  // namespace tidepool::results
