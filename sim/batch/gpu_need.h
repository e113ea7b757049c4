#pragma once
// How much of a device the batch engine takes, said before it takes it.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/batch/accelerator.h"
#include "sim/batch/gpu_cell.h"

namespace tidepool::batch {

// What becomes of the rows of a cell that is too large for the device.
enum class TooLarge : std::uint8_t {
    kRefuse,     // RunError with the bytes
    kRunOnHost,  // they run on this machine's threads
};

struct GpuOptions {
    unsigned host_threads = 1;            // of this machine, for one device
    double memory_share = 0.8;            // of the memory that is free at the beginning, at most
    double launch_seconds = 2;            // that a launch should take: how soon Ctrl-C is heeded
    std::uint32_t most_rows = 1U << 20U;  // of a launch
    std::vector<std::uint32_t> ladder{128, 256, 512, 1024};  // slots, ascending
    TooLarge too_large = TooLarge::kRefuse;
};

// What the first launch on a device takes, told before it starts.
struct GpuNeed {
    std::string device;
    std::uint64_t free_bytes = 0;    // when the work began
    std::uint64_t limit_bytes = 0;   // of it, at most
    std::uint64_t taken_bytes = 0;   // of it, so far
    std::uint64_t cell_bytes = 0;    // of one cell: nodes and jobs
    std::uint64_t warp_bytes = 0;    // of one row that runs
    std::uint32_t shared_bytes = 0;  // of one row that runs; 0: does not fit into shared memory
    std::uint32_t warps = 0;         // rows that run at a time
    std::uint32_t rows = 0;
};

// One line for people: "NVIDIA H100: 2,904 rows at a time, ...".
std::string to_string(const GpuNeed& need);

// Why rows of this cell cannot run on this device, with the bytes; empty if they can. Rows with
// extraordinarily many failures may still run on a thread of this machine instead.
std::string why_not(const Cell& cell, Accelerator& device, const GpuOptions& options);

// Bytes of the device that may be taken now.
std::uint64_t gpu_limit(Accelerator& device, const GpuOptions& options);

// The same for a cell of which least_bytes() is `needed`, if so many may be taken.
std::string why_not(std::uint64_t needed, const Accelerator& device, std::uint64_t limit);

// All that a device must hold to run one row of the cell that meets no failures.
std::uint64_t least_bytes(const std::shared_ptr<GpuCell>& cell);

}  // namespace tidepool::batch
