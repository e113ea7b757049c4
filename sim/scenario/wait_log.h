#pragma once
// Why jobs wait, in plans with tenants: keeps the reason of each waiting job, and says how long it
// was the reason once it is not any more. docs/tenants.md has the rules.

#include <array>
#include <cstdint>
#include <vector>

#include "sim/core/room.h"

namespace tidepool::scenario {

class WaitLog {
public:
    explicit WaitLog(const core::Plan& plan) : jobs_(plan.jobs) {
        for (std::uint32_t rank = 0; rank < plan.jobs; ++rank) {
            jobs_[rank].since = plan.submit[rank];
        }
    }

    // The job joins the queue again.
    void joins(std::uint32_t rank, std::uint32_t tick) { jobs_[rank] = {tick, 0, {}}; }

    // A pass begins. `add(rank, reason, ticks)` gets what has been found out, here and below.
    template <class Add>
    void passes(std::uint32_t tick, Add&& add) {
        end_pass(add);
        ++pass_;
        begun_ = tick;
    }
    template <class Add>
    void refused(std::uint32_t rank, core::Reason reason, std::uint32_t tick, Add&& add) {
        Job& job = jobs_[rank];
        if (job.looked_at != pass_) {
            seen_[pass_ % 2].push_back(rank);
        }
        set(rank, reason, tick, add);
        job.looked_at = pass_;
    }
    // The job leaves the queue in a pass, or (`outside`) after one; or the run ends.
    template <class Add>
    void leaves(std::uint32_t rank, std::uint32_t tick, bool outside, Add&& add) {
        if (outside) {
            end_pass(add);
        }
        set(rank, core::Reason::kPriority, tick, add);
        jobs_[rank].looked_at = 0;
    }

private:
    struct Job {
        std::uint32_t since = 0;      // tick
        std::uint32_t looked_at = 0;  // number of the pass that refused it last; 0: none did
        core::Reason reason = core::Reason::kPriority;
    };

    template <class Add>
    void set(std::uint32_t rank, core::Reason reason, std::uint32_t tick, Add&& add) {
        Job& job = jobs_[rank];
        if (tick > job.since) {
            add(rank, job.reason, tick - job.since);
        }
        job.since = tick;
        job.reason = reason;
    }
    // Those that the pass before this one looked at, and this one did not, wait for their turn.
    template <class Add>
    void end_pass(Add&& add) {
        std::vector<std::uint32_t>& before = seen_[(pass_ + 1) % 2];
        for (const std::uint32_t rank : before) {
            if (jobs_[rank].looked_at + 1 == pass_) {
                set(rank, core::Reason::kPriority, begun_, add);
                jobs_[rank].looked_at = 0;
            }
        }
        before.clear();
    }

    std::vector<Job> jobs_;                           // by rank
    std::array<std::vector<std::uint32_t>, 2> seen_;  // ranks, by pass
    std::uint32_t pass_ = 1;                          // number of the present one
    std::uint32_t begun_ = 0;                         // its tick
};

}  // namespace tidepool::scenario
