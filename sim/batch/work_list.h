#pragma once
// The rows of a sweep that are still to run, handed out in ascending order, a block at a time, to
// whoever asks: threads of this machine, or the host threads of GPUs. A block lies in one cell.
// Safe for use from several threads.

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace tidepool::batch {

struct Rows {  // [first, last)
    std::uint64_t first = 0, last = 0;
    std::uint64_t count() const { return last - first; }
    friend bool operator==(const Rows&, const Rows&) = default;
};

class WorkList {
public:
    // `rows`: ascending and disjoint. `replicas`: rows of a cell.
    WorkList(std::vector<Rows> rows, std::uint32_t replicas);

    // The next block of at most `most` rows (at least 1); nothing when all are handed out.
    std::optional<Rows> take(std::uint64_t most);
    std::uint64_t left() const;

private:
    mutable std::mutex mutex_;
    std::vector<Rows> rows_;
    std::uint32_t replicas_;
    std::size_t at_ = 0;  // index into rows_, whose first() moves on
    std::uint64_t left_ = 0;
};

}  // namespace tidepool::batch
