#pragma once
// Who comes and goes: the section "Units" and the end of "Promises and notice" of docs/tide.md once
// more, in the plainest way. What units and jobs hold is counted anew whenever it is needed.

#include "tests/properties/interruption_oracle.h"
#include "tests/properties/small_tide.h"

namespace tidepool::properties {

class LeavingJobs : public InterruptionOracle {
protected:
    explicit LeavingJobs(const TideProblem& problem) : InterruptionOracle(problem), t_(problem) {}

    // Of a job that was asked to go, or a unit that closes.
    struct Going {
        std::uint32_t leaves = 0;      // tick
        std::uint32_t expected = 0;    // that EASY plans with: as it was before an interruption
        std::uint32_t saves = kNever;  // tick from which on it stands still; kNever: it does not
        std::uint32_t tier = core::kNone;
    };

    bool is_unit(std::uint32_t rank) const { return rank < t_.units(); }
    bool at_work(std::uint32_t rank) const { return running_.at(rank).phase == Phase::kRunning; }
    bool in_use(std::uint32_t unit) const {
        return waiting_.contains(unit) || (running_.contains(unit) && !going_.contains(unit));
    }
    // GPUs of all units, or all jobs; of those that stay only.
    std::uint64_t held(bool of_units, bool staying) const {
        std::uint64_t gpus = 0;
        for (const auto& [rank, job] : running_) {
            gpus += is_unit(rank) == of_units && !(staying && going_.contains(rank))
                        ? p_.jobs[rank].gpus
                        : 0;
        }
        return gpus;
    }

    // Units.
    std::uint32_t start_up(std::uint32_t rank, bool again) const override {
        if (!is_unit(rank)) {
            return InterruptionOracle::start_up(rank, again);
        }
        const core::CheckpointRule& rule = p_.checkpoint[rank];
        return now_ == 0 ? 0 : rule.restart + (rule.tiers > 0 ? rule.tier[0].load : 0);
    }
    std::uint64_t expected_time(std::uint32_t rank) const override {
        return is_unit(rank) ? kNever : InterruptionOracle::expected_time(rank);
    }
    std::uint64_t expected_end(std::uint32_t rank) const override {
        const std::uint64_t end = is_unit(rank) ? kNever : InterruptionOracle::expected_end(rank);
        const auto it = going_.find(rank);
        return it == going_.end()
                   ? end
                   : std::min(end, std::max<std::uint64_t>(it->second.expected, now_ + 1));
    }
    std::uint64_t fall_back(std::uint32_t rank, core::LossLevel level) override {
        return is_unit(rank) ? 0 : InterruptionOracle::fall_back(rank, level);
    }
    void stop(std::uint32_t rank, Running& job) override {
        if (is_unit(rank) && !at_work(rank)) {
            note(Kind::kStopped, rank).restart = job.restart;
        } else {
            InterruptionOracle::stop(rank, job);
        }
    }
    void start(std::uint32_t rank, const Takes& takes) override {
        InterruptionOracle::start(rank, takes);
        started_[rank] = now_;
        changed_ = true;
    }
    void begin_attempt(std::uint32_t rank, bool again) override {
        InterruptionOracle::begin_attempt(rank, again);
        if (gets_ready(rank)) {
            do_more(rank);
        }
    }
    void join_queue(std::uint32_t rank) override {
        InterruptionOracle::join_queue(rank);
        changed_ = changed_ || is_unit(rank);
    }

    // Who goes.
    void interrupt(std::uint32_t rank, std::uint32_t outage, std::uint32_t detect) override {
        InterruptionOracle::interrupt(rank, outage, detect);
        ready_.erase(rank);
        if (going_.contains(rank)) {
            going_[rank].leaves = now_;
            going_[rank].saves = kNever;
        }
    }
    void one_tick(std::uint32_t rank, Running& job) override {
        const auto it = going_.find(rank);
        if (it != going_.end() && it->second.saves <= now_ && at_work(rank)) {
            jobs_[rank].progress->stand_still();
        } else {
            InterruptionOracle::one_tick(rank, job);
        }
    }
    bool gets_ready(std::uint32_t rank) const {
        return is_unit(rank) && at_work(rank) && running_.at(rank).restart_left == 0 &&
               !ready_.contains(rank) && !going_.contains(rank);
    }
    bool more_due(std::uint32_t rank) const override {
        const auto it = going_.find(rank);
        return (gets_ready(rank) && !fails(rank)) ||
               (it != going_.end() && it->second.leaves <= now_);
    }
    void do_more(std::uint32_t rank) override {
        if (gets_ready(rank)) {
            note(Kind::kReady, rank);
            ready_.insert(rank);
            return;
        }
        const Going going = going_.at(rank);
        if (is_unit(rank)) {
            if (at_work(rank)) {
                note_attempt(Kind::kEnd, rank);
            } else {
                note(Kind::kRequeued, rank).restart = running_.at(rank).restart;
            }
            give_back(rank);
        } else {
            if (at_work(rank)) {
                note_attempt(Kind::kLeft, rank);
                running_.at(rank).restart = 0;
            }
            if (at_work(rank) && going.saves != kNever) {
                jobs_[rank].progress->save(going.tier);
            }
            requeue(rank);
        }
    }
    void give_back(std::uint32_t rank) override {
        InterruptionOracle::give_back(rank);
        going_.erase(rank);
        ready_.erase(rank);
        changed_ = true;
    }

    bool chooses(std::uint32_t rank) const override {
        return !is_unit(rank) && InterruptionOracle::chooses(rank);
    }
    Near near(std::uint32_t rank) const override {
        return is_unit(rank) ? Near::kAnywhere : InterruptionOracle::near(rank);
    }

    void ask(std::uint32_t rank) { ask(rank, t_.tide.notice, Kind::kAsked); }
    void ask(std::uint32_t rank, std::uint32_t notice, Kind kind) {
        Going going;
        going.leaves = going.expected = at_work(rank) ? now_ + notice : now_;
        const core::CheckpointRule& rule = p_.checkpoint[rank];
        std::uint32_t quickest = kNever;
        for (std::uint32_t i = 0; i < rule.tiers; ++i) {
            const std::uint32_t takes = rule.tier[i].pause + rule.tier[i].background;
            if (rule.tier[i].survives == core::LossLevel::kRequeue && takes < quickest) {
                quickest = takes;
                going.tier = i;
            }
        }
        if (at_work(rank) && quickest <= notice) {
            going.saves = going.leaves - quickest;
        }
        going_[rank] = going;
        Happening& h = note(kind, rank);
        h.work = going.leaves;
        h.stalled = going.saves;
    }
    // Who may be asked, in that order.
    std::vector<std::uint32_t> candidates() const {
        std::vector<std::uint32_t> ranks;
        for (const auto& [rank, job] : running_) {
            if (!is_unit(rank) && t_.may_be_asked[rank] != 0 && !going_.contains(rank)) {
                ranks.push_back(rank);
            }
        }
        std::sort(ranks.begin(), ranks.end(), [&](std::uint32_t a, std::uint32_t b) {
            return std::tuple(t_.priority[a], started_.at(b), b) <
                   std::tuple(t_.priority[b], started_.at(a), a);
        });
        return ranks;
    }

    const TideProblem& t_;
    std::map<std::uint32_t, Going> going_;            // by rank
    std::set<std::uint32_t> ready_;                   // units
    std::map<std::uint32_t, std::uint32_t> started_;  // rank -> tick at which it left the queue
    bool changed_ = false;                            // since promises were made last
};

}  // namespace tidepool::properties
