#pragma once
// One launch: puts its rows into the device's memory, starts it, and brings back what came of them.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sim/batch/gpu_row.h"

namespace tidepool::batch {

// Rows of one launch have the same kind.
struct LaunchKind {
    bool interruptible = false;
    Rung rung;
    friend bool operator==(const LaunchKind&, const LaunchKind&) = default;
    friend auto operator<=>(const LaunchKind&, const LaunchKind&) = default;
};

LaunchKind kind_of(const GpuRow& row);

// The shape with the most warps that the device can run at a time, and at most this many (at
// least 1). Throws RunError if the device cannot run even one block.
LaunchShape best_shape(Accelerator& device, const LaunchKind& kind, std::size_t hot_bytes,
                       std::uint32_t most_warps = core::kNone);

// Of a warp, from what its rows need.
std::size_t stride_of(const LaunchKind& kind, const WarpMemory& warp);

class GpuLaunch {
public:
    // Rows of one kind, at least one, drawn and without problems.
    explicit GpuLaunch(std::vector<GpuRow> rows);

    const LaunchKind& kind() const { return kind_; }
    const WarpMemory& warp() const { return warp_; }  // the most that any row needs
    std::size_t stride() const { return stride_of(kind_, warp_); }
    std::size_t bytes() const { return layout_.bytes; }  // beside the cells' and the warps'
    std::span<GpuRow> rows() { return rows_; }

    // False if there is no room. `warps`: the warps' memory of earlier launches, which is used
    // again if it is large enough; launches follow one another.
    bool start(Accelerator& device, GpuMemory& memory, std::shared_ptr<GpuMemory::Block>& warps,
               const LaunchShape& shape);
    std::uint64_t number() const { return number_; }

    // Waits until the launch has ended, and gives its memory back.
    void collect(Accelerator& device);
    const core::Tally& tally(std::size_t row) const { return tallies_[row]; }
    // The cells of its rows, in the order in which they first appear, and their complete rows'
    // waits.
    std::span<GpuCell* const> cells() const { return cells_; }
    std::size_t cell_of(std::size_t row) const { return cell_of_row_[row]; }
    std::span<const std::uint64_t> waits(std::size_t cell) const {
        return std::span(waits_).subspan(cell * kWaitBuckets, kWaitBuckets);
    }

    // The rows of a launch that has not started, or was collected.
    std::vector<GpuRow> take_rows() { return std::move(rows_); }

private:
    struct Layout {  // offsets into the launch's block
        std::size_t next = 0, rows = 0, cells = 0, steps = 0, waits = 0, tallies = 0, bytes = 0;
    };
    void lay_out();
    std::vector<unsigned char> image() const;

    std::vector<GpuRow> rows_;
    LaunchKind kind_;
    WarpMemory warp_;
    std::vector<GpuCell*> cells_;
    std::vector<std::uint32_t> cell_of_row_;  // index into cells_
    Layout layout_;
    std::uint64_t number_ = 0;
    GpuMemory::Block block_;
    std::shared_ptr<GpuMemory::Block> warps_;
    std::vector<std::uint64_t> waits_;
    std::vector<core::Tally> tallies_;
};

}  // namespace tidepool::batch
