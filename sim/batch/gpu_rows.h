#pragma once
// Runs rows on one device: draws their luck on this machine's threads while the device is busy with
// the rows before, keeps two launches under way, and hands out whole rows. Rows of several cells
// share a launch. What comes out does not depend on the device, on memory, on time, nor on the
// number of threads: it is what ReplicaRunner makes of the same cell and seed, to the last bit.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "sim/batch/accelerator.h"
#include "sim/batch/gpu_need.h"
#include "sim/batch/gpu_row.h"
#include "sim/batch/rows.h"

namespace tidepool::batch {

struct Task {
    std::shared_ptr<const Cell> cell;
    std::uint64_t row = 0, seed = 0;
};

// The next tasks, at most so many, in one go at most kMostCellsAtATime cells; none: none are left.
using Source = std::function<std::vector<Task>(std::uint64_t most)>;
inline constexpr std::uint64_t kMostCellsAtATime = 256;

// Runs what `source` has until nothing is left or `stop`, which is asked between launches, says so.
// All calls come from this thread, `luck_of` from several. Throws what they throw, and RunError of
// the device.
void run_on_device(Accelerator& device, const GpuOptions& options, const Source& source,
                   const Sink& sink, const Stop& stop,
                   const std::function<void(const GpuNeed&)>& report = {},
                   const LuckSource& luck_of = drawn_luck);

}  // namespace tidepool::batch
