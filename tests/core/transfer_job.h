#pragma once
// A job under the functions of transfer.h, driven from event to event as the core drives it.

#include <algorithm>
#include <cstdint>

#include <gtest/gtest.h>

#include "sim/core/activity.h"
#include "sim/core/transfer.h"
#include "tests/core/transfer_twin.h"

namespace tidepool::core {

inline constexpr std::uint32_t kJobGpus = 24;

class TransferJob {
public:
    TransferJob(const CheckpointRule& rule, std::uint32_t total) : rule_(rule), total_(total) {
        begin();
    }

    const Activity& now() const { return a_; }
    Stage stage() const { return stage_of(rule_, total_, a_); }
    bool done() const { return stage() == Stage::kDone; }
    Fallback left_after(LossLevel level) const {
        return fallback(rule_, life_.copies, life_.saved, a_.progress, level);
    }

    void set(const Paces& paces) {
        a_.speed = paces.speed;
        a_.pace = paces.network;
        a_.transfer.pace = paces.transfer;
    }
    std::uint64_t next() const { return ticks_to_step(rule_, total_, a_, detail::pace_of(a_)); }
    // Returns the events that have happened, those at its end included.
    std::uint32_t go(std::uint64_t ticks) {
        std::uint32_t events = 0;
        while (ticks > 0 && !done()) {
            const std::uint64_t part = std::min(next(), ticks);
            EXPECT_GT(part, 0U);
            events += part == next() ? 1 : 0;
            step_on(rule_, total_, kJobGpus, part, detail::pace_of(a_), a_);
            ticks -= part;
        }
        return events;
    }
    // To the end at these paces; ticks.
    std::uint64_t finish(const Paces& paces) {
        set(paces);
        std::uint64_t ticks = 0;
        while (!done()) {
            const std::uint64_t part = next();
            if (part >= kEndless) {
                return kEndless;
            }
            go(part);
            ticks += part;
        }
        return ticks;
    }
    void fall_back(LossLevel level) {
        const Fallback to = left_after(level);
        life_.saved = to.index;
        life_.tier = to.tier;
        life_.copies = to.copies;
        begin();
    }

private:
    void begin() {
        a_ = Activity{};
        if (life_.attempts > 0) {
            a_.restart_left =
                rule_.restart + (life_.tier == kNone ? 0 : rule_.tier[life_.tier].load);
        }
        a_.progress.index = life_.saved;
        begin_transfers(rule_, total_, life_, a_);
        ++life_.attempts;
    }

    CheckpointRule rule_;
    std::uint32_t total_ = 0;
    Life life_;
    Activity a_;
};

}  // namespace tidepool::core
