#pragma once
// A driver of core::replay on whose network jobs slow each other down: passes every hook on to its
// base and tells the contention which jobs run where, and the core how fast they get on.

#include <cstdint>
#include <utility>
#include <vector>

#include "sim/core/job_events.h"
#include "sim/network/contention.h"

namespace tidepool::network {

static_assert(kFullPace == core::kFullPace);

// Base: a driver for jobs that can be interrupted, told so (core::Told). One CPU thread.
template <class Base>
class Networked : public Base {
public:
    static constexpr bool kNetwork = true;

    // All must outlive the driver; `rest` are the arguments of the base.
    template <class... Rest>
    Networked(Contention& contention, const core::Plan& plan, const core::State& state,
              Rest&&... rest)
        : Base(std::forward<Rest>(rest)...),
          contention_(contention),
          plan_(plan),
          state_(state),
          blamed_(state.slot_count) {}

    bool advance(std::uint32_t now) {
        contention_.advance(Ticks{now});
        return Base::advance(now);
    }
    void started(std::uint32_t id, std::uint32_t tick) {
        Base::started(id, tick);
        begin(id);
    }
    void recovers(std::uint32_t id, std::uint32_t tick, std::uint64_t lost) {
        Base::recovers(id, tick, lost);
        begin(id);
    }
    void finished(std::uint32_t id, std::uint32_t tick) {
        blame(id);
        Base::finished(id, tick);
    }
    void interrupted(std::uint32_t id, std::uint32_t tick, std::uint32_t outage) {
        blame(id);
        Base::interrupted(id, tick, outage);
        contention_.drop(id);
    }
    void preempted(std::uint32_t id, std::uint32_t tick, bool second_order) {
        blame(id);
        Base::preempted(id, tick, second_order);
    }
    void stopped(std::uint32_t id, std::uint32_t tick) {
        if (state_.activity[id].phase == core::Phase::kRunning) {
            blame(id);
        }
        Base::stopped(id, tick);
    }
    void left(std::uint32_t id) { contention_.drop(id); }
    void steps(std::uint32_t id, std::uint32_t) { begun_.push_back(id); }

    std::uint32_t next_change() const { return contention_.next_change().value; }

    template <class Run>
    void settle(Run& run, std::uint32_t tick) {
        for (const std::uint32_t id : begun_) {
            if (state_.activity[id].phase == core::Phase::kRunning && held(id)) {
                act(id);
            }
        }
        begun_.clear();
        for (const Pace& pace : contention_.settle()) {
            core::set_pace(run, pace.slot, tick, pace.work, pace.transfer);
            blame(pace.slot);
        }
    }

private:
    // An attempt begins; what it does on the network is looked at when the round is over.
    void begin(std::uint32_t id) {
        blamed_[id] = 0;
        begun_.push_back(id);
        contention_.drop(id);
    }

    bool held(std::uint32_t id) const {
        const core::Slot& slot = state_.slots[id];
        return slot.whole != core::kNone || slot.part_node != core::kNone;
    }

    void act(std::uint32_t id) {
        const core::Slot& slot = state_.slots[id];
        const std::uint32_t rule = plan_.checkpoint_rule_of[slot.rank];
        if (!contention_.has(id)) {
            nodes_.clear();
            core::for_each_share(state_, slot,
                                 [&](std::uint32_t node, bool) { nodes_.push_back(node); });
            contention_.enter(id, slot.rank, rule, plan_.job_entity[slot.rank], nodes_);
        }
        contention_.act(id, activity_of(plan_.checkpoint_rules[rule], plan_.duration[slot.rank],
                                        state_.activity[id]));
    }

    static Activity activity_of(const core::CheckpointRule& rule, std::uint32_t total,
                                const core::Activity& a) {
        Activity now;
        if (rule.shared == core::kNone) {  // in closed form: at work from the start to the end
            now.trains = true;
            return now;
        }
        const core::Stage stage = core::stage_of(rule, total, a);
        now.trains = stage == core::Stage::kWorking;
        now.reads = stage == core::Stage::kLoading;
        now.writes = a.transfer.write > 0 && (a.transfer.behind || stage == core::Stage::kWriting);
        return now;
    }

    // Whose fault is what the job has lost since the last call? That of who held it up then.
    void blame(std::uint32_t id) {
        if (contention_.has(id)) {
            const std::uint64_t lost =
                state_.activity[id].attempt.network * plan_.job_gpus[state_.slots[id].rank];
            contention_.blame(id, lost - blamed_[id]);
            blamed_[id] = lost;
        }
    }

    Contention& contention_;
    const core::Plan& plan_;
    const core::State& state_;
    std::vector<std::uint64_t> blamed_;  // by slot, of its present attempt
    std::vector<std::uint32_t> begun_;   // slots whose stage may have changed in this round
    std::vector<std::uint32_t> nodes_;
};

}  // namespace tidepool::network
