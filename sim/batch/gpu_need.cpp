#include "sim/batch/gpu_need.h"

#include <array>
#include <cstdio>
#include <utility>

#include "sim/batch/gpu_launch.h"

namespace tidepool::batch {
namespace {

std::string size(std::uint64_t bytes) {
    constexpr std::array<const char*, 5> units{"B", "KiB", "MiB", "GiB", "TiB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < units.size(); ++unit) {
        value /= 1024;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return text.data();
}

}  // namespace

std::uint64_t gpu_limit(Accelerator& device, const GpuOptions& options) {
    return static_cast<std::uint64_t>(static_cast<double>(device.free_bytes()) *
                                      options.memory_share) /
           GpuMemory::kAlignment * GpuMemory::kAlignment;
}

std::uint64_t least_bytes(const std::shared_ptr<GpuCell>& cell) {
    GpuRow row;
    row.cell = cell;
    row.rung = cell->rungs().size() - 1;
    row.drawn = true;
    std::vector<GpuRow> rows;
    rows.push_back(std::move(row));
    const GpuLaunch launch(std::move(rows));
    return aligned(cell->bytes()) + aligned(launch.stride()) + launch.bytes();
}

std::string why_not(std::uint64_t needed, const Accelerator& device, std::uint64_t limit) {
    return needed <= limit
               ? std::string()
               : device.name() + ": a row needs " + size(needed) +
                     " of the device's memory, of which " + size(limit) + " may be taken";
}

std::string why_not(const Cell& cell, Accelerator& device, const GpuOptions& options) {
    const std::shared_ptr<const Cell> view(std::shared_ptr<const Cell>(), &cell);  // not owned
    const Ladder ladder{options.ladder, device.shared_bytes()};
    const std::uint64_t needed = least_bytes(std::make_shared<GpuCell>(view, ladder));
    return why_not(needed, device, gpu_limit(device, options));
}

std::string to_string(const GpuNeed& need) {
    return need.device + ": " + std::to_string(need.warps) + " rows at a time, each with " +
           (need.shared_bytes > 0 ? size(need.shared_bytes) + " of shared memory and "
                                  : std::string()) +
           size(need.warp_bytes) + " of the device's memory; " + size(need.taken_bytes) +
           " taken so far, at most " + size(need.limit_bytes) + " of " + size(need.free_bytes) +
           " free";
}

}  // namespace tidepool::batch
