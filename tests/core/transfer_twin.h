#pragma once
// "Storage" and "When speeds change" of docs/network.md once more, in the plainest way: a job whose
// checkpoints lie on shared storage (or not: kNone) is ticked, every checkpoint is an entry in a
// list, and whatever has come to an end at a tick is looked for anew. No closed forms, nothing is
// predicted.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/core/progress.h"

namespace tidepool::core {

// How fast a job gets on during a tick.
struct Paces {
    std::uint32_t speed = kFullSpeed;    // of 1024: what degraded GPUs leave
    std::uint32_t network = kFullPace;   // of 2^24: what the network leaves of that
    std::uint32_t transfer = kFullPace;  // of 2^24: of what idle storage grants
    friend bool operator==(const Paces&, const Paces&) = default;
};

class TransferTwin {
public:
    struct Sums {  // since the last start or restart
        Stretch stretch;
        std::uint64_t restart = 0;  // ticks
    };

    TransferTwin(const CheckpointRule& rule, std::uint32_t total) : rule_(rule), total_(total) {
        look_around();
    }

    bool done() const { return done_; }
    std::uint64_t position() const { return index_ * interval() + work_.units; }
    std::uint32_t index() const { return index_; }
    std::uint64_t to_read() const { return read_.left(); }
    std::uint64_t to_write() const { return writing_ ? writing_->amount.left() : 0; }
    bool writes_behind() const { return writing_ && rule_.behind; }
    std::uint32_t restart_left() const { return restart_left_; }
    // What it does in the tick to come.
    bool works() const {
        return !done_ && restart_left_ == 0 && to_read() == 0 && work_.left() > 0;
    }
    bool reads() const { return restart_left_ == 0 && to_read() > 0; }
    bool writes() const { return to_write() > 0; }
    std::uint64_t events() const { return events_; }  // that have happened so far
    const Sums& sums() const { return sums_; }

    // What has been done stays done, in whole units.
    void touch() {
        work_.fraction = read_.fraction = 0;
        if (writing_) {
            writing_->amount.fraction = 0;
        }
    }

    void tick(const Paces& paces) {
        ++clock_;
        if (writing_) {
            writing_->amount.move(paces.transfer);
        }
        if (restart_left_ > 0) {
            --restart_left_;
            ++sums_.restart;
            if (restart_left_ == 0) {
                event();
            }
        } else if (read_.left() > 0) {
            read_.move(paces.transfer);
            ++sums_.restart;
            if (read_.left() == 0) {
                event();
            }
        } else if (work_.left() > 0) {
            work(paces);
        } else {
            ++sums_.stretch.checkpoint;
            if (pause_left_.value_or(0) > 0 && --*pause_left_ == 0) {
                event();
            }
        }
        look_around();
    }

    // The checkpoint that is left after a loss of this level.
    Fallback left_after(LossLevel level) const {
        Fallback best;
        for (std::uint32_t i = 0; i < rule_.tiers; ++i) {
            for (const Copy& copy : copies_[i]) {
                if (rule_.tier[i].survives >= level && copy.safe_at <= clock_ &&
                    copy.index > best.index) {
                    best.index = copy.index;
                    best.tier = i;
                }
            }
        }
        return best;
    }

    // Copies that are lost or were still on their way are gone for good; the job restarts from the
    // best that is left, which it has to load.
    Fallback fall_back(LossLevel level) {
        const Fallback best = left_after(level);
        for (std::uint32_t i = 0; i < rule_.tiers; ++i) {
            std::erase_if(copies_[i], [&](const Copy& copy) {
                return rule_.tier[i].survives < level || copy.safe_at > clock_;
            });
        }
        index_ = best.index;
        work_ = {goal(), 0, 0};
        pause_left_.reset();
        writing_.reset();
        sums_ = {};
        restart_left_ = rule_.restart;
        read_ = {};
        if (best.tier != kNone) {
            const std::uint32_t load = rule_.tier[best.tier].load;
            if (best.tier == rule_.shared) {
                read_ = {load * std::uint64_t{kFullSpeed}, 0, 0};
            } else {
                restart_left_ += load;
            }
        }
        look_around();
        return best;
    }

private:
    // So many units to get through, at paces of 2^24 of 1,024 units per tick.
    struct Amount {
        std::uint64_t all = 0, units = 0;
        std::uint64_t fraction = 0;  // of a unit, in 1/2^14
        std::uint64_t left() const { return all - units; }
        void move(std::uint32_t pace) {
            fraction += pace;
            units = std::min(all, units + fraction / 16384);
            fraction %= 16384;
        }
    };
    struct Copy {
        std::uint32_t index = 0;
        std::uint64_t safe_at = 0;
    };
    struct Writing {  // to shared storage
        std::uint32_t checkpoint = 0;
        Amount amount;
    };

    std::uint64_t interval() const { return rule_.interval * std::uint64_t{kFullSpeed}; }
    bool written_to(std::uint32_t tier) const { return (index_ + 1) % rule_.tier[tier].every == 0; }
    // One after each interval of work, none at the end.
    bool another() const {
        return rule_.interval > 0 && (std::uint64_t{index_} + 1) * rule_.interval < total_;
    }
    std::uint64_t goal() const {
        return another() ? interval() : total_ * std::uint64_t{kFullSpeed} - index_ * interval();
    }

    void work(const Paces& paces) {
        const std::uint64_t before = work_.units;
        const std::uint64_t pace = std::uint64_t{paces.network} * paces.speed / 1024;
        work_.move(static_cast<std::uint32_t>(pace == 0 && paces.network > 0 ? 1 : pace));
        const std::uint64_t stalled = kFullSpeed - (work_.units - before);
        sums_.stretch.work += work_.units - before;
        sums_.stretch.stalled += stalled;
        // Beyond what degraded GPUs take; of single ticks perhaps less than nothing.
        sums_.stretch.network +=
            paces.network == kFullPace ? 0 : stalled - (kFullSpeed - paces.speed);
        if (work_.left() == 0) {
            event();
        }
    }

    void event() {
        ++events_;
        touch();
    }

    // What has come to an end, and what begins.
    void look_around() {
        if (work_.all == 0) {
            work_.all = goal();
        }
        if (writing_ && writing_->amount.left() == 0) {
            if (rule_.behind) {
                add_copy(rule_.shared, writing_->checkpoint, 0);
                writing_.reset();
            }
            event();
        }
        while (!done_ && restart_left_ == 0 && read_.left() == 0 && work_.left() == 0) {
            if (!another()) {
                done_ = true;
            } else if (!go_on_with_checkpoint()) {
                return;
            }
        }
    }

    // Work has reached the next checkpoint. False: it takes time.
    bool go_on_with_checkpoint() {
        const bool due = rule_.shared != kNone && written_to(rule_.shared);
        if (!pause_left_) {
            if (due && writes_behind()) {
                return false;  // waits for the one before
            }
            pause_left_ = 0;
            for (std::uint32_t i = 0; i < rule_.tiers; ++i) {
                *pause_left_ += written_to(i) ? rule_.tier[i].pause : 0;
            }
            if (due && !rule_.behind) {
                *pause_left_ -= rule_.write;
            }
        }
        if (*pause_left_ > 0) {
            return false;
        }
        if (due && !rule_.behind) {
            if (!writing_) {
                writing_ = {index_ + 1, bytes_to_write()};
            }
            if (writing_->amount.left() > 0) {
                return false;
            }
            writing_.reset();
        }
        end_checkpoint(due);
        return true;
    }

    void end_checkpoint(bool due) {
        for (std::uint32_t i = 0; i < rule_.tiers; ++i) {
            if (written_to(i) && !(i == rule_.shared && rule_.behind)) {
                add_copy(i, index_ + 1, i == rule_.shared ? 0 : rule_.tier[i].background);
            }
        }
        ++index_;
        ++sums_.stretch.checkpoints;
        if (due && rule_.behind) {
            writing_ = {index_, bytes_to_write()};
            if (rule_.write == 0) {
                add_copy(rule_.shared, index_, 0);
                writing_.reset();
            }
        }
        pause_left_.reset();
        work_ = {goal(), 0, 0};
    }

    void add_copy(std::uint32_t tier, std::uint32_t checkpoint, std::uint32_t background) {
        copies_[tier].push_back({checkpoint, clock_ + background});
    }

    Amount bytes_to_write() const { return {rule_.write * std::uint64_t{kFullSpeed}, 0, 0}; }

    CheckpointRule rule_;
    std::uint32_t total_ = 0;  // ticks
    std::uint64_t clock_ = 0, events_ = 0;
    std::uint32_t restart_left_ = 0;           // ticks
    Amount read_, work_;                       // work: to the next checkpoint, or to the end
    std::uint32_t index_ = 0;                  // checkpoints behind it
    std::optional<std::uint32_t> pause_left_;  // ticks; stands still for a checkpoint
    std::optional<Writing> writing_;
    bool done_ = false;
    std::array<std::vector<Copy>, kMaxTiers> copies_;
    Sums sums_;
};

}  // namespace tidepool::core
