#include "sim/batch/gpu_launch.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <utility>

#include "sim/base/assert.h"
#include "sim/base/issue.h"

namespace tidepool::batch {
namespace {

template <class T>
T* at(std::vector<unsigned char>& image, std::size_t offset) {
    return reinterpret_cast<T*>(image.data() + offset);
}

}  // namespace

LaunchKind kind_of(const GpuRow& row) {
    return {row.cell->plan().interruptible, row.slots()};
}

LaunchShape best_shape(Accelerator& device, const LaunchKind& kind, std::size_t hot_bytes,
                       std::uint32_t most_warps) {
    LaunchShape best;
    best.blocks = 0;
    for (std::uint32_t warps = 1; warps <= kMostWarpsPerBlock && warps <= most_warps; warps *= 2) {
        LaunchShape shape;
        shape.interruptible = kind.interruptible;
        shape.hot_is_shared = kind.rung.hot_is_shared;
        shape.hot_bytes = static_cast<std::uint32_t>(hot_bytes);
        shape.warps_per_block = warps;
        if (shape.shared_bytes() > device.shared_bytes()) {
            break;
        }
        shape.blocks = std::min(device.resident_blocks(shape), most_warps / warps);
        if (shape.warps() > best.warps()) {
            best = shape;
        }
    }
    if (best.blocks == 0) {
        throw RunError(device.name() + ": not one block of the batch engine's kernel fits onto it");
    }
    return best;
}

std::size_t stride_of(const LaunchKind& kind, const WarpMemory& warp) {
    return aligned(warp.cold + (kind.rung.hot_is_shared ? 0 : warp.hot), kMemoryAlignment);
}

GpuLaunch::GpuLaunch(std::vector<GpuRow> rows) : rows_(std::move(rows)) {
    TP_ASSERT(!rows_.empty(), "a launch has rows");
    kind_ = kind_of(rows_.front());
    std::map<GpuCell*, std::uint32_t> number_of;
    for (const GpuRow& row : rows_) {
        TP_ASSERT(kind_of(row) == kind_ && row.drawn, "a launch has rows of one kind");
        const auto [found, is_new] =
            number_of.try_emplace(row.cell.get(), static_cast<std::uint32_t>(cells_.size()));
        if (is_new) {
            cells_.push_back(row.cell.get());
        }
        cell_of_row_.push_back(found->second);
        const WarpMemory needed = row.cell->warp_memory(row.slots(), row.outage_count);
        warp_.hot = std::max(warp_.hot, needed.hot);
        warp_.cold = std::max(warp_.cold, needed.cold);
    }
    lay_out();
}

void GpuLaunch::lay_out() {
    std::size_t steps = 0;
    for (const GpuRow& row : rows_) {
        steps += row.steps.size();
    }
    std::size_t used = 0;
    const auto place = [&](std::size_t bytes) {
        const std::size_t begin = used;
        used = aligned(used + bytes);
        return begin;
    };
    layout_.next = place(sizeof(std::uint32_t));
    layout_.rows = place(rows_.size() * sizeof(KernelRow));
    layout_.cells = place(cells_.size() * sizeof(KernelCell));
    layout_.steps = place(steps * sizeof(core::NodeStep));
    layout_.waits = place(cells_.size() * sizeof(WaitHistogram));
    layout_.tallies = place(rows_.size() * sizeof(core::Tally));
    layout_.bytes = used;
}

// What the launch reads: the block up to the waits.
std::vector<unsigned char> GpuLaunch::image() const {
    std::vector<unsigned char> image(layout_.waits);
    unsigned char* const device = block_.data();
    for (std::size_t c = 0; c < cells_.size(); ++c) {
        KernelCell cell = cells_[c]->on_device();
        cell.waits = reinterpret_cast<std::uint64_t*>(device + layout_.waits) +
                     c * std::size_t{kWaitBuckets};
        at<KernelCell>(image, layout_.cells)[c] = cell;
    }
    std::size_t steps = layout_.steps;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
        const GpuRow& row = rows_[r];
        KernelRow& there = at<KernelRow>(image, layout_.rows)[r];
        there.step = reinterpret_cast<const core::NodeStep*>(device + steps);
        there.seed = row.seed;
        there.steps = static_cast<std::uint32_t>(row.steps.size());
        there.outages = row.outage_count;
        there.cell = cell_of_row_[r];
        if (!row.steps.empty()) {
            const std::size_t bytes = row.steps.size() * sizeof(core::NodeStep);
            std::memcpy(image.data() + steps, row.steps.data(), bytes);
            steps += bytes;
        }
    }
    return image;
}

bool GpuLaunch::start(Accelerator& device, GpuMemory& memory,
                      std::shared_ptr<GpuMemory::Block>& warps, const LaunchShape& shape) {
    for (GpuCell* const cell : cells_) {
        if (!cell->upload(device, memory)) {
            return false;
        }
    }
    const std::size_t needed = shape.warps() * stride();
    if (warps == nullptr || warps->bytes() < needed) {
        GpuMemory::Block larger = memory.allocate(needed);
        if (!larger) {
            return false;
        }
        warps = std::make_shared<GpuMemory::Block>(std::move(larger));
    }
    block_ = memory.allocate(layout_.bytes);
    if (!block_) {
        return false;
    }
    warps_ = warps;
    const std::vector<unsigned char> read = image();
    device.upload(block_.data(), read.data(), read.size());
    device.clear(block_.data() + layout_.waits, layout_.tallies - layout_.waits);
    Chunk chunk;
    chunk.cells = reinterpret_cast<const KernelCell*>(block_.data() + layout_.cells);
    chunk.rows = reinterpret_cast<const KernelRow*>(block_.data() + layout_.rows);
    chunk.row_count = static_cast<std::uint32_t>(rows_.size());
    chunk.most_slots = kind_.rung.most_slots;
    chunk.next = reinterpret_cast<std::uint32_t*>(block_.data() + layout_.next);
    chunk.tallies = reinterpret_cast<core::Tally*>(block_.data() + layout_.tallies);
    chunk.hot_bytes = shape.hot_bytes;
    chunk.hot_is_shared = shape.hot_is_shared;
    chunk.memory = warps_->data();
    chunk.stride = stride();
    number_ = device.launch(shape, chunk);
    return true;
}

void GpuLaunch::collect(Accelerator& device) {
    device.wait(number_);
    waits_.resize(cells_.size() * kWaitBuckets);
    tallies_.resize(rows_.size());
    device.download(waits_.data(), block_.data() + layout_.waits,
                    waits_.size() * sizeof(std::uint64_t));
    device.download(tallies_.data(), block_.data() + layout_.tallies,
                    tallies_.size() * sizeof(core::Tally));
    block_ = {};
    warps_.reset();
}

}  // namespace tidepool::batch
