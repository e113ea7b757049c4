#pragma once
// The life of jobs that can be interrupted: the sections "What happens to an interrupted job" and
// "Where the GPU time goes" of docs/interruptions.md once more, in the plainest way. At every tick
// every job says anew what it is about to do; nothing is predicted.

#include <map>

#include "tests/core/progress_twin.h"
#include "tests/properties/broken_machine.h"

namespace tidepool::properties {

class RecoveringJobs {
public:
    virtual ~RecoveringJobs() = default;

protected:
    explicit RecoveringJobs(const InterruptionProblem& problem)
        : p_(problem), machine_(problem), jobs_(problem.jobs.size()) {}

    enum class Phase : std::uint8_t { kRunning, kDetecting, kWaiting, kSwapping };

    // A job that has been started and not given back everything.
    struct Running {
        Phase phase = Phase::kRunning;
        std::uint32_t due = 0;           // end of detection or swap
        std::uint32_t restart_left = 0;  // ticks
        std::uint64_t own_failure = kNever;
        std::uint64_t expected_end = 0;
        std::uint32_t came = 0;  // the later, the larger
        model::Reach reach = model::Reach::kAll;
        std::uint32_t first_node = 0;  // one of its class
        std::set<std::uint32_t> gang;  // nodes held as one of several whole nodes
        // Since the interruption.
        std::uint32_t missing = 0;  // nodes
        bool stranger_came = false, swapped = false;
        core::LossLevel level = core::LossLevel::kNothing;
        std::uint64_t restart = 0;  // GPU-ticks
    };
    struct Memory {  // of a job, over all its starts
        std::optional<core::ProgressTwin> progress;
        std::uint32_t attempts = 0;
        std::uint32_t load = 0;  // ticks
    };
    using Kind = Happening::Kind;

    virtual void join_queue(std::uint32_t rank) {
        waiting_.insert(rank);
        joined_[rank] = now_;
    }

    Happening& note(Kind kind, std::uint32_t rank) {
        Happening h;
        h.tick = now_;
        h.kind = kind;
        h.rank = rank;
        if (kind != Kind::kInterrupted && kind != Kind::kRequeued) {
            h.held = machine_.held_by(rank);
        }
        return chronicle_.happenings.emplace_back(h);
    }
    Happening& note_attempt(Kind kind, std::uint32_t rank) {
        Happening& h = note(kind, rank);
        const core::Stretch& sums = jobs_[rank].progress->sums();
        h.work = sums.work;
        h.stalled = sums.stalled;
        h.checkpoint = sums.checkpoint;
        h.checkpoints = sums.checkpoints;
        h.restart = running_.at(rank).restart;
        return h;
    }

    virtual void one_tick(std::uint32_t rank, Running& job) {
        if (job.phase != Phase::kRunning || job.restart_left > 0) {
            job.restart += machine_.held_by(rank).size();
            job.restart_left -= job.phase == Phase::kRunning ? 1 : 0;
        } else {
            jobs_[rank].progress->tick(machine_.speed(rank, now_));
        }
    }
    virtual void stop(std::uint32_t rank, Running& job) {
        if (job.phase == Phase::kRunning) {
            note_attempt(Kind::kStopped, rank);
            return;
        }
        Happening& h = note(Kind::kStopped, rank);
        const core::ProgressTwin& progress = *jobs_[rank].progress;
        h.restart = job.restart;
        h.lost = progress.position() - progress.left_after(job.level).position;
    }

    // 1. Completions and recovery steps.
    bool finishes(std::uint32_t rank) const {
        const Running& job = running_.at(rank);
        return job.phase == Phase::kRunning && job.restart_left == 0 &&
               jobs_[rank].progress->done();
    }
    bool fails(std::uint32_t rank) const {
        const Running& job = running_.at(rank);
        return job.phase == Phase::kRunning && job.own_failure <= now_;
    }
    bool recovery_due(std::uint32_t rank) const {
        const Running& job = running_.at(rank);
        return job.phase == Phase::kWaiting ? !misses_something(rank)
                                            : job.phase != Phase::kRunning && job.due <= now_;
    }
    bool somebody_due() const {
        return std::any_of(running_.begin(), running_.end(), [&](const auto& it) {
            return finishes(it.first) || more_due(it.first) || fails(it.first) ||
                   recovery_due(it.first);
        });
    }
    void jobs_go_on() {
        for (const auto& [rank, unused] : std::map(running_)) {
            while (running_.contains(rank)) {
                if (finishes(rank)) {
                    note_attempt(Kind::kEnd, rank);
                    give_back(rank);
                } else if (more_due(rank)) {
                    do_more(rank);
                } else if (fails(rank)) {
                    interrupt(rank, kNever, p_.recovery[rank].detect);
                } else if (recovery_due(rank)) {
                    Running& job = running_.at(rank);
                    job.swapped = job.swapped || job.phase == Phase::kSwapping;
                    decide(rank, job);
                } else {
                    break;
                }
                event_ = true;
            }
        }
    }

    // What else may fall due for a running job.
    virtual bool more_due(std::uint32_t) const { return false; }
    virtual void do_more(std::uint32_t) {}

    bool misses_something(std::uint32_t rank) const {
        return running_.at(rank).missing > 0 || machine_.holds_down_gpu(rank);
    }
    void decide(std::uint32_t rank, Running& job) {
        const core::OnFailure rule = p_.recovery[rank].on_failure;
        const bool missing = misses_something(rank);
        if (rule == core::OnFailure::kRequeue || (rule == core::OnFailure::kSpare && missing)) {
            requeue(rank);
        } else if (missing) {
            job.phase = Phase::kWaiting;
        } else if (job.stranger_came && !job.swapped && p_.recovery[rank].swap > 0) {
            job.phase = Phase::kSwapping;
            job.due = now_ + p_.recovery[rank].swap;
        } else {
            const std::uint64_t lost = fall_back(rank, job.level);
            Happening& h = note(Kind::kRecovers, rank);
            h.lost = lost;
            h.restart = job.restart;
            job.expected_end = now_ + expected_time(rank);
            begin_attempt(rank, true);
        }
    }
    virtual void give_back(std::uint32_t rank) {
        machine_.release(rank);
        running_.erase(rank);
    }
    void requeue(std::uint32_t rank) {
        const std::uint64_t lost = fall_back(rank, core::LossLevel::kRequeue);
        Happening& h = note(Kind::kRequeued, rank);
        h.lost = lost;
        h.restart = running_.at(rank).restart;
        give_back(rank);
        queue_again(rank);
    }
    virtual void queue_again(std::uint32_t rank) { join_queue(rank); }
    // Units of work that are lost.
    virtual std::uint64_t fall_back(std::uint32_t rank, core::LossLevel level) {
        core::ProgressTwin& progress = *jobs_[rank].progress;
        const std::uint64_t before = progress.position();
        const core::Left to = progress.fall_back(level);
        jobs_[rank].load = to.tier == core::kNone ? 0 : p_.checkpoint[rank].tier[to.tier].load;
        return before - progress.position();
    }

    virtual void start(std::uint32_t rank, const Takes& takes) {
        Running job;
        job.came = ++starts_;
        job.first_node = takes.front().place;
        for (const Take& take : takes) {
            std::uint32_t left = take.gpus;
            for (GpuCell& gpu : machine_.nodes[take.place].gpus) {
                if (left > 0 && gpu.holder == kNobody && !gpu.down) {
                    gpu.holder = rank;
                    --left;
                }
            }
            if (takes.size() > 1 && machine_.nodes[take.place].wholly(rank)) {
                job.gang.insert(take.place);
            }
        }
        waiting_.erase(rank);
        running_[rank] = job;
        Memory& memory = jobs_[rank];
        const bool again = memory.progress.has_value();
        running_[rank].expected_end = now_ + expected_time(rank);
        if (!again) {
            memory.progress.emplace(p_.checkpoint[rank], p_.jobs[rank].duration);
        }
        note(Kind::kStart, rank);
        begin_attempt(rank, again);
    }
    virtual void begin_attempt(std::uint32_t rank, bool again) {
        Running& job = running_.at(rank);
        Memory& memory = jobs_[rank];
        job.phase = Phase::kRunning;
        job.reach = machine_.reach(rank);
        job.restart = 0;
        job.restart_left = start_up(rank, again);
        memory.progress->forget_sums();
        const core::RecoveryRule& rule = p_.recovery[rank];
        job.own_failure = kNever;
        if (rule.own_mean > 0) {
            const Block words = draw(p_.seed, Purpose::kJobFailure, rule.own_stream,
                                     p_.entity[rank], memory.attempts);
            job.own_failure = std::uint64_t{now_} + exponential_ticks(words[0], rule.own_mean);
        }
        ++memory.attempts;
    }
    virtual std::uint32_t start_up(std::uint32_t rank, bool again) const {
        return again ? p_.checkpoint[rank].restart + jobs_[rank].load : 0;
    }
    // How long it would take if it started now: restart, load, and the rest of its estimate.
    virtual std::uint64_t expected_time(std::uint32_t rank) const {
        const Memory& memory = jobs_[rank];
        const bool again = memory.progress.has_value();
        core::ProgressTwin rest(p_.checkpoint[rank], p_.jobs[rank].estimate);
        if (again) {
            rest.continue_from(*memory.progress);
        }
        std::uint64_t ticks = again ? p_.checkpoint[rank].restart + memory.load : 0;
        for (; !rest.done(); ++ticks) {
            rest.tick(core::kFullSpeed);
        }
        return ticks;
    }

    // Outage o, which the job feels, hits node n, of which it holds some GPUs.
    void feel(std::uint32_t rank, std::uint32_t n, std::uint32_t o) {
        const model::Outage& outage = p_.outages[o];
        if (running_.at(rank).phase == Phase::kRunning) {
            const bool planned = outage.kind == model::OutageKind::kMaintenance;
            interrupt(rank, o, planned ? 0 : p_.recovery[rank].detect);
        }
        Running& job = running_.at(rank);
        NodeCell& node = machine_.nodes[n];
        for (std::uint32_t g = 0; g < node.gpus.size(); ++g) {
            if (node.gpus[g].holder == rank && node.gpus[g].down && (outage.gpus >> g & 1) != 0) {
                job.level = std::max(job.level, core::LossLevel::kReboot);
            }
        }
        if (node.wholly(rank) && node.all_down()) {
            for (GpuCell& gpu : node.gpus) {
                gpu.holder = kNobody;
            }
            node.lost_by = rank;
            ++job.missing;
        }
    }
    virtual void interrupt(std::uint32_t rank, std::uint32_t outage, std::uint32_t detect) {
        note_attempt(Kind::kInterrupted, rank).outage = outage;
        Running& job = running_.at(rank);
        job.phase = Phase::kDetecting;
        job.due = now_ + detect;
        job.restart_left = 0;
        job.restart = 0;
        job.missing = 0;
        job.stranger_came = job.swapped = false;
        job.level = core::LossLevel::kNothing;
    }
    bool misses_node_like(std::uint32_t rank, std::uint32_t node) const {
        const auto it = running_.find(rank);
        return it != running_.end() && it->second.missing > 0 &&
               p_.recovery[rank].on_failure != core::OnFailure::kRequeue &&
               machine_.same_class(it->second.first_node, node);
    }

    const InterruptionProblem& p_;
    BrokenMachine machine_;
    std::map<std::uint32_t, Running> running_;  // by rank
    std::set<std::uint32_t> waiting_;
    std::map<std::uint32_t, std::uint64_t> joined_;  // rank -> tick
    std::vector<Memory> jobs_;                       // by rank
    std::uint32_t now_ = 0, starts_ = 0;
    bool event_ = false;          // something happens at this tick
    bool nodes_changed_ = false;  // GPUs went up or down, or a node changed its role
    Chronicle chronicle_;
};

}  // namespace tidepool::properties
