#pragma once
// "Checkpoints and progress" of docs/interruptions.md once more, in the plainest way: a job that is
// at work is ticked, and every checkpoint it writes is an entry in a list. No closed forms.

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "sim/core/progress.h"

namespace tidepool::core {

struct Left {                    // of a job's work
    std::uint32_t index = 0;     // checkpoints behind it
    std::uint64_t position = 0;  // units of work
    std::uint32_t tier = kNone;  // that it loads from
};

class ProgressTwin {
public:
    ProgressTwin(const CheckpointRule& rule, std::uint32_t total, std::uint32_t from = 0)
        : rule_(rule),
          total_(std::uint64_t{total} * kFullSpeed),
          position_(std::uint64_t{from} * rule.interval * kFullSpeed),
          index_(from) {}

    bool done() const { return position_ >= total_; }
    std::uint64_t position() const { return position_; }  // units of work that are done
    std::uint32_t index() const { return index_; }        // checkpoints behind it
    const Stretch& sums() const { return sums_; }         // since the last call of forget_sums()
    void forget_sums() { sums_ = Stretch{}; }

    // One tick passes; at this speed if the job is not standing still.
    void tick(std::uint32_t speed) {
        ++clock_;
        if (pause_left_ > 0) {
            ++sums_.checkpoint;
            --pause_left_;
            if (pause_left_ == 0) {
                checkpoint_written();
            }
            return;
        }
        const std::uint64_t next = std::min(total_, next_checkpoint());
        const std::uint64_t work = std::min<std::uint64_t>(speed, next - position_);
        position_ += work;
        sums_.work += work;
        sums_.stalled += kFullSpeed - work;
        if (!done() && position_ == next) {
            pause_left_ = pause();
            if (pause_left_ == 0) {
                checkpoint_written();
            }
        }
    }

    // One tick passes without work, for a checkpoint beside those.
    void stand_still() {
        ++clock_;
        ++sums_.checkpoint;
    }
    // All that is done has been written to this tier; it may be more than a checkpoint would hold.
    void save(std::uint32_t tier) {
        if (rule_.interval > 0 && !done() && position_ == next_checkpoint()) {
            ++index_;  // which was due
        }
        copies_[tier].push_back({index_, clock_, position_ - work_at(index_)});
    }
    // As far as another one is.
    void continue_from(const ProgressTwin& other) {
        index_ = other.index_;
        position_ = other.position_;
        pause_left_ = other.pause_left_;
    }

    // What is left after a loss of this level.
    Left left_after(LossLevel level) const {
        Left best;
        for (std::uint32_t i = 0; i < rule_.tiers; ++i) {
            if (rule_.tier[i].survives < level) {
                continue;
            }
            for (const Copy& copy : copies_[i]) {
                const std::uint64_t position = work_at(copy.index) + copy.beyond;
                if (copy.safe_at <= clock_ && position > best.position) {
                    best = {copy.index, position, i};
                }
            }
        }
        return best;
    }

    // Copies that are lost or were still on their way are gone for good; the work goes on from the
    // best that is left.
    Left fall_back(LossLevel level) {
        const Left best = left_after(level);
        for (std::uint32_t i = 0; i < rule_.tiers; ++i) {
            std::erase_if(copies_[i], [&](const Copy& copy) {
                return rule_.tier[i].survives < level || copy.safe_at > clock_;
            });
            for (Copy& copy : copies_[i]) {
                copy.beyond = copy.index < best.index ? 0 : copy.beyond;
            }
        }
        index_ = best.index;
        position_ = best.position;
        pause_left_ = 0;
        return best;
    }

private:
    struct Copy {
        std::uint32_t index = 0;
        std::uint64_t safe_at = 0;
        std::uint64_t beyond = 0;  // units of work
    };

    std::uint64_t work_at(std::uint32_t checkpoint) const {
        return std::uint64_t{checkpoint} * rule_.interval * kFullSpeed;
    }
    std::uint64_t next_checkpoint() const {
        return rule_.interval == 0
                   ? total_
                   : (std::uint64_t{index_} + 1) * rule_.interval * std::uint64_t{kFullSpeed};
    }
    bool written_to(std::uint32_t tier, std::uint32_t checkpoint) const {
        return checkpoint % rule_.tier[tier].every == 0;
    }
    std::uint64_t pause() const {
        std::uint64_t sum = 0;
        for (std::uint32_t i = 0; i < rule_.tiers; ++i) {
            sum += written_to(i, index_ + 1) ? rule_.tier[i].pause : 0;
        }
        return sum;
    }
    void checkpoint_written() {
        ++index_;
        ++sums_.checkpoints;
        for (std::uint32_t i = 0; i < rule_.tiers; ++i) {
            if (written_to(i, index_)) {
                copies_[i].push_back({index_, clock_ + rule_.tier[i].background});
            }
        }
    }

    CheckpointRule rule_;
    std::uint64_t total_ = 0, position_ = 0, pause_left_ = 0;
    std::uint64_t clock_ = 0;  // ticks at work, standing still included
    std::uint32_t index_ = 0;
    std::array<std::vector<Copy>, kMaxTiers> copies_;
    Stretch sums_;
};

}  // namespace tidepool::core
