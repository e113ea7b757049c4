#include "sim/batch/work_list.h"

#include <algorithm>
#include <utility>

#include "sim/base/assert.h"

namespace tidepool::batch {

WorkList::WorkList(std::vector<Rows> rows, std::uint32_t replicas)
    : rows_(std::move(rows)), replicas_(replicas) {
    TP_ASSERT(replicas > 0, "a cell has rows");
    for (const Rows& part : rows_) {
        TP_ASSERT(part.first < part.last, "no part is empty");
        left_ += part.count();
    }
}

std::optional<Rows> WorkList::take(std::uint64_t most) {
    const std::lock_guard lock(mutex_);
    if (at_ == rows_.size()) {
        return std::nullopt;
    }
    Rows& part = rows_[at_];
    const std::uint64_t end_of_cell = (part.first / replicas_ + 1) * replicas_;
    const std::uint64_t count = std::clamp<std::uint64_t>(most, 1, part.count());
    const Rows block{part.first, std::min(part.first + count, end_of_cell)};
    part.first = block.last;
    left_ -= block.count();
    at_ += part.first == part.last ? 1 : 0;
    return block;
}

std::uint64_t WorkList::left() const {
    const std::lock_guard lock(mutex_);
    return left_;
}

}  // namespace tidepool::batch
