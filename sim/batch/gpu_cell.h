#pragma once
// A cell on its way to a device: where its arrays lie there, and how many slots its rows are given
// to begin with. Hot state that fits into shared memory is several times as fast as state that does
// not, and few rows have as many jobs at once as a cell could have: rows begin at the lowest step
// of a ladder of slots and go up where that was not enough, which changes nothing but the time it
// takes.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/batch/accelerator.h"
#include "sim/batch/gpu_memory.h"
#include "sim/batch/replica.h"

namespace tidepool::batch {

// A step of the ladder.
struct Rung {
    std::uint32_t most_slots = core::kNone;
    bool hot_is_shared = false;
    friend bool operator==(const Rung&, const Rung&) = default;
    friend auto operator<=>(const Rung&, const Rung&) = default;
};

// What the ladder is made for.
struct Ladder {
    std::vector<std::uint32_t> slots{128, 256, 512, 1024};  // ascending
    std::size_t shared_bytes = 0;                           // that a block can have
};

class GpuCell {
public:
    GpuCell(std::shared_ptr<const Cell> cell, const Ladder& ladder);

    const Cell& cell() const { return *cell_; }
    const core::Plan& plan() const { return plan_; }  // in the host's memory, without luck

    // At least one; the last has a slot for every job that could need one.
    const std::vector<Rung>& rungs() const { return rungs_; }
    // What a warp needs for a row of this cell with so many outages.
    WarpMemory warp_memory(const Rung& rung, std::uint32_t outages) const;

    // Of its arrays on the device.
    std::size_t bytes() const { return bytes_; }
    // Brings them there if they are not; false if there is no room.
    bool upload(Accelerator& device, GpuMemory& memory);
    bool is_uploaded() const { return bool{memory_}; }
    // No launch may be under way that uses them.
    void unload() { memory_ = {}; }
    // With the arrays on the device, once they are there.
    const KernelCell& on_device() const { return on_device_; }

    // The rung at which rows begin: as more than a quarter of the rows of a launch turn out to need
    // more slots, the next ones begin higher.
    std::size_t first_rung() const { return first_rung_; }
    void learn(std::size_t rung, std::uint64_t rows, std::uint64_t too_few);

private:
    std::shared_ptr<const Cell> cell_;
    core::Plan plan_;
    core::TallyPlan rest_;
    std::vector<Rung> rungs_;
    std::size_t first_rung_ = 0;
    std::size_t bytes_ = 0;
    GpuMemory::Block memory_;
    KernelCell on_device_;
};

}  // namespace tidepool::batch
