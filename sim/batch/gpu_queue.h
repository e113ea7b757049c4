#pragma once
// Rows that wait for a launch, by the kind of launch they need.

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "sim/batch/gpu_launch.h"

namespace tidepool::batch {

class GpuQueue {
public:
    void push(GpuRow&& row) {
        ++size_;
        rows_[kind_of(row)].push_back(std::move(row));
    }
    // Takes rows[from], ... back, before those that wait.
    void push_first(std::vector<GpuRow>& rows, std::size_t from) {
        for (; rows.size() > from; rows.pop_back()) {
            ++size_;
            rows_[kind_of(rows.back())].push_front(std::move(rows.back()));
        }
    }

    bool empty() const { return size_ == 0; }
    std::uint64_t size() const { return size_; }

    // Of the kind with the most rows: how many there are, and the first.
    std::uint64_t most() const { return empty() ? 0 : largest()->size(); }
    const GpuRow& first() const { return largest()->front(); }

    // Up to so many rows of that kind, of cells that take up to so many bytes; at least one.
    std::vector<GpuRow> take(std::uint64_t count, std::uint64_t cell_bytes) {
        std::deque<GpuRow>& queue = rows_.find(kind_of(first()))->second;
        std::vector<GpuRow> taken;
        std::map<const GpuCell*, bool> seen;
        std::uint64_t bytes = 0;
        while (!queue.empty() && (taken.empty() || taken.size() < count)) {
            const GpuCell* const cell = queue.front().cell.get();
            bytes += seen.emplace(cell, true).second ? cell->bytes() : 0;
            if (bytes > cell_bytes && !taken.empty()) {
                break;
            }
            taken.push_back(std::move(queue.front()));
            queue.pop_front();
            --size_;
        }
        return taken;
    }

private:
    const std::deque<GpuRow>* largest() const {
        const std::deque<GpuRow>* most = nullptr;
        for (const auto& [kind, rows] : rows_) {
            most = most == nullptr || rows.size() > most->size() ? &rows : most;
        }
        return most;
    }

    std::map<LaunchKind, std::deque<GpuRow>> rows_;
    std::uint64_t size_ = 0;
};

}  // namespace tidepool::batch
