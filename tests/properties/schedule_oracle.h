#pragma once
// docs/scheduling.md once more, in the plainest way: every GPU is a cell that names its holder, and
// everything else (what is free, who runs until when) is worked out anew whenever it is needed.
// Slow, and with nothing to keep consistent.

#include <map>

#include "tests/properties/placement_oracle.h"

namespace tidepool::properties {

class Oracle {
public:
    struct Reservation {  // what EASY promises to a head that does not fit
        std::uint32_t rank = 0;
        std::size_t steps = 0;     // how many steps of the schedule came before
        std::uint64_t shadow = 0;  // S
        Takes takes;               // R
    };

    explicit Oracle(const Problem& problem) : p_(problem), where_(problem) {
        for (const SmallNode& place : where_.places()) {
            holder_.emplace_back(place.gpus, kNobody);
        }
        schedule_.jobs.resize(p_.jobs.size());
    }

    Schedule run() {
        std::set<std::uint32_t> to_come;
        for (std::uint32_t rank = 0; rank < p_.jobs.size(); ++rank) {
            if (where_.fits_empty_machine(rank)) {
                to_come.insert(rank);
            }
        }
        for (;;) {
            std::uint64_t now = kNever;
            for (const auto& [rank, start] : running_) {
                now = std::min(now, end_of(rank));
            }
            for (const std::uint32_t rank : to_come) {
                now = std::min(now, std::uint64_t{p_.jobs[rank].submit});
            }
            for (const std::uint32_t rank : waiting_) {
                if (near(rank, schedule_.over) != Near::kAnywhere) {
                    now = std::min(now, end_of_wait(rank));
                }
            }
            if (now >= p_.horizon) {
                break;
            }
            schedule_.over = static_cast<std::uint32_t>(now);
            complete(schedule_.over);
            for (const std::uint32_t rank : std::set(to_come)) {
                if (p_.jobs[rank].submit == now) {
                    to_come.erase(rank);
                    waiting_.insert(rank);
                }
            }
            pass(schedule_.over);
        }
        if (p_.horizon != kNever) {
            schedule_.over = p_.horizon;
        }
        return schedule_;
    }

    // Every reservation that was worked out, in order: one per pass in which a head was blocked.
    const std::vector<Reservation>& reservations() const { return reservations_; }

    std::uint64_t end_of_wait(std::uint32_t rank) const {
        return std::uint64_t{p_.jobs[rank].submit} + p_.wait;
    }

private:
    std::uint64_t end_of(std::uint32_t rank) const {
        return std::uint64_t{running_.at(rank)} + p_.jobs[rank].duration;
    }
    std::uint64_t expected_end(std::uint32_t rank, std::uint32_t now) const {
        const std::uint64_t end = std::uint64_t{running_.at(rank)} + p_.jobs[rank].estimate;
        return end <= now ? std::uint64_t{now} + 1 : end;
    }

    // While it waits for a near place, within what.
    Near near(std::uint32_t rank, std::uint64_t now) const {
        return now < end_of_wait(rank) ? where_.level(rank, {}) : Near::kAnywhere;
    }

    Counts free_now() const {
        Counts free;
        for (const auto& gpus : holder_) {
            free.push_back(
                static_cast<std::uint32_t>(std::count(gpus.begin(), gpus.end(), kNobody)));
        }
        return free;
    }

    void start(std::uint32_t rank, std::uint32_t now, const Takes& takes) {
        Outcome& job = schedule_.jobs[rank];
        job.start = now;
        for (const Take& take : takes) {
            std::uint32_t left = take.gpus;
            auto& cells = holder_[take.place];
            for (std::uint32_t gpu = 0; gpu < cells.size() && left > 0; ++gpu) {
                if (cells[gpu] == kNobody) {
                    cells[gpu] = rank;
                    --left;
                    job.held.insert(
                        p_.fungible ? Gpu{where_.places()[take.place].model, take.gpus - left - 1}
                                    : Gpu{take.place, gpu});
                }
            }
        }
        waiting_.erase(rank);
        running_[rank] = now;
        schedule_.steps.push_back({now, Step::Kind::kStart, rank});
    }

    void complete(std::uint32_t now) {
        for (const auto& [rank, start] : std::map(running_)) {
            if (end_of(rank) != now) {
                continue;
            }
            for (auto& cells : holder_) {
                std::replace(cells.begin(), cells.end(), rank, kNobody);
            }
            schedule_.jobs[rank].end = now;
            running_.erase(rank);
            schedule_.steps.push_back({now, Step::Kind::kEnd, rank});
        }
    }

    void pass(std::uint32_t now) {
        for (const std::uint32_t rank : std::set(waiting_)) {
            if (const auto takes = where_.choose(rank, free_now(), near(rank, now))) {
                start(rank, now, *takes);
            } else if (p_.queue == core::QueuePolicy::kFifo) {
                return;
            } else if (p_.queue == core::QueuePolicy::kEasy) {
                backfill(rank, now);
                return;
            }
        }
    }

    Counts free_at(std::uint64_t tick, std::uint32_t now) const {
        Counts free = free_now();
        for (const auto& [rank, start] : running_) {
            if (expected_end(rank, now) <= tick) {
                for (std::size_t n = 0; n < holder_.size(); ++n) {
                    free[n] += static_cast<std::uint32_t>(
                        std::count(holder_[n].begin(), holder_[n].end(), rank));
                }
            }
        }
        return free;
    }

    Reservation reserve(std::uint32_t head, std::uint32_t now) const {
        std::set<std::uint64_t> ends{now};  // it may only wait for a better place
        for (const auto& [rank, start] : running_) {
            ends.insert(expected_end(rank, now));
        }
        for (const std::uint64_t end : ends) {
            if (const auto takes = where_.choose(head, free_at(end, now))) {
                return {head, schedule_.steps.size(), end, *takes};
            }
        }
        TP_ASSERT(false, "a waiting job fits once nothing else runs");
    }

    void backfill(std::uint32_t head, std::uint32_t now) {
        const Reservation r = reserve(head, now);
        reservations_.push_back(r);
        Counts at_shadow = free_at(r.shadow, now);  // beside R and what was started beside it
        const auto subtract = [&](const Takes& takes) {
            for (const Take& take : takes) {
                at_shadow[take.place] -= take.gpus;
            }
        };
        subtract(r.takes);
        for (const std::uint32_t rank : std::set(waiting_)) {
            if (rank <= head) {
                continue;
            }
            Counts usable = free_now();
            const bool over_by_then = std::uint64_t{now} + p_.jobs[rank].estimate <= r.shadow;
            for (std::size_t n = 0; !over_by_then && n < usable.size(); ++n) {
                usable[n] = std::min(usable[n], at_shadow[n]);
            }
            if (const auto takes = where_.choose(rank, usable, near(rank, now))) {
                start(rank, now, *takes);
                if (!over_by_then) {
                    subtract(*takes);
                }
            }
        }
    }

    const Problem& p_;
    const PlacementOracle where_;
    std::vector<std::vector<std::uint32_t>> holder_;  // [place][gpu] rank
    std::map<std::uint32_t, std::uint32_t> running_;  // rank -> start
    std::set<std::uint32_t> waiting_;
    std::vector<Reservation> reservations_;
    Schedule schedule_;
};

}  // namespace tidepool::properties
